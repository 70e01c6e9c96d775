// A dot that beats while somebody is there.
import type { ReactNode } from "react";

import styles from "./Pulse.module.css";

export const Pulse = ({ beats }: { readonly beats: boolean }): ReactNode => (
  <span className={styles.dot} data-beats={beats} aria-hidden />
);
