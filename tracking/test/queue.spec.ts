// queue.ts: when events leave, and what happens when they do not arrive.
import type { Page } from '@playwright/test';
import { expect, pass, settle, test } from './fixture';

const click = (page: Page, times: number): Promise<void> =>
  page.evaluate((count) => {
    for (let i = 0; i < count; i++) document.querySelector('button')?.click();
  }, times);

test.beforeEach(async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.clock.install();
});

test('events leave together, ten seconds after the first at the latest', async ({ page, edge }) => {
  await page.goto('/p');
  await click(page, 1);
  // Continuous activity must not put it off.
  for (let second = 0; second < 5; second++) {
    await page.clock.runFor(1_000);
    await page.mouse.move(second, second);
  }
  await click(page, 1);
  await settle(page, edge);
  expect(edge.of('click')).toEqual([]);
  await pass(page, edge, 5_000);
  expect(edge.of('click')).toHaveLength(2);
  const batch = edge.requests.find(({ message }) => message.eventType === 'batch');
  expect(batch?.headers['content-type']).toMatch(/^text\/plain/);
  expect(batch?.headers.cookie).toBeUndefined();
  const [first, last] = edge.of('click');
  expect(batch?.message).toMatchObject({
    eventType: 'batch',
    siteId: 'test',
    sessionId: first?.sessionId,
    visitorId: first?.visitorId,
    url: `${edge.origin}/p`,
    path: '/p',
    batchMetadata: {
      eventCount: 2,
      batchStartTime: first?.timestamp,
      batchEndTime: last?.timestamp,
      activityDuration: Date.parse(last?.timestamp ?? '') - Date.parse(first?.timestamp ?? ''),
      sentOnExit: false,
      droppedCount: 0,
    },
  });
  // The envelope has the ids; its events need not repeat them.
  const inner = (batch?.message.events as Record<string, unknown>[])[0];
  expect(Object.keys(inner ?? {}).sort()).toEqual(
    ['eventData', 'eventId', 'eventType', 'path', 'sequence', 'timestamp', 'url'].sort(),
  );
});

test('the fiftieth event does not wait', async ({ page, edge }) => {
  await page.goto('/p');
  await click(page, 49);
  await settle(page, edge);
  expect(edge.of('click')).toEqual([]);
  await click(page, 1);
  await expect.poll(() => edge.of('click').length).toBe(50);
});

for (const status of [500, 503, 408, 429]) {
  test(`after a ${status} the same event comes again`, async ({ page, edge }) => {
    let failures = 2;
    edge.decide = () => ({ status: failures-- > 0 ? status : 202 });
    await page.goto('/p');
    await expect.poll(() => edge.requests.length).toBe(1);
    await pass(page, edge, 2_000);
    await pass(page, edge, 4_000);
    await expect.poll(() => edge.of('pageview').length).toBe(1);
    const tries = edge.requests.filter(({ path }) => path === '/collect');
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ body }) => /"eventId":"([^"]+)"/.exec(body)?.[1])).size).toBe(1);
  });
}

test('Retry-After is kept to', async ({ page, edge }) => {
  edge.decide = () => ({ status: 429, retryAfter: 90 });
  await page.goto('/p');
  await expect.poll(() => edge.requests.length).toBe(1);
  await settle(page, edge);
  edge.decide = () => ({ status: 202 });
  await pass(page, edge, 80_000);
  expect(edge.events).toEqual([]);
  await pass(page, edge, 15_000);
  expect(edge.of('pageview')).toHaveLength(1);
});

for (const status of [400, 403, 413, 422]) {
  test(`a ${status} is final: dropped, counted, never again`, async ({ page, edge }) => {
    edge.decide = () => ({ status });
    await page.goto('/p');
    await expect.poll(() => edge.requests.length).toBe(1);
    await settle(page, edge);
    edge.decide = () => ({ status: 202 });
    await click(page, 1);
    await pass(page, edge, 10_000);
    expect(edge.events.map(({ eventType }) => eventType)).toEqual(['click']);
    const batch = edge.requests.find(({ message }) => message.eventType === 'batch');
    expect(batch?.message.batchMetadata).toMatchObject({ droppedCount: 1 });
    expect(await page.evaluate(() => localStorage._ts_queue as string)).toBe('');
  });
}

test('offline nothing is lost; online it comes at once and once', async ({ page, context, edge }) => {
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  await context.setOffline(true);
  await click(page, 3);
  await page.clock.runFor(20_000);
  // Asked for after them, and refused: so were they.
  expect(await page.evaluate(() => fetch('/p').then(() => 'online', () => 'offline'))).toBe('offline');
  expect(edge.of('click')).toEqual([]);
  await context.setOffline(false);
  await expect.poll(() => edge.of('click').length).toBe(3);
  await pass(page, edge, 60_000);
  expect(edge.deliveries).toHaveLength(4);
});

test('when every third answer is a 503, all 40 clicks arrive once', async ({ page, edge }) => {
  let count = 0;
  edge.decide = () => ({ status: ++count % 3 ? 202 : 503 });
  await page.goto('/p');
  for (let round = 0; round < 8; round++) {
    await click(page, 5);
    await pass(page, edge, 15_000);
  }
  await pass(page, edge, 60_000);
  expect(edge.of('click')).toHaveLength(40);
  expect(edge.deliveries).toHaveLength(41);
});
