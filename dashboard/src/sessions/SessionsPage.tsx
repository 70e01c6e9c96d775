// The sessions of a period, the newest first; one of them opens beside the list.
import { Download } from "lucide-react";
import type { ReactNode } from "react";

import { useFromNow } from "../clock";
import { namedFigure, rangeText } from "../format";
import { SiteBar } from "../header/SiteBar";
import { navigate } from "../navigation";
import type { PageProps } from "../pages";
import { todayIn } from "../period";
import { useTotals, viewOf, type View } from "../queries";
import { metricNames } from "../metrics";
import { Problem } from "../states/Problem";
import { useSessions, useSessionsFile } from "./asking";
import { SessionPanel } from "./SessionPanel";
import { SessionTable } from "./SessionTable";
import styles from "./SessionsPage.module.css";

export const SessionsPage = (props: PageProps): ReactNode => {
  const { site, state } = props;
  const today = useFromNow((now) => todayIn(site.timezone, now));
  const view = viewOf(site, state, today);
  return (
    <>
      <SiteBar {...props} today={today} view={view} />
      <main className={styles.page}>
        <section className={styles.panel} aria-labelledby="sessions-title">
          <Head view={view} rangeText={rangeText(view.range, today)} />
          <List view={view} today={today} timezone={site.timezone} />
        </section>
      </main>
      {state.session !== null && (
        <SessionPanel
          key={`${site.site_id} ${state.session}`}
          siteId={site.site_id}
          session={state.session}
          today={today}
          live={view.live}
          onClose={() => {
            navigate({ session: null });
          }}
        />
      )}
    </>
  );
};

const Head = ({ view, rangeText }: { readonly view: View; readonly rangeText: string }): ReactNode => {
  const totals = useTotals(view);
  const number = totals.isPlaceholderData
    ? null
    : (totals.data?.rows[0]?.metrics[metricNames.indexOf("sessions")] ?? null);
  const file = useSessionsFile(view);
  return (
    <>
      <header className={styles.head}>
        <div>
          <h1 id="sessions-title" className={styles.title}>
            {number === null ? "Sessions" : namedFigure("sessions", number)}
          </h1>
          <p className={styles.note}>
            {rangeText}, the newest first. Names stand for visitors, whose ids are not shown.
          </p>
        </div>
        <button
          type="button"
          className="button"
          disabled={file.isPending || number === 0}
          onClick={() => {
            file.mutate();
          }}
        >
          <Download size={15} aria-hidden />
          {file.isPending ? "Loading…" : "CSV"}
        </button>
      </header>
      {file.error !== null && (
        <p className={styles.problem} role="alert">
          The file did not come: {file.error.message}
        </p>
      )}
    </>
  );
};

type ListProps = { readonly view: View; readonly today: string; readonly timezone: string };

const List = ({ view, today, timezone }: ListProps): ReactNode => {
  const list = useSessions(view);
  if (list.data === undefined)
    return list.error === null ? (
      <Ghosts />
    ) : (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    );
  const visits = list.data.pages.flatMap((page) => page.sessions);
  if (visits.length === 0)
    return (
      <p className={styles.empty}>
        {view.filters.length > 0
          ? "No session of this period meets the filters."
          : "No sessions in this period."}
      </p>
    );
  return (
    <div data-stale={list.isPlaceholderData} className={styles.list}>
      <SessionTable visits={visits} today={today} timezone={timezone} />
      {list.hasNextPage && (
        <button
          type="button"
          className={`button ${styles.more ?? ""}`}
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? "Loading…" : "Load more"}
        </button>
      )}
      {list.isFetchNextPageError && (
        <p className={styles.problem} role="alert">
          The next sessions did not come: {list.error.message}
        </p>
      )}
    </div>
  );
};

const Ghosts = (): ReactNode => (
  <div className={styles.ghosts} aria-busy="true">
    {Array.from({ length: 8 }, (_, place) => (
      <span key={place} className={`skeleton ${styles.ghost ?? ""}`} />
    ))}
  </div>
);
