// One ranked list of the last half hour.
import { useId, type ReactNode } from "react";

import { count, nounFor, rowName } from "../format";
import type { VisitorCount } from "../wire";
import styles from "./TopList.module.css";

type Props = {
  readonly title: string;
  readonly dimension: string;
  readonly rows: readonly VisitorCount[];
  /** Whose data it shows, where they ask to be named. */
  readonly credit?: { readonly text: string; readonly href: string } | undefined;
};

export const TopList = ({ title, dimension, rows, credit }: Props): ReactNode => {
  const id = useId();
  const longest = Math.max(1, ...rows.map((row) => row.visitors));
  return (
    <section className={`surface ${styles.panel ?? ""}`} aria-labelledby={id}>
      <h2 id={id} className={styles.title}>
        {title}
      </h2>
      {rows.length === 0 ? (
        <p className={styles.empty}>None in the last 30 minutes</p>
      ) : (
        <ol className={styles.rows}>
          {rows.map(({ value, visitors }) => (
            <li key={value} title={value}>
              <span className={styles.bar} style={{ width: `${(visitors / longest) * 100}%` }} />
              <span className={styles.name}>{rowName(dimension, value)}</span>
              <span className={styles.count}>
                {count(visitors)}
                <span className="unseen"> {nounFor("visitors", visitors)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {credit !== undefined && rows.length > 0 && (
        <p className={styles.credit}>
          <a href={credit.href}>{credit.text}</a>
        </p>
      )}
    </section>
  );
};
