// The five vitals: value, verdict, distribution, and what each means; the chosen one is drawn below.
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

import { count, vitalText } from "../format";
import { navigate } from "../navigation";
import { vitalNames, type Percentile, type VitalName } from "../state";
import type { Measured, Vital, VitalsRow } from "./asking";
import { Distribution, shareText } from "./Distribution";
import { verdictOf, verdictText } from "./verdict";
import styles from "./Vitals.module.css";

type Props = {
  readonly vitals: readonly Vital[];
  readonly rows: readonly VitalsRow[];
  readonly stale: boolean;
  readonly percentile: Percentile;
  readonly chosen: VitalName;
};

export const VitalCards = ({ vitals, rows, stale, percentile, chosen }: Props): ReactNode => (
  <div
    className={styles.cards}
    role="group"
    aria-label="Web vitals; choose which one is drawn"
    data-stale={stale}
  >
    {vitalNames.map((name) => {
      const vital = vitals.find((one) => one.name === name);
      const row = rows.find((one) => one.vital === name);
      if (vital === undefined || row === undefined) return null;
      const value = row.figures[percentile];
      const verdict = value === null ? null : verdictOf(vital, value);
      const [title = name, meaning = ""] = vital.definition.split(/: (.*)/s);
      return (
        <button
          key={name}
          type="button"
          className={styles.card}
          aria-pressed={name === chosen}
          onClick={() => {
            navigate({ vital: name });
          }}
        >
          <span className={styles.label}>
            <strong>{name}</strong> {title}
          </span>
          <span className={styles.line}>
            <span className={styles.value}>{vitalText(vital.unit, value)}</span>
            {verdict !== null && (
              <span className={styles.verdict} data-verdict={verdict}>
                {verdictText[verdict]}
              </span>
            )}
          </span>
          {row.figures.measurements > 0 && <Distribution figures={row.figures} />}
          <span className={styles.small}>
            {row.figures.measurements === 0 ? (
              "no measurements"
            ) : (
              <>
                {count(row.figures.measurements)}{" "}
                {row.figures.measurements === 1 ? "measurement" : "measurements"},{" "}
                {shareText(row.figures.good_share ?? 0)} good
                <Moved vital={vital} value={value} before={row.comparison} percentile={percentile} />
              </>
            )}
          </span>
          <span className={styles.meaning}>{capital(meaning)}</span>
        </button>
      );
    })}
  </div>
);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type MovedProps = {
  readonly vital: Vital;
  readonly value: number | null;
  readonly before: Measured | null;
  readonly percentile: Percentile;
};

const Moved = ({ vital, value, before, percentile }: MovedProps): ReactNode => {
  const earlier = before?.[percentile] ?? null;
  if (value === null || earlier === null || earlier === 0) return null;
  const percent = Math.round((value / earlier - 1) * 100);
  const was = `${vitalText(vital.unit, earlier)} before`;
  if (percent === 0) return <span title={was}> · as before</span>;
  const slower = percent > 0;
  const Icon = slower ? ArrowUp : ArrowDown;
  return (
    <span title={was}>
      {" · "}
      <span className={styles.moved} data-verdict={slower ? "poor" : "good"}>
        <Icon size={13} strokeWidth={2.5} aria-hidden />
        <span className="unseen">{slower ? "up" : "down"} </span>
        {count(Math.abs(percent))}%
      </span>
    </span>
  );
};

export const VitalCardsLoading = (): ReactNode => (
  <div className={styles.cards} aria-busy="true">
    {vitalNames.map((name) => (
      <div key={name} className={styles.card}>
        <span className={styles.label}>
          <strong>{name}</strong>
        </span>
        <span className={`skeleton ${styles.ghost ?? ""}`} />
      </div>
    ))}
  </div>
);
