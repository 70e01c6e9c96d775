// localStorage that may be blocked, full or unwanted: reads give null and writes say whether they held.
import { keepsNothing } from './config';

export const SESSION_ID = '_ts_session_id';
export const SESSION_START = '_ts_session_start';
export const LAST_ACTIVITY = '_ts_last_activity';
export const VISITOR_ID = '_ts_visitor_id';
export const QUEUE = '_ts_queue';
export const CONSENT = '_ts_consent';
export const OPT_OUT = '_ts_opt_out';
const PAGE_START = '_ts_page_start';

/** Whether `act` went well on storage that we may use. */
const attempt = (act: () => void): boolean => {
  try {
    if (!keepsNothing) act();
    return !keepsNothing;
  } catch {
    return false;
  }
};

export const get = (key: string): string | null => {
  let value: string | null = null;
  attempt(() => value = localStorage.getItem(key));
  return value;
};

export const set = (key: string, value: string): boolean =>
  attempt(() => localStorage.setItem(key, value));

/** Seed 003 keeps the start of the page here, and so do its readers. */
export const setPageStart = (at: number): void => {
  attempt(() => sessionStorage.setItem(PAGE_START, String(at)));
};

/** Takes everything of ours off the device. */
export const forgetVisitor = (): void => {
  attempt(() => {
    for (const area of [localStorage, sessionStorage]) {
      for (const key of Object.keys(area)) if (key.startsWith('_ts_')) area.removeItem(key);
    }
  });
};
