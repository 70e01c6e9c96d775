// Who this browser is to the server: by a token it keeps, by the cookie of a sign-in, or nobody yet.
import { useSyncExternalStore } from "react";

import { forget, recall, remember } from "../storage";
import type { Session } from "../wire";

/** What a link that works once is for; the secret is in its fragment. */
export type Invitation = { readonly purpose: "setup" | "password"; readonly secret: string };

/** Why nobody is let in: never was, the token is wrong, the sign-in is over, or it was ended here. */
export type Reason = "stranger" | "refused" | "ended" | "left";

export type Access =
  | { readonly kind: "checking"; readonly token: string | null; readonly reason: Reason }
  | { readonly kind: "granted"; readonly token: string | null; readonly session: Session }
  | { readonly kind: "asked"; readonly reason: Reason }
  | { readonly kind: "invited"; readonly invitation: Invitation };

const KEY = "footfall.token";
const listeners = new Set<() => void>();
let current: Access = { kind: "checking", token: null, reason: "stranger" };

const set = (next: Access): void => {
  current = next;
  for (const listener of listeners) listener();
};

/** The value of a name in a fragment such as "#token=abc", or null. */
const valueIn = (fragment: string, name: string): string | null => {
  const value = new URLSearchParams(fragment.replace(/^#/, "")).get(name)?.trim();
  return value === undefined || value === "" ? null : value;
};

export const tokenIn = (fragment: string): string | null => valueIn(fragment, "token");

export const invitationIn = (fragment: string): Invitation | null => {
  for (const purpose of ["setup", "password"] as const) {
    const secret = valueIn(fragment, purpose);
    if (secret !== null) return { purpose, secret };
  }
  return null;
};

/** Somebody signed in, or a token was accepted. A sign-in takes a token's place. */
export const grant = (session: Session, token: string | null): void => {
  if (token === null) forget(KEY);
  else remember(KEY, token);
  set({ kind: "granted", token, session });
};

export const invite = (invitation: Invitation): void => {
  set({ kind: "invited", invitation });
};

/** The server knows this token or sign-in no longer; a newer one, granted meanwhile, stays. */
export const refuse = (credential: string | null): void => {
  if (credentialOf(current) !== credential) return;
  if (current.kind === "checking" && current.token === null)
    set({ kind: "asked", reason: current.reason });
  else if (current.kind === "granted" && current.token === null)
    set({ kind: "asked", reason: "ended" });
  else if (current.kind === "checking" || current.kind === "granted") {
    // There may be a sign-in besides.
    forget(KEY);
    set({ kind: "checking", token: null, reason: "refused" });
  }
};

/** Signed out, or the token forgotten, in this browser. */
export const leave = (): void => {
  forget(KEY);
  set({ kind: "asked", reason: "left" });
};

/** Look at the sign-in anew, as after a link that no longer works. */
export const checkAgain = (): void => {
  set({ kind: "checking", token: recall(KEY), reason: "stranger" });
};

/** What requests carry: a token, or what stands for a sign-in; null for nobody. */
export const credentialOf = (access: Access): string | null => {
  if (access.kind === "checking") return access.token;
  return access.kind === "granted" ? (access.token ?? access.session.csrf) : null;
};

const takeFromAddress = (): boolean => {
  const fragment = window.location.hash;
  const invitation = invitationIn(fragment);
  const token = tokenIn(fragment);
  if (invitation === null && token === null) return false;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  if (invitation !== null) invite(invitation);
  else set({ kind: "checking", token, reason: "stranger" });
  return true;
};

export const openAccess = (): void => {
  if (!takeFromAddress()) checkAgain();
  window.addEventListener("hashchange", takeFromAddress);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const currentAccess = (): Access => current;
export const useAccess = (): Access => useSyncExternalStore(subscribe, currentAccess);

/** Of the components that are drawn for whoever is let in. */
export const useSession = (): Session => {
  const access = useAccess();
  if (access.kind !== "granted") throw new Error("Nobody is let in.");
  return access.session;
};
