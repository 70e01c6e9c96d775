// The pages of the demo shop with much to fill in, read or choose: checkout, journal, finder.
import { STANDS, TREES } from '../demo/trees.js';
import { expect, test } from './fixture';
import { count, recorded } from './visits';

const REDACTED = '[REDACTED]';

test('checkout: secrets stay in the browser, and the page shows what went', async ({
  page,
  edge,
}) => {
  await page.goto('/products.html');
  await page.click('#seed-tin [data-add]');
  await page.click('.cart');
  await expect(page.locator('[data-order]')).toHaveText('Seed tin$49');
  await expect(page.locator('[data-order-total]')).toHaveText('$49 in all');
  await page.fill('#checkout-email', 'ada@example.org');
  for (const id of [
    'checkout-entry',
    'checkout-number',
    'checkout-holder',
    'cvv',
    'checkout-ssn',
  ]) {
    await page.fill(`#${id}`, `private-${id}`);
  }
  await page.fill('#checkout-note', 'Behind the shed');
  await page.click('text=Order nothing');
  const told = {
    email: 'ada@example.org',
    entry: REDACTED,
    card_number: REDACTED,
    holder: REDACTED,
    digits: REDACTED,
    ssn: REDACTED,
    note: 'Behind the shed',
  };
  await expect(page.locator('#sent tbody tr')).toHaveText(
    Object.entries(told).map(([name, value]) => name + value),
  );
  expect(await count(page, edge, 2)).toEqual({
    pageview: 2,
    page_exit: 2,
    click: 3,
    add_to_cart: 1,
    form_focus: 7,
    form_submit: 1,
  });
  expect(edge.of('form_submit')[0]?.eventData).toMatchObject({
    formId: 'checkout-form',
    formData: told,
  });
  expect(edge.requests.filter(({ body }) => body.includes('private-'))).toEqual([]);
});

test('checkout: where nothing is sent, the page says so', async ({ page, edge }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
  );
  await page.goto('/checkout.html');
  await page.click('#invent');
  await page.click('text=Order nothing');
  await expect(page.locator('#not-sent')).toBeVisible();
  await expect(page.locator('#sent')).toBeHidden();
  expect(edge.requests).toEqual([]);
});

test('journal: a long read tells how far, how long and how much, and not one word of it', async ({
  page,
  edge,
}) => {
  await page.goto('/journal.html');
  const text = (await page.locator('article').textContent()) ?? '';
  expect(text.split(/\s+/).length).toBeGreaterThan(600);
  await page.evaluate(() => {
    getSelection()?.selectAllChildren(document.getElementById('copy-text') ?? document.body);
  });
  await page.keyboard.press('Control+C');
  await recorded(page, '"text_selection"');
  await page.keyboard.press('End');
  await recorded(page, '"milestone":100');
  expect(await count(page, edge)).toEqual({
    pageview: 1,
    page_exit: 1,
    text_copy: 1,
    text_selection: 1,
  });
  expect(edge.of('scroll_depth').map(({ eventData }) => eventData.milestone)).toEqual([
    25, 50, 75, 100,
  ]);
  expect(edge.of('text_copy')[0]?.eventData).toEqual({ textLength: 62 });
  expect(Number(edge.of('page_exit')[0]?.eventData.engagedMs)).toBeGreaterThan(0);
  expect(edge.requests.filter(({ body }) => body.includes('needs to succeed'))).toEqual([]);
});

test('finder: each step, each second thought and each step back is a pageview, with its title', async ({
  page,
  edge,
}) => {
  const seen = (): unknown[] =>
    edge
      .of('pageview')
      .map(({ eventData, page: shown }) => [
        eventData.navigationMethod,
        (shown as { title: string }).title.split(' – ')[0],
      ]);
  const expected: unknown[] = [];
  const expectNext = async (method: string, title: string): Promise<void> => {
    expected.push([method, title]);
    await expect.poll(seen).toEqual(expected);
  };
  await page.goto('/finder.html');
  await expectNext('initial_load', 'Where will it stand?');
  await page.click('#place-garden');
  await expectNext('pushstate', 'What is it like underfoot?');
  await page.click('#soil-dry');
  await expectNext('pushstate', 'Whom is it for?');
  await page.click('#years-ten');
  await expectNext('pushstate', 'Rowan');
  await page.click('#to-planting');
  await expectNext('hashchange', 'Planting: Rowan');
  await page.focus('#change-years');
  await page.selectOption('#change-years', 'hundreds');
  await expectNext('replacestate', 'Field maple');
  await page.goBack();
  await expectNext('popstate', 'Rowan');
  await expect(page.locator('h1')).toHaveText('Rowan');
  // The answer that one changes is drawn anew with the tree, and takes the focus over.
  expect(await count(page, edge)).toEqual({ pageview: 7, page_exit: 1, click: 4, form_focus: 2 });
});

test('finder: an address leads back to its tree, and every answer has one', async ({ page }) => {
  await page.goto('/finder.html?place=field&soil=dry&years=hundreds#waiting');
  await expect(page.locator('h1')).toHaveText('Sessile oak');
  await expect(page).toHaveTitle('Waiting: Sessile oak – Tree finder – Acorn Supply');
  await page.goto('/finder.html?place=moon&soil=dry');
  await expect(page.locator('h1')).toHaveText('Where will it stand?');
  const names = Object.values(STANDS).flatMap((soils) => Object.values(soils).flat());
  expect(names.length).toBe(27);
  expect(new Set(names)).toEqual(new Set(Object.keys(TREES)));
});
