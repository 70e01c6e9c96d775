// The script: checks that it may, counts the page, then listens. Footfall, MIT licence.
import { watchClicks } from './clicks';
import { endpointUrl, isOn, isSet, needsConsent } from './config';
import { recordCustom } from './custom';
import { watchEngagement } from './engagement';
import { watchExit } from './exit';
import { watchForms } from './forms';
import { guard, listen } from './guard';
import { enterPage, readPage } from './page';
import { recordPageview } from './pageview';
import { consent, followConsentMode, optOut, whenAllowed } from './privacy';
import { flush, resume, retryNow } from './queue';
import { watchScroll } from './scroll';
import { watchNavigation } from './spa';
import { watchText } from './text';

// Set by the build: "js/vitals.<hash>.js". Those who do not ask for Core Web Vitals do not carry them.
declare const VITALS_PATH: string;

type Call = Parameters<typeof recordCustom>;

interface Host {
  footfall?: { readonly q?: readonly Call[]; readonly consent?: unknown };
}

const measure = (): void => {
  resume();
  enterPage(readPage());
  // On a page that broke what this needs, the rest still works.
  guard(recordPageview)('initial_load');
  flush();
  watchEngagement();
  watchExit();
  if (isOn('enableSpaDetection')) watchNavigation();
  if (isOn('trackClicks')) watchClicks();
  if (isOn('trackScrollDepth')) watchScroll();
  if (isOn('trackForms')) watchForms();
  if (isOn('trackTextSelection')) watchText();
  // By import, which a page's Content Security Policy allows wherever it allows this script.
  if (isSet('webVitals')) import(new URL(VITALS_PATH, endpointUrl).href).catch(Boolean);
  listen(window, 'online', retryNow);
};

const start = (): void => {
  const host = window as Host;
  const early = host.footfall?.q ?? [];
  host.footfall = Object.assign(guard(recordCustom), { consent, optOut });
  whenAllowed(measure);
  if (needsConsent) followConsentMode();
  for (const call of early) recordCustom(...call);
};

guard(() => {
  // A page may hold the snippet twice; the second one is silent.
  if ((window as Host).footfall?.consent) return;
  const ready = document as Document & { readonly prerendering?: boolean };
  if (ready.prerendering) listen(document, 'prerenderingchange', start);
  else if (document.readyState === 'loading') listen(document, 'DOMContentLoaded', start);
  else start();
})();
