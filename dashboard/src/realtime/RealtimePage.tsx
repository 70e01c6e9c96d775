// What happens at a site now: who is there, the last half hour, and every event as it comes.
import type { ReactNode } from "react";

import { placesPanel } from "../breakdown/panels";
import { Pulse } from "../figures/Pulse";
import { count, nounFor } from "../format";
import { TopBar } from "../header/TopBar";
import { Snippet } from "../install/Snippet";
import type { PageProps } from "../pages";
import { useInstallation } from "../queries";
import { Loading } from "../states/Loading";
import { Problem } from "../states/Problem";
import type { Realtime, Site } from "../wire";
import { EventList } from "./EventList";
import type { Live } from "./live";
import { MinuteBars } from "./MinuteBars";
import styles from "./RealtimePage.module.css";
import { TopList } from "./TopList";
import { useRealtime } from "./useRealtime";

export const RealtimePage = ({ site, sites, onChoose }: PageProps): ReactNode => (
  <>
    <TopBar sites={sites} chosen={site} onChoose={onChoose} />
    {/* Another site has nothing to do with what is there. */}
    <Content key={site.site_id} site={site} />
  </>
);

const Content = ({ site }: { readonly site: Site }): ReactNode => {
  const [live, tryAgain] = useRealtime(site.site_id);
  if (live.status === "refused" && live.error !== null)
    return <Problem page error={live.error} onRetry={tryAgain} />;
  if (live.realtime === null)
    return live.status === "lost" ? (
      <Problem
        page
        error={live.error ?? new Error("Footfall’s server cannot be reached.")}
        onRetry={tryAgain}
      />
    ) : (
      <Loading />
    );
  return <Found site={site} live={live} realtime={live.realtime} onTryAgain={tryAgain} />;
};

type FoundProps = {
  readonly site: Site;
  readonly live: Live;
  readonly realtime: Realtime;
  readonly onTryAgain: () => void;
};

const Found = ({ site, live, realtime, onTryAgain }: FoundProps): ReactNode => {
  const neverHeard = site.last_event_at === null && realtime.events.length === 0;
  return (
    <main className={styles.page}>
      <h1 className="unseen">{site.site_id}, now</h1>
      <Connection live={live} onTryAgain={onTryAgain} />
      <div className={styles.fresh} data-stale={live.status === "lost"}>
        {neverHeard ? (
          <FirstEvent siteId={site.site_id} />
        ) : (
          <>
            <section className={`surface ${styles.now ?? ""}`} aria-label="Now">
              <Now realtime={realtime} />
              <MinuteBars minutes={realtime.minutes} timezone={site.timezone} />
            </section>
            <div className={styles.lists}>
              <TopList title="Pages" dimension="page" rows={realtime.pages} />
              <TopList title="Sources" dimension="source" rows={realtime.sources} />
              <TopList
                title="Countries"
                dimension="country"
                rows={realtime.countries}
                credit={placesPanel.credit}
              />
              <TopList title="Devices" dimension="device" rows={realtime.devices} />
            </div>
            <EventList
              events={realtime.events}
              skipped={live.skipped}
              timezone={site.timezone}
            />
          </>
        )}
      </div>
    </main>
  );
};

const Connection = ({ live, onTryAgain }: Pick<FoundProps, "live" | "onTryAgain">): ReactNode => (
  <div className={styles.connection}>
    <p role="status" data-lost={live.status === "lost"}>
      <Pulse beats={live.status === "live"} />
      {live.status === "lost"
        ? `Connection lost, trying again. ${live.error?.message ?? ""}`
        : "Live: events appear here within a second"}
    </p>
    {live.status === "lost" && (
      <button type="button" className="plain" onClick={onTryAgain}>
        Try now
      </button>
    )}
  </div>
);

const Now = ({ realtime }: { readonly realtime: Realtime }): ReactNode => {
  const { current_visitors: current, visitors, pageviews, flagged_events: flagged } = realtime;
  return (
    <div className={styles.figures}>
      <p className={styles.current}>
        <span className={styles.big}>{count(current)}</span>
        <span>
          current {nounFor("visitors", current)}
          <small>with any event in the last 5 minutes</small>
        </span>
      </p>
      <h2 className={styles.span}>Last 30 minutes</h2>
      <dl className={styles.totals}>
        <div>
          <dt>Visitors</dt>
          <dd>{count(visitors)}</dd>
        </div>
        <div>
          <dt>Pageviews</dt>
          <dd>{count(pageviews)}</dd>
        </div>
        {flagged > 0 && (
          <div title="Judged to be no person’s, and in no other figure">
            <dt>Robots’ events</dt>
            <dd>{count(flagged)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
};

const FirstEvent = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const installation = useInstallation(siteId);
  return (
    <section className={`surface ${styles.waiting ?? ""}`}>
      <h2>Waiting for the first event</h2>
      <p>
        Put this tag before <code>&lt;/head&gt;</code> on every page of your site, then open one: its
        events appear here as they come, and say why where one counts as a robot’s.
      </p>
      {installation.data !== undefined && <Snippet code={installation.data.snippet} />}
      {installation.error !== null && (
        <Problem error={installation.error} onRetry={() => void installation.refetch()} />
      )}
    </section>
  );
};
