// The demo shop: one page for each group of features, and on each page a visit counted by hand.
import type { Page } from '@playwright/test';
import { expect, test } from './fixture';
import { count, recorded } from './visits';

const PAGES = [
  '/',
  '/products.html',
  '/checkout.html',
  '/contact.html',
  '/journal.html',
  '/finder.html',
  '/downloads.html',
  '/privacy.html',
  '/a-page-that-is-not-there',
];
const MAX_PAGE_BYTES = 60 * 1024;

/** Links to other hosts are clicked and not followed. */
const stayHere = async (page: Page): Promise<void> => {
  await page.addInitScript(() => {
    addEventListener('click', (event) => {
      const link = event.target instanceof Element && event.target.closest('a');
      if (link && (link.getAttribute('href') ?? '').includes('.example/')) event.preventDefault();
    });
  });
};

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
      await page.click('nav >> text=Contact');
      await page.waitForURL('**/contact.html');
      await page.fill('#contact-name', 'Ada');
      await page.fill('#contact-email', 'ada@example.org');
      await page.fill('#contact-message', 'Hello');
      await page.click('text=Send message');
      await expect(page.getByText('Your letter is on the kitchen table.')).toBeVisible();
      expect(await count(page, edge, 3)).toEqual({
        pageview: 3,
        page_exit: 3,
        click: 5,
        catalogue_request: 1,
        add_to_cart: 1,
        form_focus: 3,
        form_submit: 1,
      });
      expect(edge.of('form_submit')[0]?.eventData).toMatchObject({
        formId: 'contact-form',
        formData: { name: 'Ada', email: 'ada@example.org', subject: '', message: 'Hello' },
      });
      expect(new Set(edge.events.map(({ siteId }) => siteId))).toEqual(new Set(['demo']));
      expect(new Set(edge.events.map(({ sessionId }) => sessionId)).size).toBe(1);
    });

    test('no page is wider than its window', async ({ page }) => {
      for (const path of [...PAGES, '/finder.html?place=field&soil=heavy&years=hundreds']) {
        await page.goto(path);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(excess, path).toBeLessThanOrEqual(0);
      }
    });
  });
}

test('every page is whole: script, pixel, panel, one heading, nothing inline, nobody else asked', async ({
  page,
  edge,
}) => {
  const asked = new Set<string>();
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  for (const path of PAGES) {
    const html = (await (await page.goto(path))?.text()) ?? '';
    expect(html.length, path).toBeLessThan(MAX_PAGE_BYTES);
    expect(html, path).toContain('data-site="demo" data-web-vitals="true"');
    // Who can run no script cannot say yes, and the page that asks first must not count them.
    expect(html.includes('<noscript><img src="/px.gif?site=demo"'), path).toBe(
      path !== '/privacy.html',
    );
    expect(html.includes('loading="lazy" referrerpolicy='), path).toBe(path !== '/privacy.html');
    expect(html, path).not.toMatch(/ style="| on[a-z]+="|<style|<script(?![^>]* src=)/);
    await expect(page.locator('h1'), path).toHaveCount(1);
    await expect(page.locator('.shows'), path).toContainText('Measured here:');
    await expect(page.locator('.panel-toggle'), path).toContainText('Sent:');
  }
  expect([...asked]).toEqual([edge.origin]);
});

test('every link of the shop leads somewhere', async ({ page, request }) => {
  const targets = new Set<string>();
  for (const path of PAGES) {
    await page.goto(path);
    const hrefs = await page
      .locator('[href]:not(link)')
      .evaluateAll((links) =>
        links
          .map((link) => new URL(link.getAttribute('href') ?? '', document.baseURI))
          .map(({ hostname, pathname }) => `${hostname} ${pathname}`),
      );
    for (const href of hrefs) targets.add(href);
  }
  for (const target of targets) {
    const [host = '', path = ''] = target.split(' ');
    if (host !== '127.0.0.1') expect(host).toMatch(/\.example$/);
    // The dashboard is another site's, and the lost page is lost on purpose.
    else if (path !== '/dashboard/')
      expect((await request.get(path)).status(), path).toBe(path.includes('not-there') ? 404 : 200);
  }
  for (const path of PAGES.slice(1)) expect([...targets]).toContain(`127.0.0.1 ${path}`);
});

