// The address names a site that this server does not have.
import type { ReactNode } from "react";

import type { Site } from "../wire";
import styles from "./states.module.css";

type Props = {
  readonly asked: string;
  readonly sites: readonly Site[];
  readonly onChoose: (siteId: string) => void;
};

const OFFERED = 6;

export const UnknownSite = ({ asked, sites, onChoose }: Props): ReactNode => (
  <main className={styles.page}>
    <div className={styles.words}>
      <h1 className={styles.title}>There is no site “{asked}” here</h1>
      <p className={styles.detail}>It appears once its first event arrives. Known sites:</p>
    </div>
    <div className={styles.choices}>
      {sites.slice(0, OFFERED).map((site) => (
        <button
          key={site.site_id}
          type="button"
          className="button"
          onClick={() => {
            onChoose(site.site_id);
          }}
        >
          {site.site_id}
        </button>
      ))}
    </div>
  </main>
);
