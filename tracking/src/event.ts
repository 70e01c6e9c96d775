// One thing that happened, as the server reads it: made once, kept as text, sent until confirmed.
import type { CollectedEvent, EventData } from './contract';
import { isExcluded, siteId } from './config';
import { engagedMs } from './engagement';
import { uuid } from './ids';
import { page } from './page';
import { isAllowed } from './privacy';
import { enqueue } from './queue';
import { identify, isSampled } from './session';

type Fields = Readonly<Record<string, unknown>>;

interface Manner {
  /** Sent at once, on its own. */
  readonly urgent?: boolean | undefined;
  /** Nobody's doing: starts no session. */
  readonly passive?: boolean | undefined;
  /** Tells the time that has passed since then, and how much of the page's was engaged. */
  readonly since?: number;
  /** Further top-level blocks. */
  readonly blocks?: Fields;
}

let sequence = 0;

type Recorder = <Type extends string>(
  eventType: Type,
  eventData: Type extends keyof EventData ? EventData[Type] : Fields,
  manner?: Manner,
) => void;

/** Records one event on the present page, in the shape that the contract has for it. */
export const record: Recorder = (
  eventType: string,
  eventData: object,
  { urgent, passive, since, blocks }: Manner = {},
): void => {
  if (!isAllowed() || isExcluded(page.path)) return;
  const { at, sessionId, visitorId } = identify(passive);
  if (!isSampled(sessionId)) return;
  const context = { sessionId, visitorId, siteId };
  const json = JSON.stringify({
    eventType,
    eventId: uuid(),
    timestamp: new Date(at) as unknown as string,
    sequence: ++sequence,
    ...context,
    url: page.url,
    path: page.path,
    eventData: (since
      ? { timeSpent: at - since, engagedMs: engagedMs(), ...eventData }
      : eventData) as Fields,
    ...blocks,
  } satisfies CollectedEvent);
  enqueue({ json, at }, context, urgent);
};
