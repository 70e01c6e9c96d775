// One site's page: the report, or what there is before its first event.
import type { ReactNode } from "react";

import { useFromNow } from "./clock";
import { TopBar } from "./header/TopBar";
import { Waiting } from "./install/Waiting";
import type { PageProps } from "./pages";
import { todayIn } from "./period";
import { useInstallation, viewOf } from "./queries";
import { Report } from "./Report";
import { Loading } from "./states/Loading";

export const SitePage = ({ site, sites, state, onChoose }: PageProps): ReactNode => {
  const installation = useInstallation(site.site_id);
  const today = useFromNow((now) => todayIn(site.timezone, now));
  const view = viewOf(site, state, today);

  const silent = site.last_event_at === null && installation.data?.last_event === null;
  const undecided = site.last_event_at === null && installation.isPending;

  if (silent || undecided)
    return (
      <>
        <TopBar sites={sites} chosen={site} onChoose={onChoose} />
        {undecided ? <Loading /> : <Waiting installation={installation.data} />}
      </>
    );
  return <Report {...{ site, sites, state, onChoose, today, view, installation }} />;
};
