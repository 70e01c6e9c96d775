import { expect, test } from "vitest";

import { likelyReasons, tagWith } from "../src/settings/installing";
import type { Balance } from "../src/wire";

const TAG = '<script defer src="https://stats.example/tracking.js" data-site="shop"></script>';

const balance: Balance = {
  received: 0,
  stored: 0,
  duplicate: 0,
  dropped: {},
  dead_letter: 0,
  waiting: 0,
  difference: 0,
};

test("options stand in the tag in one order, whichever was chosen first", () => {
  expect(tagWith(TAG, [])).toBe(TAG);
  expect(tagWith(TAG, ["vitals", "storage"])).toBe(
    '<script defer src="https://stats.example/tracking.js" data-site="shop" data-storage="none" data-web-vitals="true"></script>',
  );
});

test("where nothing came at all, the usual reasons are named", () => {
  expect(likelyReasons(balance, true)[0]).toMatch(/tag is not on the page/);
  expect(likelyReasons(balance, false)).toEqual([]);
});

test("what was refused is told by its reason, the most first, also of a silent site", () => {
  const told = likelyReasons(
    { ...balance, received: 9, dropped: { constructor: 1, origin: 6 }, dead_letter: 2 },
    true,
  );
  expect(told).toEqual([
    "6 came from a domain that the site does not list: add it under General.",
    "1 were dropped: constructor.",
    "2 were set aside as not readable.",
  ]);
});
