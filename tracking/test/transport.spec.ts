// transport.ts: which way an event takes where the usual one is closed.
import { expect, pass, settle, test } from './fixture';

// What all requests that outlive their page may hold together, less what one leaves to the others.
const KEEPALIVE_BYTES = 61_440;
const WITHOUT_FETCH = 'window.originalFetch = window.fetch; delete window.fetch';
const WITHOUT_BEACON = 'delete Navigator.prototype.sendBeacon';

test.beforeEach(({ edge }) => {
  edge.tracked('/p', '<button data-event="press">b</button><form><input name="q"><button>Send</button></form>');
});

test('text/plain by POST, without credentials, kept alive', async ({ page, edge }) => {
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  const [request] = edge.requests;
  expect(request?.method).toBe('POST');
  expect(request?.headers['content-type']).toMatch(/^text\/plain/);
  expect(request?.headers.cookie).toBeUndefined();
});

test('without the cookies of the page, and kept alive only where small enough for it', async ({
  page,
  context,
  edge,
}) => {
  await page.clock.install();
  await context.addCookies([{ name: 'basket', value: 'oak', url: edge.origin }]);
  await page.addInitScript(`
    const original = window.fetch;
    window.kept = [];
    window.fetch = (url, init) => {
      if (String(url).endsWith('/collect')) kept.push([new Blob([init.body]).size, init.keepalive]);
      return original(url, init);
    };
  `);
  await page.goto('/p');
  await page.evaluate(`footfall('big', { text: 'ä'.repeat(40_000) })`);
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'big']);
  for (const { headers } of edge.requests.filter(({ path }) => path === '/collect')) {
    expect(headers.cookie).toBeUndefined();
  }
  const kept = await page.evaluate<[number, boolean][]>('kept');
  expect(kept.map(([bytes, isKept]) => [bytes < KEEPALIVE_BYTES, isKept])).toEqual([
    [true, true],
    [false, false],
  ]);
  await context.clearCookies();
});

test('what is too much for beacons is in pieces, and nothing of it is lost', async ({ page, edge }) => {
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate(`for (let i = 0; i < 40; i++) footfall('big', { i, text: 'x'.repeat(4_000) })`);
  await page.goto('/p');
  await expect.poll(() => edge.of('big').length).toBe(40);
  await settle(page, edge);
  for (const { body } of edge.requests) expect(Buffer.byteLength(body)).toBeLessThan(KEEPALIVE_BYTES);
});

test('without sendBeacon the end of a page is sent by fetch', async ({ page, edge }) => {
  await page.addInitScript(WITHOUT_BEACON);
  await page.goto('/p');
  await page.click('[data-event]');
  await page.goto('about:blank');
  await expect.poll(() => edge.events.map(({ eventType }) => eventType)).toEqual([
    'pageview',
    'click',
    'press',
    'page_exit',
  ]);
});

test('without fetch, beacons', async ({ page, edge }) => {
  await page.addInitScript(WITHOUT_FETCH);
  await page.clock.install();
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  await page.click('[data-event]');
  await page.clock.runFor(10_000);
  await expect.poll(() => edge.of('press').length).toBe(1);
  expect(edge.requests.map(({ method }) => method)).toEqual(['POST', 'POST']);
  expect(await page.evaluate(() => localStorage._ts_queue as string)).toBe('');
});

test('without fetch and beacon, an image for each urgent event and for no other', async ({ page, edge }) => {
  await page.addInitScript(WITHOUT_FETCH);
  await page.addInitScript(WITHOUT_BEACON);
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  await page.click('[data-event]');
  await page.fill('[name=q]', 'grüße & 100 %');
  await page.evaluate(() => {
    document.forms[0]?.addEventListener('submit', (event) => event.preventDefault());
  });
  await page.click('text=Send');
  await expect.poll(() => edge.of('form_submit').length).toBe(1);
  expect(edge.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /px.gif', 'GET /px.gif']);
  expect(edge.of('form_submit')[0]?.eventData).toMatchObject({ formData: { q: 'grüße & 100 %' } });
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'form_submit']);
});

test('an image that does not come is asked for again, with the same event', async ({ page, edge }) => {
  let failures = 2;
  edge.decide = () => ({ status: failures-- > 0 ? 503 : 202 });
  await page.addInitScript(WITHOUT_FETCH);
  await page.addInitScript(WITHOUT_BEACON);
  await page.clock.install();
  await page.goto('/p');
  for (const count of [1, 2, 3]) {
    await expect.poll(() => edge.requests.length).toBe(count);
    await page.clock.runFor(4_000);
  }
  expect(edge.requests.map(({ status }) => status)).toEqual([503, 503, 202]);
  expect(edge.of('pageview')).toHaveLength(1);
  await expect.poll(() => page.evaluate(() => localStorage._ts_queue as string)).toBe('');
});

test('f.js sends to /e', async ({ page, edge }) => {
  edge.page('/neutral', '<!doctype html><title>N</title><script defer src="/f.js" data-site="n"></script>');
  await page.goto('/neutral');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.requests[0]?.path).toBe('/e');
});

test('what happens out of sight leaves at once', async ({ page, edge }) => {
  await page.clock.install();
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    (window as unknown as { footfall: (name: string) => void }).footfall('heard');
  });
  await expect.poll(() => edge.of('heard').length).toBe(1);
  await pass(page, edge, 0);
  await settle(page, edge);
});
