// exit.ts: the end of a page, the tab put away, and the return out of the back-forward cache.
import { expect, pass, setHidden, settle, test } from './fixture';

test('leaving sends page_exit with what was waiting, in one beacon', async ({ page, edge }) => {
  edge.tracked('/a', '<button>b</button>');
  edge.page('/away', '<!doctype html><title>Away</title>');
  await page.clock.install();
  await page.goto('/a');
  await page.click('button');
  await page.clock.runFor(3_000);
  await page.goto('/away');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  const [, beacon] = edge.requests;
  expect(edge.requests).toHaveLength(2);
  expect(beacon?.headers['content-type']).toMatch(/^text\/plain/);
  expect(beacon?.message).toMatchObject({
    eventType: 'batch',
    batchMetadata: { eventCount: 2, sentOnExit: true },
    events: [{ eventType: 'click' }, { eventType: 'page_exit', path: '/a', url: `${edge.origin}/a` }],
  });
  const data = edge.of('page_exit')[0]?.eventData;
  expect(data?.timeSpent).toBeGreaterThanOrEqual(3_000);
  expect(data?.engagedMs).toBeGreaterThanOrEqual(3_000);
  expect(edge.of('page_visibility')).toEqual([]);
});

test('a tab that is put away and taken up tells both, and sends when put away', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.clock.install();
  await page.goto('/a');
  await page.clock.runFor(4_000);
  await setHidden(page, true);
  await expect.poll(() => edge.of('page_visibility').length).toBe(1);
  await page.clock.runFor(60_000);
  await setHidden(page, false);
  await pass(page, edge, 10_000);
  const [hidden, visible] = edge.of('page_visibility').map(({ eventData }) => eventData);
  expect(hidden).toMatchObject({ hidden: true });
  expect(hidden?.timeSpent).toBeGreaterThanOrEqual(4_000);
  expect(hidden?.engagedMs).toBeGreaterThanOrEqual(4_000);
  expect(visible).toMatchObject({ hidden: false });
  expect(Number(visible?.engagedMs) - Number(hidden?.engagedMs)).toBeLessThan(1_000);
  expect(visible?.timeSpent).toBeGreaterThanOrEqual(60_000);
});

test('trackPageVisibility off sends none but still saves what was waiting', async ({ page, edge }) => {
  edge.tracked('/a', '<button>b</button>', 'data-track-page-visibility="false"');
  await page.goto('/a');
  await page.click('button');
  await setHidden(page, true);
  await expect.poll(() => edge.of('click').length).toBe(1);
  expect(edge.of('page_visibility')).toEqual([]);
});

test('a page that ends was not put away: its hiding tells nothing', async ({ page, edge }) => {
  edge.tracked('/a');
  await page.goto('/a');
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
  await setHidden(page, true);
  await settle(page, edge);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'page_exit']);
});

