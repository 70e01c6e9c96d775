import { expect, test } from "vitest";

import { initial, parse, write, type PageState } from "../src/state";

test("an empty address is the initial state, and the initial state an empty address", () => {
  expect(parse("")).toEqual(initial);
  expect(write(initial)).toBe("");
});

test.each<PageState>([
  { ...initial, site: "shop.example.com" },
  { ...initial, site: "a&b=c ü/?#", metric: "bounce_rate", pages: "exit_page" },
  { ...initial, period: { kind: "preset", preset: "today" }, sources: "utm_campaign" },
  { ...initial, sources: "channel", places: "city", devices: "os" },
  {
    ...initial,
    site: "demo",
    period: { kind: "custom", range: { start: "2026-02-01", end: "2026-02-28" } },
  },
])("what is written is read back: %j", (state) => {
  expect(parse(write(state))).toEqual(state);
});

test("links stay short: what is default is left out", () => {
  expect(write({ ...initial, site: "demo", metric: "sessions" })).toBe("?site=demo&metric=sessions");
});

test.each([
  "?period=forever",
  "?period=custom",
  "?period=custom&from=2026-02-30&to=2026-03-01",
  "?period=custom&from=2026-03-02&to=2026-03-01",
  "?metric=__proto__&pages=x&sources=",
  "?site=",
])("nonsense falls back to the default: %s", (search) => {
  expect(parse(search)).toEqual(initial);
});
