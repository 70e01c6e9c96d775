// What the sections of the settings are put together from: panels, the row that saves, secrets shown once, dialogs.
import { Dialog } from "@base-ui/react/dialog";
import { Check, Lock, X } from "lucide-react";
import { useId, useState, type ReactNode, type SyntheticEvent } from "react";

import { Snippet } from "../install/Snippet";
import dialog from "../style/dialog.module.css";
import type { Role } from "../wire";
import type { Form } from "./draft";
import { TextField } from "./fields";
import styles from "./settings.module.css";

type PanelProps = {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
  readonly danger?: boolean;
};

export const Panel = ({ title, note, children, danger = false }: PanelProps): ReactNode => {
  const id = useId();
  return (
    <section className={styles.panel} aria-labelledby={id} data-danger={danger ? true : undefined}>
      <h2 id={id} className={styles.subtitle}>
        {title}
      </h2>
      {note !== undefined && <div className={styles.note}>{note}</div>}
      {children}
    </section>
  );
};

/** Why something cannot be changed here. */
export const Locked = ({ needs, own }: { readonly needs: Role; readonly own: Role | null }): ReactNode => (
  <p className={styles.locked}>
    <Lock size={15} aria-hidden />
    <span>
      To change this you need the role {needs} at this site; yours is {own ?? "none"}. Ask an owner of the site or an
      administrator.
    </span>
  </p>
);

type FormProps<TDraft> = {
  readonly form: Form<TDraft>;
  /** The fields whose complaints are shown at their side. */
  readonly fields: readonly string[];
  readonly locked: ReactNode;
  readonly children: ReactNode;
};

/** Fields, and the row that saves them. `locked`: why they cannot be changed, or null. */
export const SettingsForm = <TDraft,>({
  form,
  fields,
  locked,
  children,
}: FormProps<TDraft>): ReactNode => {
  const shown = fields.some((field) => form.problemOf(field) !== null);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (form.dirty) form.save();
  };
  return (
    <form onSubmit={submit} className={styles.form} noValidate>
      {locked}
      <fieldset className={styles.fields} disabled={locked !== null}>
        {children}
      </fieldset>
      {locked === null && (
        <div className={styles.saveRow}>
          <button
            type="submit"
            className="button primary"
            aria-disabled={form.busy || !form.dirty}
            title={form.dirty ? undefined : "Nothing is changed"}
          >
            {form.busy ? "Saving…" : "Save"}
          </button>
          {form.dirty && !form.busy && (
            <button type="button" className="plain" onClick={form.discard}>
              Discard
            </button>
          )}
          <p role="status" className={styles.saved}>
            {form.done === null ? null : (
              <>
                <Check size={15} aria-hidden />
                {form.done === "saved" ? "Saved" : "Undone"}
              </>
            )}
          </p>
          {form.undo !== null && !form.busy && (
            <button type="button" className="plain" onClick={form.undo}>
              Undo
            </button>
          )}
          <p role="alert" className={styles.problem}>
            {form.error !== null && !shown && form.error.message}
          </p>
        </div>
      )}
    </form>
  );
};

/** A key, secret or link that is shown here and never again. */
export const Once = ({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}): ReactNode => (
  <div className={styles.once} role="status">
    <p className={styles.onceTitle}>{title}</p>
    <Snippet code={text} />
    <p className={styles.hint}>{children}</p>
  </div>
);

type ConfirmProps = {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button says. */
  readonly action: string;
  /** What must be typed before the button works; null: nothing. */
  readonly typed?: string | null;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
};

/** Asks before something that cannot come back. */
export const Confirm = ({
  title,
  children,
  action,
  typed = null,
  busy,
  error,
  onConfirm,
  onClose,
}: ConfirmProps): ReactNode => {
  const [text, setText] = useState("");
  const ready = typed === null || text === typed;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (ready && !busy) onConfirm();
  };
  return (
    <Dialog.Root
      open
      onOpenChange={() => {
        if (!busy) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.scrim} />
        <Dialog.Popup
          className={`popup ${dialog.dialog ?? ""} ${styles.confirm ?? ""}`}
          role="alertdialog"
        >
          <div className={dialog.head}>
            <Dialog.Title className={dialog.title}>{title}</Dialog.Title>
            <Dialog.Close className={dialog.close} aria-label="Close">
              <X size={17} aria-hidden />
            </Dialog.Close>
          </div>
          <form onSubmit={submit} className={styles.confirmBody}>
            <Dialog.Description render={<div />} className={styles.note}>
              {children}
            </Dialog.Description>
            {typed !== null && (
              <TextField label={`Type ${typed} to confirm`} value={text} onChange={setText} />
            )}
            <p role="alert" className={styles.problem}>
              {error?.message}
            </p>
            <div className={styles.saveRow}>
              <button
                type="submit"
                className={`button ${styles.danger ?? ""}`}
                disabled={!ready}
                aria-disabled={busy || !ready}
              >
                {busy ? "One moment…" : action}
              </button>
              <Dialog.Close className="button">Cancel</Dialog.Close>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

export const Skeleton = (): ReactNode => (
  <div className={styles.panel} aria-busy="true">
    <span className={`skeleton ${styles.bone ?? ""}`} />
    <span className={`skeleton ${styles.bone ?? ""}`} />
    <span className={`skeleton ${styles.bone ?? ""}`} />
    <p className="unseen" role="status">
      Loading
    </p>
  </div>
);
