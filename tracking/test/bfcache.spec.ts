// exit.ts with the browser's real back-forward cache.
import { expect, test } from './fixture';

test('a page that comes back out of the cache is a pageview with clocks at zero', async ({ page, edge }) => {
  edge.tracked('/a');
  edge.page('/b', '<!doctype html><title>B</title>');
  await page.clock.install();
  await page.goto('/a');
  await page.evaluate('window.isTheSame = true');
  await page.clock.runFor(20_000);
  await page.goto('/b');
  // Not goBack(): Firefox announces no navigation of a page that it kept, and Playwright would wait for it.
  await page.evaluate('void history.back()');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  expect(await page.evaluate('window.isTheSame')).toBe(true);
  await page.clock.runFor(2_000);
  await page.goto('/b');
  await expect.poll(() => edge.of('page_exit').length).toBe(2);
  expect(edge.events.map(({ eventType, eventData }) => [eventType, eventData.navigationMethod])).toEqual([
    ['pageview', 'initial_load'],
    ['page_exit', undefined],
    ['pageview', 'bfcache'],
    ['page_exit', undefined],
  ]);
  const [first, second] = edge.of('page_exit').map(({ eventData }) => eventData);
  expect(first?.engagedMs).toBeGreaterThanOrEqual(20_000);
  expect(second?.timeSpent).toBeLessThan(15_000);
  expect(second?.engagedMs).toBeLessThan(15_000);
});
