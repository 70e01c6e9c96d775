// What the server has not confirmed, one event a line in localStorage, so that a killed tab loses nothing.
// All tabs add to and take from the same lines; an event sent by two of them has one id and counts once.
import { guard } from './guard';
import { get, set } from './storage';

const MAX_LINES = 200;
const MAX_AGE_MS = 259_200_000;

export interface Item {
  /** The event as JSON, which has no line break. */
  readonly json: string;
  readonly at: number;
}

const read = (): string[] => get('queue')?.split('\n') ?? [];

const write = (lines: readonly string[]): void => {
  set('queue', lines.slice(-MAX_LINES).join('\n'));
};

export const keep = (item: Item): void => {
  write([...read(), item.json]);
};

export const release = (items: readonly Item[]): void => {
  const texts = items.map((item) => item.json);
  write(read().filter((line) => !texts.includes(line)));
};

/** What earlier pages left behind; too old or unreadable lines are thrown away. */
export const inherit = (): Item[] => {
  const items: Item[] = [];
  read().forEach(
    guard((json) => {
      const at = Date.parse((JSON.parse(json) as { timestamp: string }).timestamp);
      if (Date.now() - at < MAX_AGE_MS) items.push({ json, at });
    }),
  );
  write(items.map((item) => item.json));
  return items;
};
