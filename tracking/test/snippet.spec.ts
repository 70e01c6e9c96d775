// docs/snippet.md: what it tells people to paste works as it stands, with its placeholders filled in.
import { readFileSync } from 'node:fs';
import type { Edge } from './edge';
import { expect, test } from './fixture';

const text = readFileSync(new URL('../../docs/snippet.md', import.meta.url), 'utf8');
const scripts = JSON.parse(
  readFileSync(new URL('../dist/scripts.json', import.meta.url), 'utf8'),
) as Record<string, { path: string; integrity: string }>;

/** The code blocks of a section, with this edge's address. */
const blocks = (title: string, edge: Edge): string[] => {
  const section = text.split('\n## ').find((part) => part.startsWith(title)) ?? '';
  return [...section.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, code = '']) =>
    code.replaceAll('https://stats.example.org', edge.otherOrigin),
  );
};

const page_ = (head: string): string => `<!doctype html><meta charset="utf-8"><title>P</title>${head}<body>Hello`;

test('HTML, with an event sent before the script has loaded', async ({ page, edge }) => {
  const [element = '', stub = ''] = blocks('HTML', edge);
  edge.page('/p', page_(`${stub}<script>footfall('signup', {plan: 'pro'})</script>${element}`));
  await page.goto('/p');
  await page.goto('about:blank');
  await expect.poll(() => edge.of('signup').length).toBe(1);
  expect(edge.of('signup')[0]?.eventData).toEqual({ plan: 'pro' });
  expect(edge.of('pageview')).toMatchObject([{ siteId: 'my-shop', path: '/p' }]);
});

test('without scripts, the image names the page by its referrer', async ({ page, edge }) => {
  // Of one site: to others Firefox names the host only, whatever the policy says.
  edge.page('/p', page_(blocks('HTML', edge)[0] ?? '').replaceAll(edge.otherOrigin, edge.origin));
  // Else Firefox's look-ahead asks for it, too, now and then, and one pageview is two.
  expect(blocks('HTML', edge)[0]).toContain('<noscript><img');
  expect(blocks('HTML', edge)[0]).toContain(' loading="lazy"');
  // A sandbox without allow-scripts is a browser without scripts.
  edge.page('/frame', '<!doctype html><title>F</title><iframe sandbox="allow-same-origin" src="/p?q=1"></iframe>');
  await page.goto('/frame');
  await expect.poll(() => edge.requests.length).toBe(1);
  const [request] = edge.requests;
  expect(request).toMatchObject({ method: 'GET', path: '/px.gif' });
  expect(request?.headers.referer).toBe(`${edge.origin}/p?q=1`);
});

test('Google Tag Manager waits for consent, and hears Consent Mode', async ({ page, edge }) => {
  edge.page('/p', page_(blocks('Google Tag Manager', edge)[0] ?? ''));
  await page.goto('/p');
  await expect.poll(() => page.evaluate(() => typeof (window as { footfall?: unknown }).footfall)).toBe('function');
  expect(edge.requests).toEqual([]);
  await page.evaluate(() => {
    const { dataLayer } = window as unknown as { dataLayer: unknown[] };
    dataLayer.push(['consent', 'update', { analytics_storage: 'granted' }]);
  });
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.of('pageview')[0]?.siteId).toBe('my-shop');
});

test('a nonce is enough, also for the file of Core Web Vitals', async ({ page, edge }) => {
  const [element = ''] = blocks('Content Security Policy', edge);
  const policy = `default-src 'none'; script-src 'nonce-abc'; connect-src ${edge.otherOrigin}`;
  edge.page(
    '/p',
    page_(
      `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
        element.replace('NONCE', 'abc').replace(' defer', ' defer data-web-vitals="true"'),
    ),
  );
  const file = page.waitForResponse(/\/js\/vitals\./);
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect((await file).status()).toBe(200);
});

for (const [name, isRight] of [
  ['the right', true],
  ['another', false],
] as const) {
  test(`with ${name} hash in integrity the script ${isRight ? 'runs' : 'does not run'}`, async ({ page, edge }) => {
    const { path = '', integrity = '' } = scripts.tracking ?? {};
    const [element = ''] = blocks('A script that cannot change', edge);
    edge.page(
      '/p',
      page_(
        element
          .replace('/js/tracking.HASH.js', path)
          .replace('sha384-...', isRight ? integrity : integrity.replace(/.{8}$/, 'AAAAAAAA')),
      ),
    );
    await page.goto('/p');
    if (isRight) await expect.poll(() => edge.of('pageview').length).toBe(1);
    else expect(await page.evaluate(() => 'footfall' in window)).toBe(false);
  });
}

test('the neutral names serve pages of other origins, too', async ({ page, edge }) => {
  edge.page('/p', page_(blocks('When a blocker', edge)[0] ?? ''));
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.requests[0]?.path).toBe('/e');
});

test('WordPress, React and Vue name the same script and site', ({ edge }) => {
  for (const title of ['WordPress', 'React', 'Vue']) {
    const [code = ''] = blocks(title, edge);
    expect(code).toContain(`${edge.otherOrigin}/tracking.js`);
    expect(code).toContain('my-shop');
  }
});
