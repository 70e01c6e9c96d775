// Binds the page's state to the address bar, so that links, reload and the back button work.
import { useMemo, useSyncExternalStore } from "react";

import { parse, write, type PageState } from "./state";

const MOVED = "footfall:moved";

const subscribe = (onChange: () => void): (() => void) => {
  window.addEventListener("popstate", onChange);
  window.addEventListener(MOVED, onChange);
  return () => {
    window.removeEventListener("popstate", onChange);
    window.removeEventListener(MOVED, onChange);
  };
};

export type Navigate = (change: Partial<PageState>) => void;

/** A new entry in the history: for choices a person may want to go back from. */
export const navigate: Navigate = (change) => {
  move("pushState", change);
};

/** The current entry rewritten: for what the page fills in by itself. */
export const amend: Navigate = (change) => {
  move("replaceState", change);
};

const move = (how: "pushState" | "replaceState", change: Partial<PageState>): void => {
  const search = write({ ...parse(window.location.search), ...change });
  if (search === window.location.search) return;
  window.history[how](null, "", window.location.pathname + search);
  window.dispatchEvent(new Event(MOVED));
};

export const usePageState = (): PageState => {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return useMemo(() => parse(search), [search]);
};
