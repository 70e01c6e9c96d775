// A visitor's made-up name; the digits after it tell two of one name apart.
import type { ReactNode } from "react";

import styles from "./SessionTable.module.css";

export const VisitorName = ({ name }: { readonly name: string }): ReactNode => {
  const [, words = name, digits = ""] = /^(.*) ([0-9a-f]{4})$/.exec(name) ?? [];
  return (
    <>
      {words} <span className={styles.digits}>{digits}</span>
    </>
  );
};
