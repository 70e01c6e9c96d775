// session.ts: 30 minutes, all tabs, every load.
import { expect, pass, test } from './fixture';

const MINUTE = 60_000;

test('another load and another tab share the session', async ({ page, context, edge }) => {
  edge.tracked('/p');
  await page.goto('/p');
  await page.goto('/p');
  const tab = await context.newPage();
  await tab.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(3);
  expect(new Set(edge.of('pageview').map(({ sessionId }) => sessionId)).size).toBe(1);
});

test('29 idle minutes keep the session, 31 end it; the visitor stays', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.clock.install();
  await page.goto('/p');
  await page.clock.fastForward(29 * MINUTE);
  await page.click('button');
  await page.clock.fastForward(31 * MINUTE);
  await page.click('button');
  await pass(page, edge, 10_000);
  const [view, early, late] = edge.events;
  expect(early?.sessionId).toBe(view?.sessionId);
  expect(late?.sessionId).not.toBe(view?.sessionId);
  expect(late?.visitorId).toBe(view?.visitorId);
});

test('leaving a tab that was forgotten starts no session and ends the old one in its time', async ({
  page,
  edge,
}) => {
  edge.tracked('/p');
  await page.clock.install({ time: '2026-01-05T10:00:00Z' });
  await page.goto('/p');
  await page.clock.fastForward(120 * MINUTE);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  const [view] = edge.of('pageview');
  const [exit] = edge.of('page_exit');
  expect(exit?.sessionId).toBe(view?.sessionId);
  expect(Date.parse(exit?.timestamp ?? '') - Date.parse(view?.timestamp ?? '')).toBeLessThan(MINUTE);
  expect(exit?.eventData.timeSpent).toBeLessThan(MINUTE);
});
