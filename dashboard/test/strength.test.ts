import { expect, test } from "vitest";

import { strengthOf } from "../src/access/strength";

const level = (password: string, name = ""): number => strengthOf(password, name).level;

test("a short one is told how much is missing", () => {
  expect(strengthOf("")).toEqual({ level: 0, words: "10 more characters." });
  expect(strengthOf("ninechars")).toEqual({ level: 0, words: "One more character." });
  expect(level("🦉🦉🦉🦉🦉")).toBe(0);
});

test.each([
  "aaaaaaaaaaaa",
  "1234567890",
  "abcdefghijkl",
  "Password123!",
  "qwertyuiop12",
  "footfall2026",
  "abababababababab",
])("%s is weak, whatever its length", (password) => {
  expect(level(password)).toBe(1);
});

test("one's own name adds nothing", () => {
  expect(level("ada.lovelace1", "ada.lovelace@example.org")).toBe(1);
  expect(level("ada.lovelace1", "bob")).toBeGreaterThan(1);
});

test.each(["four owls in a tree", "kT7#vq9!Lm2x", "läuft der Igel im Regen"])(
  "%s is strong",
  (password) => {
    expect(level(password)).toBe(3);
  },
);

test("one long word is neither", () => {
  expect(level("hedgehogged")).toBe(2);
});
