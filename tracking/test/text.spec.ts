// text.ts: how much was selected or copied; what, only where the owner asks.
import type { Page } from '@playwright/test';
import { expect, pass, test } from './fixture';

const BODY = '<p id="long">Plant shade you may never sit in.</p><p id="short">Oak</p><textarea>my own private words</textarea>';

const selectAndCopy = async (page: Page, id: string): Promise<void> => {
  await page.evaluate((name) => {
    getSelection()?.selectAllChildren(document.getElementById(name) ?? document.body);
  }, id);
  await page.keyboard.press('Control+C');
  await page.clock.runFor(600);
};

test('a selection and a copy tell their length and not their words', async ({ page, edge }) => {
  edge.tracked('/p', BODY);
  await page.clock.install();
  await page.goto('/p');
  await selectAndCopy(page, 'long');
  await pass(page, edge, 10_000);
  expect(edge.events.slice(1).map(({ eventType, eventData }) => [eventType, eventData])).toEqual([
    ['text_copy', { textLength: 33 }],
    ['text_selection', { textLength: 33 }],
  ]);
});

test('ten characters and less are nothing', async ({ page, edge }) => {
  edge.tracked('/p', BODY);
  await page.clock.install();
  await page.goto('/p');
  await selectAndCopy(page, 'short');
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview']);
});

test('textPreview tells the first 100 characters, but none that the visitor wrote', async ({ page, edge }) => {
  edge.tracked('/p', BODY.replace('sit in.', 'x'.repeat(200)), 'data-text-preview="true"');
  await page.clock.install();
  await page.goto('/p');
  await selectAndCopy(page, 'long');
  await page.focus('textarea');
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  await page.clock.runFor(600);
  await pass(page, edge, 10_000);
  expect(edge.of('text_copy')[0]?.eventData.textPreview).toBe(`Plant shade you may never ${'x'.repeat(74)}`);
  for (const { body } of edge.requests) expect(body).not.toContain('my own private');
});
