// Sessions as a table by day; on a phone each is a card.
import type { ReactNode } from "react";

import { bucketText, count, duration, localTime, rowName } from "../format";
import { PageLink } from "../header/PageLink";
import { addDays, type Day } from "../period";
import type { Visit } from "./asking";
import styles from "./SessionTable.module.css";
import { VisitorName } from "./VisitorName";

type Props = {
  readonly visits: readonly Visit[];
  readonly today: Day;
  readonly timezone: string;
};

export const dayText = (day: Day, today: Day): string => {
  if (day === today) return "Today";
  return day === addDays(today, -1) ? "Yesterday" : bucketText("day", day, { start: day, end: day });
};

/** "Vienna, Austria", as much of it as is known. */
export const placeText = ({ city, country }: Visit): string =>
  [city, country === null ? null : rowName("country", country)]
    .filter((part) => part !== null)
    .join(", ");

export const browserText = ({ browser, os }: Visit): string =>
  [browser, os].filter((part) => part !== null).join(" on ");

export const SessionTable = ({ visits, today, timezone }: Props): ReactNode => {
  const days = new Map<Day, Visit[]>();
  for (const visit of visits) {
    const { day } = localTime(visit.started_at, timezone);
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Visitor</th>
          <th scope="col">Pages</th>
          <th scope="col">Source</th>
          <th scope="col">Where and with what</th>
          <th scope="col" className={styles.figure}>
            Views
          </th>
          <th scope="col" className={styles.figure}>
            Events
          </th>
          <th scope="col" className={styles.figure}>
            Duration
          </th>
        </tr>
      </thead>
      {[...days].map(([day, own]) => (
        <tbody key={day}>
          <tr className={styles.day}>
            <th scope="rowgroup" colSpan={7}>
              {dayText(day, today)}
            </th>
          </tr>
          {own.map((visit) => (
            <Row key={visit.id} visit={visit} time={localTime(visit.started_at, timezone).time} />
          ))}
        </tbody>
      ))}
    </table>
  );
};

const Row = ({ visit, time }: { readonly visit: Visit; readonly time: string }): ReactNode => {
  const place = placeText(visit);
  const browser = browserText(visit);
  return (
    <tr className={styles.row}>
      <th scope="row" className={styles.visitor}>
        <PageLink className={styles.open} to={{ session: visit.id }}>
          <VisitorName name={visit.visitor} />
        </PageLink>
        <span className={styles.under}>
          <time dateTime={visit.started_at}>{time.slice(0, 5)}</time>
          {visit.seen_before && ", seen before"}
          {visit.is_bot && ", flagged as a robot"}
        </span>
      </th>
      <td>
        <span className={styles.path}>{visit.entry_page ?? "–"}</span>
        {visit.exit_page !== null && visit.exit_page !== visit.entry_page && (
          <span className={`${styles.path ?? ""} ${styles.under ?? ""}`}>
            <span aria-hidden>→ </span>
            <span className="unseen">to </span>
            {visit.exit_page}
          </span>
        )}
      </td>
      <td className={styles.source}>
        {rowName("source", visit.source)}
        {visit.channel !== null && visit.channel !== "Direct" && (
          <span className={styles.under}>{visit.channel}</span>
        )}
      </td>
      <td className={styles.with}>
        {place === "" ? "Unknown place" : place}
        {browser !== "" && <span className={styles.under}>{browser}</span>}
      </td>
      <td className={styles.figure} data-label="Views">
        {count(visit.pageviews)}
      </td>
      <td className={styles.figure} data-label="Events">
        {count(visit.events)}
      </td>
      <td className={styles.figure} data-label="Duration">
        {duration(visit.duration_s)}
        {visit.bounce && <span className={styles.under}>bounce</span>}
      </td>
    </tr>
  );
};
