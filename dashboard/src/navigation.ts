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

/** The forms on the page that hold what is not saved. */
const unsaved = new Set<symbol>();

/** Notes that a form has unsaved changes, until the function that it returns is called. */
export const holdUnsaved = (): (() => void) => {
  const form = Symbol();
  unsaved.add(form);
  return () => {
    unsaved.delete(form);
  };
};

/** Whether the change leads to a page without the forms that are open now. */
const leaves = (change: Partial<PageState>): boolean => {
  const now = parse(window.location.search);
  return (["view", "section", "site"] as const).some(
    (name) => name in change && change[name] !== now[name],
  );
};

/** A new entry in the history: for choices a person may want to go back from. False where there are unsaved
 * changes, and the person would rather stay. */
export const navigate = (change: Partial<PageState>): boolean => {
  if (unsaved.size > 0 && leaves(change) && !window.confirm("Leave without saving the changes?"))
    return false;
  move("pushState", change);
  return true;
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
