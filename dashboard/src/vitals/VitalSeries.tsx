// One vital over time between its thresholds; as a table, too.
import { ChartSpline, Table2 } from "lucide-react";
import { useState, type ReactNode } from "react";

import { bucketText, bucketTick, count, vitalText } from "../format";
import type { Range } from "../period";
import type { View } from "../queries";
import type { Percentile, VitalName } from "../state";
import { Problem } from "../states/Problem";
import { useVitalSeries, type Vital, type VitalsRow } from "./asking";
import { shareText } from "./Distribution";
import { linesOf, topOf } from "./line";
import { verdictOf } from "./verdict";
import styles from "./Vitals.module.css";

type Props = {
  readonly view: View;
  readonly vital: Vital;
  readonly name: VitalName;
  readonly percentile: Percentile;
  readonly interval: "day" | "month";
};

export const VitalSeries = (props: Props): ReactNode => {
  const { view, vital, name, percentile, interval } = props;
  const [asTable, setAsTable] = useState(false);
  const series = useVitalSeries(view, name, interval);
  return (
    <section className={styles.panel} aria-label={`${name} by ${interval}`}>
      <header className={styles.panelHead}>
        <h2 className={styles.subtitle}>
          {name} by {interval}, {percentile}
        </h2>
        <button
          type="button"
          className="plain"
          onClick={() => {
            setAsTable(!asTable);
          }}
        >
          {asTable ? <ChartSpline size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
          {asTable ? "Chart" : "Table"}
        </button>
      </header>
      {series.data === undefined ? (
        series.error === null ? (
          <span className={`skeleton ${styles.chartGhost ?? ""}`} />
        ) : (
          <Problem error={series.error} onRetry={() => void series.refetch()} />
        )
      ) : (
        <div className={styles.fade} data-stale={series.isPlaceholderData}>
          {asTable ? (
            <AsTable {...props} range={view.range} rows={series.data.rows} />
          ) : (
            <Drawing
              vital={vital}
              percentile={percentile}
              interval={interval}
              range={view.range}
              rows={series.data.rows}
            />
          )}
        </div>
      )}
    </section>
  );
};

type DrawingProps = Pick<Props, "vital" | "percentile" | "interval"> & {
  readonly range: Range;
  readonly rows: readonly VitalsRow[];
};

const Drawing = ({ vital, percentile, interval, range, rows }: DrawingProps): ReactNode => {
  const values = rows.map(({ figures }) => figures[percentile]);
  const top = topOf(vital, values);
  const height = (value: number): string => `${(100 * value) / top}%`;
  const place = (index: number): string =>
    rows.length === 1 ? "50%" : `${(100 * index) / (rows.length - 1)}%`;
  const every = Math.max(1, Math.ceil(rows.length / 8));
  return (
    <div className={styles.chart}>
      <div className={styles.plot}>
        {([
          ["good", vital.good_to, "good up to"],
          ["poor", vital.poor_above, "poor above"],
        ] as const).map(
          ([verdict, limit, words]) =>
            limit < top && (
              <p
                key={verdict}
                className={styles.threshold}
                data-verdict={verdict}
                style={{ bottom: height(limit) }}
              >
                <span>
                  {words} {vitalText(vital.unit, limit)}
                </span>
              </p>
            ),
        )}
        <svg className={styles.svg} viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden>
          {linesOf(values, top).map((points) => (
            <polyline key={points} points={points} />
          ))}
        </svg>
        {rows.map(({ dimensions: [key = ""], figures }, index) => {
          const value = figures[percentile];
          if (value === null) return null;
          return (
            <span
              key={key}
              className={styles.dot}
              data-verdict={verdictOf(vital, value)}
              data-many={rows.length > 45}
              style={{ left: place(index), bottom: height(value) }}
              title={`${bucketText(interval, key, range)}: ${vitalText(vital.unit, value)}, ${count(figures.measurements)} measurements`}
            />
          );
        })}
      </div>
      <div className={styles.axis} aria-hidden>
        {rows.map(
          ({ dimensions: [key = ""] }, index) =>
            index % every === 0 && (
              <span key={key} style={{ left: place(index) }}>
                {bucketTick(interval, key, range)}
              </span>
            ),
        )}
      </div>
    </div>
  );
};

type AsTableProps = Props & { readonly range: Range; readonly rows: readonly VitalsRow[] };

const AsTable = ({ vital, name, interval, range, rows }: AsTableProps) => (
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take the keyboard
  <div className={styles.scroll} role="region" aria-label={`${name} by ${interval}, table`} tabIndex={0}>
    <table className={styles.table}>
      <thead>
        <tr>
          {[interval === "day" ? "Day" : "Month", "Measurements", "p50", "p75", "p90", "Good"].map(
            (heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ dimensions: [key = ""], figures }) => (
          <tr key={key}>
            <th scope="row">{bucketText(interval, key, range)}</th>
            <td>{count(figures.measurements)}</td>
            <td>{vitalText(vital.unit, figures.p50)}</td>
            <td>{vitalText(vital.unit, figures.p75)}</td>
            <td>{vitalText(vital.unit, figures.p90)}</td>
            <td>{figures.good_share === null ? "–" : shareText(figures.good_share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
