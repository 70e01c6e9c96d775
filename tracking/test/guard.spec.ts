// guard.ts: whatever the page broke and whatever is asked of us, no error of ours reaches the page.
import { expect, pass, test } from './fixture';

for (const [name, script] of [
  ['fetch that throws', 'window.fetch = () => { throw new Error("no") }'],
  ['no fetch', 'delete window.fetch'],
  ['a selection that throws', 'window.getSelection = () => { throw new Error("no") }'],
  ['no performance entries', 'performance.getEntriesByType = undefined'],
] as const) {
  test(`a page with ${name} is not broken`, async ({ page, edge }) => {
    edge.tracked('/p', '<button onclick="document.title = \'clicked\'">b</button>');
    await page.addInitScript(script);
    await page.goto('/p');
    await page.click('button');
    await page.evaluate('document.dispatchEvent(new Event("copy"))');
    await expect(page).toHaveTitle('clicked');
    // Whatever was amiss, the end of the page still goes out by beacon.
    await page.goto('about:blank');
    await expect.poll(() => edge.of('page_exit').length).toBe(1);
  });
}

test('what a handler of ours cannot read costs its event and no other', async ({ page, edge }) => {
  const body = '<button>b</button><form><input name="a"><button type="button">c</button></form>';
  edge.tracked('/p', body);
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate(() => {
    Event.prototype.composedPath = () => {
      throw new Error('no');
    };
  });
  await page.click('button');
  await page.focus('input');
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'form_focus']);
});
