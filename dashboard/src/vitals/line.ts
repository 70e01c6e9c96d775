// The chart's line in a square of a thousand by a thousand; days without a value leave a gap.
import type { Vital } from "./asking";

/** As high as the highest value, and at least a little above what is good. */
export const topOf = (vital: Vital, values: readonly (number | null)[]): number =>
  1.12 * Math.max(vital.good_to, ...values.map((value) => value ?? 0));

/** Points of each stretch of days that follow each other, as SVG has them. */
export const linesOf = (values: readonly (number | null)[], top: number): readonly string[] => {
  const lines: string[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) {
      lines.push([]);
      return;
    }
    const x = values.length === 1 ? 500 : (1000 * index) / (values.length - 1);
    lines.at(-1)?.push(`${x.toFixed(1)},${(1000 - (1000 * value) / top).toFixed(1)}`);
  });
  return lines.filter((points) => points.length > 1).map((points) => points.join(" "));
};
