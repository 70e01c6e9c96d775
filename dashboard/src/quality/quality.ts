// The checks of a site's data: how they are asked for, and their order and words on the page.
import { useQuery } from "@tanstack/react-query";
import * as v from "valibot";

import { request, sitePath } from "../api";
import type { Contract } from "../contract";
import { takes } from "../wire";

const verdict = v.picklist(["fine", "look", "problem", "unknown"]);
export type Verdict = v.InferOutput<typeof verdict>;

const check = v.object({
  name: v.string(),
  title: v.string(),
  verdict,
  finding: v.string(),
  meaning: v.string(),
  advice: v.string(),
  examples: v.array(
    v.object({ label: v.string(), count: v.number(), at: v.nullable(v.string()) }),
  ),
});
export type Check = Readonly<v.InferOutput<typeof check>>;

const qualityAnswer = takes<Contract["WireQuality"]>()(
  v.object({
    start: v.string(),
    since: v.string(),
    looked_at: v.number(),
    checks: v.array(check),
  }),
);
export type Quality = Readonly<v.InferOutput<typeof qualityAnswer>>;

const REFRESH_MS = 60_000;

export const useQuality = (siteId: string, hours: number) =>
  useQuery({
    queryKey: ["quality", siteId, hours],
    queryFn: ({ signal }) =>
      request(qualityAnswer, sitePath(siteId, `/quality?hours=${hours}`), { signal }),
    refetchInterval: REFRESH_MS,
    placeholderData: (previous, before) =>
      before?.queryKey[1] === siteId ? previous : undefined,
  });

/** In the order in which they deserve a look. */
export const verdicts = ["problem", "look", "fine", "unknown"] as const;

export const verdictText: Readonly<Record<Verdict, string>> = {
  problem: "Problem",
  look: "Look at it",
  fine: "Fine",
  unknown: "Not enough data",
};

export const byVerdict = (checks: readonly Check[], wanted: Verdict): readonly Check[] =>
  checks.filter((one) => one.verdict === wanted);

/** "1 problem, 2 to look at, 8 fine, 2 without enough data". */
export const summary = (checks: readonly Check[]): string =>
  verdicts
    .map((wanted) => [wanted, byVerdict(checks, wanted).length] as const)
    .filter(([, number]) => number > 0)
    .map(([wanted, number]) => `${number} ${counted[wanted](number)}`)
    .join(", ");

const counted: Readonly<Record<Verdict, (number: number) => string>> = {
  problem: (number) => (number === 1 ? "problem" : "problems"),
  look: () => "to look at",
  fine: () => "fine",
  unknown: () => "without enough data",
};
