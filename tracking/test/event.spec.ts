// event.ts: what every event carries, made once and when it happened.
import type { Page } from '@playwright/test';
import { expect, pass, test } from './fixture';

const click = (page: Page, times: number): Promise<void> =>
  page.evaluate((count) => {
    for (let i = 0; i < count; i++) document.querySelector('button')?.click();
  }, times);

test.beforeEach(async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.clock.install({ time: '2026-01-05T10:00:00Z' });
});

test('every event has its own id and the next number', async ({ page, edge }) => {
  await page.goto('/p');
  await click(page, 120);
  await pass(page, edge, 10_000);
  expect(edge.deliveries).toHaveLength(121);
  expect(new Set(edge.deliveries.map(({ eventId }) => eventId)).size).toBe(121);
  expect(edge.events.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 121 }, (_, index) => index + 1),
  );
  for (const { message } of edge.requests) {
    expect((message.events as unknown[] | undefined)?.length ?? 1).toBeLessThanOrEqual(50);
  }
});

test('each load counts from one again', async ({ page, edge }) => {
  await page.goto('/p');
  await click(page, 2);
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  expect(edge.of('pageview').map(({ sequence }) => sequence)).toEqual([1, 1]);
});

test('an event is dated when it happened, not when it left', async ({ page, edge }) => {
  await page.goto('/p');
  await page.clock.pauseAt('2026-01-05T10:05:00Z');
  await click(page, 1);
  await page.clock.runFor(4_000);
  await click(page, 1);
  await pass(page, edge, 10_000);
  expect(edge.of('click').map(({ timestamp }) => timestamp)).toEqual([
    '2026-01-05T10:05:00.000Z',
    '2026-01-05T10:05:04.000Z',
  ]);
});

test('an event that is sent again is the same to the letter', async ({ page, edge }) => {
  edge.decide = () => ({ status: 503 });
  await page.goto('/p');
  await pass(page, edge, 2_000);
  edge.decide = () => ({ status: 202 });
  await pass(page, edge, 4_000);
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  const [first, ...others] = edge.requests.filter(({ path }) => path === '/collect');
  expect(others.length).toBeGreaterThanOrEqual(1);
  const { eventId, timestamp, sequence, browser } = first?.message ?? {};
  expect(edge.of('pageview')[0]).toMatchObject({ eventId, timestamp, sequence, browser });
});
