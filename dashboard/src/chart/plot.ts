// Draws a series with uPlot: line and area, the unfinished end dashed, the comparison faint behind.
import uPlot from "uplot";

import { bucketTick, tick } from "../format";
import { metrics, type MetricName, type Unit } from "../metrics";
import type { Interval, Range } from "../period";
import { columnsOf, dayStarts, labelled, lonely, type Series } from "./series";

export type Drawing = {
  readonly series: Series;
  readonly metric: MetricName;
  readonly interval: Interval;
  readonly range: Range;
  /** Whether parts of it can be shown closer. */
  readonly zooms: boolean;
};

/** Where the cursor stands: a bucket, and its place in CSS pixels from the chart's left edge. */
export type Reading = { readonly index: number; readonly left: number; readonly width: number };

/** What the chart tells of the pointer. */
export type Listener = {
  readonly onRead: (reading: Reading | null) => void;
  /** From one bucket to another: the same one where it was pressed. */
  readonly onPick: (from: number, to: number) => void;
};

const LABEL_WIDTH = 64;
/** CSS pixels from which a press is a drag. */
const DRAG_PX = 8;
const FONT = '12px "Figtree Variable", system-ui, sans-serif';

const increments: Readonly<Record<Unit, number[]>> = {
  count: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7],
  ratio: [0.5, 1, 2, 5, 10, 20, 50, 100],
  rate: [0.05, 0.1, 0.2, 0.25, 0.5],
  duration_s: [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 86_400],
};

/** The least the axis reaches, so that small numbers look small. */
const leastTop: Readonly<Record<Unit, number>> = { count: 4, ratio: 2, rate: 0.2, duration_s: 20 };

const topOf = (unit: Unit, max: number | null): number => {
  const top = Math.max((max ?? 0) * 1.08, leastTop[unit]);
  return unit === "rate" ? Math.min(1, top) : top;
};

const wash = (plot: uPlot, colour: string): CanvasGradient => {
  const { top, height } = plot.bbox;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, `${colour}2b`);
  gradient.addColorStop(1, `${colour}05`);
  return gradient;
};

const dots = (colour: string): uPlot.Series.Points => ({
  show: true,
  size: 6,
  fill: colour,
  stroke: colour,
  filter: (plot, seriesIndex) => lonely(Array.from(plot.data[seriesIndex] ?? [])),
});

/** A mouse picks at once; a finger reads first, and picks what it touches again. */
const listenToPresses = (plot: uPlot, onPick: Listener["onPick"]): void => {
  let touched: number | null = null;
  plot.over.addEventListener("click", (event) => {
    const { idx } = plot.cursor;
    if (idx == null) return;
    const isFinger = event instanceof PointerEvent && event.pointerType === "touch";
    if (!isFinger || touched === idx) onPick(idx, idx);
    touched = idx;
  });
};

export const createPlot = (
  element: HTMLElement,
  { series, metric, interval, range, zooms }: Drawing,
  { onRead, onPick }: Listener,
): uPlot => {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const accent = colour("accent");
  const { unit } = metrics[metric];
  const { x, solid, dashed, before } = columnsOf(series);
  const keys = series.points.map(({ key }) => key);
  const hasDays = interval === "hour" && keys[0]?.slice(0, 10) !== keys.at(-1)?.slice(0, 10);
  const area = { stroke: accent, width: 2, points: dots(accent) };

  return new uPlot(
    {
      width: element.clientWidth,
      height: element.clientHeight,
      padding: [10, 24, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: zooms, y: false, setScale: false, dist: DRAG_PX },
        points: {
          size: 9,
          width: 2,
          stroke: colour("surface"),
          fill: (_, index) => (index === 1 ? colour("before") : accent),
        },
      },
      scales: {
        x: { time: false, range: () => (x.length > 1 ? [0, x.length - 1] : [-0.5, 0.5]) },
        y: { range: (_, __, max: number | null) => [0, topOf(unit, max)] },
      },
      axes: [
        {
          stroke: colour("muted"),
          font: FONT,
          size: 30,
          gap: 8,
          grid: { show: false },
          ticks: { show: false },
          splits: (plot) => {
            const width = plot.bbox.width / devicePixelRatio;
            return hasDays
              ? dayStarts(keys, width, LABEL_WIDTH)
              : labelled(x.length, width, LABEL_WIDTH);
          },
          values: (_, splits) =>
            splits.map((index) => {
              const key = keys[index];
              if (key === undefined) return "";
              return hasDays ? bucketTick("day", key, range) : bucketTick(interval, key, range);
            }),
        },
        {
          stroke: colour("muted"),
          font: FONT,
          size: 46,
          gap: 10,
          space: 44,
          incrs: increments[unit],
          grid: { stroke: colour("line"), width: 1 },
          ticks: { show: false },
          values: (_, splits) => splits.map((value) => tick(metric, value)),
        },
      ],
      series: [
        {},
        { stroke: colour("before"), width: 1.5, dash: [2, 4], points: { show: false } },
        { ...area, fill: (plot) => wash(plot, accent) },
        { ...area, dash: [5, 5], fill: (plot) => wash(plot, accent) },
      ],
      hooks: {
        ready: [
          (plot) => {
            if (zooms) listenToPresses(plot, onPick);
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < DRAG_PX) return;
            const [from, to] = [left, left + width].map((at) =>
              Math.min(x.length - 1, Math.max(0, Math.round(plot.posToVal(at, "x")))),
            );
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            if (from !== undefined && to !== undefined) onPick(from, to);
          },
        ],
        setCursor: [
          (plot) => {
            const { idx, left } = plot.cursor;
            onRead(
              idx == null || left === undefined || left < 0
                ? null
                : {
                    index: idx,
                    left: plot.over.offsetLeft + plot.valToPos(idx, "x"),
                    width: plot.width,
                  },
            );
          },
        ],
      },
    },
    [x, before, solid, dashed],
    element,
  );
};
