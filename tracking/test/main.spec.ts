// main.ts: starts once, at the right moment, and holds nothing up.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test('the page is not held up: a script that hangs delays nothing', async ({ page, edge }) => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  edge.page(
    '/p',
    `<!doctype html><title>P</title><script defer src="http://127.0.0.1:${port}/tracking.js"></script><p>text</p>`,
  );
  await page.goto('/p', { waitUntil: 'commit' });
  await expect(page.locator('p')).toBeVisible();
  await settle(page, edge);
  expect(edge.events).toEqual([]);
  silent.closeAllConnections();
  silent.close();
});
