// The table of the details: columns that sort, names that filter.
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

import type { DimensionName } from "../dimensions";
import { Moved } from "../figures/Moved";
import { isChosen, type Filter } from "../filters/filter";
import { change, figure, rowName, share } from "../format";
import { metrics } from "../metrics";
import type { Sort } from "../state";
import type { Row } from "../wire";
import styles from "./Details.module.css";
import type { Tab } from "./panels";

type Props = {
  readonly dimension: DimensionName;
  readonly tab: Tab;
  readonly rows: readonly Row[];
  readonly stale: boolean;
  readonly everyone: number | null;
  /** Whether the rows' comparisons say something. */
  readonly compares: boolean;
  readonly sort: Sort;
  readonly filters: readonly Filter[];
  readonly onSort: (sort: Sort) => void;
  readonly onToggle: (value: string) => void;
};

export const DetailsTable = (props: Props): ReactNode => {
  const { dimension, tab, rows, stale, everyone, compares, filters, onToggle } = props;
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} role="region" aria-label={tab.many} tabIndex={0}>
      <table className={styles.table} data-stale={stale}>
        <thead>
          <tr>
            <Heading {...props} by="key" label={tab.one} />
            {tab.columns.map((column) => (
              <Heading key={column} {...props} by={column} label={tab.labels?.[column] ?? metrics[column].label} />
            ))}
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const value = row.dimensions[0] ?? "";
            return (
              <tr key={value}>
                <th scope="row">
                  <button
                    type="button"
                    className={styles.name}
                    aria-pressed={isChosen(filters, dimension, value)}
                    title={value}
                    onClick={() => {
                      onToggle(value);
                    }}
                  >
                    {rowName(dimension, value)}
                  </button>
                </th>
                {tab.columns.map((column, index) => {
                  const value = row.metrics[index] ?? null;
                  const before = row.comparison?.[index] ?? null;
                  const moved = compares ? change(column, value, before) : null;
                  return (
                    <td key={column}>
                      {figure(column, value)}
                      {moved !== null && (
                        <span className={styles.moved}>
                          <Moved change={moved} calm title={`${figure(column, before)} before`} />
                        </span>
                      )}
                    </td>
                  );
                })}
                <td>{share(row.metrics[0] ?? 0, everyone)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};

type HeadingProps = Pick<Props, "sort" | "onSort"> & {
  readonly by: Sort["by"];
  readonly label: string;
};

/** Names ascend at the first press, figures descend. */
const Heading = ({ sort, onSort, by, label }: HeadingProps): ReactNode => {
  const current = sort.by === by;
  const ascends = sort.direction === "asc";
  return (
    <th scope="col" {...(current && { "aria-sort": ascends ? "ascending" : "descending" })}>
      <button
        type="button"
        className={styles.sort}
        title={`Sort by ${label.toLowerCase()}`}
        onClick={() => {
          const first = by === "key" ? "asc" : "desc";
          const other = ascends ? "desc" : "asc";
          onSort({ by, direction: current ? other : first });
        }}
      >
        {label}
        {current && (ascends ? <ArrowUp size={13} aria-hidden /> : <ArrowDown size={13} aria-hidden />)}
      </button>
    </th>
  );
};
