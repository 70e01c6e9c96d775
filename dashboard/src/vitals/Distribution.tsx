// How many measurements are good, middling and poor, as one bar.
import type { ReactNode } from "react";

import { share } from "../format";
import type { Measured } from "./asking";
import styles from "./Vitals.module.css";
import { verdictText, type Verdict } from "./verdict";

const sharesOf = (figures: Measured): readonly (readonly [Verdict, number])[] => [
  ["good", figures.good_share ?? 0],
  ["middling", figures.needs_improvement_share ?? 0],
  ["poor", figures.poor_share ?? 0],
];

export const Distribution = ({ figures }: { readonly figures: Measured }): ReactNode => {
  const shares = sharesOf(figures);
  const words = shares.map(([verdict, part]) => `${shareText(part)} ${verdictText[verdict]}`).join(", ");
  return (
    <span className={styles.distribution} role="img" aria-label={words} title={words}>
      {shares.map(([verdict, part]) => (
        <span key={verdict} data-verdict={verdict} style={{ flexGrow: part }} />
      ))}
    </span>
  );
};

export const shareText = (part: number): string => (part === 0 ? "0%" : share(part, 1));
