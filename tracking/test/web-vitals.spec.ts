// web-vitals.ts: Core Web Vitals, for those who ask for them.
import { expect, setHidden, settle, test } from './fixture';

const NAMES = ['CLS', 'FCP', 'INP', 'LCP', 'TTFB'];
const BODY = '<h1>A page</h1><p>with words</p><button>b</button>';

test('nothing is loaded unless asked for', async ({ page, edge }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  edge.tracked('/p', BODY);
  await page.goto('/p');
  await page.click('button');
  await setHidden(page, true);
  await settle(page, edge);
  expect(loaded.filter((path) => path.startsWith('/js/'))).toEqual([]);
  expect(edge.of('web_vital')).toEqual([]);
});

test('data-web-vitals="true" loads an immutable file and tells each vital when the tab is put away', async ({
  page,
  edge,
}) => {
  edge.tracked('/p', BODY, 'data-site="t" data-web-vitals="true"');
  const file = page.waitForResponse(/\/js\/vitals\.[0-9a-f]{16}\.js$/);
  await page.goto('/p');
  expect((await file).status()).toBe(200);
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length)).toBe(1);
  await expect.poll(() => page.evaluate(() => (localStorage._ts_queue as string).includes('TTFB'))).toBe(true);
  await page.click('button');
  await settle(page, edge);
  await setHidden(page, true);
  await expect.poll(() => edge.of('web_vital').length).toBeGreaterThanOrEqual(3);
  for (const { eventData, siteId } of edge.of('web_vital')) {
    expect(NAMES).toContain(eventData.name);
    expect(['good', 'needs-improvement', 'poor']).toContain(eventData.rating);
    expect(eventData.value).toBeGreaterThanOrEqual(0);
    expect(siteId).toBe('t');
  }
  const names = new Set(edge.of('web_vital').map(({ eventData }) => eventData.name));
  expect(names).toContain('LCP');
  expect(names).toContain('FCP');
});

test('a file that cannot be loaded costs nothing else', async ({ page, edge }) => {
  await page.route(/\/js\/vitals\./, (route) => route.abort());
  edge.tracked('/p', BODY, 'data-web-vitals="true"');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
});
