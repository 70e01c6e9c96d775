// How many are at the site right now, and the way to see what they do.
import type { ReactNode } from "react";

import { count, nounFor } from "../format";
import { PageLink } from "../header/PageLink";
import { useCurrentVisitors } from "../queries";
import styles from "./CurrentVisitors.module.css";
import { Pulse } from "./Pulse";

export const CurrentVisitors = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const { data, isError } = useCurrentVisitors(siteId);
  const known = data !== undefined && !isError;
  return (
    <PageLink
      to={{ view: "realtime", details: null }}
      className={styles.link}
      title="Visitors of the last 5 minutes"
    >
      <Pulse beats={known && data > 0} />
      {known ? (
        <span>
          <strong>{count(data)}</strong> current {nounFor("visitors", data)}
        </span>
      ) : (
        <span>Current visitors</span>
      )}
    </PageLink>
  );
};
