// A dialog for one's own password; every other browser is signed out by it.
import { Dialog } from "@base-ui/react/dialog";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError, changePassword } from "../api";
import dialog from "../style/dialog.module.css";
import { grant, useSession } from "./access";
import { Complaint } from "./AccessCard";
import styles from "./access.module.css";
import own from "./ChangePassword.module.css";
import { PasswordField } from "./PasswordField";
import { MIN_CHARACTERS } from "./strength";

type Props = { readonly onClose: () => void };

export const ChangePassword = ({ onClose }: Props): ReactNode => (
  <Dialog.Root open onOpenChange={onClose}>
    <Dialog.Portal>
      <Dialog.Backdrop className={dialog.scrim} />
      <Dialog.Popup className={`popup ${dialog.dialog ?? ""} ${own.popup ?? ""}`}>
        <Dialog.Title className={`${dialog.title ?? ""} ${own.title ?? ""}`}>Change the password</Dialog.Title>
        <Dialog.Description className={styles.text}>
          Every other browser of this account is signed out.
        </Dialog.Description>
        <Fields onDone={onClose} />
        <Dialog.Close className={`${dialog.close ?? ""} ${dialog.corner ?? ""}`} aria-label="Close">
          <X size={17} aria-hidden />
        </Dialog.Close>
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

const Fields = ({ onDone }: { readonly onDone: () => void }): ReactNode => {
  const name = useSession().name ?? "";
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tooShort, setTooShort] = useState(false);
  const trial = useMutation({
    mutationFn: () => changePassword(current, password),
    onSuccess: (session) => {
      grant(session, null);
      void queries.invalidateQueries();
      onDone();
    },
    networkMode: "always",
  });
  const field = trial.error instanceof ApiError ? trial.error.field : null;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const short = Array.from(password).length < MIN_CHARACTERS;
    setTooShort(short);
    if (!short && !trial.isPending) trial.mutate();
  };

  return (
    <form onSubmit={submit} className={styles.form}>
      <input className="unseen" autoComplete="username" aria-label="Account" readOnly tabIndex={-1} value={name} />
      <PasswordField
        label="Current password"
        value={current}
        problemId="change-problem"
        wrong={field === "current"}
        onChange={(value) => {
          setCurrent(value);
          trial.reset();
        }}
      />
      <PasswordField
        label="New password"
        value={password}
        problemId="change-problem"
        wrong={tooShort || field === "password"}
        chosenBy={name}
        onChange={(value) => {
          setPassword(value);
          setTooShort(false);
          trial.reset();
        }}
      />
      <Complaint
        id="change-problem"
        text={
          tooShort
            ? `A password has at least ${MIN_CHARACTERS} characters.`
            : (trial.error?.message ?? "")
        }
      />
      <button
        type="submit"
        className={`button primary ${styles.send ?? ""}`}
        aria-disabled={trial.isPending}
      >
        {trial.isPending ? "One moment…" : "Change the password"}
      </button>
    </form>
  );
};
