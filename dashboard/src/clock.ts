// The browser's clock as a value that components can depend on. Nothing else reads the time.
import { useSyncExternalStore } from "react";

const TICK_MS = 1_000;

const subscribe = (onTick: () => void): (() => void) => {
  const timer = window.setInterval(onTick, TICK_MS);
  return () => {
    window.clearInterval(timer);
  };
};

/** The current second, in milliseconds since 1970. */
export const useNow = (): number =>
  useSyncExternalStore(subscribe, () => Math.floor(Date.now() / TICK_MS) * TICK_MS);

/** A value derived from the time; the component is drawn again only when it changes. */
export const useFromNow = <T extends string>(derive: (now: Date) => T): T =>
  useSyncExternalStore(subscribe, () => derive(new Date()));
