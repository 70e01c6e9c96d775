// The page a visitor is on: its address as we tell it, and since when.
import { hashIsPath } from './config';
import { resetEngaged } from './engagement';
import { redactUrl } from './redact';
import { setPageStart } from './storage';

export interface Page {
  readonly url: string;
  readonly path: string;
  readonly start: number;
}

// The limits of the server, beyond which it would refuse the event.
const MAX_URL = 8_000;
const MAX_PATH = 2_000;

export const readPage = (): Page => ({
  url: redactUrl(location.href).slice(0, MAX_URL),
  path: redactUrl(location.pathname + (hashIsPath ? location.hash : '')).slice(0, MAX_PATH),
  start: Date.now(),
});

export let page = readPage();

/** Starts the clocks of a page that the visitor has just come to. */
export const enterPage = (next: Page): void => {
  page = next;
  setPageStart(page.start);
  resetEngaged();
};

/** The same page under another address: its time goes on. */
export const renamePage = (next: Page): void => {
  page = { ...next, start: page.start };
};
