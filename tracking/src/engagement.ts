// Engaged time: milliseconds for which the page was visible and a person moved, typed, touched or read.
import { listen } from './guard';

// A reader rests: what follows a sign of life counts for this long at most.
const REST_MS = 30_000;

let engaged = 0;
let mark = Date.now();
let isVisible = !document.hidden;

const tick = (): void => {
  const now = Date.now();
  if (isVisible) engaged += Math.max(0, Math.min(now - mark, REST_MS));
  mark = now;
};

export const engagedMs = (): number => {
  tick();
  return engaged;
};

export const resetEngaged = (): void => {
  tick();
  engaged = 0;
};

export const setVisible = (visible: boolean): void => {
  tick();
  isVisible = visible;
};

export const watchEngagement = (): void => {
  listen(window, 'mousemove mousedown keydown scroll touchstart focus', tick);
};
