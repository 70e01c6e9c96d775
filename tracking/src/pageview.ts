// The pageview: which page, which browser, where from. Sent at once.
import { readAttribution } from './attribution';
import { isOn } from './config';
import type { PageviewData } from './contract';
import { record } from './event';
import { page } from './page';
import { redactUrl } from './redact';

const readBrowser = (): Readonly<Record<string, unknown>> => ({
  userAgent: navigator.userAgent,
  language: navigator.language,
  // Whether a program drives the browser.
  webdriver: navigator.webdriver,
  screenWidth: screen.width,
  screenHeight: screen.height,
  viewportWidth: innerWidth,
  viewportHeight: innerHeight,
  devicePixelRatio,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

type Navigation = { readonly responseStatus?: number } | undefined;

/** The status of the document's answer, which tells a 404 page from a page. Not every browser knows it. */
const readStatus = (): number | undefined =>
  (performance.getEntriesByType('navigation')[0] as Navigation)?.responseStatus;

export type Method = PageviewData['navigationMethod'];

export const recordPageview = (navigationMethod: Method, from = document.referrer): void => {
  if (!isOn('trackPageViews')) return;
  const referrer = redactUrl(from);
  record('pageview', { navigationMethod }, {
    urgent: true,
    blocks: {
      attribution: readAttribution(referrer),
      browser: readBrowser(),
      page: {
        title: document.title,
        url: page.url,
        path: page.path,
        referrer: referrer || 'direct',
        queryParams: redactUrl(location.search),
        hash: redactUrl(location.hash),
        status: navigationMethod === 'initial_load' ? readStatus() : undefined,
      },
    },
  });
};