test.describe('home', () => {
  test('the page is long, and its marks stand at the quarters', async ({ page }) => {
    await page.goto('/');
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height).toBeGreaterThan(2_000);
    const marks = await page
      .locator('.staff span')
      .evaluateAll((spans) =>
        spans.map(
          (span) => [span.textContent, span.getBoundingClientRect().bottom + scrollY] as const,
        ),
      );
    expect(marks.map(([text]) => text)).toEqual(['25 %', '50 %', '75 %', '100 %']);
    for (const [index, [, bottom]] of marks.entries()) {
      expect(Math.abs(bottom - (height * (index + 1)) / 4)).toBeLessThan(2);
    }
  });

  test('the four milestones are reached once each, however often one goes up and down', async ({
    page,
    edge,
  }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto('/');
    for (const share of [0.5, 1, 0, 1]) {
      await page.evaluate(
        (part) => scrollTo(0, part * document.documentElement.scrollHeight),
        share,
      );
      if (share) await recorded(page, `"milestone":${share * 100}`);
    }
    expect(await count(page, edge)).toEqual({ pageview: 1, page_exit: 1 });
    expect(edge.of('scroll_depth').map(({ eventData }) => eventData.milestone)).toEqual([
      25, 50, 75, 100,
    ]);
  });

  for (const [name, selector, attribution] of [
    [
      'a campaign',
      'text=UTM Test Link',
      { utmParams: { utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'test' } },
    ],
    ['a click id', '#click-id', { campaignParams: { gclid: 'demo-click-1234' } }],
    [
      'a newsletter',
      '#newsletter',
      { utmParams: { utm_source: 'newsletter', utm_content: 'finder' } },
    ],
  ] as const) {
    test(`who comes by ${name} is attributed to it`, async ({ page, edge }) => {
      await page.goto('/');
      await page.click(selector);
      await expect.poll(() => edge.of('pageview').length).toBe(2);
      expect(edge.of('pageview')[1]?.attribution).toMatchObject(attribution);
    });
  }

  test('the three downloads are there and are counted as downloads', async ({ page, edge }) => {
    await page.goto('/');
    for (const type of ['pdf', 'jpg', 'zip']) {
      const download = page.waitForEvent('download');
      await page.click(`#download-${type}`);
      expect((await download).suggestedFilename()).toMatch(new RegExp(`\\.${type}$`));
    }
    expect(await count(page, edge)).toEqual({ pageview: 1, page_exit: 1, click: 3 });
    expect(edge.of('click').map(({ eventData }) => eventData.fileType)).toEqual([
      'pdf',
      'jpg',
      'zip',
    ]);
  });
});

test.describe('products', () => {
  test('an attribute and a call tell the same: one event for each thing put into the cart', async ({
    page,
    edge,
  }) => {
    await page.goto('/products.html');
    await page.click('#seed-tin [data-add]');
    await page.click('#nursery-bed [data-add]');
    await page.click('#planting-set >> text=View details');
    await expect(page.getByText('Ash handles')).toBeVisible();
    await expect(page.locator('[data-cart]')).toHaveText('Cart: 2');
    expect(await count(page, edge)).toEqual({
      pageview: 1,
      page_exit: 1,
      click: 3,
      add_to_cart: 2,
    });
    expect(edge.of('add_to_cart').map(({ eventData }) => eventData)).toEqual([
      { product: 'seed-tin', price: '49' },
      { product: 'nursery-bed', price: '299' },
    ]);
  });

  test('a call before the script has loaded is not lost', async ({ page, edge }) => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/tracking.js', async (route) => {
      await released;
      await route.continue();
    });
    await page.goto('/products.html', { waitUntil: 'commit' });
    await page.waitForFunction(() => 'footfall' in window);
    await page.click('#nursery-bed [data-add]');
    await expect(page.locator('[data-cart]')).toHaveText('Cart: 1');
    expect(edge.requests).toEqual([]);
    release();
    await page.waitForLoadState();
    await expect.poll(() => edge.of('pageview').length).toBe(1);
    // The click itself nobody could see.
    expect(await count(page, edge)).toEqual({ pageview: 1, page_exit: 1, add_to_cart: 1 });
    expect(edge.of('add_to_cart')[0]?.eventData).toEqual({ product: 'nursery-bed', price: '299' });
  });
});

test.describe('downloads', () => {
  test('every kind of file is there, as large as it says, and counted by its kind', async ({
    page,
    edge,
    request,
  }) => {
    await page.goto('/downloads.html');
    const links = page.locator('.files a');
    const kinds: string[] = [];
    for (const link of await links.all()) {
      // Chromium lets a page save ten files in quick succession, and no more.
      if (kinds.length === 6) await page.reload();
      const kind = ((await link.locator('.kind').textContent()) ?? '').toLowerCase();
      const body = await (await request.get((await link.getAttribute('href')) ?? '')).body();
      expect(await link.locator('.size').textContent(), kind).toBe(
        `${Math.round(body.length / 1_000)} KB`,
      );
      const download = page.waitForEvent('download');
      await link.click();
      expect((await download).suggestedFilename().split('.')[1]).toBe(kind);
      kinds.push(kind);
    }
    expect(kinds).toEqual([
      'pdf',
      'docx',
      'xlsx',
      'zip',
      'rar',
      'jpg',
      'png',
      'gif',
      'mp4',
      'mp3',
      'ics',
    ]);
    expect(await count(page, edge, 2)).toEqual({
      pageview: 2,
      page_exit: 2,
      click: kinds.length,
    });
    expect(
      edge.of('click').map(({ eventData }) => [eventData.isDownload, eventData.fileType]),
    ).toEqual(
      // The last is a download by its attribute alone.
      kinds.map((kind) => [true, kind === 'ics' ? undefined : kind]),
    );
  });

  test('ways out, a link in a drawing and a button in a shadow root are clicks like any other', async ({
    page,
    edge,
  }) => {
    await stayHere(page);
    await page.goto('/downloads.html');
    await page.click('#out-plain');
    await page.click('#out-blank');
    await page.click('#out-nofollow');
    await page.click('#svg-out');
    const download = page.waitForEvent('download');
    await page.click('#svg-file');
    await download;
    await page.click('#next-month');
    await page.click('#svg-in');
    await page.waitForURL('**/journal.html');
    await count(page, edge, 2);
    const clicks = edge.of('click').map(({ eventData }) => {
      const { id, tagName, text, isOutbound, isDownload } = eventData;
      return [id, tagName, text, isOutbound ? 'outbound' : isDownload ? 'download' : ''];
    });
    expect(clicks).toEqual([
      ['out-plain', 'a', 'The Society of Hedge Layers', 'outbound'],
      ['out-blank', 'a', 'Late frosts, seven days ahead', 'outbound'],
      ['out-nofollow', 'a', 'The register of old trees', 'outbound'],
      ['svg-out', 'a', 'Arboretum', 'outbound'],
      ['svg-file', 'a', 'Poster', 'download'],
      ['next-month', 'button', 'Next month', ''],
      ['svg-in', 'a', 'Journal', ''],
    ]);
  });
});

