import { describe, expect, test } from "vitest";

import {
  addDays,
  addMonths,
  bucketOf,
  dayCount,
  intervalOf,
  isDay,
  named,
  preceding,
  presets,
  resolve,
  stepBack,
  stepForward,
  todayIn,
  bucketDays,
  intervalFor,
  intervalsOf,
  type Period,
} from "../src/period";

const today = "2026-11-22";
const preset = (name: (typeof presets)[number]): Period => ({ kind: "preset", preset: name });
const custom = (start: string, end: string): Period => ({ kind: "custom", range: { start, end } });

test("only real calendar days are days", () => {
  expect(["2026-02-28", "2024-02-29"].every(isDay)).toBe(true);
  expect(["2026-02-29", "2026-13-01", "2026-1-1", "", "today"].some(isDay)).toBe(false);
});

test("days and months are counted across the ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  expect(addMonths("2026-03-31", -1)).toBe("2026-02-28");
  expect(addMonths("2026-01-15", -13)).toBe("2024-12-15");
  expect(dayCount({ start: "2026-03-28", end: "2026-03-30" })).toBe(3);
});

describe("a preset stands for these days and is compared with those before", () => {
  test.each([
    ["today", "2026-11-22", "2026-11-22", "2026-11-21", "2026-11-21"],
    ["yesterday", "2026-11-21", "2026-11-21", "2026-11-20", "2026-11-20"],
    ["7d", "2026-11-16", "2026-11-22", "2026-11-09", "2026-11-15"],
    ["30d", "2026-10-24", "2026-11-22", "2026-09-24", "2026-10-23"],
    ["90d", "2026-08-25", "2026-11-22", "2026-05-27", "2026-08-24"],
    ["month", "2026-11-01", "2026-11-22", "2026-10-01", "2026-10-22"],
    ["lastmonth", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"],
    ["year", "2026-01-01", "2026-11-22", "2025-01-01", "2025-11-22"],
    ["12mo", "2025-12-01", "2026-11-22", "2024-12-01", "2025-11-22"],
  ] as const)("%s", (name, start, end, beforeStart, beforeEnd) => {
    expect(resolve(preset(name), today)).toEqual({ start, end });
    expect(preceding(preset(name), today)).toEqual({ start: beforeStart, end: beforeEnd });
  });
});

test("days are compared with as many days, whole months with whole months", () => {
  expect(preceding(custom("2026-11-03", "2026-11-05"), today)).toEqual({
    start: "2026-10-31",
    end: "2026-11-02",
  });
  expect(preceding(custom("2026-02-01", "2026-02-28"), today)).toEqual({
    start: "2026-01-01",
    end: "2026-01-31",
  });
  expect(preceding(custom("2026-04-01", "2026-06-30"), today)).toEqual({
    start: "2026-01-01",
    end: "2026-03-31",
  });
});

test("30 days that happen to be a calendar month still compare as 30 days", () => {
  expect(preceding(preset("30d"), "2026-09-30")).toEqual({
    start: "2026-08-02",
    end: "2026-08-31",
  });
});

test("all time begins with the site, and ten years ago at the earliest", () => {
  expect(resolve(preset("all"), today, "2024-02-03")).toEqual({ start: "2024-02-03", end: today });
  const longest = resolve(preset("all"), today, "1999-01-01");
  expect(dayCount(longest)).toBe(3653);
  expect(resolve(preset("all"), today)).toEqual(longest);
  expect(resolve(preset("all"), today, "2026-12-24")).toEqual({ start: today, end: today });
  expect(stepBack(preset("all"), today)).toBeNull();
});

const steps = presets.filter((name) => name !== "all");

test.each(steps)("one step back and one forward from %s comes home", (name) => {
  const back = stepBack(preset(name), today) ?? preset("all");
  expect(back).not.toEqual(preset(name));
  const home: Period = name === "yesterday" ? preset("yesterday") : preset(name);
  expect(stepForward(back, today)).toEqual(home);
});

test("a month steps to the whole month before", () => {
  expect(stepBack(preset("month"), today)).toEqual(preset("lastmonth"));
  expect(stepBack(custom("2026-03-01", "2026-03-31"), today)).toEqual(
    custom("2026-02-01", "2026-02-28"),
  );
  expect(stepBack(preset("12mo"), today)).toEqual(custom("2024-12-01", "2025-11-30"));
});

test("no step leads beyond today", () => {
  for (const name of ["today", "7d", "30d", "month", "12mo"] as const)
    expect(stepForward(preset(name), today)).toBeNull();
  expect(stepForward(preset("yesterday"), today)).toEqual(preset("today"));
  expect(stepForward(custom("2026-11-10", "2026-11-19"), today)).toEqual(
    custom("2026-11-13", today),
  );
});

test("a range that is a preset gets the preset's name", () => {
  expect(named({ start: "2026-11-16", end: today }, today)).toEqual(preset("7d"));
  expect(named({ start: "2026-11-15", end: today }, today)).toEqual(custom("2026-11-15", today));
});

test("one day is drawn in hours, a quarter in days, more in months", () => {
  expect(intervalOf({ start: today, end: today })).toBe("hour");
  expect(intervalOf({ start: "2026-11-21", end: today })).toBe("day");
  expect(intervalOf({ start: "2026-07-01", end: "2026-09-30" })).toBe("day");
  expect(intervalOf({ start: "2026-07-01", end: "2026-10-01" })).toBe("month");
});

test("today and the current bucket are the site's, not the browser's", () => {
  const now = new Date("2026-11-22T23:30:00Z");
  expect(todayIn("Asia/Tokyo", now)).toBe("2026-11-23");
  expect(todayIn("America/New_York", now)).toBe("2026-11-22");
  expect(bucketOf("hour", "Europe/Berlin", now)).toBe("2026-11-23T00:00");
  expect(bucketOf("month", "Pacific/Auckland", new Date("2026-10-31T12:00:00Z"))).toBe("2026-11");
  expect(todayIn("Not/AZone", now)).toBe("2026-11-22");
});

test("a year steps to the whole year before", () => {
  expect(stepBack(preset("year"), today)).toEqual(custom("2025-01-01", "2025-12-31"));
});

test("a range may be drawn in whatever makes several buckets of it, but not too many", () => {
  const days = (start: string, end: string) => intervalsOf({ start, end });
  expect(days(today, today)).toEqual(["hour"]);
  // Saturday and Sunday, then Sunday and Monday.
  expect(days("2026-11-21", "2026-11-22")).toEqual(["hour", "day"]);
  expect(days("2026-11-22", "2026-11-23")).toEqual(["hour", "day", "week"]);
  expect(days("2026-10-24", "2026-11-22")).toEqual(["day", "week", "month"]);
  expect(days("2025-11-23", "2026-11-22")).toEqual(["day", "week", "month"]);
  expect(days("2020-01-01", "2026-11-22")).toEqual(["week", "month"]);
});

test("an interval that the range does not allow gives way to one that suits", () => {
  const range = { start: "2026-10-24", end: "2026-11-22" };
  expect(intervalFor("week", range)).toBe("week");
  expect(intervalFor("hour", range)).toBe("day");
  expect(intervalFor(null, range)).toBe("day");
});

test("a bucket is the days of it that lie in the range", () => {
  const range = { start: "2026-10-08", end: "2026-11-22" };
  expect(bucketDays("week", "2026-10-05", range)).toEqual({ start: "2026-10-08", end: "2026-10-11" });
  expect(bucketDays("month", "2026-11", range)).toEqual({ start: "2026-11-01", end: "2026-11-22" });
  expect(bucketDays("hour", "2026-11-01T13:00", range)).toEqual({
    start: "2026-11-01",
    end: "2026-11-01",
  });
  expect(bucketOf("week", "Asia/Tokyo", new Date("2026-11-22T23:30:00Z"))).toBe("2026-11-23");
  expect(bucketOf("week", "Europe/Berlin", new Date("2026-11-22T12:00:00Z"))).toBe("2026-11-16");
});
