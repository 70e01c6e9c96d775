// What the site's owner asked for: data-* attributes of the script element, then window.FootfallConfig.

type Given = Readonly<Record<string, string | number | boolean>>;

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site]');
const given = (window as { FootfallConfig?: Given }).FootfallConfig ?? {};

const read = (name: string): string => String(script?.dataset[name] ?? given[name] ?? '');

/** Whether a feature that is on by default was left on. */
export const isOn = (name: string): boolean => read(name) !== 'false';

/** Whether a feature that is off by default was switched on. */
export const isSet = (name: string): boolean => read(name) === 'true';

// Set by the build: "/collect", and in f.js "/e".
declare const COLLECT_PATH: string;

// An address in an attribute is relative to the page; only the default belongs to the script's origin.
const endpoint = read('endpoint');
export const endpointUrl = new URL(
  endpoint || COLLECT_PATH,
  (!endpoint && script?.src) || document.baseURI,
).href;

/** The id the owner gave, else the host without one leading www., m. or mobile., dashes for dots. */
export const siteId =
  read('site') ||
  location.hostname.replace(/^(www|m|mobile)\./, '').replace(/\./g, '-');

export const keepsNothing = read('storage') === 'none';
export const needsConsent = read('consent') === 'required';
export const hashIsPath = isSet('hashRouting');

/** Share of sessions to record, 0 to 100. */
export const sampleRate = Number(read('sampleRate') || 100);

const excluded = read('exclude').split(/[\s,]+/);

/** Whether the owner wants nothing recorded on `path`: "/thanks" is one page, "/admin/*" all that begin so. */
export const isExcluded = (path: string): boolean =>
  excluded.some((given) =>
    given.endsWith('*') ? path.startsWith(given.slice(0, -1)) : path === given,
  );
