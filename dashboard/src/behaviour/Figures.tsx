// Ranked rows with several figures: a bar behind the name, visitors, what was done, and of forms how many were sent.
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

import type { Tab } from "../breakdown/panels";
import type { DimensionName } from "../dimensions";
import { figure, rowName, share } from "../format";
import { metrics, type ColumnName } from "../metrics";
import type { Row } from "../wire";
import styles from "./Behaviour.module.css";

type Props = {
  readonly dimension: DimensionName;
  readonly tab: Tab;
  readonly rows: readonly Row[];
  /** All visitors of the period, which shares are parts of; null while unknown. */
  readonly everyone: number | null;
  readonly isChosen: (value: string) => boolean;
  readonly onToggle: (value: string) => void;
  /** Opens what there is to know of a row besides, where it has more. */
  readonly onOpen?: (value: string) => void;
  readonly hasMore?: (value: string) => boolean;
};

/** What does not fit beside the name is in the details. */
const shown = (column: ColumnName): boolean => column !== "form_abandons";

export const Figures = (props: Props): ReactNode => {
  const { dimension, tab, rows, everyone, isChosen, onToggle, onOpen, hasMore } = props;
  const longest = Math.max(1, ...rows.map((row) => row.metrics[0] ?? 0));
  const isForm = tab.columns.includes("completion_rate");
  return (
    <table className={styles.figures} data-many={isForm}>
      <thead>
        <tr>
          <th scope="col">{tab.one}</th>
          {tab.columns.filter(shown).map((column) => (
            <th key={column} scope="col" data-column={column}>
              {tab.labels?.[column] ?? metrics[column].label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const value = row.dimensions[0] ?? "";
          const name = rowName(dimension, value);
          const visitors = row.metrics[0] ?? 0;
          return (
            <tr key={value}>
              <th scope="row" title={value}>
                <span className={styles.bar} style={{ width: `${(visitors / longest) * 100}%` }} />
                <button
                  type="button"
                  className={styles.name}
                  aria-pressed={isChosen(value)}
                  onClick={() => {
                    onToggle(value);
                  }}
                >
                  {name}
                </button>
                {onOpen !== undefined && hasMore?.(value) === true && (
                  <button
                    type="button"
                    className={`plain ${styles.more ?? ""}`}
                    title={`Properties of ${name}`}
                    onClick={() => {
                      onOpen(value);
                    }}
                  >
                    <span className={styles.moreText}>
                      Properties<span className="unseen"> of {name}</span>
                    </span>
                    <ChevronRight size={15} aria-hidden />
                  </button>
                )}
              </th>
              {tab.columns.map((column, index) =>
                shown(column) ? (
                  <td key={column} data-column={column}>
                    {index === 0 && (
                      <span className={styles.share}>{share(visitors, everyone)}</span>
                    )}
                    {column === "completion_rate" ? (
                      <Completion rate={row.metrics[index] ?? null} />
                    ) : (
                      figure(column, row.metrics[index] ?? null)
                    )}
                  </td>
                ) : null,
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};

const Completion = ({ rate }: { readonly rate: number | null }): ReactNode => (
  <span className={styles.completion}>
    <span className={styles.track}>
      <span className={styles.done} style={{ width: `${(rate ?? 0) * 100}%` }} />
    </span>
    {figure("completion_rate", rate)}
  </span>
);
