// Who and in which session: ids shared by all tabs, a session ends after 30 minutes without an event.
import { sampleRate } from './config';
import { uuid } from './ids';
import { get, LAST_ACTIVITY, SESSION_ID, SESSION_START, set, VISITOR_ID } from './storage';

const SESSION_MS = 1_800_000;

export interface Moment {
  readonly at: number;
  readonly sessionId?: string;
  readonly visitorId?: string;
}

/**
 * The session and visitor of something that happens now. What is `passive` (a page being closed)
 * shows nobody's presence: it starts no session, and where the session is over it counts as having
 * happened at the last sign of life. Without working storage there are no ids: the server derives a
 * visitor for the day, where an id for each page load would count everybody many times.
 */
export const identify = (passive: boolean): Moment => {
  const now = Date.now();
  const visitorId = get(VISITOR_ID) ?? `vis_${uuid()}`;
  if (!set(VISITOR_ID, visitorId)) return { at: now };
  let sessionId = get(SESSION_ID);
  const last = Number(get(LAST_ACTIVITY));
  if (!sessionId || now - last > SESSION_MS) {
    if (sessionId && passive) return { at: last, sessionId, visitorId };
    sessionId = `sess_${uuid()}`;
    set(SESSION_ID, sessionId);
    set(SESSION_START, String(now));
  }
  set(LAST_ACTIVITY, String(now));
  return { at: now, sessionId, visitorId };
};

const lot = uuid();

/** Whether the sample holds this session; the same answer in every tab and on every page of it. */
export const isSampled = (sessionId = lot): boolean =>
  // An id that another script made has no such digits, and stays in.
  !(parseInt(sessionId.slice(-4), 16) / 655.36 >= sampleRate);
