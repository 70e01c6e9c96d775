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

const CASES: Readonly<Record<string, readonly (readonly [referrer: string, platform: string])[]>> = {
  search: [
    ['https://www.google.com/', 'google'],
    ['https://www.google.co.uk/', 'google'],
    ['https://duckduckgo.com/', 'duckduckgo'],
  ],
  social: [
    ['https://l.facebook.com/', 'facebook'],
    ['https://fb.me/', 'facebook'],
    ['https://t.co/', 'twitter'],
    ['https://youtu.be/', 'youtube'],
    ['https://www.reddit.com/', 'reddit'],
  ],
  referral: [
    ['https://notgoogle.com/', 'notgoogle.com'],
    ['https://t.company.org/', 't.company.org'],
    ['https://blog.example.org/', 'blog.example.org'],
  ],
};

for (const [type, cases] of Object.entries(CASES)) {
  test(`a referrer is ${type} by the labels of its host`, async ({ page, edge }) => {
    edge.tracked('/p');
    // Every other host is a page that leads to ours at once, so that the referrer is the browser's own.
    await page.route('https://**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<meta name="referrer" content="origin"><script>location = '${edge.origin}/p'</script>`,
      }),
    );
    for (const [referrer] of cases) {
      await page.goto(referrer, { waitUntil: 'commit' });
      await page.waitForURL('**/p');
    }
    await expect.poll(() => edge.of('pageview').length).toBe(cases.length);
    const told = edge.of('pageview').map(({ attribution }) => {
      const { referrer, referrerType, referrerPlatform } = attribution as Record<string, unknown>;
      return [referrer, referrerType, referrerPlatform];
    });
    expect(told).toEqual(cases.map(([referrer, platform]) => [referrer, type, platform]));
  });
}

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
