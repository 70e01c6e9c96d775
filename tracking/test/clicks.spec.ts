// clicks.ts: what was clicked, downloads, outbound links, odd targets, named events.
import type { Page } from '@playwright/test';
import type { Edge, Sent } from './edge';
import { expect, pass, test } from './fixture';

/** The one click on `selector` of a page with `body`, as it was sent. */
const click = async (page: Page, edge: Edge, body: string, selector: string): Promise<Sent> => {
  // The link is not followed, so that the page stays for the assertions.
  edge.tracked('/p', `${body}<script>addEventListener("click", (e) => e.preventDefault())</script>`);
  await page.clock.install();
  await page.goto('/p');
  await page.click(selector);
  await pass(page, edge, 10_000);
  expect(edge.of('click')).toHaveLength(1);
  const [sent] = edge.of('click');
  if (!sent) throw new Error('No click was sent.');
  return sent;
};

test('a button is told with tag, id, classes, text and position', async ({ page, edge }) => {
  const body = '<button id="go" class="big red">  Buy\n now </button>';
  const { position, ...told } = (await click(page, edge, body, '#go')).eventData;
  const box = await page.locator('#go').boundingBox();
  const { x, y } = position as { readonly x: number; readonly y: number };
  expect(Math.abs(x - (box?.x ?? 0) - (box?.width ?? 0) / 2)).toBeLessThan(1);
  expect(Math.abs(y - (box?.y ?? 0) - (box?.height ?? 0) / 2)).toBeLessThan(1);
  expect(told).toEqual({
    tagName: 'button',
    classes: 'big red',
    id: 'go',
    href: '',
    text: 'Buy now',
  });
});

test('text ends after 100 characters', async ({ page, edge }) => {
  const sent = await click(page, edge, `<p id="p">${'x'.repeat(300)}</p>`, '#p');
  expect(sent.eventData.text).toBe('x'.repeat(100));
});

for (const [address, fileType] of [
  ['/downloads/guide.pdf', 'pdf'],
  ['/a.XLSX?version=2#page', 'xlsx'],
  ['/photo.jpeg', 'jpeg'],
] as const) {
  test(`${address} is a download of type ${fileType}`, async ({ page, edge }) => {
    const sent = await click(page, edge, `<a href="${address}">get</a>`, 'a');
    expect(sent.eventData).toMatchObject({ fileType, isDownload: true });
    expect(sent.eventData).not.toHaveProperty('isOutbound');
  });
}

test('a page is no download, and a link within the site is not outbound', async ({ page, edge }) => {
  const sent = await click(page, edge, '<a href="/pdf">on</a>', 'a');
  expect(sent.eventData).not.toHaveProperty('isDownload');
  expect(sent.eventData).not.toHaveProperty('isOutbound');
  expect(sent.eventData.href).toBe(`${edge.origin}/pdf`);
});

test('a link to another host is outbound; mailto is not', async ({ page, edge }) => {
  const away = await click(page, edge, '<a href="https://example.org/x?token=s">away</a>', 'a');
  expect(away.eventData).toMatchObject({
    isOutbound: true,
    href: 'https://example.org/x?token=[REDACTED]',
  });
  edge.requests = [];
  const mail = await click(page, edge, '<a href="mailto:a@example.org">mail</a>', 'a');
  expect(mail.eventData).not.toHaveProperty('isOutbound');
});

test('an SVG inside a link is a click on the link', async ({ page, edge }) => {
  const body =
    '<a class="logo" href="/home"><svg class="icon" width="50" height="50"><circle cx="25" cy="25" r="25"/></svg></a>';
  const sent = await click(page, edge, body, 'circle');
  expect(sent.eventData).toMatchObject({ tagName: 'a', classes: 'logo', href: `${edge.origin}/home` });
});

test('an SVG on its own, with a link of its own, breaks nothing', async ({ page, edge }) => {
  const body =
    '<svg class="map" width="80" height="80"><a href="/region.pdf"><rect id="r" width="80" height="80"/></a></svg>';
  const sent = await click(page, edge, body, '#r');
  expect(sent.eventData).toMatchObject({ tagName: 'a', fileType: 'pdf', isDownload: true });
});

test('a button in an open shadow tree is found, one in a closed tree is its host', async ({ page, edge }) => {
  const shadow = (mode: string): string =>
    `<x-${mode} id="${mode}"></x-${mode}><script>document.getElementById("${mode}")` +
    `.attachShadow({ mode: "${mode}" }).innerHTML = '<button id="inner">Deep ${mode}</button>'</script>`;
  edge.tracked('/p', shadow('open') + shadow('closed'));
  await page.clock.install();
  await page.goto('/p');
  await page.click('#inner');
  await page.click('#closed');
  await pass(page, edge, 10_000);
  expect(edge.of('click')).toMatchObject([
    { eventData: { tagName: 'button', id: 'inner', text: 'Deep open' } },
    { eventData: { tagName: 'x-closed', id: 'closed' } },
  ]);
});

test('what the visitor wrote is no text of a click', async ({ page, edge }) => {
  edge.tracked('/p', '<textarea>my secret</textarea><div contenteditable><b>my secret</b></div>');
  await page.clock.install();
  await page.goto('/p');
  await page.click('textarea');
  await page.click('b');
  await pass(page, edge, 10_000);
  expect(edge.of('click')).toHaveLength(2);
  for (const { body } of edge.requests) expect(body).not.toContain('my secret');
});

test('a page that stops the event is counted all the same', async ({ page, edge }) => {
  const body = '<button onclick="event.stopImmediatePropagation()">b</button>';
  expect((await click(page, edge, body, 'button')).eventType).toBe('click');
});

test('a keyboard press on a button is one click', async ({ page, edge }) => {
  edge.tracked('/p', '<button>b</button>');
  await page.clock.install();
  await page.goto('/p');
  await page.focus('button');
  await page.keyboard.press('Enter');
  await pass(page, edge, 10_000);
  expect(edge.of('click')).toHaveLength(1);
});
