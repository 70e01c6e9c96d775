// privacy.ts: until it is allowed there is no request and nothing on the device.
import type { Page } from '@playwright/test';
import type { Edge } from './edge';
import { expect, pass, settle, test } from './fixture';

const BODY = '<button>b</button><form><input name="a"></form>';

const stored = (page: Page): Promise<number> =>
  page.evaluate(() => localStorage.length + sessionStorage.length);

const useAndExpectNothing = async (page: Page, edge: Edge): Promise<void> => {
  await page.click('button');
  await page.evaluate('footfall("custom")');
  await page.evaluate('history.pushState(null, "", "/other")');
  await pass(page, edge, 60_000);
  expect(edge.events).toEqual([]);
  expect(await stored(page)).toBe(0);
};

for (const [name, script] of [
  ['Do Not Track', 'Object.defineProperty(navigator, "doNotTrack", { value: "1" })'],
  ['Do Not Track of old browsers', 'window.doNotTrack = "1"'],
  ['Global Privacy Control', 'Object.defineProperty(navigator, "globalPrivacyControl", { value: true })'],
] as const) {
  test(`${name} stops everything`, async ({ page, edge }) => {
    edge.tracked('/p', BODY);
    await page.addInitScript(script);
    await page.clock.install();
    await page.goto('/p');
    await useAndExpectNothing(page, edge);
    await page.evaluate('footfall.consent(true)');
    await settle(page, edge);
    expect(edge.events).toEqual([]);
    expect(await stored(page)).toBe(0);
  });

  test(`${name} may be overruled by the site`, async ({ page, edge }) => {
    edge.tracked('/p', BODY, 'data-respect-dnt="false"');
    await page.addInitScript(script);
    await page.goto('/p');
    await expect.poll(() => edge.of('pageview').length).toBe(1);
  });
}

test('doNotTrack "0" is no refusal', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.addInitScript('Object.defineProperty(navigator, "doNotTrack", { value: "0" })');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(1);
});

test('an automated browser is measured like any other', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.goto('/p');
  expect(await page.evaluate(() => navigator.webdriver)).toBe(true);
  await expect.poll(() => edge.of('pageview').length).toBe(1);
});

test('required consent: nothing before, the page after, and remembered', async ({ page, edge }) => {
  edge.tracked('/p', BODY, 'data-consent="required"');
  await page.clock.install();
  await page.goto('/p');
  await useAndExpectNothing(page, edge);
  await page.evaluate('footfall.consent(true); footfall.consent(true)');
  await settle(page, edge);
  expect(edge.of('pageview')).toHaveLength(1);
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
});

test('consent withdrawn: nothing more, and everything off the device', async ({ page, edge }) => {
  edge.tracked('/p', BODY, 'data-consent="required"');
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate('footfall.consent(true)');
  await page.click('button');
  await page.evaluate('footfall.consent(false)');
  await page.click('button');
  await pass(page, edge, 60_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
  expect(await stored(page)).toBe(0);
  await page.goto('/p');
  await settle(page, edge);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
});

test('Consent Mode: analytics_storage is obeyed, said before or after', async ({ page, edge }) => {
  const mode = (state: string): string =>
    `(function () { dataLayer.push(arguments) })("consent", "update", { analytics_storage: "${state}" })`;
  const head = `<script>window.dataLayer = []; ${mode('denied')}</script>`;
  edge.tracked('/p', BODY, 'data-consent="required"', head);
  edge.tracked('/q', BODY, 'data-consent="required"', head.replace('denied', 'granted'));
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate('dataLayer.push({ event: "other" }); dataLayer.push(null)');
  await useAndExpectNothing(page, edge);
  await page.evaluate(mode('granted'));
  await settle(page, edge);
  expect(edge.of('pageview')).toHaveLength(1);
  expect(await page.evaluate('dataLayer.length')).toBe(4);
  await page.goto('/q');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
});

test('who opts out is left alone from then on, until they opt in', async ({ page, edge }) => {
  edge.tracked('/p', BODY);
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await page.evaluate('footfall.optOut()');
  await page.goto('/p');
  await page.click('button');
  await pass(page, edge, 60_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
  expect(await page.evaluate(() => Object.entries(localStorage))).toEqual([['_ts_opt_out', '1']]);
  await page.evaluate('footfall.optOut(false)');
  await settle(page, edge);
  expect(edge.of('pageview')).toHaveLength(2);
});
