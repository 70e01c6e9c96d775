// spa.ts: pages that change without loading.
import type { Page } from '@playwright/test';
import { expect, pass, test } from './fixture';

/** Runs `code` in the page and lets what it leads to happen. */
const run = async (page: Page, code: string): Promise<void> => {
  await page.evaluate(code);
  await page.clock.runFor(200);
};

test('pushState, replaceState, popstate and hashchange each give a pageview of their method', async ({
  page,
  edge,
}) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await run(page, 'document.title = "B"; history.pushState(null, "", "/b")');
  await run(page, 'history.replaceState(null, "", "/c?x=1")');
  await run(page, 'location.hash = "part"');
  await run(page, 'new Promise((done) => { addEventListener("popstate", done, { once: true }); history.go(-2) })');
  await expect.poll(() => edge.of('pageview').length).toBe(5);
  expect(
    edge.of('pageview').map(({ eventData, path }) => `${String(eventData.navigationMethod)} ${path}`),
  ).toEqual(['initial_load /a', 'pushstate /b', 'replacestate /c', 'hashchange /c', 'popstate /a']);
  expect(edge.of('pageview')[1]).toMatchObject({
    page: { title: 'B', referrer: `${edge.origin}/a`, path: '/b' },
    attribution: { referrerType: 'internal' },
  });
});

test('the same address again is no pageview', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await run(page, 'history.pushState(null, "", "/a"); history.replaceState({ some: "state" }, "")');
  await run(page, 'location.hash = ""');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview').map(({ url }) => url)).toEqual([`${edge.origin}/a`]);
});

test('several changes in one task are one page', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await run(page, 'history.pushState(null, "", "/redirect"); history.replaceState(null, "", "/target")');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview').map(({ path }) => path)).toEqual(['/a', '/target']);
});

test('page_exit belongs to the page that was left and tells where to', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(5_000);
  await run(page, 'history.pushState(null, "", "/b")');
  await pass(page, edge, 10_000);
  expect(edge.of('page_exit')).toMatchObject([
    {
      url: `${edge.origin}/a`,
      path: '/a',
      eventData: { exitMethod: 'pushstate', previousPath: '/a', newPath: '/b' },
    },
  ]);
  expect(edge.of('page_exit')[0]?.eventData.timeSpent).toBeGreaterThanOrEqual(5_000);
  expect(edge.of('page_exit')[0]?.sequence).toBeLessThan(edge.of('pageview')[1]?.sequence ?? 0);
});

test('a page of under 100 ms was a redirect and has no exit', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install({ time: '2026-01-05T10:00:00Z' });
  await page.goto('/a');
  // From here on time stands still but for what the test lets pass.
  await page.clock.pauseAt('2026-01-05T10:05:00Z');
  await page.evaluate('history.pushState(null, "", "/b")');
  await page.clock.runFor(90);
  await page.evaluate('history.pushState(null, "", "/c")');
  await pass(page, edge, 10_000);
  expect(edge.of('page_exit').map(({ path }) => path)).toEqual(['/a']);
});

test('another query is another pageview of the same page, whose time goes on', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(4_000);
  await run(page, 'history.pushState(null, "", "/a?page=2")');
  await page.clock.runFor(4_000);
  await run(page, 'history.pushState(null, "", "/b")');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview')).toHaveLength(3);
  expect(edge.of('page_exit')).toHaveLength(1);
  expect(edge.of('page_exit')[0]?.eventData.timeSpent).toBeGreaterThanOrEqual(8_000);
  expect(edge.of('page_exit')[0]?.eventData.engagedMs).toBeGreaterThanOrEqual(8_000);
});

test('trackHash off: anchors are no pages', async ({ page, edge }) => {
  edge.tracked('/a', '', 'data-track-hash="false"');
  await page.clock.install();
  await page.goto('/a');
  await run(page, 'location.hash = "part"');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview')).toHaveLength(1);
});

test('hashRouting: the part after # is part of the path', async ({ page, edge }) => {
  edge.tracked('/a', '', 'data-hash-routing="true"');
  await page.clock.install();
  await page.goto('/a#/home');
  await page.clock.runFor(1_000);
  await run(page, 'location.hash = "/cart"');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview').map(({ path }) => path)).toEqual(['/a#/home', '/a#/cart']);
  expect(edge.of('page_exit').map(({ path }) => path)).toEqual(['/a#/home']);
});

test('events carry the page they happened on', async ({ page, edge }) => {
  edge.tracked('/a', '<button>b</button>');
  await page.clock.install();
  await page.goto('/a');
  await page.click('button');
  await run(page, 'history.pushState(null, "", "/b")');
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.of('click').map(({ path, url }) => [path, url])).toEqual([
    ['/a', `${edge.origin}/a`],
    ['/b', `${edge.origin}/b`],
  ]);
});

test('history still works as the browser made it', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.goto('/a');
  await page.evaluate('history.pushState({ n: 1 }, "", "/b")');
  expect(await page.evaluate('history.state.n')).toBe(1);
  expect(page.url()).toBe(`${edge.origin}/b`);
  await expect(page.evaluate('history.pushState(null, "", "https://example.org/")')).rejects.toThrow(
    'SecurityError',
  );
});
