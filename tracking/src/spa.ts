// Pages that change without loading: pushState, replaceState, popstate, hashchange.
import { isOn } from './config';
import { recordExit } from './exit';
import { guard, listen } from './guard';
import { enterPage, page, readPage, renamePage } from './page';
import { recordPageview, type Method } from './pageview';
import { resetScroll } from './scroll';

// A page shorter than this was a redirect.
const MIN_PAGE_MS = 100;

let href = location.href;

const withoutHash = (url: string): string | undefined => url.split('#')[0];

const follow = (method: Method): void => {
  const before = href;
  href = location.href;
  if (href === before) return;
  const isAnchor = withoutHash(href) === withoutHash(before);
  if (isAnchor && !isOn('trackHash')) return;
  const next = readPage();
  if (next.path === page.path) {
    renamePage(next);
  } else {
    if (next.start - page.start > MIN_PAGE_MS) {
      recordExit({ exitMethod: method, previousPath: page.path, newPath: next.path });
    }
    enterPage(next);
    resetScroll();
  }
  // Browsers announce a change of the hash by popstate first.
  recordPageview(isAnchor && method === 'popstate' ? 'hashchange' : method, before);
};

/** Looks once the page's own code has run, which by then has set the title. */
const followSoon = (method: Method): void => {
  setTimeout(guard(follow), 0, method);
};

export const watchNavigation = (): void => {
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name].bind(history);
    history[name] = (...args) => {
      original(...args);
      followSoon(name.toLowerCase() as Method);
    };
  }
  listen(window, 'popstate hashchange', ({ type }: Event) => followSoon(type as Method));
};
