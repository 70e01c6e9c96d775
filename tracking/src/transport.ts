// A body to the server: by fetch while the page lives, by beacon when it ends, by image where there is neither.
import { endpointUrl } from './config';

// What browsers allow all requests that outlive their page together is 64 KiB.
const KEEPALIVE_BYTES = 61_440;

const canFetch = 'fetch' in window;
const browser: Partial<Navigator> = navigator;

/** An image carries one event, and is for those that cannot wait. */
export const hasOnlyImages = !canFetch && !browser.sendBeacon;

export const byteLength = (text: string): number => new Blob([text]).size;

/** Whether the browser took the body over; whether it arrives, nobody learns. */
export const beacon = (body: string): boolean => !!browser.sendBeacon?.(endpointUrl, body);

type Answer = Pick<Response, 'status'> & Partial<Pick<Response, 'headers'>>;

/** What an image tells: shown or not. */
const askForImage = (body: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve({ status: 202 });
    image.onerror = reject;
    image.src = new URL(`px.gif?data=${encodeURIComponent(body)}`, endpointUrl).href;
  });

// Asynchronous, so that what a browser throws at once is a rejection, too.
const ask = async (body: string): Promise<Answer> => {
  if (canFetch) {
    // text/plain, which needs no preflight.
    return fetch(endpointUrl, {
      method: 'POST',
      body,
      credentials: 'omit',
      keepalive: byteLength(body) < KEEPALIVE_BYTES,
    });
  }
  return beacon(body) ? { status: 202 } : askForImage(body);
};

/** `settle` gets the status of the answer, 503 where there was none, and for how long the server asks to wait. */
export const post = (
  body: string,
  settle: (status: number, retryAfterMs: number) => void,
): void => {
  ask(body).then(
    ({ status, headers }) => settle(status, Number(headers?.get('Retry-After')) * 1_000),
    () => settle(503, 0),
  );
};
