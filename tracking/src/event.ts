// One thing that happened, as the server reads it: made once, kept as text, sent until confirmed.
import { isExcluded, siteId } from './config';
import { uuid } from './ids';
import { page } from './page';
import { isAllowed } from './privacy';
import { enqueue } from './queue';
import { identify, isSampled } from './session';

type Fields = Readonly<Record<string, unknown>>;

interface Manner {
  /** Sent at once, on its own. */
  readonly urgent?: boolean;
  /** Nobody's doing: starts no session. */
  readonly passive?: boolean;
  /** Further top-level blocks. */
  readonly blocks?: Fields;
}

let sequence = 0;

/** Records one event on the present page. `describe` gets its time and gives its eventData. */
export const record = (
  eventType: string,
  describe: (at: number) => Fields,
  { urgent = false, passive = false, blocks }: Manner = {},
): void => {
  if (!isAllowed() || isExcluded(page.path)) return;
  const { at, sessionId, visitorId } = identify(passive);
  if (!isSampled(sessionId)) return;
  const head = { eventType, eventId: uuid(), timestamp: new Date(at), sequence: ++sequence };
  const context = { sessionId, visitorId, siteId };
  const body = { url: page.url, path: page.path, eventData: describe(at), ...blocks };
  enqueue({ text: JSON.stringify({ ...head, ...context, ...body }), at }, context, urgent);
};
