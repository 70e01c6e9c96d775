// What went wrong, in the server's words or ours, and the button that tries again.
import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";

import styles from "./states.module.css";

type Props = {
  readonly error: Error;
  readonly onRetry: () => void;
  /** It stands in for the whole page rather than for one panel. */
  readonly page?: boolean;
};

export const Problem = ({ error, onRetry, page = false }: Props): ReactNode => {
  const Frame = page ? "main" : "div";
  return (
    <Frame className={styles[page ? "page" : "panel"]}>
      <div role="alert" className={styles.words}>
        <p className={styles.title}>{page ? "The dashboard could not be loaded" : "Not loaded"}</p>
        <p className={styles.detail}>{error.message}</p>
      </div>
      <button type="button" className="button" onClick={onRetry}>
        <RotateCw size={15} aria-hidden />
        Try again
      </button>
    </Frame>
  );
};
