import { expect, test } from "vitest";

import type { Comparison } from "../src/comparison";
import type { Range } from "../src/period";
import { compares, viewOf } from "../src/queries";
import { initial } from "../src/state";
import { sameVitals } from "../src/vitals/asking";

test("vitals stand in for others only where they are the same ones by the same values", () => {
  const asked = { site_id: "shop", start_date: "2026-11-01", end_date: "2026-11-30" };
  const daily = { ...asked, vitals: ["LCP"], dimensions: ["time:day"] };
  expect(sameVitals(asked, { ...asked, start_date: "2026-11-10" })).toBe(true);
  expect(sameVitals(daily, { ...daily, start_date: "2026-11-10" })).toBe(true);
  expect(sameVitals(daily, { ...daily, vitals: ["CLS"] })).toBe(false);
  expect(sameVitals(daily, { ...daily, dimensions: ["time:month"] })).toBe(false);
  expect(sameVitals(daily, { ...daily, site_id: "blog" })).toBe(false);
  expect(sameVitals(asked, daily)).toBe(false);
});

const site = { site_id: "shop", timezone: "UTC", last_event_at: null, first_date: "2026-01-01" };
const today = "2026-11-22";
const viewed = (range: Range, comparison: Comparison) =>
  viewOf(site, { ...initial, period: { kind: "custom", range }, comparison }, today);
const month: Range = { start: "2026-10-24", end: today };
const before: Comparison = { kind: "previous", matchWeekday: false };

test("a period is comparable with one that is as long so far", () => {
  const custom = (start: string, end: string): Comparison => ({ kind: "custom", range: { start, end } });
  expect(viewed(month, before).comparable).toBe(true);
  expect(viewed(month, { kind: "none" }).comparable).toBe(false);
  expect(viewed(month, custom("2026-09-01", "2026-09-30")).comparable).toBe(true);
  expect(viewed(month, custom("2026-09-01", "2026-09-07")).comparable).toBe(false);
  // The day goes on.
  expect(viewed({ start: today, end: today }, before).comparable).toBe(false);
  // Of other length, yet the month before.
  expect(viewed({ start: "2026-10-01", end: "2026-10-31" }, before)).toMatchObject({
    comparison: { start: "2026-09-01", end: "2026-09-30" },
    comparable: true,
  });
});

test("a comparison says nothing where nobody came then", () => {
  const row = (visitors: number) => ({ dimensions: [], metrics: [5], comparison: [visitors] });
  expect(compares(viewed(month, before), row(4))).toBe(true);
  expect(compares(viewed(month, before), row(0))).toBe(false);
  expect(compares(viewed(month, before), undefined)).toBe(false);
  expect(compares(viewed({ start: today, end: today }, before), row(4))).toBe(false);
});
