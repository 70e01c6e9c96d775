// The bar that stays on top: mark, site picker, the period where there is one, theme.
import { Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";

import { toggleTheme, useTheme } from "../theme";
import type { Site } from "../wire";
import { Mark } from "./Mark";
import { SitePicker } from "./SitePicker";
import styles from "./TopBar.module.css";

type Props = {
  readonly sites: readonly Site[];
  readonly chosen: Site | null;
  readonly onChoose: (siteId: string) => void;
  readonly children?: ReactNode;
};

export const TopBar = ({ sites, chosen, onChoose, children }: Props): ReactNode => (
  <header className={styles.bar}>
    <div className={styles.inner}>
      <div className={styles.brand}>
        <Mark size={22} />
        <span className={styles.name}>Footfall</span>
      </div>
      {sites.length > 0 && <SitePicker sites={sites} chosen={chosen} onChoose={onChoose} />}
      <div className={styles.period}>{children}</div>
      <ThemeToggle />
    </div>
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
