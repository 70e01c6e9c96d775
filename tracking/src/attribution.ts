// Where a visit came from: campaign parameters of the address and the class of the referrer, as seed 003.

const UTM = 'utm_source utm_medium utm_campaign utm_content utm_term';
const CLICK_IDS =
  'msclkid gbraid gclid ttclid dclid wbraid twclid li_fat_id gclsrc fbclid epik';

// A label of the host is the platform's name, or one of its other names.
const KNOWN =
  /(^|\.)(?:(google|bing|yahoo|duckduckgo)|(facebook|fb|twitter|t(?=\.co$)|linkedin|youtube|youtu|instagram|tiktok|reddit|pinterest))\./;
const OTHER_NAMES: Readonly<Record<string, string>> = {
  fb: 'facebook',
  t: 'twitter',
  youtu: 'youtube',
};

type Class = readonly [type: string, platform: string | null];

const classify = (referrer: string): Class => {
  const host = /^https?:\/\/([^/:?#]+)/.exec(referrer)?.[1];
  if (!host) return [referrer ? 'unknown' : 'direct', null];
  if (host === location.hostname) return ['internal', host];
  const [, , search, social] = KNOWN.exec(host) ?? [];
  if (search) return ['search', search];
  return social ? ['social', OTHER_NAMES[social] ?? social] : ['referral', host];
};

export const readAttribution = (referrer: string): Readonly<Record<string, unknown>> => {
  const given = new Map<string, string>();
  new URLSearchParams(location.search).forEach((value, name) => given.set(name.toLowerCase(), value));
  const pick = (names: string): Record<string, string | null> =>
    Object.fromEntries(names.split(' ').map((name) => [name, given.get(name) || null]));
  const [referrerType, referrerPlatform] = classify(referrer);
  return {
    utmParams: pick(UTM),
    campaignParams: pick(CLICK_IDS),
    referrer,
    referrerType,
    referrerPlatform,
  };
};
