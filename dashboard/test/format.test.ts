import { describe, expect, test } from "vitest";

import {
  areAlike,
  ago,
  bucketText,
  bucketTick,
  change,
  duration,
  eventName,
  figure,
  isCut,
  named,
  namedFigure,
  nounFor,
  periodText,
  presetDays,
  rangeText,
  rowName,
  searchTerms,
  share,
  shortFigure,
  tick,
} from "../src/format";
import type { Interval } from "../src/period";

const today = "2026-11-22";

test("durations read in the two largest units", () => {
  expect([0, 59.4, 59.6, 125, 3600, 36_610].map(duration)).toEqual([
    "0s",
    "59s",
    "1m 00s",
    "2m 05s",
    "1h 00m",
    "10h 10m",
  ]);
});

test("each metric is written in its unit, and nothing as a dash", () => {
  expect(figure("visitors", 12_345)).toBe("12,345");
  expect(figure("views_per_session", 2.5)).toBe("2.50");
  expect(figure("bounce_rate", 0.423)).toBe("42%");
  expect(figure("session_duration_s", 131)).toBe("2m 11s");
  expect(figure("bounce_rate", null)).toBe("–");
  expect(shortFigure("pageviews", 99_999)).toBe("99,999");
  expect(shortFigure("pageviews", 123_456)).toBe("123.5K");
});

test("a figure is read out with its noun", () => {
  expect(namedFigure("visitors", 1)).toBe("1 visitor");
  expect(namedFigure("pageviews", 2)).toBe("2 pageviews");
  expect(namedFigure("bounce_rate", 0.5)).toBe("bounce rate 50%");
  expect(namedFigure("session_duration_s", null)).toBe("no session duration");
});

test("axis ticks are short", () => {
  expect(tick("visitors", 500)).toBe("500");
  expect(tick("visitors", 20_000)).toBe("20K");
  expect(tick("views_per_session", 1.5)).toBe("1.5");
  expect(tick("bounce_rate", 0.25)).toBe("25%");
  expect([30, 90, 120, 7200].map((value) => tick("session_duration_s", value))).toEqual([
    "30s",
    "1m 30s",
    "2m",
    "2h",
  ]);
});

describe("a change", () => {
  test("is relative for counts", () => {
    expect(change("visitors", 115, 100)).toEqual({
      text: "15%",
      direction: "up",
      verdict: "good",
    });
    expect(change("visitors", 50, 100)).toEqual({ text: "50%", direction: "down", verdict: "bad" });
  });

  test("is in points for a rate, where less bouncing is better", () => {
    expect(change("bounce_rate", 0.43, 0.5)).toEqual({
      text: "7 pt",
      direction: "down",
      verdict: "good",
    });
  });

  test("too small to show is no change", () => {
    expect(change("visitors", 1001, 1000)).toEqual({
      text: "0%",
      direction: "same",
      verdict: "neutral",
    });
  });

  test("from nothing is new, and from nothing to nothing or without a value it is none", () => {
    expect(change("sessions", 3, 0)?.text).toBe("new");
    expect(change("sessions", 0, 0)).toBeNull();
    expect(change("bounce_rate", 0.4, null)).toBeNull();
    expect(change("bounce_rate", null, 0.4)).toBeNull();
  });
});

test("a share is a percentage of all visitors, finer where small", () => {
  expect([share(46, 100), share(89, 1000), share(1, 5000), share(0, 10)]).toEqual([
    "46%",
    "8.9%",
    "<0.1%",
    "0%",
  ]);
  expect(share(5, null)).toBe("");
  expect(share(5, 0)).toBe("");
});

describe("ranges of days", () => {
  test.each([
    ["2026-11-22", "2026-11-22", "Sun 22 Nov"],
    ["2026-11-01", "2026-11-22", "1 – 22 Nov"],
    ["2025-09-30", "2025-09-30", "Tue 30 Sep 2025"],
    ["2026-10-24", "2026-11-22", "24 Oct – 22 Nov"],
    ["2026-10-01", "2026-10-31", "October 2026"],
    ["2025-12-30", "2026-01-02", "30 Dec 2025 – 2 Jan 2026"],
    ["2025-03-04", "2025-03-05", "4 – 5 Mar 2025"],
  ])("%s to %s is %s", (start, end, text) => {
    expect(rangeText({ start, end }, today)).toBe(text);
  });

  test("a year is named by its months in the picker", () => {
    expect(presetDays({ start: "2025-12-01", end: today }, today)).toBe("Dec 2025 – Nov 2026");
  });

  test("a period has its preset's name or its days", () => {
    expect(periodText({ kind: "preset", preset: "7d" }, today)).toBe("Last 7 days");
    expect(
      periodText({ kind: "custom", range: { start: "2026-10-01", end: "2026-10-31" } }, today),
    ).toBe("October 2026");
  });
});

test("buckets are the site's own days, whatever zone the browser is in", () => {
  const autumn = { start: "2026-10-01", end: "2026-11-30" };
  expect(bucketTick("hour", "2026-11-22T13:00", autumn)).toBe("13:00");
  expect(bucketTick("day", "2026-11-01", autumn)).toBe("1 Nov");
  expect(bucketTick("month", "2026-11", autumn)).toBe("Nov");
  expect(bucketTick("month", "2026-01", autumn)).toBe("Jan 2026");
  expect(bucketText("hour", "2026-11-22T00:00", autumn)).toBe("Sun 22 Nov, 00:00");
  expect(bucketText("week", "2026-11-16", autumn)).toBe("16 – 22 Nov 2026");
  expect(bucketText("month", "2026-11", autumn)).toBe("November 2026");
});

