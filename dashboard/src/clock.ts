// The browser's clock as a value that components can depend on. Nothing else reads the time.
import { useEffect, useState, useSyncExternalStore } from "react";

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
