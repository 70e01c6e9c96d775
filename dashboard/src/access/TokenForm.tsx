// Takes the token, or any link that was printed: people paste the whole of it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError, fetchSession } from "../api";
import { grant, invitationIn, invite, tokenIn } from "./access";
import { Complaint } from "./AccessCard";
import styles from "./access.module.css";

const fragmentOf = (pasted: string): string => {
  const start = pasted.indexOf("#");
  return start < 0 ? "" : pasted.slice(start);
};

const complaint = (error: Error): string =>
  error instanceof ApiError && error.failure === "access"
    ? "That token was not accepted."
    : error.message;

export const TokenForm = (): ReactNode => {
  const queries = useQueryClient();
  const [pasted, setPasted] = useState("");
  const trial = useMutation({
    mutationFn: async (token: string) => ({ token, session: await fetchSession(undefined, token) }),
    onSuccess: ({ token, session }) => {
      queries.clear();
      grant(session, token);
    },
    networkMode: "always",
  });

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const fragment = fragmentOf(pasted);
    const invitation = invitationIn(fragment);
    const token = tokenIn(fragment) ?? pasted.trim();
    if (invitation !== null) invite(invitation);
    else if (token !== "" && !trial.isPending) trial.mutate(token);
  };

  return (
    <form onSubmit={submit} className={styles.form}>
      <div className={styles.part}>
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
          <button type="submit" className="button primary" aria-disabled={trial.isPending}>
            <KeyRound size={15} aria-hidden />
            Open
          </button>
        </div>
      </div>
      <Complaint id="token-problem" text={trial.error === null ? "" : complaint(trial.error)} />
      <p className={styles.note}>
        <code>footfall token</code> prints the token; a key that may read opens its site.
      </p>
    </form>
  );
};
