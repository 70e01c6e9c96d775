// Six figures with their change; the chosen one is the one the chart draws.
import type { ReactNode } from "react";

import { change, figure, shortFigure } from "../format";
import { metricNames, metrics, type MetricName } from "../metrics";
import styles from "./Cards.module.css";
import { Moved } from "./Moved";

type Props = {
  /** Both in the order of metricNames. */
  readonly now: readonly (number | null)[];
  readonly before: readonly (number | null)[];
  /** null: compared with nothing. */
  readonly beforeText: string | null;
  /** Whether the two periods are as long so far; if not, only the value before is shown. */
  readonly comparable: boolean;
  readonly chosen: MetricName;
  readonly onChoose: (metric: MetricName) => void;
};

export const Cards = ({
  now,
  before,
  beforeText,
  comparable,
  chosen,
  onChoose,
}: Props): ReactNode => (
  <div className={styles.cards} role="group" aria-label="Figures; choose which one is drawn">
    {metricNames.map((name, index) => {
      const value = now[index] ?? null;
      const earlier = before[index] ?? null;
      const moved = change(name, value, earlier);
      return (
        <button
          key={name}
          type="button"
          className={styles.card}
          aria-pressed={name === chosen}
          title={
            beforeText === null
              ? figure(name, value)
              : `${figure(name, value)}; ${beforeText}: ${figure(name, earlier)}`
          }
          onClick={() => {
            onChoose(name);
          }}
        >
          <span className={styles.label}>{metrics[name].label}</span>
          <span className={styles.line}>
            <span className={styles.value}>{shortFigure(name, value)}</span>
            {comparable
              ? moved !== null && <Moved change={moved} />
              : beforeText !== null &&
                earlier !== null && (
                  <span className={styles.earlier}>
                    {shortFigure(name, earlier)} {beforeText}
                  </span>
                )}
          </span>
        </button>
      );
    })}
  </div>
);

export const CardsLoading = (): ReactNode => (
  <div className={styles.cards} aria-busy="true">
    {metricNames.map((name) => (
      <div key={name} className={styles.card}>
        <span className={styles.label}>{metrics[name].label}</span>
        <span className={styles.line}>
          <span className={`skeleton ${styles.ghost ?? ""}`} />
        </span>
      </div>
    ))}
  </div>
);
