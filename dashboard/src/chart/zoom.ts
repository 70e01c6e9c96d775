// Which days a part of the chart stands for. Pure.
import { bucketDays, type Interval, type Range } from "../period";

/** The days from one bucket to another; null where they are what is shown already, as hours of a day are. */
export const zoomedTo = (
  interval: Interval,
  keys: readonly [string, string],
  range: Range,
): Range | null => {
  const [first, last] = keys.toSorted();
  if (first === undefined || last === undefined) return null;
  const { start } = bucketDays(interval, first, range);
  const { end } = bucketDays(interval, last, range);
  return start === range.start && end === range.end ? null : { start, end };
};
