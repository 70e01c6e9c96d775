// ids.ts: ids are unique, also where the context is not secure.
import { expect, test } from './fixture';

test('an event id is a UUID', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.goto('/p');
  await expect.poll(() => edge.events.length).toBe(1);
  expect(edge.events[0]?.eventId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('without crypto.randomUUID ids are still random and short enough', async ({ page, edge }) => {
  edge.tracked('/p');
  await page.addInitScript('Object.defineProperty(crypto, "randomUUID", { value: undefined })');
  await page.goto('/p');
  await page.goto('/p');
  await expect.poll(() => edge.of('pageview').length).toBe(2);
  const ids = edge.events.flatMap(({ eventId, sessionId = '' }) => [eventId, sessionId]);
  expect(new Set(edge.of('pageview').map(({ eventId }) => eventId)).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^(sess_)?[0-9a-f]{16,64}$/);
});
