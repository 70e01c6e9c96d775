// The chart over time: drawn on a canvas for the eye, readable bucket by bucket with the arrow keys,
// and as a table for everyone else. A press, a drag or Enter shows a part of it closer.
import { ChartSpline, Table2 } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";
import type uPlot from "uplot";

import { bucketText, namedFigure } from "../format";
import { metrics, type MetricName } from "../metrics";
import type { Day, Interval, Range } from "../period";
import { useTheme } from "../theme";
import styles from "./Chart.module.css";
import { ChartTable } from "./ChartTable";
import { createPlot, type Drawing, type Reading } from "./plot";
import { lastIndex, type Series } from "./series";
import { Tooltip } from "./Tooltip";
import { zoomedTo } from "./zoom";

export type Drawn = {
  readonly metric: MetricName;
  readonly interval: Interval;
  readonly series: Series;
  readonly range: Range;
  /** null: compared with nothing. */
  readonly before: Range | null;
};

type Zooming = {
  readonly onZoom: (range: Range, byKeyboard: boolean) => void;
  /** Whether the chart shows what the keyboard has chosen, and goes on from there. */
  readonly takesFocus: boolean;
};

type Props = Drawn &
  Zooming & {
    readonly rangeText: string;
    readonly today: Day;
    /** What the period is compared with, and the choice of it. */
    readonly comparison: ReactNode;
    /** How finely it is drawn, and the way back. */
    readonly tools: ReactNode;
  };

export const Chart = (props: Props): ReactNode => {
  const [asTable, setAsTable] = useState(false);
  const { metric, series, rangeText, comparison, tools } = props;
  const empty = series.points.every(({ value }) => value === null || value === 0);
  return (
    <>
      <div className={styles.head}>
        <p className={styles.legend}>
          <span className={styles.line} />
          <span className="unseen">{metrics[metric].label}, </span>
          {rangeText}
        </p>
        {comparison}
        <div className={styles.tools}>
          {tools}
          <button
            type="button"
            className="plain"
            aria-label={asTable ? "Show as a chart" : "Show as a table"}
            title={asTable ? "Show as a chart" : "Show as a table"}
            onClick={() => {
              setAsTable(!asTable);
            }}
          >
            {asTable ? <ChartSpline size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
            <span className={styles.word}>{asTable ? "Chart" : "Table"}</span>
          </button>
        </div>
      </div>
      {asTable ? (
        <ChartTable {...props} />
      ) : (
        <div className={styles.frame}>
          <Canvas {...props} />
          {empty && (
            <p className={styles.empty}>
              <span className={styles.nothing}>Nothing in this period</span>
            </p>
          )}
        </div>
      )}
    </>
  );
};

const Canvas = (props: Drawn & Zooming): ReactNode => {
  const { metric, interval, series, range, onZoom, takesFocus } = props;
  const holder = useRef<HTMLDivElement>(null);
  const reader = useRef<HTMLInputElement>(null);
  const plot = useRef<uPlot>(null);
  const [reading, setReading] = useState<Reading | null>(null);
  const theme = useTheme();
  const zooms = interval !== "hour" || range.start !== range.end;
  const drawing = JSON.stringify({ metric, interval, series, range, zooms } satisfies Drawing);

  const pick = (from: number, to: number, byKeyboard: boolean): void => {
    const first = series.points[from];
    const last = series.points[to];
    if (first === undefined || last === undefined) return;
    const days = zoomedTo(interval, [first.key, last.key], range);
    if (days !== null) onZoom(days, byKeyboard);
  };
  const onPick = useEffectEvent((from: number, to: number): void => {
    pick(from, to, false);
  });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const drawn = createPlot(element, JSON.parse(drawing) as Drawing, {
      onRead: setReading,
      onPick: (from, to) => {
        onPick(from, to);
      },
    });
    plot.current = drawn;
    const resize = new ResizeObserver(() => {
      drawn.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    resize.observe(element);
    let current = true;
    void document.fonts.ready.then(() => {
      if (current) drawn.redraw(false, true);
    });
    return () => {
      current = false;
      resize.disconnect();
      drawn.destroy();
      plot.current = null;
      setReading(null);
    };
  }, [drawing, theme]);

  useEffect(() => {
    if (takesFocus) reader.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const readAt = (index: number): void => {
    plot.current?.setCursor({ left: plot.current.valToPos(index, "x"), top: 0 });
  };
  const index = Math.min(reading?.index ?? lastIndex(series), series.points.length - 1);
  const point = series.points[index];
  const soFar = index === series.unfinished ? ", so far" : "";

  return (
    <div className={styles.canvas}>
      <div ref={holder} className={styles.plot} data-zooms={zooms} aria-hidden />
      <input
        ref={reader}
        type="range"
        className={styles.reader}
        aria-label={`${metrics[metric].label} over time; arrow keys read it${
          zooms ? ", Enter shows a part of it closer" : ""
        }`}
        aria-valuetext={
          point === undefined
            ? "nothing"
            : `${bucketText(interval, point.key, range)}${soFar}: ${namedFigure(metric, point.value)}`
        }
        min={0}
        max={Math.max(0, series.points.length - 1)}
        value={index}
        onChange={(event) => {
          readAt(event.target.valueAsNumber);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") pick(index, index, true);
        }}
        onFocus={() => {
          readAt(index);
        }}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      {reading !== null && point !== undefined && (
        <Tooltip {...props} reading={reading} index={index} />
      )}
    </div>
  );
};
