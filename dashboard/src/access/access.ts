// The access token: taken out of the link's fragment, kept in this browser, dropped when refused.
import { useSyncExternalStore } from "react";

import { forget, recall, remember } from "../storage";

export type Access =
  | { readonly kind: "granted"; readonly token: string }
  | { readonly kind: "missing" }
  | { readonly kind: "refused" };

const KEY = "footfall.token";
const listeners = new Set<() => void>();
let current: Access = { kind: "missing" };

const set = (next: Access): void => {
  current = next;
  for (const listener of listeners) listener();
};

/** The token in a fragment such as "#token=abc", or null. */
export const tokenIn = (fragment: string): string | null => {
  const token = new URLSearchParams(fragment.replace(/^#/, "")).get("token")?.trim();
  return token === undefined || token === "" ? null : token;
};

export const grant = (token: string): void => {
  remember(KEY, token);
  set({ kind: "granted", token });
};

/** The server refused this token; a newer one, granted meanwhile, stays. */
export const refuse = (token: string): void => {
  if (current.kind !== "granted" || current.token !== token) return;
  forget(KEY);
  set({ kind: "refused" });
};

const takeFromAddress = (): void => {
  const token = tokenIn(window.location.hash);
  if (token === null) return;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  grant(token);
};

export const openAccess = (): void => {
  const remembered = recall(KEY);
  if (remembered !== null) current = { kind: "granted", token: remembered };
  takeFromAddress();
  window.addEventListener("hashchange", takeFromAddress);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const currentAccess = (): Access => current;
export const useAccess = (): Access => useSyncExternalStore(subscribe, currentAccess);