test("time past is said as people say it", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const before = (seconds: number): string =>
    ago(new Date(now.getTime() - seconds * 1000).toISOString(), now);
  expect([-5, 1, 12, 61, 7200, 86_400, 3 * 86_400].map(before)).toEqual([
    "just now",
    "just now",
    "12 s ago",
    "1 min ago",
    "2 h ago",
    "1 day ago",
    "3 days ago",
  ]);
  expect(ago("2026-01-04T00:00:00Z", now)).toBe("on 4 Jan 2026");
  expect(ago("nonsense", now)).toBe("at an unknown time");
});

test("rows without a value have a name", () => {
  expect(rowName("source", "")).toBe("Direct or unknown");
  expect(rowName("source", "duckduckgo")).toBe("DuckDuckGo");
  expect(["Direct / none", "news.example.org", "constructor"].map((it) => rowName("source", it))).toEqual([
    "Direct / none",
    "news.example.org",
    "constructor",
  ]);
  expect(rowName("referrer_type", "search")).toBe("Search engines");
  expect(rowName("referrer_type", "brand-new")).toBe("brand-new");
  expect(rowName("utm_campaign", null)).toBe("No campaign");
  expect(["DE", "GB", "??", "constructor"].map((it) => rowName("country", it))).toEqual([
    "Germany",
    "United Kingdom",
    "??",
    "constructor",
  ]);
  expect(rowName("device", "mobile")).toBe("Phone");
  expect(["form_submit", "scroll_depth", "add_to_cart", "constructor"].map((it) => rowName("event", it))).toEqual([
    "form submission",
    "scroll",
    "add to cart",
    "constructor",
  ]);
  expect(eventName("page_exit")).toBe("page exit");
  expect(eventName("add_to_cart")).toBe("add to cart");
});

test("one is told apart from many", () => {
  expect([0, 1, 2].map((value) => nounFor("visitors", value))).toEqual(["visitors", "visitor", "visitors"]);
  expect(namedFigure("events", 1)).toBe("1 event");
});

test("a word without a name of its own is told as it is, with spaces", () => {
  const names = { no_user_agent: "no User-Agent" };
  expect(["no_user_agent", "odd_pace", "constructor"].map((word) => named(names, word))).toEqual([
    "no User-Agent",
    "odd pace",
    "constructor",
  ]);
  expect(named(names, "constructor", "another")).toBe("another");
});

describe("rows are searched by the names that are shown", () => {
  test.each([
    ["page", " Docs ", ["Docs"]],
    ["country", "austri", ["austri", "AT"]],
    ["device", "phone", ["phone", "mobile"]],
    ["source", "x (twi", ["x (twi", "twitter"]],
    ["event", "form submit", ["form submit", "form_submit"]],
    ["event", "submission", ["submission", "form_submit"]],
    ["event", "click", ["click"]],
    ["page", "  ", []],
  ])("%s: %s", (dimension, text, terms) => {
    expect(searchTerms(dimension, text)).toEqual(terms);
  });

  test("with as many terms as the server takes, whatever is typed", () => {
    for (const text of ["a", "e", "i", "n"])
      expect(searchTerms("country", text).length).toBeLessThanOrEqual(300);
    expect(searchTerms("page", "x".repeat(500))).toEqual(["x".repeat(200)]);
  });
});

test("a bucket that the period cuts tells the days that are left of it", () => {
  const cut = { start: "2026-10-08", end: "2026-11-22" };
  expect(bucketTick("week", "2026-10-05", cut)).toBe("8 Oct");
  expect(bucketText("week", "2026-10-05", cut)).toBe("8 – 11 Oct 2026");
  expect(bucketText("month", "2026-11", cut)).toBe("1 – 22 Nov 2026");
  expect(bucketText("week", "2026-11-16", { start: "2026-11-22", end: "2026-11-30" })).toBe(
    "Sun 22 Nov 2026",
  );
  expect(isCut("week", "2026-10-05", cut)).toBe(true);
  expect(isCut("week", "2026-10-12", cut)).toBe(false);
  expect(isCut("month", "2026-11", cut)).toBe(true);
  expect(isCut("day", "2026-10-08", cut)).toBe(false);
});

test("two buckets are compared where both are whole, or have as many days", () => {
  const range = { start: "2026-10-08", end: "2026-11-22" };
  const before = { start: "2026-08-23", end: "2026-10-07" };
  const alike = (interval: Interval, key: string, other: string): boolean =>
    areAlike(interval, { key, range }, { key: other, range: before });
  // Whole months may have 30 days or 31.
  expect(
    areAlike(
      "month",
      { key: "2026-03", range: { start: "2026-03-01", end: "2026-03-31" } },
      { key: "2026-02", range: { start: "2026-02-01", end: "2026-02-28" } },
    ),
  ).toBe(true);
  expect(alike("week", "2026-10-05", "2026-08-17")).toBe(false); // 4 days and a Sunday
  expect(alike("week", "2026-10-12", "2026-08-24")).toBe(true);
  expect(alike("day", "2026-10-12", "2026-08-24")).toBe(true);
});
