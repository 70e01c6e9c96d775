// How good a value of a vital is, by the thresholds that the API names.
import type { Vital } from "./asking";

export type Verdict = "good" | "middling" | "poor";

export const verdictOf = (vital: Vital, value: number): Verdict => {
  if (value <= vital.good_to) return "good";
  return value > vital.poor_above ? "poor" : "middling";
};

export const verdictText: Readonly<Record<Verdict, string>> = {
  good: "good",
  middling: "needs improvement",
  poor: "poor",
};
