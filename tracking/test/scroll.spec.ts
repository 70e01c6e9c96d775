// scroll.ts: milestones once a page, maxima now and then, nothing where nothing scrolls.
import type { Page } from '@playwright/test';
import { expect, pass, test } from './fixture';

const LONG = '<div style="height: 4000px"></div>';

const scroll = async (page: Page, share: number): Promise<void> => {
  await page.evaluate(
    (part) =>
      new Promise<void>((resolve) => {
        addEventListener('scroll', () => resolve(), { once: true });
        window.scrollTo(0, part * (document.documentElement.scrollHeight - innerHeight));
      }),
    share,
  );
  await page.clock.runFor(100);
};

test('each milestone comes once, in order, with its time', async ({ page, edge }) => {
  edge.tracked('/p', LONG);
  await page.clock.install();
  await page.goto('/p');
  for (const share of [0.3, 0.1, 0.6, 1, 0, 1]) await scroll(page, share);
  await pass(page, edge, 10_000);
  const depths = edge.of('scroll_depth').map(({ eventData }) => eventData);
  expect(depths.map(({ milestone }) => milestone)).toEqual([25, 50, 75, 100]);
  expect(depths.map(({ scrollPercentage }) => scrollPercentage)).toEqual([30, 60, 100, 100]);
  for (const { timeToMilestone } of depths) expect(timeToMilestone).toBeGreaterThanOrEqual(100);
});

test('scroll tells a new maximum, at most every two seconds', async ({ page, edge }) => {
  edge.tracked('/p', LONG);
  await page.clock.install();
  await page.goto('/p');
  await scroll(page, 0.1);
  await scroll(page, 0.2);
  await page.clock.runFor(2_000);
  await scroll(page, 0.15);
  await scroll(page, 0.4);
  await pass(page, edge, 10_000);
  expect(edge.of('scroll').map(({ eventData }) => eventData.scrollPercentage)).toEqual([10, 40]);
  expect(edge.of('scroll')[0]?.eventData).toMatchObject({
    windowHeight: 800,
    documentHeight: await page.evaluate(() => document.documentElement.scrollHeight),
    scrollTop: await page.evaluate(() => Math.round(0.1 * (document.documentElement.scrollHeight - innerHeight))),
  });
});

test('a page that fits its window reaches no milestone', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.clock.install();
  await page.goto('/p');
  await page.mouse.wheel(0, 500);
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'click']);
});

test('another page of a single-page app starts anew', async ({ page, edge }) => {
  edge.tracked('/p', LONG);
  await page.clock.install();
  await page.goto('/p');
  await scroll(page, 0.3);
  await page.evaluate(() => {
    history.pushState(null, '', '/q');
    window.scrollTo(0, 0);
  });
  await page.clock.runFor(200);
  await scroll(page, 0.55);
  await pass(page, edge, 10_000);
  expect(
    edge.of('scroll_depth').map(({ path, eventData }) => `${path} ${String(eventData.milestone)}`),
  ).toEqual(['/p 25', '/q 25', '/q 50']);
});
