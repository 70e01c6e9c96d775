// The page of a site that has no events yet: the snippet, and a live look-out for the first visit.
import type { ReactNode } from "react";

import { Mark } from "../header/Mark";
import type { Installation } from "../wire";
import { Snippet } from "./Snippet";
import styles from "./Waiting.module.css";

type Props = { readonly installation: Installation | undefined };

export const Waiting = ({ installation }: Props): ReactNode => (
  <main className={styles.page}>
    <Mark size={44} walking />
    <div className={styles.words}>
      <h1 className={styles.title}>Waiting for the first visit</h1>
      <p className={styles.text} role="status">
        Put this tag before <code>&lt;/head&gt;</code> on every page of your site, then open one.
        The figures appear here by themselves.
      </p>
    </div>
    {installation !== undefined && <Snippet code={installation.snippet} />}
    <p className={styles.text}>
      No site at hand? <a href="/">Walk through the demo site</a> and watch it arrive.
    </p>
  </main>
);
