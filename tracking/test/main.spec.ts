// main.ts and guard.ts: starts once, at the right moment, and stays unnoticed.
import { expect, pass, settle, test } from './fixture';

test('the snippet twice counts once', async ({ page, edge }) => {
  edge.tracked('/p', '<script defer src="/tracking.js" data-site="test"></script><button>b</button>');
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.deliveries.map(({ eventType }) => eventType)).toEqual(['pageview', 'click']);
});

test('a script in the head without defer waits for the title', async ({ page, edge }) => {
  edge.page('/p', '<!doctype html><script src="/tracking.js" data-site="t"></script><title>Late</title><p>x');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.of('pageview')[0]?.page).toMatchObject({ title: 'Late' });
});

test('a script that a tag manager adds later works too', async ({ page, edge }) => {
  edge.page('/p', '<!doctype html><title>Managed</title><p>x');
  await page.goto('/p');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.src = '/tracking.js';
    script.dataset.site = 'managed';
    document.head.append(script);
  });
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.of('pageview')[0]?.siteId).toBe('managed');
});

for (const [name, script] of [
  ['fetch that throws', 'window.fetch = () => { throw new Error("no") }'],
  ['no fetch', 'delete window.fetch'],
  ['a selection that throws', 'window.getSelection = () => { throw new Error("no") }'],
  ['no performance entries', 'performance.getEntriesByType = undefined'],
] as const) {
  test(`a page with ${name} is not broken`, async ({ page, edge }) => {
    edge.tracked('/p', '<button onclick="document.title = \'clicked\'">b</button>');
    await page.addInitScript(script);
    await page.goto('/p');
    await page.click('button');
    await page.evaluate('document.dispatchEvent(new Event("copy"))');
    await expect(page).toHaveTitle('clicked');
    // Whatever was amiss, the end of the page still goes out by beacon.
    await page.goto('about:blank');
    await expect.poll(() => edge.of('page_exit').length).toBe(1);
  });
}

test('the page is not held up: a script that hangs delays nothing', async ({ page, edge }) => {
  edge.tracked('/p', '<p>text</p>');
  await page.route('**/tracking.js', () => undefined);
  await page.goto('/p', { waitUntil: 'commit' });
  await expect(page.locator('p')).toBeVisible();
  await settle(page, edge);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  expect(edge.events).toEqual([]);
});
