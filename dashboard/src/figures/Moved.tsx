// How a figure moved against the comparison's: an arrow and a size, said in words to those who hear it.
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

import type { Change } from "../format";
import styles from "./Moved.module.css";

const words: Readonly<Record<Change["direction"], string>> = {
  up: "up",
  down: "down",
  same: "unchanged",
};

type Props = {
  readonly change: Change;
  /** calm: without a verdict, for tables, where many stand together. */
  readonly calm?: boolean;
  readonly title?: string;
};

export const Moved = ({
  change: { text, direction, verdict },
  calm = false,
  title,
}: Props): ReactNode => (
  <span className={styles.change} data-verdict={calm ? "neutral" : verdict} title={title}>
    <span className="unseen"> {words[direction]} </span>
    {direction === "up" && <ArrowUp size={calm ? 11 : 13} strokeWidth={2.5} aria-hidden />}
    {direction === "down" && <ArrowDown size={calm ? 11 : 13} strokeWidth={2.5} aria-hidden />}
    {text}
  </span>
);
