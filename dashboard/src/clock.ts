// The browser's clock as a value that components can depend on. Nothing else reads the time.
import { useEffect, useState, useSyncExternalStore } from "react";

const TICK_MS = 1_000;

const listeners = new Set<() => void>();
let timer: number | undefined;

const tick = (): void => {
  for (const onTick of listeners) onTick();
};

/** One timer for all who listen. */
const subscribe = (onTick: () => void): (() => void) => {
  listeners.add(onTick);
  timer ??= window.setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(onTick);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
};

/** A value derived from the time; the component is drawn again only when it changes. */
export const useFromNow = <T extends string>(derive: (now: Date) => T): T =>
  useSyncExternalStore(subscribe, () => derive(new Date()));

const SETTLED_MS = 200;

/** A text once it has stayed the same for a moment, so that not every letter is a request. */
export const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => {
      setSettled(text);
    }, SETTLED_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [text]);
  return settled;
};
