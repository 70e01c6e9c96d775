// storage.ts: what is kept on the device and where, and what happens where nothing can be or may be.
import { expect, pass, test } from './fixture';

test('ids are kept under the keys of seed 003 and nowhere else', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  const [pageview] = edge.of('pageview');
  const kept = Object.fromEntries(await page.evaluate(() => Object.entries<string>(localStorage)));
  expect(kept._ts_session_id).toBe(pageview?.sessionId);
  expect(kept._ts_visitor_id).toBe(pageview?.visitorId);
  expect(Number(kept._ts_session_start)).toBeLessThanOrEqual(Number(kept._ts_last_activity));
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual(['_ts_page_start']);
});

const BLOCK = 'Object.defineProperty(window, "localStorage", { get() { throw new Error("blocked") } })';
const FILL = `
  for (let text = 'x'.repeat(2 ** 23), key = 0; text; key++) {
    try {
      localStorage[key] = text;
    } catch {
      text = text.slice(text.length / 2 + 0.5);
    }
  }
`;

for (const [name, breakStorage] of [
  ['blocked', BLOCK],
  ['full', FILL],
] as const) {
  test(`storage that is ${name} stops no event, and no id is made up`, async ({ page, edge }) => {
    const head = `<script>${breakStorage}</script>`;
    edge.tracked('/p', '<button>b</button>', 'data-site="test"', head);
    await page.clock.install();
    await page.goto('/p');
    await page.click('button');
    await pass(page, edge, 10_000);
    expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'click']);
    for (const event of edge.events) {
      expect(event.sessionId).toBeUndefined();
      expect(event.visitorId).toBeUndefined();
    }
  });
}

test('data-storage="none" keeps nothing on the device and sends everything', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>', 'data-site="t" data-storage="none"');
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'click']);
  expect(edge.events[0]).not.toHaveProperty('visitorId');
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
});

test('what others keep there is left alone', async ({ page, edge }) => {
  edge.page('/before', '<!doctype html><title>Before</title>');
  edge.tracked('/p', '', 'data-site="t" data-consent="required"');
  await page.goto('/before');
  await page.evaluate(() => {
    for (const area of [localStorage, sessionStorage]) area.setItem('basket', 'oak');
  });
  await page.goto('/p');
  await page.evaluate('footfall.consent(true)');
  await expect.poll(() => page.evaluate(() => localStorage.length)).toBeGreaterThan(1);
  await page.evaluate('footfall.consent(false)');
  expect(
    await page.evaluate(() => [localStorage, sessionStorage].map((area) => Object.entries<string>(area))),
  ).toEqual([[['basket', 'oak']], [['basket', 'oak']]]);
});
