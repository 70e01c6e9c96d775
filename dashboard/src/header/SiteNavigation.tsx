// The pages of the chosen site, as links that a browser can open in a new tab, too.
import type { ReactNode } from "react";

import { usePageState } from "../navigation";
import { views, type PageState, type ViewName } from "../state";
import { PageLink } from "./PageLink";
import styles from "./SiteNavigation.module.css";

const labels: Readonly<Record<ViewName, string>> = {
  report: "Report",
  realtime: "Realtime",
  quality: "Data quality",
  sessions: "Sessions",
  vitals: "Web vitals",
  ledger: "Ledger",
  settings: "Settings",
};

/** The page's state on another page: site, period and filters stay, what was open is closed. */
const turnTo = (view: ViewName): Partial<PageState> => ({
  view,
  details: null,
  session: null,
});

export const SiteNavigation = (): ReactNode => {
  const { view: open } = usePageState();
  return (
    <nav className={styles.pages} aria-label="Pages of the site">
      {views.map((view) => (
        <PageLink key={view} to={turnTo(view)} aria-current={view === open ? "page" : undefined}>
          {labels[view]}
        </PageLink>
      ))}
    </nav>
  );
};
