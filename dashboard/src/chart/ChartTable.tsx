// The same series as a table.
import type { ReactNode } from "react";

import { Moved } from "../figures/Moved";
import { bucketText, figure, rangeText as textOf } from "../format";
import { metrics } from "../metrics";
import type { Day, Interval } from "../period";
import type { Drawn } from "./Chart";
import styles from "./Chart.module.css";
import { movedAt } from "./moved";

type Props = Drawn & { readonly rangeText: string; readonly today: Day };

const intervalNames: Readonly<Record<Interval, string>> = {
  hour: "Hour",
  day: "Day",
  week: "Week",
  month: "Month",
};

export const ChartTable = (props: Props): ReactNode => {
  const { metric, interval, series, range, before, rangeText, today } = props;
  return (
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
            {before !== null && (
              <>
                <th scope="col">{textOf(before, today)}</th>
                <th scope="col">Change</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {series.points.map((point, index) => {
            const moved = movedAt(props, index);
            return (
              <tr key={`${point.key}.${index}`}>
                <th scope="row">
                  {bucketText(interval, point.key, range)}
                  {index === series.unfinished && " (so far)"}
                </th>
                <td>{figure(metric, point.value)}</td>
                {before !== null && (
                  <>
                    <td>{figure(metric, point.before?.value ?? null)}</td>
                    <td>{moved !== null && <Moved change={moved} />}</td>
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};
