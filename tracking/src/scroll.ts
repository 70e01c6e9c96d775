// How far down: scroll (a new maximum, every 2 s at most) and scroll_depth (each milestone once a page).
import { record } from './event';
import { guard, listen } from './guard';
import { page } from './page';

const MILESTONE_STEP = 25;
const THROTTLE_MS = 100;
const SCROLL_EVERY_MS = 2_000;

let deepest = 0;
let reached = 0;
let lastAt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const measure = (): void => {
  timer = undefined;
  const documentHeight = document.scrollingElement?.scrollHeight ?? 0;
  const windowHeight = innerHeight;
  const room = documentHeight - windowHeight;
  // A page that fits its window cannot be scrolled, so nobody reached anything.
  if (room < 1) return;
  const scrollTop = Math.round(scrollY);
  const scrollPercentage = Math.min(100, Math.round((scrollTop / room) * 100));
  if (scrollPercentage <= deepest) return;
  deepest = scrollPercentage;
  if (Date.now() - lastAt > SCROLL_EVERY_MS) {
    lastAt = Date.now();
    record('scroll', { scrollPercentage, scrollTop, documentHeight, windowHeight });
  }
  while (reached + MILESTONE_STEP <= deepest) {
    const milestone = (reached += MILESTONE_STEP);
    record('scroll_depth', {
      milestone,
      timeToMilestone: Date.now() - page.start,
      scrollPercentage,
    });
  }
};

export const resetScroll = (): void => {
  clearTimeout(timer);
  timer = undefined;
  deepest = reached = lastAt = 0;
};

export const watchScroll = (): void => {
  const measureSoon = (): void => {
    timer ??= setTimeout(guard(measure), THROTTLE_MS);
  };
  listen(window, 'scroll', measureSoon);
  // A reload may have restored the position before we listened.
  measureSoon();
};
