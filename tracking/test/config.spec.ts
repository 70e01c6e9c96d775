// config.ts: every option does what README.md says, from attributes and from window.FootfallConfig.
import type { Page } from '@playwright/test';
import type { Edge } from './edge';
import { expect, pass, settle, test } from './fixture';

test('without data-site the site is the host without www and with dashes', async ({ page, edge }) => {
  edge.tracked('/p', '', '');
  await page.goto(`http://www.shop.co.localhost:${edge.port}/p`);
  await page.goto(`http://m.shop.localhost:${edge.port}/p`);
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  expect(edge.of('pageview').map(({ siteId }) => siteId)).toEqual(['shop-co-localhost', 'shop-localhost']);
});

test('the script posts to its own origin from any site, without preflight', async ({ page, edge }) => {
  edge.page(
    '/elsewhere',
    `<!doctype html><title>Elsewhere</title><script defer src="${edge.origin}/js/tracking.js" data-site="far"></script>`,
  );
  await page.goto(`${edge.otherOrigin}/elsewhere`);
  await expect.poll(() => edge.of('pageview').length).toBe(1);
  expect(edge.requests.map(({ method, headers }) => [method, headers.host, headers.origin])).toEqual([
    ['POST', `127.0.0.1:${edge.port}`, edge.otherOrigin],
  ]);
});

test('data-endpoint is an address as in the page', async ({ page, edge }) => {
  edge.tracked('/deep/p', '', 'data-site="t" data-endpoint="/e"');
  await page.goto('/deep/p');
  await expect.poll(() => edge.requests.length).toBe(1);
  expect(edge.requests[0]?.path).toBe('/e');
});

test('window.FootfallConfig says the same, and an attribute wins over it', async ({ page, edge }) => {
  const head = '<script>FootfallConfig = { site: "global", endpoint: "/e", trackClicks: false }</script>';
  edge.tracked('/p', '<button>b</button>', 'data-site="attribute"', head);
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.of('pageview')).toMatchObject([{ siteId: 'attribute' }]);
  expect(edge.requests[0]?.path).toBe('/e');
  expect(edge.of('click')).toEqual([]);
});

test('excluded pages send nothing, others do', async ({ page, edge }) => {
  const attributes = 'data-exclude="/admin/*, /thanks"';
  for (const path of ['/admin/users', '/thanks', '/thanks-again']) edge.tracked(path, '', attributes);
  for (const path of ['/admin/users', '/thanks', '/thanks-again']) await page.goto(path);
  await settle(page, edge);
  // The visit to /thanks-again is the only one; nothing of the others came, not even their ends.
  expect(edge.events.map(({ eventType, path }) => `${eventType} ${path}`)).toEqual([
    'pageview /thanks-again',
  ]);
});

for (const [digits, isRecorded] of [
  ['0000', true],
  ['7fff', true],
  ['8000', false],
  ['ffff', false],
] as const) {
  test(`a sampleRate of 50 ${isRecorded ? 'records' : 'leaves out'} all of a session that ends in ${digits}`, async ({
    page,
    edge,
  }) => {
    edge.tracked('/p', '<button>b</button>', 'data-sample-rate="50"');
    edge.page('/before', '<!doctype html><title>Before</title>');
    await page.clock.install();
    await page.goto('/before');
    await page.evaluate((id) => {
      localStorage._ts_session_id = id;
      localStorage._ts_last_activity = String(Date.now());
    }, `sess_${digits}`);
    await page.goto('/p');
    await page.click('button');
    await pass(page, edge, 10_000);
    expect(edge.events.map(({ eventType }) => eventType)).toEqual(
      isRecorded ? ['pageview', 'click'] : [],
    );
  });
}

const TOGGLES: readonly (readonly [attribute: string, unwanted: string])[] = [
  ['data-track-clicks', 'click'],
  ['data-track-forms', 'form_focus'],
  ['data-track-scroll-depth', 'scroll_depth'],
  ['data-track-text-selection', 'text_selection'],
  ['data-enable-spa-detection', 'page_exit'],
];

const BODY =
  '<button>b</button><form><input name="a"></form><p>A paragraph that is long enough.</p>' +
  '<div style="height: 4000px"></div>';

/** The types of the events that a visit gives which does a little of everything. */
const visit = async (page: Page, edge: Edge, attributes: string): Promise<string[]> => {
  edge.tracked('/p', BODY, attributes);
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await page.focus('input');
  await page.evaluate(() => {
    getSelection()?.selectAllChildren(document.getElementsByTagName('p')[0] ?? document.body);
  });
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        addEventListener('scroll', () => resolve(), { once: true });
        scrollTo(0, 5000);
      }),
  );
  await page.clock.runFor(1_000);
  await page.evaluate(() => {
    history.pushState(null, '', '/q');
  });
  await pass(page, edge, 10_000);
  return edge.events.map(({ eventType }) => eventType);
};

test('with nothing switched off a visit gives all that the toggles could stop', async ({ page, edge }) => {
  const sent = await visit(page, edge, 'data-site="test"');
  expect(sent).toEqual(expect.arrayContaining(TOGGLES.map(([, unwanted]) => unwanted)));
});

for (const [attribute, unwanted] of TOGGLES) {
  test(`${attribute}="false" sends no ${unwanted} and the rest`, async ({ page, edge }) => {
    const sent = await visit(page, edge, `data-site="test" ${attribute}="false"`);
    for (const [other, eventType] of TOGGLES) {
      if (other === attribute) expect(sent).not.toContain(eventType);
      else expect(sent).toContain(eventType);
    }
  });
}
