import { expect, test } from "vitest";

import { localTime, vitalText } from "../src/format";
import type { Step } from "../src/sessions/asking";
import { properties, stretches } from "../src/sessions/steps";
import type { Vital } from "../src/vitals/asking";
import { linesOf, topOf } from "../src/vitals/line";
import { verdictOf } from "../src/vitals/verdict";

const step = (id: string, name: string, changes: Partial<Step> = {}): Step => ({
  id,
  kind: name === "pageview" ? "pageview" : "event",
  at: "2026-11-22T10:00:00.000Z",
  name,
  path: "/",
  title: null,
  referrer: null,
  search_term: null,
  is_not_found: false,
  time_on_page_s: null,
  engaged_ms: null,
  scroll_percentage: null,
  link_url: null,
  is_outbound: false,
  is_download: false,
  form_id: null,
  field_names: null,
  web_vital: null,
  web_vital_value: null,
  properties: null,
  ...changes,
});

test("events stand under the page before them, repeats folded into one", () => {
  const names = ["click", "pageview", "click", "click", "scroll", "click", "pageview"];
  const found = stretches(names.map((name, place) => step(String(place), name)));
  expect(
    found.map(({ view, folds }) => [view?.id ?? null, folds.map(({ steps }) => steps.map((s) => s.id))]),
  ).toEqual([
    [null, [["0"]]],
    ["1", [["2", "3"], ["4"], ["5"]]],
    ["6", []],
  ]);
  expect(stretches([])).toEqual([]);
});

test("ten thousand events in turn are each in one fold", () => {
  const steps = Array.from({ length: 10_000 }, (_, n) => step(String(n), n % 2 === 0 ? "a" : "b"));
  expect(stretches(steps).flatMap(({ folds }) => folds)).toHaveLength(10_000);
});

test("properties are text, those that say nothing are left out", () => {
  const told = { total: 12.5, items: ["tea"], note: "x", none: null, empty: "" };
  expect(properties(step("1", "order", { properties: told }))).toEqual([
    ["total", "12.5"],
    ["items", '["tea"]'],
    ["note", "x"],
  ]);
  expect(properties(step("1", "scroll_depth", { properties: told }))).toEqual([]);
});

test("an instant is told by the clocks of the site", () => {
  const instant = "2026-11-01T05:30:00.000Z";
  expect(localTime(instant, "America/New_York")).toEqual({ day: "2026-11-01", time: "01:30:00" });
  expect(localTime(instant, "Asia/Kolkata")).toEqual({ day: "2026-11-01", time: "11:00:00" });
  expect(localTime("2026-11-01T18:45:09Z", "Asia/Kolkata").day).toBe("2026-11-02");
  expect(localTime("2026-11-01T18:30:00Z", "Asia/Kolkata").time).toBe("00:00:00");
  // A zone that came after the browser.
  expect(localTime(instant, "Mars/Olympus")).toEqual({ day: "2026-11-01", time: "05:30:00" });
});

const cls: Vital = { name: "CLS", unit: "none", good_to: 0.1, poor_above: 0.25, definition: "" };

test.each([
  ["milliseconds", 312.4, "312 ms"],
  ["milliseconds", 2410, "2.41 s"],
  ["milliseconds", null, "–"],
  ["none", 0.1, "0.10"],
  ["none", 0.1042, "0.104"],
] as const)("a value of unit %s, %s, reads %s", (unit, value, text) => {
  expect(vitalText(unit, value)).toBe(text);
});

test("a threshold itself is still on its better side", () => {
  expect([0.1, 0.1001, 0.25, 0.2501].map((value) => verdictOf(cls, value))).toEqual([
    "good",
    "middling",
    "middling",
    "poor",
  ]);
});

test("the line has a gap where nothing was measured", () => {
  const top = topOf(cls, [0.05, null, 0.1, 0.2]);
  expect(top).toBeCloseTo(0.224);
  expect(linesOf([0.112, null, 0, 0.224, null, 0.1], 0.224)).toEqual(["400.0,1000.0 600.0,0.0"]);
});
