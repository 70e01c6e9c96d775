// Ranked rows: a bar behind the name, visitors at the right, their share on hover. A click on a row filters.
import type { ReactNode } from "react";

import { Moved } from "../figures/Moved";
import { change, count, rowName, share } from "../format";
import type { Row } from "../wire";
import styles from "./Rows.module.css";

type Props = {
  readonly dimension: string;
  readonly heading: string;
  readonly rows: readonly Row[];
  /** All visitors of the period, which shares are parts of; null while unknown. */
  readonly everyone: number | null;
  /** Whether the rows' comparisons say something. */
  readonly compares: boolean;
  readonly isChosen: (value: string) => boolean;
  readonly onToggle: (value: string) => void;
};

const visitorsOf = (row: Row): number => row.metrics[0] ?? 0;

export const Rows = ({
  dimension,
  heading,
  rows,
  everyone,
  compares,
  isChosen,
  onToggle,
}: Props): ReactNode => {
  const longest = Math.max(1, ...rows.map(visitorsOf));
  return (
    <table className={styles.rows} data-compares={compares}>
      <thead>
        <tr>
          <th scope="col">{heading}</th>
          <th scope="col">Visitors</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const value = row.dimensions[0] ?? "";
          const name = rowName(dimension, value);
          const visitors = visitorsOf(row);
          const before = row.comparison?.[0] ?? null;
          const moved = compares ? change("visitors", visitors, before) : null;
          return (
            <tr key={value}>
              <th scope="row" title={value}>
                <span
                  className={styles.bar}
                  style={{ width: `${(visitors / longest) * 100}%` }}
                />
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
              </th>
              <td>
                <span className={styles.share}>{share(visitors, everyone)}</span>
                {count(visitors)}
                {compares && (
                  <span className={styles.moved}>
                    {moved !== null && (
                      <Moved change={moved} calm title={`${count(before ?? 0)} before`} />
                    )}
                  </span>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};

export const RowsLoading = ({ rows }: { readonly rows: number }): ReactNode => (
  <div className={styles.loading} aria-busy="true">
    <span className="unseen">Loading</span>
    {Array.from({ length: rows }, (_, index) => (
      <span
        key={index}
        className={`skeleton ${styles.ghost ?? ""}`}
        style={{ width: `${92 * 0.8 ** index + 6}%` }}
      />
    ))}
  </div>
);
