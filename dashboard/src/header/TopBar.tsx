// The bar that stays on top: mark, site picker, the period where there is one, keys, theme, account; the site's pages.
import { Keyboard, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";

import { allSites } from "../state";
import { toggleTheme, useTheme } from "../theme";
import type { Site } from "../wire";
import { AccountMenu } from "./AccountMenu";
import { Mark } from "./Mark";
import { PageLink } from "./PageLink";
import { SiteNavigation } from "./SiteNavigation";
import { SitePicker } from "./SitePicker";
import styles from "./TopBar.module.css";

type Props = {
  readonly sites: readonly Site[];
  readonly chosen: Site | null;
  readonly onChoose: (siteId: string) => void;
  /** Shows the keyboard shortcuts, where there are some. */
  readonly onKeys?: () => void;
  readonly children?: ReactNode;
  /** A line under the navigation. */
  readonly below?: ReactNode;
};

export const TopBar = ({ sites, chosen, onChoose, onKeys, children, below }: Props): ReactNode => (
  <header className={styles.bar}>
    <div className={styles.inner}>
      <PageLink
        to={allSites}
        className={styles.brand}
        aria-label={sites.length > 1 ? "Footfall: all sites" : "Footfall"}
        title={sites.length > 1 ? "All sites" : undefined}
      >
        <Mark size={22} />
        <span className={styles.name}>Footfall</span>
      </PageLink>
      {sites.length > 0 && <SitePicker sites={sites} chosen={chosen} onChoose={onChoose} />}
      <div className={styles.period}>{children}</div>
      <div className={styles.tools}>
        {onKeys !== undefined && (
          <button
            type="button"
            className={`${styles.icon ?? ""} ${styles.keys ?? ""}`}
            onClick={onKeys}
            aria-label="Keyboard shortcuts"
            title="Keyboard shortcuts (?)"
          >
            <Keyboard size={17} aria-hidden />
          </button>
        )}
        <ThemeToggle />
        <AccountMenu />
      </div>
    </div>
    {chosen !== null && <SiteNavigation />}
    {below}
  </header>
);

const ThemeToggle = (): ReactNode => {
  const dark = useTheme() === "dark";
  const Icon = dark ? Sun : Moon;
  return (
    <button
      type="button"
      className={styles.icon}
      onClick={toggleTheme}
      aria-label={dark ? "Use light colours" : "Use dark colours"}
      title={dark ? "Use light colours" : "Use dark colours"}
    >
      <Icon size={17} aria-hidden />
    </button>
  );
};
