// Decides which page to show: sign-in, set-up, a site, or why there is none.
import { lazy, Suspense, useEffect, type ReactNode } from "react";

import { grant, useAccess, useSession } from "./access/access";
import { ApiError } from "./api";
import { TopBar } from "./header/TopBar";
import { NoSites } from "./install/NoSites";
import { NothingShared } from "./install/NothingShared";
import { amend, navigate, usePageState } from "./navigation";
import { pages } from "./pages";
import { useCheck, useSites } from "./queries";
import { fresh } from "./state";
import { Loading } from "./states/Loading";
import { Problem } from "./states/Problem";
import { UnknownSite } from "./states/UnknownSite";

const SitesHome = lazy(async () => ({ default: (await import("./home/SitesHome")).SitesHome }));

// Whoever is let in already need not wait for these.
const SetUp = lazy(async () => ({ default: (await import("./access/SetUp")).SetUp }));
const SignIn = lazy(async () => ({ default: (await import("./access/SignIn")).SignIn }));

export const App = (): ReactNode => (
  <Suspense fallback={<Loading />}>
    <Page />
  </Suspense>
);

const Page = (): ReactNode => {
  const access = useAccess();
  switch (access.kind) {
    case "checking":
      return <Check token={access.token} />;
    case "granted":
      return <Sites key={access.token ?? access.session.name} />;
    case "invited":
      return <SetUp key={access.invitation.secret} invitation={access.invitation} />;
    case "asked":
      return <SignIn reason={access.reason} />;
  }
};

const Check = ({ token }: { readonly token: string | null }): ReactNode => {
  const check = useCheck(token);
  useEffect(() => {
    if (check.data !== undefined) grant(check.data, token);
  }, [check.data, token]);
  const refused = check.error instanceof ApiError && check.error.failure === "access";
  return check.error === null || refused ? (
    <Loading />
  ) : (
    <Problem page error={check.error} onRetry={() => void check.refetch()} />
  );
};

const Sites = (): ReactNode => {
  const session = useSession();
  const state = usePageState();
  const sites = useSites();
  const only = sites.data?.length === 1 ? sites.data[0]?.site_id : undefined;
  const chosen = state.site ?? only ?? null;

  useEffect(() => {
    if (state.site === null && chosen !== null) amend({ site: chosen });
  }, [state.site, chosen]);

  useEffect(() => {
    document.title = chosen === null ? "Footfall" : `${chosen} · Footfall`;
  }, [chosen]);

  const choose = (site: string): void => {
    navigate({ ...fresh, site });
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

  if (chosen === null && sites.data.length > 0)
    return (
      <>
        <TopBar sites={sites.data} chosen={null} onChoose={choose} />
        <Suspense fallback={<Loading />}>
          <SitesHome find={state.find} />
        </Suspense>
      </>
    );

  const site = sites.data.find((candidate) => candidate.site_id === chosen);
  if (site === undefined)
    return (
      <>
        <TopBar sites={sites.data} chosen={null} onChoose={choose} />
        {sites.data.length === 0 || chosen === null ? (
          session.everywhere === null ? (
            <NothingShared name={session.name} />
          ) : (
            <NoSites />
          )
        ) : (
          <UnknownSite asked={chosen} sites={sites.data} onChoose={choose} />
        )}
      </>
    );

  const SitePage = pages[state.view];
  return (
    <Suspense
      key={site.site_id}
      fallback={
        <>
          <TopBar sites={sites.data} chosen={site} onChoose={choose} />
          <Loading />
        </>
      }
    >
      <SitePage site={site} sites={sites.data} state={state} onChoose={choose} />
    </Suspense>
  );
};
