// Who and in which session: ids shared by all tabs, a session ends after 30 minutes without an event.
import { sampleRate } from './config';
import { uuid } from './ids';
import { get, set } from './storage';

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
export const identify = (passive?: boolean): Moment => {
  const now = Date.now();
  const visitorId = get('visitor_id') ?? `vis_${uuid()}`;
  if (!set('visitor_id', visitorId)) return { at: now };
  let sessionId = get('session_id');
  const last = Number(get('last_activity'));
  if (!sessionId || now - last > SESSION_MS) {
    if (sessionId && passive) return { at: last, sessionId, visitorId };
    sessionId = `sess_${uuid()}`;
    set('session_id', sessionId);
    set('session_start', now);
  }
  set('last_activity', now);
  return { at: now, sessionId, visitorId };
};

const lot = uuid();

/** Whether the sample holds this session; the same answer in every tab and on every page of it. */
export const isSampled = (sessionId = lot): boolean =>
  // An id that another script made has no such digits, and stays in.
  !(parseInt(sessionId.slice(-4), 16) / 655.36 >= sampleRate);
