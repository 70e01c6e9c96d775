// main.ts on a phone: the same events, with the phone's measures.
import { expect, pass, test } from './fixture';

const VIEWPORT = { width: 412, height: 839 };

test.use({ viewport: VIEWPORT, deviceScaleFactor: 2.625, isMobile: true, hasTouch: true });

test('a visit on a phone tells its measures, its taps and how far it went', async ({
  page,
  edge,
  browserName,
}) => {
  const head = '<meta name="viewport" content="width=device-width, initial-scale=1">';
  const body = '<button id="buy">Buy</button><div style="height: 3000px"></div>';
  edge.tracked('/p', body, 'data-site="test"', head);
  await page.clock.install();
  await page.goto('/p');
  // Playwright has no finger for a stock Firefox, and what a tap leads to is this click.
  if (browserName === 'firefox') await page.click('#buy');
  else await page.tap('#buy');
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener('scroll', () => resolve(), { once: true });
        scrollTo(0, 10_000);
      }),
  );
  await page.clock.runFor(100);
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual([
    'pageview',
    'click',
    'scroll',
    ...Array<string>(4).fill('scroll_depth'),
  ]);
  expect(edge.of('pageview')[0]?.browser).toMatchObject({
    viewportWidth: VIEWPORT.width,
    viewportHeight: VIEWPORT.height,
    screenWidth: VIEWPORT.width,
    screenHeight: VIEWPORT.height,
    devicePixelRatio: 2.625,
  });
  expect(edge.of('click')[0]?.eventData).toMatchObject({ tagName: 'button', id: 'buy', text: 'Buy' });
  expect(edge.of('scroll')[0]?.eventData).toMatchObject({
    scrollPercentage: 100,
    windowHeight: VIEWPORT.height,
  });
});

test('a finger on the page goes on counting as engaged', async ({ page, edge }) => {
  edge.tracked('/p', '<p>text</p>');
  await page.clock.install();
  await page.goto('/p');
  await page.clock.runFor(25_000);
  await page.evaluate(() => document.body.dispatchEvent(new Event('touchstart', { bubbles: true })));
  await page.clock.runFor(25_000);
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(1);
  expect(edge.of('page_exit')[0]?.eventData.engagedMs).toBeGreaterThanOrEqual(50_000);
});
