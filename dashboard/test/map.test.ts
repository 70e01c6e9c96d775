import { expect, test } from "vitest";

import { outlines, points, shadeOf, SHADES } from "../src/map/world";

test("every country of the map stands on it once", () => {
  const codes = [...outlines, ...points].flatMap(({ code }) => code ?? []);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => /^[A-Z]{2}$/.test(code))).toBe(true);
  for (const code of ["DE", "US", "XK", "TW", "SG", "MT", "LI"]) expect(codes).toContain(code);
});

test("shades go from the least to the most", () => {
  expect([1, 2, 10, 100, 1000].map((visitors) => shadeOf(visitors, 1000))).toEqual([1, 1, 2, 4, 5]);
  expect(shadeOf(1, 1)).toBe(1);
  expect(shadeOf(7, 7)).toBe(SHADES);
});
