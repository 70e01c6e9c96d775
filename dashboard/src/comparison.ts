// What a period is compared with: none, the one before, the same a year ago, any other; weekdays matched
// where asked for. Pure.
import {
  addDays,
  addMonths,
  dayCount,
  monthEnd,
  preceding,
  resolve,
  type Day,
  type Period,
  type Range,
} from "./period";

export type Comparison =
  | { readonly kind: "none" }
  /** matchWeekday: moved by a few days, so that Mondays stand beside Mondays. */
  | { readonly kind: "previous" | "year"; readonly matchWeekday: boolean }
  | { readonly kind: "custom"; readonly range: Range };

export const previous: Comparison = { kind: "previous", matchWeekday: false };

const yearBefore = (range: Range): Range => {
  const end = addMonths(range.end, -12);
  return {
    start: addMonths(range.start, -12),
    // The last of February is that of a leap year, too.
    end: range.end === monthEnd(range.end) ? monthEnd(end) : end,
  };
};

/** `other` moved on by less than a week to the same weekdays as `range`; by a week less where that would reach into it. */
const onWeekdaysOf = (range: Range, other: Range): Range => {
  const apart = dayCount({ start: other.start, end: range.start }) - 1;
  const start = addDays(other.start, apart % 7);
  const end = addDays(start, dayCount(range) - 1);
  return end < range.start ? { start, end } : { start: addDays(start, -7), end: addDays(end, -7) };
};

/** The days that `period` is compared with; null for none. */
export const compared = (
  comparison: Comparison,
  period: Period,
  today: Day,
  first: Day | null,
): Range | null => {
  if (comparison.kind === "none") return null;
  if (comparison.kind === "custom") return comparison.range;
  // Before all time there is nothing.
  if (comparison.kind === "previous" && period.kind === "preset" && period.preset === "all") return null;
  const range = resolve(period, today, first);
  const other =
    comparison.kind === "year" ? yearBefore(range) : preceding(period, today, first);
  return comparison.matchWeekday ? onWeekdaysOf(range, other) : other;
};
