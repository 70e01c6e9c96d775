// Decides which page to show: the request for access, a site, or why there is none.
import { useEffect, type ReactNode } from "react";

import { useAccess } from "./access/access";
import { AccessNeeded } from "./access/AccessNeeded";
import { TopBar } from "./header/TopBar";
import { NoSites } from "./install/NoSites";
import { amend, navigate, usePageState } from "./navigation";
import { LedgerPage } from "./ledger/LedgerPage";
import { useSites } from "./queries";
import { SitePage } from "./SitePage";
import { Loading } from "./states/Loading";
import { Problem } from "./states/Problem";
import { UnknownSite } from "./states/UnknownSite";
import type { Site } from "./wire";

/** The site heard from last; before any event, the first. */
const liveliest = (sites: readonly Site[]): Site | undefined =>
  sites.toSorted((a, b) => (b.last_event_at ?? "").localeCompare(a.last_event_at ?? ""))[0];

export const App = (): ReactNode => {
  const access = useAccess();
  return access.kind === "granted" ? <Sites key={access.token} /> : <AccessNeeded access={access} />;
};

const Sites = (): ReactNode => {
  const state = usePageState();
  const sites = useSites();
  const chosen = state.site ?? (sites.data && liveliest(sites.data)?.site_id) ?? null;

  useEffect(() => {
    if (state.site === null && chosen !== null) amend({ site: chosen });
  }, [state.site, chosen]);

  useEffect(() => {
    document.title = chosen === null ? "Footfall" : `${chosen} · Footfall`;
  }, [chosen]);

  const choose = (site: string): void => {
    navigate({ site });
  };

  if (sites.data === undefined)
    return (
      <>
        <TopBar sites={[]} chosen={null} onChoose={choose} />
        {sites.error === null ? (
          <Loading />
        ) : (
          <Problem page error={sites.error} onRetry={() => void sites.refetch()} />
        )}
      </>
    );

  const site = sites.data.find((candidate) => candidate.site_id === chosen);
  if (site === undefined)
    return (
      <>
        <TopBar sites={sites.data} chosen={null} onChoose={choose} />
        {sites.data.length === 0 || chosen === null ? (
          <NoSites />
        ) : (
          <UnknownSite asked={chosen} sites={sites.data} onChoose={choose} />
        )}
      </>
    );

  if (state.view === "ledger")
    return <LedgerPage site={site} sites={sites.data} hours={state.hours} onChoose={choose} />;

  return <SitePage key={site.site_id} site={site} sites={sites.data} state={state} onChoose={choose} />;
};
