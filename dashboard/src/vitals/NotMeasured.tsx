// Nothing was measured: how the script is told to.
import type { ReactNode } from "react";

import { Snippet } from "../install/Snippet";
import { useInstallation } from "../queries";
import { tagWith } from "../settings/installing";
import type { Site } from "../wire";
import styles from "./Vitals.module.css";

type Props = { readonly site: Site; readonly filtered: boolean };

export const NotMeasured = ({ site, filtered }: Props): ReactNode => {
  const installation = useInstallation(site.site_id);
  const snippet = installation.data?.snippet;
  return (
    <section className={styles.panel}>
      <h2 className={styles.subtitle}>
        {filtered ? "No measurements of this period meet the filters" : "No measurements in this period"}
      </h2>
      {!filtered && (
        <>
          <p className={styles.note}>
            The script sends them when its element has <code>data-web-vitals=&quot;true&quot;</code>; most
            arrive when a tab is put away or closed. Change the element on your pages to this:
          </p>
          {snippet !== undefined && <Snippet code={tagWith(snippet, ["vitals"])} />}
        </>
      )}
    </section>
  );
};
