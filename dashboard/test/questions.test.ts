import { expect, test } from "vitest";

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
