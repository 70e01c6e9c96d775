// The frame of every page that is shown to somebody who is not let in yet.
import type { ReactNode } from "react";

import { Mark } from "../header/Mark";
import styles from "./access.module.css";

type Props = { readonly title: string; readonly children: ReactNode };

export const AccessCard = ({ title, children }: Props): ReactNode => (
  <main className={styles.page}>
    <div className={styles.card}>
      <Mark size={36} />
      <h1 className={styles.title}>{title}</h1>
      {children}
    </div>
  </main>
);

/** What went wrong, in a place that does not move the form, and is read out. */
export const Complaint = ({ id, text }: { readonly id: string; readonly text: string }): ReactNode => (
  <p id={id} role="alert" className={styles.problem}>
    {text}
  </p>
);
