// The demo shop: every page is measured, on a desk and on a phone, and shows what it sends.
import { expect, test } from './fixture';

const PAGES = ['/', '/products.html', '/contact.html'];

for (const [kind, options] of [
  ['desk', {}],
  ['phone', { viewport: { width: 412, height: 839 }, isMobile: true, hasTouch: true }],
] as const) {
  test.describe(kind, () => {
    test.use(options);

    test('a visit to the shop gives exactly the events of a hand count', async ({ page, edge }) => {
      await page.goto('/');
      await page.click('#cta-secondary');
      await expect(page.getByText('The autumn catalogue is on its way.')).toBeVisible();
      await page.click('#view-products');
      await page.waitForURL('**/products.html');
      await page.click('#seed-tin [data-add]');
      await expect(page.locator('[data-cart]')).toHaveText('Cart: 1');
      await page.click('text=Contact');
      await page.waitForURL('**/contact.html');
      await page.fill('#contact-name', 'Ada');
      await page.fill('#contact-email', 'ada@example.org');
      await page.fill('#contact-message', 'Hello');
      await page.click('text=Send message');
      await expect(page.getByText('Your letter is on the kitchen table.')).toBeVisible();
      await page.goto('about:blank');
      await expect.poll(() => edge.of('page_exit').length).toBe(3);
      const counts: Record<string, number> = {};
      for (const { eventType } of edge.events) {
        // How far a window of this size scrolls to reach a button is not the point here.
        if (!eventType.startsWith('scroll')) counts[eventType] = (counts[eventType] ?? 0) + 1;
      }
      expect(counts).toEqual({
        pageview: 3,
        page_exit: 3,
        click: 5,
        catalogue_request: 1,
        add_to_cart: 1,
        form_focus: 3,
        form_submit: 1,
      });
      expect(edge.of('add_to_cart')[0]?.eventData).toEqual({ product: 'seed-tin', price: '49' });
      expect(edge.of('form_submit')[0]?.eventData).toMatchObject({
        formId: 'contact-form',
        formData: { name: 'Ada', email: 'ada@example.org', subject: '', message: 'Hello' },
      });
      expect(new Set(edge.events.map(({ siteId }) => siteId))).toEqual(new Set(['demo']));
      expect(new Set(edge.events.map(({ sessionId }) => sessionId)).size).toBe(1);
    });

    test('no page is wider than its window', async ({ page }) => {
      for (const path of [...PAGES, '/no-such-page']) {
        await page.goto(path);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(excess, path).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('the home page is long, and its marks stand at the quarters', async ({ page }) => {
  await page.goto('/');
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  expect(height).toBeGreaterThan(2_000);
  const marks = await page.locator('.staff span').evaluateAll((spans) =>
    spans.map((span) => [span.textContent, span.getBoundingClientRect().bottom + scrollY] as const),
  );
  expect(marks.map(([text]) => text)).toEqual(['25 %', '50 %', '75 %', '100 %']);
  for (const [index, [, bottom]] of marks.entries()) {
    expect(Math.abs(bottom - (height * (index + 1)) / 4)).toBeLessThan(2);
  }
});

test('the downloads are there and are counted as downloads', async ({ page, edge }) => {
  await page.goto('/');
  for (const type of ['pdf', 'jpg', 'zip']) {
    const download = page.waitForEvent('download');
    await page.click(`#download-${type}`);
    expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${type}$`));
  }
  await page.goto('about:blank');
  await expect
    .poll(() => edge.of('click').map(({ eventData }) => eventData.fileType))
    .toEqual(['pdf', 'jpg', 'zip']);
});

test('the UTM test link is attributed', async ({ page, edge }) => {
  await page.goto('/');
  await page.click('text=UTM Test Link');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  expect(edge.of('pageview')[1]?.attribution).toMatchObject({
    utmParams: { utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'test' },
  });
});

test('the panel shows what is sent', async ({ page }) => {
  await page.goto('/');
  await page.click('text=Sent: 1 event');
  await expect(page.locator('.panel-body summary')).toHaveText(/^pageview\/\d/);
  await page.click('.panel-body summary');
  await expect(page.locator('.panel-body pre')).toContainText('"navigationMethod": "initial_load"');
});
