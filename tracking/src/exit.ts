// The end of a page and the tab that is put away: page_exit, page_visibility, and the last chance to send.
import { isOn } from './config';
import { setVisible } from './engagement';
import { record } from './event';
import { listen } from './guard';
import { enterPage, page, readPage } from './page';
import { recordPageview } from './pageview';
import { flushOnExit } from './queue';
import { resetScroll } from './scroll';

export const recordExit = (details?: Readonly<Record<string, string>>): void => {
  record('page_exit', { ...details }, { passive: true, since: page.start });
};

const watchVisibility = (): void => {
  let since = Date.now();
  listen(document, 'visibilitychange', () => {
    const { hidden } = document;
    // A page that ends is hidden after its pagehide; nobody put it away.
    if (hasEnded) return;
    setVisible(!hidden);
    if (isOn('trackPageVisibility')) {
      record('page_visibility', { hidden }, { passive: hidden, since });
    }
    since = Date.now();
    if (hidden) flushOnExit();
  });
};

let hasEnded = false;

export const watchExit = (): void => {
  watchVisibility();
  listen(window, 'pagehide', () => {
    setVisible(false);
    hasEnded = true;
    recordExit();
    flushOnExit();
  });
  listen(window, 'pageshow', ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return;
    hasEnded = false;
    setVisible(true);
    enterPage(readPage());
    resetScroll();
    recordPageview('bfcache');
  });
};
