// attribution.ts: campaign parameters and the class of the referrer.
import { expect, test } from './fixture';

test('five UTM parameters and eleven click ids are told, whatever their case; absent ones are null', async ({
  page,
  edge,
}) => {
  edge.tracked('/p');
  await page.goto(
    '/p?UTM_Source=news&utm_medium=email&utm_campaign=spring%20sale&gclid=a&gclsrc=b&gbraid=c&wbraid=d' +
      '&dclid=e&fbclid=f&msclkid=g&twclid=h&ttclid=i&li_fat_id=j&epik=k',
  );
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.of('pageview')[0]?.attribution).toEqual({
    utmParams: {
      utm_source: 'news',
      utm_medium: 'email',
      utm_campaign: 'spring sale',
      utm_content: null,
      utm_term: null,
    },
    campaignParams: {
      gclid: 'a', gclsrc: 'b', gbraid: 'c', wbraid: 'd', dclid: 'e', fbclid: 'f', msclkid: 'g',
      twclid: 'h', ttclid: 'i', li_fat_id: 'j', epik: 'k',
    },
    referrer: '',
    referrerType: 'direct',
    referrerPlatform: null,
  });
});

const CASES: readonly (readonly [referrer: string, type: string, platform: string])[] = [
  ['https://www.google.com/', 'search', 'google'],
  ['https://www.google.co.uk/', 'search', 'google'],
  ['https://duckduckgo.com/', 'search', 'duckduckgo'],
  ['https://l.facebook.com/', 'social', 'facebook'],
  ['https://fb.me/', 'social', 'facebook'],
  ['https://t.co/', 'social', 'twitter'],
  ['https://youtu.be/', 'social', 'youtube'],
  ['https://www.reddit.com/', 'social', 'reddit'],
  ['https://notgoogle.com/', 'referral', 'notgoogle.com'],
  ['https://t.company.org/', 'referral', 't.company.org'],
  ['https://blog.example.org/', 'referral', 'blog.example.org'],
];

test('referrers are direct, search, social or referral, matched at the labels of the host', async ({
  page,
  edge,
}) => {
  edge.tracked('/p');
  for (const [referer] of CASES) await page.goto('/p', { referer });
  await expect.poll(() => edge.of('pageview').length).toBe(CASES.length);
  const told = edge.of('pageview').map(({ attribution }) => {
    const { referrer, referrerType, referrerPlatform } = attribution as Record<string, unknown>;
    return [referrer, referrerType, referrerPlatform];
  });
  expect(told).toEqual(CASES);
});

test('a page of the same host is internal', async ({ page, edge }) => {
  edge.tracked('/p', '<a href="/q">on</a>');
  edge.tracked('/q');
  await page.goto('/p');
  await page.click('a');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  expect(edge.of('pageview')[1]?.attribution).toMatchObject({
    referrerType: 'internal',
    referrerPlatform: '127.0.0.1',
  });
});
