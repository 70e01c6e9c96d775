// The bar that stays on top: mark, site picker, the period where there is one, keys, theme, account.
import { ChartLine, Keyboard, Moon, Scale, Sun } from "lucide-react";
import type { ReactNode } from "react";

import { navigate, usePageState } from "../navigation";
import { toggleTheme, useTheme } from "../theme";
import type { Site } from "../wire";
import { AccountMenu } from "./AccountMenu";
import { Mark } from "./Mark";
import { SitePicker } from "./SitePicker";
import styles from "./TopBar.module.css";

type Props = {
  readonly sites: readonly Site[];
  readonly chosen: Site | null;
  readonly onChoose: (siteId: string) => void;
  /** Shows the keyboard shortcuts, where there are some. */
  readonly onKeys?: () => void;
  readonly children?: ReactNode;
  /** A second line. */
  readonly below?: ReactNode;
};

export const TopBar = ({ sites, chosen, onChoose, onKeys, children, below }: Props): ReactNode => (
  <header className={styles.bar}>
    <div className={styles.inner}>
      <div className={styles.brand}>
        <Mark size={22} />
        <span className={styles.name}>Footfall</span>
      </div>
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
        {sites.length > 0 && <ViewToggle />}
        <ThemeToggle />
        <AccountMenu />
      </div>
    </div>
    {below}
  </header>
);

const ViewToggle = (): ReactNode => {
  const onLedger = usePageState().view === "ledger";
  const Icon = onLedger ? ChartLine : Scale;
  const label = onLedger ? "Back to the reports" : "What became of every event";
  return (
    <button
      type="button"
      className={styles.icon}
      onClick={() => {
        navigate({ view: onLedger ? "report" : "ledger" });
      }}
      aria-label={label}
      title={label}
    >
      <Icon size={17} aria-hidden />
    </button>
  );
};

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
