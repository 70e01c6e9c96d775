// What every spec starts from: an edge of its own, and a page on which our script must stay unnoticed.
import { test as base, expect, type Page } from '@playwright/test';
import { Edge } from './edge';

interface PerTest {
  readonly edge: Edge;
  readonly noNoise: undefined;
}

export const test = base.extend<PerTest>({
  // One for each test: in Firefox a page says farewell when its context closes, which is after its test.
  // Playwright reads the names of the fixtures from the pattern.
  edge: async ({}, use) => {
    const edge = new Edge();
    await edge.start();
    await use(edge);
    await edge.stop();
    expect(edge.faults).toEqual([]);
  },
  baseURL: async ({ edge }, use) => {
    await use(edge.origin);
  },
  // The script throws nothing, logs nothing and sets no cookie, whatever a test does to it.
  noNoise: [
    async ({ context }, use) => {
      const noise: string[] = [];
      const note = (text: string): void => {
        // The browser's own words about what was refused, and about the page of a test.
        if (!/^(Failed to load resource|\[DOM\])|integrity|favicon|sandbox/.test(text)) noise.push(text);
      };
      context.on('weberror', (error) => note(error.error().message));
      context.on('console', (message) => note(message.text()));
      await use(undefined);
      expect(noise).toEqual([]);
      expect(await context.cookies()).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until everything that the page has sent so far is at the edge, by sending something after it. */
export const settle = async (page: Page, edge: Edge): Promise<void> => {
  const name = `/settle-${Math.random()}`;
  await page.evaluate((path) => fetch(path, { method: 'POST' }).then(() => undefined), name);
  await expect.poll(() => edge.requests.some(({ path }) => path === name)).toBe(true);
};

/** Lets `ms` pass on the page's clock, which must be installed, and what is sent by then arrive. */
export const pass = async (page: Page, edge: Edge, ms: number): Promise<void> => {
  await page.clock.runFor(ms);
  await settle(page, edge);
};

/** As a tab that is put away, or taken up again. */
export const setHidden = async (page: Page, hidden: boolean): Promise<void> => {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value });
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      value: value ? 'hidden' : 'visible',
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
};

export { expect };
