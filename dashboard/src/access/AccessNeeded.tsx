// Asks for the access token, and says where to find it.
import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError, fetchSites } from "../api";
import { Mark } from "../header/Mark";
import { grant, tokenIn, type Access } from "./access";
import styles from "./AccessNeeded.module.css";

/** People paste the token, or the whole link that ends in #token=…. */
const tokenOf = (pasted: string): string => {
  const fragment = pasted.indexOf("#");
  return (fragment < 0 ? null : tokenIn(pasted.slice(fragment))) ?? pasted.trim();
};

const complaint = (error: Error): string =>
  error instanceof ApiError && error.failure === "access"
    ? "That token was not accepted."
    : error.message;

export const AccessNeeded = ({ access }: { readonly access: Access }): ReactNode => {
  const [pasted, setPasted] = useState("");
  const trial = useMutation({
    mutationFn: async (token: string) => {
      await fetchSites(undefined, token);
      return token;
    },
    onSuccess: grant,
    networkMode: "always",
  });

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const token = tokenOf(pasted);
    if (token !== "") trial.mutate(token);
  };

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Mark size={36} />
        <h1 className={styles.title}>This dashboard needs its access link</h1>
        <p className={styles.text}>
          {access.kind === "refused" && "The token this browser kept is no longer accepted. "}
          <code>make up</code> prints the link, and <code>footfall token</code> shows the token on
          its own.
        </p>
        <form onSubmit={submit} className={styles.form}>
          <label htmlFor="token" className={styles.label}>
            Link or token
          </label>
          <div className={styles.row}>
            <input
              id="token"
              className="field"
              type="password"
              autoComplete="off"
              spellCheck={false}
              required
              value={pasted}
              aria-invalid={trial.isError}
              aria-describedby="token-problem"
              onChange={(event) => {
                setPasted(event.target.value);
                trial.reset();
              }}
            />
            <button type="submit" className="button primary" disabled={trial.isPending}>
              <KeyRound size={15} aria-hidden />
              Open
            </button>
          </div>
          <p id="token-problem" role="alert" className={styles.problem}>
            {trial.error === null ? "" : complaint(trial.error)}
          </p>
        </form>
      </div>
    </main>
  );
};
