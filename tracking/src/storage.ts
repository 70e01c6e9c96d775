// localStorage that may be blocked, full or unwanted: reads give undefined and writes say whether they held.
import { keepsNothing } from './config';

const PREFIX = '_ts_';

type Key =
  | 'session_id'
  | 'session_start'
  | 'last_activity'
  | 'visitor_id'
  | 'queue'
  | 'consent'
  | 'opt_out';

/** Whether `act` went well on storage that we may use. */
const attempt = (act: () => void): boolean => {
  try {
    if (!keepsNothing) act();
    return !keepsNothing;
  } catch {
    return false;
  }
};

export const get = (key: Key): string | undefined => {
  let value: string | undefined;
  attempt(() => value = localStorage[PREFIX + key] as string | undefined);
  return value;
};

export const set = (key: Key, value: string | number): boolean =>
  attempt(() => localStorage[PREFIX + key] = value);

/** Seed 003 keeps the start of the page here, and so do its readers. */
export const setPageStart = (at: number): void => {
  attempt(() => sessionStorage[`${PREFIX}page_start`] = at);
};

/** Takes everything of ours off the device. */
export const forgetVisitor = (): void => {
  attempt(() => {
    for (const area of [localStorage, sessionStorage]) {
      for (const key of Object.keys(area)) if (key.startsWith(PREFIX)) area.removeItem(key);
    }
  });
};
