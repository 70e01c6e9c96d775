// The mark: two footprints that also read as rising bars.
import type { ReactNode } from "react";

import styles from "./Mark.module.css";

type Props = { readonly size: number; readonly walking?: boolean };

export const Mark = ({ size, walking = false }: Props): ReactNode => (
  <svg
    className={walking ? `${styles.mark ?? ""} ${styles.walking ?? ""}` : styles.mark}
    width={size}
    height={size}
    viewBox="0 0 32 32"
    fill="currentColor"
    aria-hidden
  >
    <g>
      <rect x="5" y="11" width="9" height="12" rx="4.5" />
      <rect x="5.75" y="25" width="7.5" height="6" rx="3" />
    </g>
    <g>
      <rect x="18" y="1" width="9" height="12" rx="4.5" />
      <rect x="18.75" y="15" width="7.5" height="6" rx="3" />
    </g>
  </svg>
);
