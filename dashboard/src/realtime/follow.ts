// Reads the stream of a site, and opens it again whenever it ends, until it is told to stop.
import { createParser, type EventSourceMessage } from "eventsource-parser";
import * as v from "valibot";

import { ApiError, openRealtime } from "../api";
import { eventsMessage, figuresMessage, realtimeAnswer } from "../wire";
import { backoffMs, type Message } from "./live";

/** The server says every 15 s that it is there. */
const SILENCE_MS = 40_000;

const messageOf = ({ event, data }: EventSourceMessage): Message | null => {
  const document: unknown = JSON.parse(data);
  if (event === "snapshot") return { kind: "snapshot", realtime: v.parse(realtimeAnswer, document) };
  if (event === "figures") return { kind: "figures", figures: v.parse(figuresMessage, document) };
  if (event === "events") return { kind: "events", ...v.parse(eventsMessage, document) };
  // Of a newer server.
  return null;
};

/** Aborted with `outer`, or where `outlive` was not called for a while. */
const watch = (outer: AbortSignal) => {
  const own = new AbortController();
  const abort = (): void => {
    own.abort();
  };
  let timer = window.setTimeout(abort, SILENCE_MS);
  outer.addEventListener("abort", abort);
  return {
    signal: own.signal,
    outlive: (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(abort, SILENCE_MS);
    },
    end: (): void => {
      window.clearTimeout(timer);
      outer.removeEventListener("abort", abort);
      own.abort();
    },
  };
};

const readOnce = async (
  siteId: string,
  outer: AbortSignal,
  tell: (message: Message) => void,
): Promise<void> => {
  const { signal, outlive, end } = watch(outer);
  try {
    const reader = (await openRealtime(siteId, signal)).getReader();
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: (event) => {
        const message = messageOf(event);
        if (message !== null) tell(message);
      },
    });
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      outlive();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    end();
  }
};

const pause = (duration_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      window.clearTimeout(timer);
      resolve();
    };
    const timer = window.setTimeout(end, duration_ms);
    signal.addEventListener("abort", end, { once: true });
  });

/** Ends with the signal, or where the server refuses for good. */
export const follow = async (
  siteId: string,
  signal: AbortSignal,
  tell: (message: Message) => void,
): Promise<void> => {
  let failures = 0;
  const listen = (message: Message): void => {
    failures = 0;
    tell(message);
  };
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    let error: Error | null = null;
    try {
      await readOnce(siteId, signal, listen);
    } catch (caught) {
      error = caught instanceof Error ? caught : null;
    }
    if (isOver()) return;
    if (error instanceof v.ValiError || error instanceof SyntaxError) {
      const sentence = "The server tells what this page does not know; reload to update the page.";
      tell({ kind: "refused", error: new Error(sentence) });
      return;
    }
    if (error instanceof ApiError && (error.failure === "access" || error.failure === "refused")) {
      tell({ kind: "refused", error });
      return;
    }
    tell({ kind: "lost", error: error instanceof ApiError ? error : null });
    await pause(backoffMs(failures, Math.random()), signal);
    failures += 1;
  }
};