test.describe('privacy', () => {
  const kept = (page: Page): Promise<string[]> => page.locator('[data-kept] th').allTextContents();
  const state = (page: Page, words: string): Promise<void> =>
    expect(page.locator('[data-state]')).toContainText(words);

  test('nothing is sent or kept before a yes, and nothing is left after a no', async ({
    page,
    edge,
  }) => {
    await page.goto('/privacy.html');
    await page.click('h1');
    await state(page, 'You have not said yes');
    expect(await kept(page)).toEqual([]);
    expect(edge.requests).toEqual([]);
    await page.click('#consent-yes');
    await state(page, 'You said yes');
    await expect.poll(() => edge.of('pageview').length).toBe(1);
    await page.click('#kept-title');
    await expect.poll(() => kept(page)).toContain('_ts_queue');
    expect(await kept(page)).toEqual(
      expect.arrayContaining(['_ts_consent', '_ts_session_id', '_ts_visitor_id']),
    );
    await page.click('#consent-no');
    await state(page, 'You have not said yes');
    expect(await kept(page)).toEqual([]);
    await page.click('h1');
    await page.goto('about:blank');
    await page.goto('/privacy.html');
    await state(page, 'You have not said yes');
    expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
  });

  test('who opts out is left out on every page, until they come back', async ({ page, edge }) => {
    await page.goto('/privacy.html');
    await page.click('#consent-yes');
    await expect.poll(() => edge.of('pageview').length).toBe(1);
    await page.click('#opt-out');
    await state(page, 'You are left out');
    expect(await kept(page)).toEqual(['_ts_opt_out']);
    await page.goto('/');
    await page.click('#cta-secondary');
    await page.goto('/privacy.html');
    await state(page, 'You are left out');
    await page.click('#opt-in');
    await state(page, 'You have not said yes');
    expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
    await page.goto('/');
    await expect
      .poll(() => edge.of('pageview').map(({ path }) => path))
      .toEqual(['/privacy.html', '/']);
  });

  for (const [id, name, value] of [
    ['dnt', 'doNotTrack', '1'],
    ['gpc', 'globalPrivacyControl', true],
  ] as const) {
    test(`a browser that says no by ${name} is believed, and told so`, async ({ page, edge }) => {
      await page.addInitScript(
        ([key, says]) => Object.defineProperty(navigator, key, { value: says }),
        [name, value] as const,
      );
      await page.goto('/privacy.html');
      await expect(page.locator(`#${id}`)).toHaveText('on');
      await state(page, 'Your browser says no for you');
      await page.click('#consent-yes');
      await page.goto('/');
      await page.goto('/privacy.html');
      expect(await kept(page)).toEqual([]);
      expect(edge.requests).toEqual([]);
    });
  }
});

test('a page that is not there is counted, with its status', async ({ page, edge }) => {
  await page.goto('/a-page-that-is-not-there');
  await page.click('text=Back to the front page');
  await page.waitForURL((url) => url.pathname === '/');
  expect(await count(page, edge, 2)).toEqual({ pageview: 2, page_exit: 2, click: 1 });
  expect(edge.of('pageview')[0]).toMatchObject({
    path: '/a-page-that-is-not-there',
    page: { title: 'Page not found – Acorn Supply', status: 404 },
  });
});

test('the panel shows what is sent', async ({ page }) => {
  await page.goto('/');
  await page.click('text=Sent: 1 event');
  await expect(page.locator('.panel-body summary')).toHaveText(/^pageview\/\d/);
  await page.click('.panel-body summary');
  await expect(page.locator('.panel-body pre')).toContainText('"navigationMethod": "initial_load"');
});
