// custom.ts: events of the site's own, by call, before the script is there, and by attribute.
import { expect, pass, test } from './fixture';

test('footfall(name, props) gives an event of that name', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate('footfall("signup", { plan: "pro", seats: 3 }); footfall("plain")');
  await pass(page, edge, 10_000);
  expect(edge.events.slice(1)).toMatchObject([
    { eventType: 'signup', eventData: { plan: 'pro', seats: 3 }, path: '/p' },
    { eventType: 'plain', eventData: {} },
  ]);
});

test('calls to the stub before the script is there come after the pageview', async ({ page, edge }) => {
  const stub =
    '<script>window.footfall=window.footfall||function(){(footfall.q=footfall.q||[]).push(arguments)};' +
    'footfall("early",{a:1})</script>';
  edge.tracked('/p', '', 'data-site="t"', stub);
  await page.clock.install();
  await page.goto('/p');
  await pass(page, edge, 10_000);
  expect(edge.events).toMatchObject([
    { eventType: 'pageview', sequence: 1 },
    { eventType: 'early', sequence: 2, eventData: { a: 1 } },
  ]);
});

test('nonsense is ignored and costs no neighbour', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.clock.install();
  await page.goto('/p');
  await page.evaluate(`
    footfall(); footfall(""); footfall(7); footfall({}); footfall("batch", { events: [] });
    const circle = {}; circle.self = circle; footfall("circle", circle);
    footfall("text", "not an object"); footfall("none", null); footfall("x".repeat(500));
  `);
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual([
    'pageview',
    'text',
    'none',
    'x'.repeat(100),
  ]);
});

test('data-event names an event, data-event-* its properties', async ({ page, edge }) => {
  edge.tracked(
    '/p',
    '<div data-event="add_to_cart" data-event-product="seed-tin" data-event-unit-price="49" data-other="x"><button>b</button></div>',
  );
  await page.clock.install();
  await page.goto('/p');
  await page.click('button');
  await pass(page, edge, 10_000);
  expect(edge.events.map(({ eventType }) => eventType)).toEqual(['pageview', 'click', 'add_to_cart']);
  expect(edge.of('add_to_cart')[0]?.eventData).toEqual({ product: 'seed-tin', unitPrice: '49' });
});
