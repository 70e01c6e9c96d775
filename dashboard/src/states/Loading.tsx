// The page before anything is known.
import type { ReactNode } from "react";

import { Mark } from "../header/Mark";
import styles from "./states.module.css";

export const Loading = (): ReactNode => (
  <main className={styles.page} aria-busy="true">
    <Mark walking size={40} />
    <p className="unseen" role="status">
      Loading
    </p>
  </main>
);
