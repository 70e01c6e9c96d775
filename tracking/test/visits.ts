// What a visit by hand tells, waited for and counted: shared by the specs of the demo shop.
import type { Page } from '@playwright/test';
import type { Edge } from './edge';
import { expect } from './fixture';

/** Ends the visit and counts its events by type, when the last of `pages` has told its end. */
export const count = async (page: Page, edge: Edge, pages = 1): Promise<Record<string, number>> => {
  await page.goto('about:blank');
  await expect.poll(() => edge.of('page_exit').length).toBe(pages);
  const counts: Record<string, number> = {};
  for (const { eventType } of edge.events) {
    // How far a window of this size scrolls to reach a button, and which vitals it has by then, is not the point.
    if (/^(scroll|web_vital)/.test(eventType)) continue;
    counts[eventType] = (counts[eventType] ?? 0) + 1;
  }
  return counts;
};

/** Waits until the script has recorded something that has `words` in it; its queue on the device tells. */
export const recorded = async (page: Page, words: string): Promise<void> => {
  await page.waitForFunction((part) => localStorage.getItem('_ts_queue')?.includes(part), words);
};
