// Asks for name and password, or for the token instead; says so where nobody has an account yet.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError, fetchSetup, signIn } from "../api";
import { grant, type Reason } from "./access";
import { AccessCard, Complaint } from "./AccessCard";
import styles from "./access.module.css";
import { PasswordField } from "./PasswordField";
import { TokenForm } from "./TokenForm";

const reasons: Readonly<Record<Reason, string | null>> = {
  stranger: null,
  refused: "The token that this browser kept is no longer accepted.",
  ended: "Your sign-in has ended: it lasts 30 days, and 7 days without use.",
  left: "You are signed out.",
};

export const SignIn = ({ reason }: { readonly reason: Reason }): ReactNode => {
  const setup = useQuery({ queryKey: ["setup"], queryFn: ({ signal }) => fetchSetup(signal) });
  const [byToken, setByToken] = useState(false);
  const told = reasons[reason];
  const nobody = setup.data?.needs_administrator === true;

  return (
    <AccessCard title={nobody ? "Make the first account" : byToken ? "Open by token" : "Sign in"}>
      {told !== null && (
        <p className={styles.text} role="status">
          {told}
        </p>
      )}
      {nobody && (
        <p className={styles.text}>
          Open the set-up link: <code>make up</code> prints it, and <code>footfall user link</code>{" "}
          makes another. Until then the token opens the dashboard, too.
        </p>
      )}
      {nobody || byToken ? <TokenForm /> : <PasswordForm />}
      {!nobody && (
        <button
          type="button"
          className={`plain ${styles.other ?? ""}`}
          onClick={() => {
            setByToken(!byToken);
          }}
        >
          {byToken ? "Use a name and a password instead" : "Use a token instead"}
        </button>
      )}
    </AccessCard>
  );
};

const PasswordForm = (): ReactNode => {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const trial = useMutation({
    mutationFn: () => signIn(name, password),
    onSuccess: (session) => {
      queries.clear();
      grant(session, null);
    },
    networkMode: "always",
  });
  const wrong = trial.error instanceof ApiError && trial.error.failure === "access";

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (!trial.isPending) trial.mutate();
  };

  return (
    <form onSubmit={submit} className={styles.form}>
      <div className={styles.part}>
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
          maxLength={254}
          value={name}
          aria-invalid={wrong}
          aria-describedby="sign-in-problem"
          onChange={(event) => {
            setName(event.target.value);
            trial.reset();
          }}
        />
      </div>
      <PasswordField
        label="Password"
        value={password}
        problemId="sign-in-problem"
        wrong={wrong}
        onChange={(value) => {
          setPassword(value);
          trial.reset();
        }}
      />
      <Complaint id="sign-in-problem" text={trial.error?.message ?? ""} />
      <button type="submit" className={`button primary ${styles.send ?? ""}`} aria-disabled={trial.isPending}>
        <LogIn size={15} aria-hidden />
        {trial.isPending ? "Signing in…" : "Sign in"}
      </button>
      <p className={styles.note}>
        Forgot it? An administrator makes you a link: <code>footfall user link NAME</code>.
      </p>
    </form>
  );
};
