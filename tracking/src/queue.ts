// When events leave: urgent ones at once, the others in batches, what failed again with patience.
import { inherit, keep, release, type Item } from './outbox';
import { page } from './page';
import { isAllowed } from './privacy';
import { beacon, byteLength, hasOnlyImages, post } from './transport';

const BATCH_EVENTS = hasOnlyImages ? 1 : 50;
const BATCH_BYTES = 58_000;
// Also keeps seed 003's rule of 60 s after the last activity, which can never come first.
const BATCH_AGE_MS = 10_000;
const MAX_WAITING = 200;
const MAX_PATIENCE_MS = 300_000;

/** Who and where: what the events of a batch have in common. */
export type Context = Readonly<Record<string, string | undefined>>;

let waiting: Item[] = [];
let context: Context = {};
let timer: ReturnType<typeof setTimeout> | undefined;
let failureCount = 0;
let droppedCount = 0;
let retryAt = 0;

const take = (): Item[] => {
  let count = 0;
  let bytes = 0;
  for (const { json } of waiting.slice(0, BATCH_EVENTS)) {
    bytes += byteLength(json);
    if (count && bytes > BATCH_BYTES) break;
    count++;
  }
  return waiting.splice(0, count);
};

/** The batch envelope. Events of the present session leave its ids to the envelope. */
const pack = (items: readonly Item[], sentOnExit: boolean): string => {
  const shared = `${JSON.stringify(context).slice(1, -1)},`;
  const times = items.map((item) => item.at);
  const start = Math.min(...times);
  const end = Math.max(...times);
  const head = JSON.stringify({
    eventType: 'batch',
    timestamp: new Date(),
    ...context,
    url: page.url,
    path: page.path,
    batchMetadata: {
      eventCount: items.length,
      batchStartTime: new Date(start),
      batchEndTime: new Date(end),
      activityDuration: end - start,
      sentOnExit,
      droppedCount,
    },
  });
  const events = items.map((item) => item.json.replace(shared, ''));
  return `${head.slice(0, -1)},"events":[${events.join()}]}`;
};

/** Sends what is waiting in `ms`, or earlier where an earlier call said so. */
const wait = (ms: number): void => {
  timer ??= setTimeout(flush, ms);
};

const trim = (): void => {
  droppedCount += waiting.splice(0, waiting.length - MAX_WAITING).length;
};

const send = (items: readonly Item[], body: string): void => {
  post(body, (status, retryAfterMs) => {
    if (status >= 500 || status === 408 || status === 429) {
      waiting = [...items, ...waiting];
      trim();
      const patience = Math.min(1_000 * 2 ** failureCount++, MAX_PATIENCE_MS);
      // Spread out, so that a server that comes back is not met by everybody at once.
      retryAt = Date.now() + (retryAfterMs || patience * (0.5 + Math.random() / 2));
      flush();
    } else {
      if (status < 300) failureCount = 0;
      else droppedCount += items.length;
      release(items);
    }
  });
};

export const flush = (): void => {
  clearTimeout(timer);
  timer = undefined;
  // Whoever withdrew a consent meant what is still here, too.
  if (!isAllowed()) waiting = [];
  // A request can fail while it is made, and begin the pause that ends this.
  while (waiting.length && Date.now() >= retryAt) {
    const items = take();
    send(items, pack(items, false));
  }
  if (waiting.length) wait(retryAt - Date.now());
};

export const enqueue = (item: Item, itsContext: Context, urgent?: boolean): void => {
  context = itsContext;
  if (!urgent && hasOnlyImages) return;
  keep(item);
  if (urgent && Date.now() >= retryAt) {
    send([item], item.json);
  } else {
    waiting.push(item);
    trim();
    if (waiting.length >= BATCH_EVENTS) flush();
    // A page that is out of sight may end without another word.
    else if (document.hidden) flushOnExit();
    else wait(BATCH_AGE_MS);
  }
};

/** The page may end now. What a beacon took stays in the outbox for the next load: nobody confirms it. */
export const flushOnExit = (): void => {
  while (isAllowed() && waiting.length) {
    const items = take();
    const body = pack(items, true);
    if (!beacon(body)) send(items, body);
  }
};

/** Takes up what earlier pages could not confirm. */
export const resume = (): void => {
  waiting = inherit();
};

/** The network is back: no reason to wait. */
export const retryNow = (): void => {
  retryAt = 0;
  flush();
};
