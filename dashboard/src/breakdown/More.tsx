// Under the first rows of a list: the way to all of them, and whose data it shows.
import type { ReactNode } from "react";

import type { DimensionName } from "../dimensions";
import { count } from "../format";
import styles from "./Breakdown.module.css";
import type { Panel } from "./panels";

type Props = {
  /** Of all rows, and of those above. */
  readonly total: number;
  readonly shown: number;
  /** What they are: "pages". */
  readonly many: string;
  /** The same for those who do not see what stands above, where that says more. */
  readonly about?: string;
  readonly onOpen: () => void;
  readonly credit?: Panel<DimensionName>["credit"];
};

export const More = ({ total, shown, many, about = many, onOpen, credit }: Props): ReactNode => (
  <footer className={styles.foot}>
    <button type="button" className="plain" onClick={onOpen}>
      {total > shown ? `Show all ${count(total)} ${many}` : "Details"}
      {total <= shown && <span className="unseen"> of the {about}</span>}
    </button>
    {credit && (
      <a className={styles.credit} href={credit.href} rel="noreferrer">
        {credit.text}
      </a>
    )}
  </footer>
);
