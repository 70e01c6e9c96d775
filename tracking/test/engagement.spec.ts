// engagement.ts: time counts while the page is visible and somebody gives a sign of life now and then.
import { expect, setHidden, test } from './fixture';

const near = (value: unknown, expected: number): void => {
  // The clock of the page also runs by itself while the test talks to it.
  expect(value).toBeGreaterThanOrEqual(expected);
  expect(value).toBeLessThan(expected + 15_000);
};

test('without a sign of life a page is read for 30 seconds, not for ever', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(300_000);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  const data = edge.of('page_exit')[0]?.eventData;
  expect(data?.engagedMs).toBe(30_000);
  near(data?.timeSpent, 300_000);
});

test('every movement, key and touch goes on counting', async ({ page, edge }) => {
  edge.tracked('/a', '<input>');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(20_000);
  await page.mouse.move(50, 50);
  await page.clock.runFor(20_000);
  await page.keyboard.press('a');
  await page.clock.runFor(20_000);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  near(edge.of('page_exit')[0]?.eventData.engagedMs, 60_000);
});

test('a hidden page is not engaged', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(6_000);
  await setHidden(page, true);
  await page.clock.runFor(25_000);
  await setHidden(page, false);
  await page.clock.runFor(7_000);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  near(edge.of('page_exit')[0]?.eventData.engagedMs, 13_000);
});

test('the next page of a single-page app counts from zero', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(20_000);
  await page.evaluate('history.pushState(null, "", "/b")');
  await page.clock.runFor(8_000);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(2);
  near(edge.of('page_exit')[0]?.eventData.engagedMs, 20_000);
  near(edge.of('page_exit')[1]?.eventData.engagedMs, 8_000);
});
