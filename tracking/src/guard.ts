// The promise that the host page never notices: no error of ours leaves a handler of ours.

export const guard =
  <Args extends unknown[]>(act: (...args: Args) => void) =>
  (...args: Args): void => {
    try {
      act(...args);
    } catch {
      // A lost measurement is better than a broken page.
    }
  };

/** Listens before the page does (capture), so that a page that stops the event is still counted. */
export const listen = (
  target: EventTarget,
  types: string,
  act: (event: never) => void,
): void => {
  for (const type of types.split(' ')) {
    target.addEventListener(type, guard(act) as (event: Event) => void, true);
  }
};
