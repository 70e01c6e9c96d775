// pageview.ts: one pageview a load, at once, with its blocks.
import { expect, test } from './fixture';

test('a load gives exactly one pageview, sent on its own and at once', async ({ page, edge }) => {
  edge.tracked('/shop');
  await page.goto('/shop?colour=red#top');
  await expect.poll(() => edge.requests.length).toBe(1);
  const [request] = edge.requests;
  const sent = request?.message;
  expect(request?.path).toBe('/collect');
  expect(sent).toMatchObject({
    eventType: 'pageview',
    sequence: 1,
    siteId: 'test',
    url: `${edge.origin}/shop?colour=red#top`,
    path: '/shop',
    eventData: { navigationMethod: 'initial_load' },
    page: {
      title: 'Page /shop',
      url: `${edge.origin}/shop?colour=red#top`,
      path: '/shop',
      referrer: 'direct',
      queryParams: '?colour=red',
      hash: '#top',
      status: 200,
    },
  });
  const here = await page.evaluate(() => ({
    userAgent: navigator.userAgent,
    language: navigator.language,
    webdriver: true,
    screenWidth: screen.width,
    screenHeight: screen.height,
    viewportWidth: innerWidth,
    viewportHeight: innerHeight,
    devicePixelRatio,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  }));
  expect(sent?.browser).toEqual(here);
});

test('a page that is not there tells its status', async ({ page, edge }) => {
  await page.goto('/no-such-page');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.of('pageview')[0]?.page).toMatchObject({ status: 404 });
});

test('secrets in the address stay in the browser', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.goto('/p?password=hunter2&q=oak#token=abc');
  await expect.poll(() => edge.requests.length).toBe(1);
  expect(edge.requests[0]?.body).not.toMatch(/hunter2|abc/);
  expect(edge.of('pageview')[0]?.url).toContain('password=[REDACTED]&q=oak');
});

test('trackPageViews off sends none', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>', 'data-track-page-views="false"');
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await page.clock.runFor(10_000);
  await expect.poll(() => edge.of('click').length).toBe(1);
  expect(edge.of('pageview')).toEqual([]);
});
