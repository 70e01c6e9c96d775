import { describe, expect, test } from "vitest";

import { zoomedTo } from "../src/chart/zoom";
import { compared, type Comparison } from "../src/comparison";
import type { Period } from "../src/period";

const today = "2026-11-22"; // a Sunday
const custom = (start: string, end: string): Period => ({ kind: "custom", range: { start, end } });
const days = (comparison: Comparison, period: Period) => compared(comparison, period, today, null);

describe("a period is compared", () => {
  test("with nothing, or with any days", () => {
    const range = { start: "2025-01-01", end: "2025-01-03" };
    expect(days({ kind: "none" }, custom("2026-11-01", "2026-11-03"))).toBeNull();
    expect(days({ kind: "custom", range }, custom("2026-11-01", "2026-11-03"))).toEqual(range);
  });

  test("with nothing before all time, yet with a year ago", () => {
    const all: Period = { kind: "preset", preset: "all" };
    const against = (kind: "previous" | "year") =>
      compared({ kind, matchWeekday: false }, all, today, "2025-03-01");
    expect(against("previous")).toBeNull();
    expect(against("year")).toEqual({ start: "2024-03-01", end: "2025-11-22" });
  });

  test("with the same days a year ago, the last of a month with the last", () => {
    const year: Comparison = { kind: "year", matchWeekday: false };
    expect(days(year, custom("2026-11-03", "2026-11-09"))).toEqual({
      start: "2025-11-03",
      end: "2025-11-09",
    });
    expect(days(year, custom("2025-02-01", "2025-02-28"))).toEqual({
      start: "2024-02-01",
      end: "2024-02-29",
    });
  });

  test("with the same days of the week", () => {
    const year: Comparison = { kind: "year", matchWeekday: true };
    // From Tuesday to Monday; a year before, 3 November was a Monday.
    expect(days(year, custom("2026-11-03", "2026-11-09"))).toEqual({
      start: "2025-11-04",
      end: "2025-11-10",
    });
    const previous: Comparison = { kind: "previous", matchWeekday: true };
    // 30 days before lie two weekdays off, and nearer ones would reach into the period.
    expect(days(previous, custom("2026-10-24", "2026-11-22"))).toEqual({
      start: "2026-09-19",
      end: "2026-10-18",
    });
    expect(days(previous, custom("2026-11-22", "2026-11-22"))).toEqual({
      start: "2026-11-15",
      end: "2026-11-15",
    });
    expect(days(previous, custom("2026-11-16", "2026-11-22"))).toEqual({
      start: "2026-11-09",
      end: "2026-11-15",
    });
  });
});

describe("a part of the chart is", () => {
  const range = { start: "2026-10-08", end: "2026-11-22" };

  test("the days of its buckets, in either order", () => {
    expect(zoomedTo("day", ["2026-10-20", "2026-10-10"], range)).toEqual({
      start: "2026-10-10",
      end: "2026-10-20",
    });
    expect(zoomedTo("week", ["2026-10-05", "2026-10-12"], range)).toEqual({
      start: "2026-10-08",
      end: "2026-10-18",
    });
    expect(zoomedTo("hour", ["2026-11-01T03:00", "2026-11-01T09:00"], range)).toEqual({
      start: "2026-11-01",
      end: "2026-11-01",
    });
  });

  test("nothing new where it is all that is shown", () => {
    const day = { start: "2026-11-01", end: "2026-11-01" };
    expect(zoomedTo("hour", ["2026-11-01T03:00", "2026-11-01T09:00"], day)).toBeNull();
    expect(zoomedTo("month", ["2026-10", "2026-11"], range)).toBeNull();
  });
});
