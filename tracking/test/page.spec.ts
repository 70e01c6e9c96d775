// page.ts: the address of the page as it is told, and the clock that starts with it.
import { expect, test } from './fixture';

test('an address that is too long for the server is cut, not refused', async ({ page, edge }) => {
  const path = `/${'p'.repeat(3_000)}`;
  edge.tracked(path);
  await page.goto(`${path}?q=${'x'.repeat(6_000)}`);
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  const [view] = edge.of('pageview');
  expect(view?.url).toHaveLength(8_000);
  expect(view?.path).toBe(path.slice(0, 2_000));
});

test('secrets are left out of the address of every event', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.goto('/p?token=s3cret&q=oak');
  await page.click('button');
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  expect(new Set(edge.events.map(({ url }) => url))).toEqual(
    new Set([`${edge.origin}/p?token=[REDACTED]&q=oak`]),
  );
});

test('the clock starts with each page and goes on under another query', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  const start = (): Promise<number> => page.evaluate(() => Number(sessionStorage._ts_page_start));
  const first = await start();
  await page.clock.runFor(5_000);
  await page.evaluate('history.pushState(null, "", "/a?page=2")');
  await page.clock.runFor(200);
  expect(await start()).toBe(first);
  await page.evaluate('history.pushState(null, "", "/b")');
  await page.clock.runFor(200);
  expect(await start()).toBeGreaterThanOrEqual(first + 5_000);
});
