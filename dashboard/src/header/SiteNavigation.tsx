// The pages of the chosen site, as links that a browser can open in a new tab, too.
import type { MouseEvent, ReactNode } from "react";

import { navigate, usePageState } from "../navigation";
import { views, write, type PageState, type ViewName } from "../state";
import styles from "./SiteNavigation.module.css";

const labels: Readonly<Record<ViewName, string>> = {
  report: "Report",
  quality: "Data quality",
  sessions: "Sessions",
  vitals: "Web vitals",
  ledger: "Ledger",
  settings: "Settings",
};

const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** The page's state on another page: site, period and filters stay, what was open is closed. */
const turnTo = (view: ViewName): Partial<PageState> => ({
  view,
  details: null,
  session: null,
});

export const SiteNavigation = (): ReactNode => {
  const state = usePageState();
  return (
    <nav className={styles.pages} aria-label="Pages of the site">
      {views.map((view) => (
        <a
          key={view}
          href={write({ ...state, ...turnTo(view) })}
          aria-current={view === state.view ? "page" : undefined}
          onClick={(event) => {
            if (!isPlain(event)) return;
            event.preventDefault();
            navigate(turnTo(view));
            window.scrollTo({ top: 0 });
          }}
        >
          {labels[view]}
        </a>
      ))}
    </nav>
  );
};
