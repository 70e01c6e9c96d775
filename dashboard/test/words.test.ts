import { expect, test } from "vitest";

import { numberOf } from "../src/settings/words";

test.each([
  ["", null],
  ["  ", null],
  [" 400 ", 400],
  ["0.5", 0.5],
  ["-1", -1],
])("%j is %j", (text, number) => {
  expect(numberOf(text)).toBe(number);
});

test("what is no number reaches the server, and is not taken for an empty field", () => {
  for (const text of ["30 days", "12,5", "1e999", "Infinity", "NaN"])
    expect(JSON.stringify(numberOf(text))).toBe(JSON.stringify(text));
});
