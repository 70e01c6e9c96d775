import { describe, expect, test } from "vitest";

import { bySite, byTime, droppedOf } from "../src/ledger/balance";
import type { Ledger } from "../src/wire";

const row = (site_id: string, hour: string, received: number, dropped = {}) => ({
  site_id,
  hour,
  received,
  stored: received,
  duplicate: 0,
  dropped,
  dead_letter: 0,
  waiting: 0,
  difference: 0,
});

const hours = [
  row("(unknown)", "2026-11-23T10:00:00Z", 900, { invalid: 2 }),
  row("shop", "2026-11-22T23:00:00Z", 5, { bot: 1 }),
  row("shop", "2026-11-23T10:00:00Z", 7, { bot: 2, dnt: 3 }),
  row("blog", "2026-11-23T10:00:00Z", 40),
];
const ledger: Ledger = {
  start: "2026-11-22T11:00:00Z",
  end: "2026-11-23T11:00:00Z",
  balanced: true,
  total: row("", "", 952),
  hours,
  missing: [],
};

describe("the ledger added up", () => {
  test("by site: the busiest first, what named none last", () => {
    expect(bySite(ledger).map(({ key, balance }) => [key, balance.received])).toEqual([
      ["blog", 40],
      ["shop", 12],
      ["(unknown)", 900],
    ]);
    expect(bySite(ledger)[1]?.balance.dropped).toEqual({ bot: 3, dnt: 3 });
  });

  test("by hour, and by day beyond two of them; newest first", () => {
    expect(byTime(ledger, 24).map(({ key }) => key)).toEqual(["2026-11-23T10", "2026-11-22T23"]);
    expect(byTime(ledger, 168).map(({ key, balance }) => [key, balance.received])).toEqual([
      ["2026-11-23", 947],
      ["2026-11-22", 5],
    ]);
  });

  test("what was dropped is one number", () => {
    expect(droppedOf(hours[2] ?? ledger.total)).toBe(5);
  });
});
