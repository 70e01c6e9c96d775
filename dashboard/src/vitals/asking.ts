// What the page of web vitals asks: all of them beside the period before, one over time, one by value.
import { useQuery } from "@tanstack/react-query";
import * as v from "valibot";

import { post, request } from "../api";
import type { Contract } from "../contract";
import { comparedWith, LIVE_REFRESH_MS, over, type View } from "../queries";
import type { MeasuredTab, Percentile, VitalName } from "../state";
import { takes } from "../wire";

const number = v.nullable(v.number());

const measured = v.object({
  measurements: v.number(),
  p50: number,
  p75: number,
  p90: number,
  good_share: number,
  needs_improvement_share: number,
  poor_share: number,
});
export type Measured = Readonly<v.InferOutput<typeof measured>>;

const vital = v.object({
  name: v.string(),
  unit: v.string(),
  good_to: v.number(),
  poor_above: v.number(),
  definition: v.string(),
});
export type Vital = Readonly<v.InferOutput<typeof vital>>;

const vitalsAnswer = takes<Contract["WireVitalsAnswer"]>()(
  v.object({
    timezone: v.string(),
    vitals: v.array(vital),
    rows: v.array(
      v.object({
        dimensions: v.array(v.string()),
        vital: v.string(),
        figures: measured,
        comparison: v.nullable(measured),
      }),
    ),
    total_rows: v.number(),
  }),
);
export type VitalsRow = Readonly<v.InferOutput<typeof vitalsAnswer>["rows"][number]>;

type Asked = Omit<Contract["WireVitalsQuery"], "filters">;

/** Old rows may stand in only where they are of the same vital by the same values: not seconds for shifts, and
 * not months where days are labelled. */
export const sameVitals = (one: Asked, other: Asked): boolean =>
  one.site_id === other.site_id &&
  one.vitals?.join() === other.vitals?.join() &&
  one.dimensions?.join() === other.dimensions?.join();

const useVitals = (asked: Asked, live: boolean) =>
  useQuery({
    queryKey: ["web-vitals", asked] as const,
    queryFn: ({ signal }) => request(vitalsAnswer, "/api/web-vitals", post(asked, signal)),
    refetchInterval: live ? LIVE_REFRESH_MS : false,
    placeholderData: (previous, before) =>
      before !== undefined && sameVitals(before.queryKey[1], asked) ? previous : undefined,
  });

export const useVitalTotals = (view: View) =>
  useVitals({ ...over(view, view.range), ...comparedWith(view) }, view.live);

export const useVitalSeries = (view: View, name: VitalName, interval: "day" | "month") =>
  useVitals(
    { ...over(view, view.range), vitals: [name], dimensions: [`time:${interval}`] },
    view.live,
  );

export type RowOrder = "measurements" | "slowest";

export const VITAL_ROWS = 15;

export const useVitalBreakdown = (
  view: View,
  name: VitalName,
  dimension: MeasuredTab,
  order: RowOrder,
  percentile: Percentile,
  limit: number,
) =>
  useVitals(
    {
      ...over(view, view.range),
      vitals: [name],
      dimensions: [dimension],
      ...comparedWith(view),
      order_by: order === "slowest" ? percentile : "measurements",
      limit,
    },
    view.live,
  );
