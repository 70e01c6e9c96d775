// How a bucket moved against the one beside it in the comparison. Pure.
import { areAlike, change, type Change } from "../format";
import type { Drawn } from "./Chart";

/** null where that says nothing: an unfinished bucket, or parts of weeks of unequal length. */
export const movedAt = (
  { metric, interval, series, range, before }: Drawn,
  index: number,
): Change | null => {
  const point = series.points[index];
  if (point === undefined || point.before === null || before === null) return null;
  if (index === series.unfinished) return null;
  const alike = areAlike(
    interval,
    { key: point.key, range },
    { key: point.before.key, range: before },
  );
  return alike ? change(metric, point.value, point.before.value) : null;
};
