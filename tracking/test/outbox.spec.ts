// outbox.ts: what was not confirmed outlives the page, comes again with its id, and does not pile up.
import { expect, pass, settle, test } from './fixture';

test.beforeEach(({ edge }) => {
  edge.tracked('/p', '<button>b</button>');
});

const DAY = 86_400_000;

const line = (eventId: string, at: number): string =>
  JSON.stringify({ eventType: 'old', eventId, timestamp: new Date(at), sequence: 1, siteId: 's', eventData: {} });

test('what a beacon took comes again on the next load, with the same id', async ({ page, edge }) => {
  await page.goto('/p');
  await page.goto('/p');
  await expect.poll(() => edge.deliveries.filter(({ eventType }) => eventType === 'page_exit').length).toBe(2);
  expect(edge.of('page_exit')).toHaveLength(1);
  // Confirmed now, so it does not come a third time.
  await expect.poll(() => page.evaluate(() => localStorage._ts_queue as string)).toBe('');
});

test('what is confirmed is forgotten', async ({ page, edge }) => {
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  expect(await page.evaluate(() => (localStorage._ts_queue as string).trim().split('\n').length)).toBe(1);
  await pass(page, edge, 10_000);
  await expect.poll(() => page.evaluate(() => localStorage._ts_queue as string)).toBe('');
});

test('events older than three days and broken lines are thrown away', async ({ page, edge }) => {
  const lines = [line('young', Date.now() - 2 * DAY), line('old', Date.now() - 4 * DAY), '{"broken', 'null'];
  edge.page('/before', '<!doctype html><title>Before</title>');
  await page.goto('/before');
  await page.evaluate((text) => {
    localStorage._ts_queue = text;
  }, lines.join('\n'));
  await page.goto('/p');
  await expect.poll(() => edge.of('old').length).toBe(1);
  await settle(page, edge);
  expect(edge.of('old').map(({ eventId }) => eventId)).toEqual(['young']);
  await expect.poll(() => page.evaluate(() => localStorage._ts_queue as string)).toBe('');
});

test('a server that is away for long costs the oldest events, not the storage', async ({ page, edge }) => {
  edge.decide = () => ({ status: 503 });
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate(() => {
    for (let i = 0; i < 300; i++) document.querySelector('button')?.click();
  });
  await settle(page, edge);
  expect(await page.evaluate(() => (localStorage._ts_queue as string).split('\n').length)).toBe(200);
});

test('two tabs do not take each other’s events away', async ({ page, context, edge }) => {
  edge.decide = () => ({ status: 503 });
  await page.goto('/p');
  const tab = await context.newPage();
  await tab.goto('/p');
  await page.click('button');
  await tab.click('button');
  const names = await page.evaluate(() =>
    (localStorage._ts_queue as string).split('\n').map((text) => (JSON.parse(text) as { eventType: string }).eventType),
  );
  expect(names.sort()).toEqual(['click', 'click', 'pageview', 'pageview']);
});
