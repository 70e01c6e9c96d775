// Visitors by day as a small line without an axis; the figures beside it say how many.
import type { ReactNode } from "react";

import { sparkPoints } from "./spark";
import styles from "./Sparkline.module.css";

export const Sparkline = ({ values }: { readonly values: readonly number[] }): ReactNode => {
  const line = sparkPoints(values);
  return (
    <svg
      className={styles.spark}
      viewBox="0 0 100 30"
      preserveAspectRatio="none"
      aria-hidden
      focusable={false}
    >
      <polygon className={styles.area} points={`0,30 ${line} 100,30`} />
      <polyline className={styles.line} points={line} />
    </svg>
  );
};
