import { expect, test } from "vitest";

import { sparkPoints } from "../src/home/spark";
import { backoffMs, opening, reduce, type Live } from "../src/realtime/live";
import type { Incoming, Realtime } from "../src/wire";

const event = (id: string): Incoming => ({
  id,
  received_at: "2026-11-24T19:30:00.000Z",
  event_type: "pageview",
  path: "/",
  country: null,
  browser: null,
  device: null,
  is_bot: false,
  bot_reasons: [],
  session: "0a0b0c0d",
});

const figures: Omit<Realtime, "events"> = {
  now: "2026-11-24T19:30:00.000Z",
  current_visitors: 1,
  visitors: 2,
  pageviews: 3,
  flagged_events: 0,
  minutes: [],
  pages: [],
  sources: [],
  countries: [],
  devices: [],
};

const ids = (live: Live): readonly string[] => live.realtime?.events.map(({ id }) => id) ?? [];

const begun = reduce(opening, {
  kind: "snapshot",
  realtime: { ...figures, events: [event("b"), event("a")] },
});

test("events come on top, each once, and no more than a hundred stay", () => {
  const next = reduce(begun, { kind: "events", events: [event("c"), event("b")], skipped: 2 });
  expect(ids(next)).toEqual(["c", "b", "a"]);
  expect(next.skipped).toBe(2);
  const many = Array.from({ length: 100 }, (_, number) => event(`n${number}`));
  const full = reduce(next, { kind: "events", events: many, skipped: 0 });
  expect(ids(full)).toHaveLength(100);
  expect(ids(full)).not.toContain("c");
});

test("figures take the place of figures and leave the events", () => {
  const next = reduce(begun, { kind: "figures", figures: { ...figures, visitors: 9 } });
  expect(next.realtime?.visitors).toBe(9);
  expect(ids(next)).toEqual(["b", "a"]);
});

test("what was known stays while the connection is lost, and a new snapshot takes its place", () => {
  const lost = reduce(begun, { kind: "lost", error: null });
  expect(lost.status).toBe("lost");
  expect(ids(lost)).toEqual(["b", "a"]);
  const back = reduce(lost, { kind: "snapshot", realtime: { ...figures, events: [event("z")] } });
  expect(back.status).toBe("live");
  expect(ids(back)).toEqual(["z"]);
});

test("nothing is made of figures and events before the first snapshot", () => {
  expect(reduce(opening, { kind: "figures", figures })).toEqual(opening);
  expect(reduce(opening, { kind: "events", events: [event("a")], skipped: 0 })).toEqual(opening);
});

test("it waits twice as long each time, half a minute at most, and not everybody as long", () => {
  expect([0, 1, 2, 3].map((failures) => backoffMs(failures, 1))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoffMs(0, 0)).toBe(500);
  expect(backoffMs(50, 1)).toBe(30_000);
});

test("a sparkline reaches from edge to edge, its largest value to the top, nothing to the bottom", () => {
  expect(sparkPoints([0, 2, 4])).toBe("0,29 50,15 100,1");
  expect(sparkPoints([0, 0])).toBe("0,29 100,29");
});
