// The same series as a table.
import type { ReactNode } from "react";

import { bucketText, figure } from "../format";
import { metrics, type MetricName } from "../metrics";
import type { Interval } from "../period";
import styles from "./Chart.module.css";
import type { Series } from "./series";

type Props = {
  readonly metric: MetricName;
  readonly interval: Interval;
  readonly series: Series;
  readonly rangeText: string;
  readonly beforeText: string | null;
};

const intervalNames: Readonly<Record<Interval, string>> = {
  hour: "Hour",
  day: "Day",
  month: "Month",
};

export const ChartTable = ({
  metric,
  interval,
  series,
  rangeText,
  beforeText,
}: Props): ReactNode => (
  // A region that scrolls must be reachable by keyboard.
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <div className={styles.tableFrame} role="region" aria-label="Chart as a table" tabIndex={0}>
    <table className={styles.table}>
      <caption className="unseen">
        {metrics[metric].label}, {rangeText}
      </caption>
      <thead>
        <tr>
          <th scope="col">{intervalNames[interval]}</th>
          <th scope="col">{metrics[metric].label}</th>
          <th scope="col">{beforeText ?? "Comparison"}</th>
        </tr>
      </thead>
      <tbody>
        {series.points.map((point, index) => (
          <tr key={point.key}>
            <th scope="row">
              {bucketText(interval, point.key)}
              {index === series.unfinished && " (so far)"}
            </th>
            <td>{figure(metric, point.value)}</td>
            <td>{figure(metric, point.before?.value ?? null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
