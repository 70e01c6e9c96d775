// One site's page: composition only; each part asks for what it shows.
import type { ReactNode } from "react";

import { Breakdown } from "./breakdown/Breakdown";
import {
  devicesPanel,
  eventsPanel,
  pagesPanel,
  placesPanel,
  sourcesPanel,
} from "./breakdown/panels";
import { useFromNow } from "./clock";
import { Overview } from "./figures/Overview";
import { PeriodPicker } from "./header/PeriodPicker";
import { TopBar } from "./header/TopBar";
import { LastEvent } from "./install/LastEvent";
import { Waiting } from "./install/Waiting";
import { navigate } from "./navigation";
import { preceding, resolve, todayIn } from "./period";
import { useInstallation, type View } from "./queries";
import styles from "./SitePage.module.css";
import type { PageState } from "./state";
import { Loading } from "./states/Loading";
import type { Site } from "./wire";

type Props = {
  readonly site: Site;
  readonly sites: readonly Site[];
  readonly state: PageState;
  readonly onChoose: (siteId: string) => void;
};

export const SitePage = ({ site, sites, state, onChoose }: Props): ReactNode => {
  const installation = useInstallation(site.site_id);
  const today = useFromNow((now) => todayIn(site.timezone, now));
  const range = resolve(state.period, today);
  const view: View = {
    siteId: site.site_id,
    range,
    comparison: preceding(state.period, today),
    live: range.end >= today,
  };

  const silent = site.last_event_at === null && installation.data?.last_event === null;
  const undecided = site.last_event_at === null && installation.isPending;

  return (
    <>
      <TopBar sites={sites} chosen={site} onChoose={onChoose}>
        {!silent && !undecided && (
          <PeriodPicker
            period={state.period}
            today={today}
            onChange={(period) => {
              navigate({ period });
            }}
          />
        )}
      </TopBar>
      {undecided && <Loading />}
      {silent && <Waiting installation={installation.data} />}
      {!silent && !undecided && (
        <main className={styles.page}>
          <h1 className="unseen">{site.site_id}</h1>
          <LastEvent site={site} installation={installation} />
          <Overview
            view={view}
            today={today}
            metric={state.metric}
            onMetric={(metric) => {
              navigate({ metric });
            }}
          />
          <div className={styles.pair}>
            <Breakdown
              panel={pagesPanel}
              view={view}
              tab={state.pages}
              onTab={(pages) => {
                navigate({ pages });
              }}
            />
            <Breakdown
              panel={sourcesPanel}
              view={view}
              tab={state.sources}
              onTab={(sources) => {
                navigate({ sources });
              }}
            />
            <Breakdown
              panel={placesPanel}
              view={view}
              tab={state.places}
              onTab={(places) => {
                navigate({ places });
              }}
            />
            <Breakdown
              panel={devicesPanel}
              view={view}
              tab={state.devices}
              onTab={(devices) => {
                navigate({ devices });
              }}
            />
            <Breakdown panel={eventsPanel} view={view} tab="event" onTab={() => undefined} />
          </div>
        </main>
      )}
    </>
  );
};
