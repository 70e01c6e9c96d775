import { describe, expect, test } from "vitest";

import { columnsOf, dayStarts, labelled, lastIndex, lonely, seriesOf } from "../src/chart/series";
import type { Row } from "../src/wire";

const row = (key: string, ...metrics: (number | null)[]): Row => ({
  dimensions: [key],
  metrics,
  comparison: null,
});

describe("a series with an unfinished bucket", () => {
  const series = seriesOf(
    [row("2026-11-20", 5, 1), row("2026-11-21", 7, 2), row("2026-11-22", 3, 3), row("2026-11-23", 0, 0)],
    [row("2026-11-16", 4, 9), row("2026-11-17", 6, 9)],
    0,
    "2026-11-22",
  );

  test("ends at now: what lies ahead has no value, not zero", () => {
    expect(series.points.map((point) => point.value)).toEqual([5, 7, 3, null]);
    expect(series.unfinished).toBe(2);
    expect(lastIndex(series)).toBe(2);
  });

  test("is dashed from the last finished bucket on", () => {
    expect(columnsOf(series)).toEqual({
      x: [0, 1, 2, 3],
      solid: [5, 7, null, null],
      dashed: [null, 7, 3, null],
      before: [4, 6, null, null],
    });
  });

  test("stands beside the comparison bucket by bucket, as far as that goes", () => {
    expect(series.points[1]?.before).toEqual({ key: "2026-11-17", value: 6 });
    expect(series.points[2]?.before).toBeNull();
  });
});

test("a finished period has no dashed end", () => {
  const series = seriesOf([row("2026-10-01", 1), row("2026-10-02", 2)], [], 0, "2026-11-22");
  expect(series.unfinished).toBeNull();
  expect(columnsOf(series).dashed).toEqual([null, null]);
});

test("an hour that the clock repeats is drawn twice, and the later one is the unfinished", () => {
  const rows = [row("2026-10-25T02:00", 1), row("2026-10-25T02:00", 2)];
  expect(seriesOf(rows, [], 0, "2026-10-25T02:00").unfinished).toBe(1);
});

test("the chosen metric is the one drawn, and a missing value stays missing", () => {
  const rows = [row("2026-11-20", 5, null), row("2026-11-21", 7, 0.4)];
  expect(seriesOf(rows, [], 1, "2026-11-22").points.map((point) => point.value)).toEqual([null, 0.4]);
});

test("a value without neighbours gets a dot", () => {
  expect(lonely([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(lonely([1])).toEqual([0]);
  expect(lonely([null, null])).toEqual([]);
});

test("labels are as many as fit", () => {
  expect(labelled(7, 900, 64)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(labelled(24, 900, 64)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
  expect(labelled(30, 250, 64)).toHaveLength(3);
  expect(labelled(1, 900, 64)).toEqual([0]);
  expect(labelled(400, 250, 64).length).toBeLessThanOrEqual(3);
});

test("weeks that the period cuts are dashed, and only a period that goes on is unfinished", () => {
  const rows = ["2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"].map((key, n) => row(key, n));
  const isCut = (key: string): boolean => key === "2026-10-05" || key === "2026-10-26";
  const series = seriesOf(rows, [], 0, "2026-10-26", false, isCut);
  expect(series.unfinished).toBeNull();
  expect(columnsOf(series).solid).toEqual([null, 1, 2, null]);
  expect(columnsOf(series).dashed).toEqual([0, 1, 2, 3]);
});

test("hours of several days are labelled where a day begins, also where it has 23 hours", () => {
  const hours = [22, 23].map((hour) => `2026-03-28T${hour}:00`);
  const short = [0, 1, 3, 4].map((hour) => `2026-03-29T0${hour}:00`);
  const keys = [...hours, ...short, "2026-03-30T00:00"];
  expect(dayStarts(keys, 900, 64)).toEqual([0, 2, 6]);
  expect(dayStarts(keys, 130, 64)).toEqual([0, 6]);
});
