// Opened by a link that works once: makes the first account, or gives an account its password.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError, readLink, spendLink } from "../api";
import { Loading } from "../states/Loading";
import { Problem } from "../states/Problem";
import type { LinkUse } from "../wire";
import { checkAgain, grant, type Invitation } from "./access";
import { AccessCard, Complaint } from "./AccessCard";
import styles from "./access.module.css";
import { PasswordField } from "./PasswordField";
import { MIN_CHARACTERS } from "./strength";

export const SetUp = ({ invitation }: { readonly invitation: Invitation }): ReactNode => {
  const link = useQuery({
    queryKey: ["link", invitation.secret],
    queryFn: ({ signal }) => readLink(invitation.secret, signal),
    staleTime: Infinity,
  });
  if (link.data !== undefined) return <Choose invitation={invitation} use={link.data} />;
  if (link.error === null) return <Loading />;
  if (link.error instanceof ApiError && link.error.failure === "refused")
    return (
      <AccessCard title="This link works no longer">
        <p className={styles.text}>
          It was used already, is over three days old, or a newer one took its place.{" "}
          <code>footfall user link</code> makes another.
        </p>
        <button type="button" className={`button ${styles.send ?? ""}`} onClick={checkAgain}>
          Go to the sign-in
        </button>
      </AccessCard>
    );
  return <Problem page error={link.error} onRetry={() => void link.refetch()} />;
};

type Props = { readonly invitation: Invitation; readonly use: LinkUse };

const Choose = ({ invitation, use }: Props): ReactNode => {
  const queries = useQueryClient();
  const [chosenName, setChosenName] = useState("");
  const [password, setPassword] = useState("");
  const first = use.purpose === "setup";
  const name = use.name ?? chosenName;
  const trial = useMutation({
    mutationFn: () => spendLink(invitation.secret, password, first ? name : null),
    onSuccess: (session) => {
      queries.clear();
      grant(session, null);
    },
    networkMode: "always",
  });
  const short = Array.from(password).length < MIN_CHARACTERS;
  const [tooShort, setTooShort] = useState(false);

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setTooShort(short);
    if (!short && !trial.isPending) trial.mutate();
  };
  const complaint = tooShort
    ? `A password has at least ${MIN_CHARACTERS} characters.`
    : (trial.error?.message ?? "");
  const field = trial.error instanceof ApiError ? trial.error.field : null;

  return (
    <AccessCard title={first ? "Welcome to Footfall" : "Choose a password"}>
      <p className={styles.text}>
        {first ? (
          "Make your account. It is the administrator’s: it sees every site, and makes the accounts of others."
        ) : (
          <>
            For the account <strong className={styles.strong}>{use.name}</strong>. Browsers that are
            signed in with an older one are signed out.
          </>
        )}
      </p>
      <form onSubmit={submit} className={styles.form}>
        <div className={first ? styles.part : "unseen"}>
          <label htmlFor="name" className={styles.label}>
            Name or e-mail address
          </label>
          <input
            id="name"
            className="field"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            readOnly={!first}
            tabIndex={first ? undefined : -1}
            maxLength={254}
            value={name}
            aria-invalid={field === "name"}
            aria-describedby="choose-problem"
            onChange={(event) => {
              setChosenName(event.target.value);
              trial.reset();
            }}
          />
        </div>
        <PasswordField
          label="Password"
          value={password}
          problemId="choose-problem"
          wrong={tooShort || field === "password"}
          chosenBy={name}
          onChange={(value) => {
            setPassword(value);
            setTooShort(false);
            trial.reset();
          }}
        />
        <Complaint id="choose-problem" text={complaint} />
        <button
          type="submit"
          className={`button primary ${styles.send ?? ""}`}
          aria-disabled={trial.isPending}
        >
          <Check size={15} aria-hidden />
          {trial.isPending ? "One moment…" : first ? "Make the account" : "Set the password"}
        </button>
      </form>
    </AccessCard>
  );
};
