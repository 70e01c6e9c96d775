// What the chart says of the bucket under the pointer: its figure, the comparison's, and how it moved.
import type { ReactNode } from "react";

import { Moved } from "../figures/Moved";
import { bucketText, figure } from "../format";
import { metrics } from "../metrics";
import type { Drawn } from "./Chart";
import styles from "./Chart.module.css";
import { movedAt } from "./moved";
import type { Reading } from "./plot";

type Props = Drawn & { readonly reading: Reading; readonly index: number };

export const Tooltip = (props: Props): ReactNode => {
  const { metric, interval, series, range, before, reading, index } = props;
  const point = series.points[index];
  if (point === undefined) return null;
  const moved = movedAt(props, index);
  return (
    <div
      className={styles.tooltip}
      data-side={reading.left > reading.width / 2 ? "left" : "right"}
      style={{ left: `${reading.left}px` }}
      aria-hidden
    >
      <p className={styles.metric}>
        {metrics[metric].label}
        {moved !== null && <Moved change={moved} />}
      </p>
      <p className={styles.now}>
        <span>
          {bucketText(interval, point.key, range)}
          {index === series.unfinished && <span className={styles.soFar}> so far</span>}
        </span>
        <strong>{figure(metric, point.value)}</strong>
      </p>
      {point.before !== null && before !== null && (
        <p className={styles.before}>
          <span>{bucketText(interval, point.before.key, before)}</span>
          <span>{figure(metric, point.before.value)}</span>
        </p>
      )}
    </div>
  );
};
