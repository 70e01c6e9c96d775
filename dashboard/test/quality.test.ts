import { expect, test } from "vitest";

import { byVerdict, summary, type Check, type Verdict } from "../src/quality/quality";

const check = (name: string, verdict: Verdict): Check => ({
  name,
  title: name,
  verdict,
  finding: "",
  meaning: "",
  advice: "",
  examples: [],
});

test("the summary counts verdicts, the worst first, and leaves out what there is none of", () => {
  const checks = [check("a", "fine"), check("b", "look"), check("c", "problem"), check("d", "fine")];
  expect(summary(checks)).toBe("1 problem, 1 to look at, 2 fine");
  expect(summary([check("a", "unknown"), check("b", "problem"), check("c", "problem")])).toBe(
    "2 problems, 1 without enough data",
  );
});

test("checks keep their order within a verdict", () => {
  const checks = [check("a", "fine"), check("b", "look"), check("c", "fine")];
  expect(byVerdict(checks, "fine").map(({ name }) => name)).toEqual(["a", "c"]);
});
