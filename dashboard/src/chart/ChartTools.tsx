// How finely the chart is drawn, and the way back out of a part of it.
import { ZoomOut } from "lucide-react";
import type { ReactNode } from "react";

import { periodText } from "../format";
import { intervalOf, intervals, intervalsOf, type Day, type Interval, type Period, type Range } from "../period";
import styles from "./Chart.module.css";

type Props = {
  readonly range: Range;
  readonly today: Day;
  /** null: what suits the range. */
  readonly interval: Interval | null;
  readonly zoomedFrom: Period | null;
  readonly onInterval: (interval: Interval | null) => void;
  readonly onZoomOut: (period: Period) => void;
};

const names: Readonly<Record<Interval, string>> = {
  hour: "Hours",
  day: "Days",
  week: "Weeks",
  month: "Months",
};

export const ChartTools = (props: Props): ReactNode => {
  const { range, today, interval, zoomedFrom, onInterval, onZoomOut } = props;
  const allowed = intervalsOf(range);
  return (
    <>
      {zoomedFrom !== null && (
        <button
          type="button"
          className="plain"
          title={`Back to ${periodText(zoomedFrom, today).toLowerCase()}`}
          onClick={() => {
            onZoomOut(zoomedFrom);
          }}
        >
          <ZoomOut size={15} aria-hidden />
          Zoom out
        </button>
      )}
      {allowed.length > 1 && (
        <select
          className={styles.pick}
          aria-label="Interval of the chart"
          title="Interval (I)"
          value={interval !== null && allowed.includes(interval) ? interval : ""}
          onChange={(event) => {
            onInterval(intervals.find((known) => known === event.target.value) ?? null);
          }}
        >
          <option value="">{names[intervalOf(range)]} (auto)</option>
          {allowed.map((name) => (
            <option key={name} value={name}>
              {names[name]}
            </option>
          ))}
        </select>
      )}
    </>
  );
};
