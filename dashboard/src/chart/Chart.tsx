// The chart over time: drawn on a canvas for the eye, readable bucket by bucket with the arrow keys,
// and as a table for everyone else.
import { ChartSpline, Table2 } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type uPlot from "uplot";

import { bucketText, figure, namedFigure } from "../format";
import { metrics, type MetricName } from "../metrics";
import type { Interval } from "../period";
import { useTheme } from "../theme";
import styles from "./Chart.module.css";
import { ChartTable } from "./ChartTable";
import { createPlot, type Reading } from "./plot";
import { lastIndex, type Series } from "./series";

type Props = {
  readonly metric: MetricName;
  readonly interval: Interval;
  readonly series: Series;
  readonly rangeText: string;
  /** null: the comparison could not be loaded. */
  readonly beforeText: string | null;
};

export const Chart = (props: Props): ReactNode => {
  const [asTable, setAsTable] = useState(false);
  const { metric, series, rangeText, beforeText } = props;
  const empty = series.points.every(({ value }) => value === null || value === 0);
  return (
    <>
      <div className={styles.head}>
        <p className={styles.legend}>
          <span className={styles.line} />
          <span className="unseen">{metrics[metric].label}, </span>
          {rangeText}
        </p>
        <p className={styles.legend}>
          <span className={styles.line} data-series="before" />
          {beforeText ?? "comparison not loaded"}
        </p>
        <button
          type="button"
          className={`plain ${styles.switch ?? ""}`}
          aria-label={asTable ? "Show as a chart" : "Show as a table"}
          title={asTable ? "Show as a chart" : "Show as a table"}
          onClick={() => {
            setAsTable(!asTable);
          }}
        >
          {asTable ? <ChartSpline size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
          <span>{asTable ? "Chart" : "Table"}</span>
        </button>
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

const Canvas = ({ metric, interval, series }: Props): ReactNode => {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [reading, setReading] = useState<Reading | null>(null);
  const theme = useTheme();
  const drawing = JSON.stringify({ metric, interval, series });

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const drawn = createPlot(
      element,
      JSON.parse(drawing) as Parameters<typeof createPlot>[1],
      setReading,
    );
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

  const readAt = (index: number): void => {
    plot.current?.setCursor({ left: plot.current.valToPos(index, "x"), top: 0 });
  };
  const index = Math.min(reading?.index ?? lastIndex(series), series.points.length - 1);
  const point = series.points[index];

  return (
    <div className={styles.canvas}>
      <div ref={holder} className={styles.plot} aria-hidden />
      <input
        type="range"
        className={styles.reader}
        aria-label={`${metrics[metric].label} over time; arrow keys read it`}
        aria-valuetext={
          point === undefined
            ? "nothing"
            : `${bucketText(interval, point.key)}: ${namedFigure(metric, point.value)}`
        }
        min={0}
        max={Math.max(0, series.points.length - 1)}
        value={index}
        onChange={(event) => {
          readAt(event.target.valueAsNumber);
        }}
        onFocus={() => {
          readAt(index);
        }}
        onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
      />
      {reading !== null && point !== undefined && (
        <Tooltip {...{ metric, interval, series, reading, index }} />
      )}
    </div>
  );
};

type TooltipProps = Pick<Props, "metric" | "interval" | "series"> & {
  readonly reading: Reading;
  readonly index: number;
};

const Tooltip = ({ metric, interval, series, reading, index }: TooltipProps): ReactNode => {
  const point = series.points[index];
  if (point === undefined) return null;
  return (
    <div
      className={styles.tooltip}
      data-side={reading.left > reading.width / 2 ? "left" : "right"}
      style={{ left: `${reading.left}px` }}
      aria-hidden
    >
      <p className={styles.metric}>{metrics[metric].label}</p>
      <p className={styles.now}>
        <span>
          {bucketText(interval, point.key)}
          {index === series.unfinished && <span className={styles.soFar}> so far</span>}
        </span>
        <strong>{figure(metric, point.value)}</strong>
      </p>
      {point.before !== null && (
        <p className={styles.before}>
          <span>{bucketText(interval, point.before.key)}</span>
          <span>{figure(metric, point.before.value)}</span>
        </p>
      )}
    </div>
  );
};
