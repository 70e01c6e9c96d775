// What became of every event: received on one side, where each ended on the other.
import { CircleCheck, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { useSession } from "../access/access";
import { count, named, share } from "../format";
import { SpanPicker } from "../header/SpanPicker";
import { TopBar } from "../header/TopBar";
import type { PageProps } from "../pages";
import { useLedger } from "../queries";
import { Loading } from "../states/Loading";
import { Problem } from "../states/Problem";
import type { Balance, Ledger } from "../wire";
import { bySite, byTime, droppedOf, type Line } from "./balance";
import styles from "./LedgerPage.module.css";

const reasons: Readonly<Record<string, string>> = {
  invalid: "not readable as an event",
  unknown_site: "a site that does not exist",
  origin: "a domain that the site does not allow",
  key: "no key, or a wrong one",
  signature: "not signed, or by another secret",
  dnt: "Do Not Track",
  gpc: "Global Privacy Control",
  bot: "robots, which the site drops",
  erased: "of visitors who were erased",
};

export const LedgerPage = ({ site, sites, state: { hours }, onChoose }: PageProps): ReactNode => {
  // Whoever reads single sites sees the chosen one; events that named no site are the administrator's.
  const readsAll = useSession().everywhere !== null;
  const ledger = useLedger(Number(hours), readsAll ? null : site.site_id);
  return (
    <>
      <TopBar sites={sites} chosen={site} onChoose={onChoose}>
        <SpanPicker hours={hours} />
      </TopBar>
      {ledger.data !== undefined ? (
        <Found ledger={ledger.data} hours={Number(hours)} />
      ) : ledger.error === null ? (
        <Loading />
      ) : (
        <Problem page error={ledger.error} onRetry={() => void ledger.refetch()} />
      )}
    </>
  );
};

const Found = ({ ledger, hours }: { readonly ledger: Ledger; readonly hours: number }): ReactNode => (
  <main className={styles.page}>
    <section className={styles.panel} aria-labelledby="ledger-title">
      <h1 id="ledger-title" className={styles.title}>
        What became of every event
      </h1>
      <Verdict ledger={ledger} />
      <Sum total={ledger.total} />
      <Dropped total={ledger.total} />
    </section>
    {ledger.hours.length > 0 && (
      <>
        <Table title="By site" heading="Site" lines={bySite(ledger)} />
        <Table
          title={hours > 48 ? "By day, UTC" : "By hour, UTC"}
          heading={hours > 48 ? "Day" : "Hour"}
          lines={byTime(ledger, hours)}
        />
        <Missing ledger={ledger} />
      </>
    )}
  </main>
);

const Verdict = ({ ledger }: { readonly ledger: Ledger }): ReactNode => {
  if (ledger.total.received === 0)
    return <p className={styles.verdict}>Nothing was received in this time.</p>;
  return ledger.balanced ? (
    <p className={styles.verdict} data-good>
      <CircleCheck size={17} aria-hidden />
      Every event that was received is accounted for.
    </p>
  ) : (
    <p className={styles.verdict} data-bad role="alert">
      <TriangleAlert size={17} aria-hidden />
      {count(Math.abs(ledger.total.difference))} events are not accounted for. Please report this.
    </p>
  );
};

const Sum = ({ total }: { readonly total: Balance }): ReactNode => {
  const ends: readonly (readonly [string, number, string])[] = [
    ["Stored", total.stored, "in the log, once each"],
    ["Duplicates", total.duplicate, "came again, and count once"],
    ["Dropped", droppedOf(total), "refused, for a reason below"],
    ["Set aside", total.dead_letter, "dead letters, to be looked at"],
    ["Waiting", total.waiting, "on disk, until the database is back"],
  ];
  return (
    <dl className={styles.sum}>
      <div>
        <dt>Received</dt>
        <dd>{count(total.received)}</dd>
      </div>
      {ends.map(([label, value, meaning], place) => (
        <div key={label} data-sign={place === 0 ? "=" : "+"} title={meaning}>
          <dt>{label}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
};

const Dropped = ({ total }: { readonly total: Balance }): ReactNode => {
  const found = Object.entries(total.dropped).toSorted((a, b) => b[1] - a[1]);
  if (found.length === 0) return null;
  return (
    <ul className={styles.reasons}>
      {found.map(([reason, number]) => (
        <li key={reason}>
          <span>{count(number)}</span> dropped: {named(reasons, reason)}
        </li>
      ))}
    </ul>
  );
};

type TableProps = {
  readonly title: string;
  readonly heading: string;
  readonly lines: readonly Line[];
};

const Table = ({ title, heading, lines }: TableProps): ReactNode => (
  <section className={styles.panel}>
    <h2 className={styles.subtitle}>{title}</h2>
    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take the keyboard */}
    <div className={styles.scroll} role="region" aria-label={title} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {["Received", "Stored", "Duplicates", "Dropped", "Set aside", "Waiting"].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, balance }) => (
            <tr key={key} data-bad={balance.difference === 0 ? undefined : true}>
              <th scope="row">{timeText(key)}</th>
              {[
                balance.received,
                balance.stored,
                balance.duplicate,
                droppedOf(balance),
                balance.dead_letter,
                balance.waiting,
              ].map((value, place) => (
                <td key={place} data-nothing={value === 0 ? true : undefined}>
                  {count(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
);

/** "2026-11-23T14" as "2026-11-23 14:00"; anything else as it is. */
const timeText = (key: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d$/.test(key) ? `${key.replace("T", " ")}:00` : key;

const Missing = ({ ledger }: { readonly ledger: Ledger }): ReactNode => {
  const arrived = ledger.missing.reduce((sum, site) => sum + site.arrived, 0);
  const missing = ledger.missing.reduce((sum, site) => sum + site.missing, 0);
  if (arrived === 0) return null;
  return (
    <section className={styles.panel}>
      <h2 className={styles.subtitle}>On the way here</h2>
      <p className={styles.note}>
        Trackers number their events. Of {count(arrived + missing)} numbers, at least {count(missing)}
        {missing > 0 && ` (${share(missing, arrived + missing)})`} never arrived: closed laptops, lost
        networks, blockers. The last events of a page, or a whole page, leave no gap where they are lost.
      </p>
    </section>
  );
};
