// What the realtime page knows, and how each message of the stream changes it. Pure.
import type { Incoming, Realtime } from "../wire";

export type Message =
  | { readonly kind: "snapshot"; readonly realtime: Realtime }
  | { readonly kind: "figures"; readonly figures: Omit<Realtime, "events"> }
  | { readonly kind: "events"; readonly events: readonly Incoming[]; readonly skipped: number }
  | { readonly kind: "lost"; readonly error: Error | null }
  | { readonly kind: "refused"; readonly error: Error };

export type Live = {
  /** opening: nothing is known yet. lost: it is tried again. refused: it is not. */
  readonly status: "opening" | "live" | "lost" | "refused";
  readonly realtime: Realtime | null;
  /** How many events came faster than they are told, since the page was opened. */
  readonly skipped: number;
  readonly error: Error | null;
};

export const opening: Live = { status: "opening", realtime: null, skipped: 0, error: null };

const SHOWN = 100;

const merge = (newer: readonly Incoming[], older: readonly Incoming[]): Incoming[] => {
  const known = new Set(newer.map((event) => event.id));
  return [...newer, ...older.filter((event) => !known.has(event.id))].slice(0, SHOWN);
};

export const reduce = (live: Live, message: Message): Live => {
  switch (message.kind) {
    case "snapshot":
      return { ...live, status: "live", realtime: message.realtime, error: null };
    case "figures":
      return live.realtime === null
        ? live
        : { ...live, realtime: { ...live.realtime, ...message.figures } };
    case "events":
      return live.realtime === null
        ? live
        : {
            ...live,
            realtime: { ...live.realtime, events: merge(message.events, live.realtime.events) },
            skipped: live.skipped + message.skipped,
          };
    case "lost":
      return { ...live, status: "lost", error: message.error };
    case "refused":
      return { ...live, status: "refused", error: message.error };
  }
};

const LONGEST_MS = 30_000;

/** How long to wait before the stream is opened again: twice as long each time, and not all at once. */
export const backoffMs = (failures: number, random: number): number =>
  Math.min(LONGEST_MS, 1_000 * 2 ** Math.min(failures, 10)) * (0.5 + random / 2);
