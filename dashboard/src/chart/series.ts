// Turns the API's rows into what the chart draws. Pure.
import type { Row } from "../wire";

export type Point = {
  /** The bucket's key as the API writes it: "2026-11-22", "2026-11-22T13:00", "2026-11". */
  readonly key: string;
  /** null: the bucket lies ahead, or the metric has no value in it. */
  readonly value: number | null;
  /** Whether the ends of the period cut it: a week of which only some days count. */
  readonly cut: boolean;
  /** The bucket at the same place in the comparison period, if it has one. */
  readonly before: { readonly key: string; readonly value: number | null } | null;
};

export type Series = {
  readonly points: readonly Point[];
  /** Index of the bucket that is still being filled, or null. */
  readonly unfinished: number | null;
};

/** `current` is the key of the bucket that contains the server's now; `live`: the period goes on that far. */
export const seriesOf = (
  rows: readonly Row[],
  comparison: readonly Row[],
  metricIndex: number,
  current: string,
  live = true,
  isCut: (key: string) => boolean = () => false,
): Series => {
  const valueOf = (row: Row): number | null => row.metrics[metricIndex] ?? null;
  const points = rows.map((row, index): Point => {
    const key = row.dimensions[0] ?? "";
    const other = comparison[index];
    return {
      key,
      value: key > current ? null : valueOf(row),
      cut: isCut(key),
      before:
        other === undefined ? null : { key: other.dimensions[0] ?? "", value: valueOf(other) },
    };
  });
  const unfinished = live ? points.findLastIndex((point) => point.key === current) : -1;
  return { points, unfinished: unfinished < 0 ? null : unfinished };
};

export type Columns = {
  readonly x: number[];
  /** From one whole bucket to the next. */
  readonly solid: (number | null)[];
  /** To and from buckets that are unfinished or cut. */
  readonly dashed: (number | null)[];
  readonly before: (number | null)[];
};

export const columnsOf = ({ points, unfinished }: Series): Columns => {
  const isPart = (index: number): boolean =>
    index === unfinished || points[index]?.cut === true;
  const touchesPart = (index: number): boolean =>
    isPart(index) || isPart(index - 1) || isPart(index + 1);
  return {
    x: points.map((_, index) => index),
    solid: points.map((point, index) => (isPart(index) ? null : point.value)),
    dashed: points.map((point, index) => (touchesPart(index) ? point.value : null)),
    before: points.map((point) => point.before?.value ?? null),
  };
};

/** Values with no neighbour to draw a line to, which need a dot to be seen. */
export const lonely = (values: readonly (number | null | undefined)[]): number[] =>
  values.flatMap((value, index) =>
    value != null && values[index - 1] == null && values[index + 1] == null ? [index] : [],
  );

/** The last bucket with a value: where reading starts. */
export const lastIndex = ({ points }: Series): number =>
  Math.max(
    0,
    points.findLastIndex((point) => point.value !== null),
  );

/** Every `step`-th index, so that labels of this width do not touch. */
export const labelled = (count: number, plotWidth: number, labelWidth: number): number[] => {
  const fitting = Math.max(1, Math.floor(plotWidth / labelWidth));
  const steps = [1, 2, 3, 4, 6, 7, 14, 28];
  const step = steps.find((candidate) => count / candidate <= fitting) ?? Math.ceil(count / fitting);
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
};

/** Of hours over several days the first of each day, every `step`-th as above. */
export const dayStarts = (
  keys: readonly string[],
  plotWidth: number,
  labelWidth: number,
): number[] => {
  const starts = keys.flatMap((key, index) =>
    index === 0 || key.slice(0, 10) !== keys[index - 1]?.slice(0, 10) ? [index] : [],
  );
  return labelled(starts.length, plotWidth, labelWidth).flatMap((place) => starts[place] ?? []);
};
