// A password: hidden until somebody wants to see it; a new one with a hint how hard it is to guess.
import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type ReactNode } from "react";

import styles from "./access.module.css";
import { strengthOf } from "./strength";

type Props = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problemId: string;
  readonly wrong: boolean;
  /** Set for a new password: whose it is, which it should not contain. */
  readonly chosenBy?: string;
};

export const PasswordField = ({
  label,
  value,
  onChange,
  problemId,
  wrong,
  chosenBy,
}: Props): ReactNode => {
  const [shown, setShown] = useState(false);
  const id = useId();
  const isNew = chosenBy !== undefined;
  return (
    <div className={styles.part}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <div className={styles.password}>
        <input
          id={id}
          className="field"
          type={shown ? "text" : "password"}
          autoComplete={isNew ? "new-password" : "current-password"}
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={1000}
          value={value}
          aria-invalid={wrong}
          aria-describedby={isNew ? `${id}-hint ${problemId}` : problemId}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
        <button
          type="button"
          className={styles.eye}
          aria-label={shown ? "Hide the password" : "Show the password"}
          title={shown ? "Hide the password" : "Show the password"}
          aria-pressed={shown}
          onClick={() => {
            setShown(!shown);
          }}
        >
          {shown ? <EyeOff size={17} aria-hidden /> : <Eye size={17} aria-hidden />}
        </button>
      </div>
      {isNew && <Hint id={`${id}-hint`} password={value} name={chosenBy} />}
    </div>
  );
};

type HintProps = { readonly id: string; readonly password: string; readonly name: string };

const Hint = ({ id, password, name }: HintProps): ReactNode => {
  const { level, words } = strengthOf(password, name);
  return (
    <div className={styles.strength} data-level={level}>
      <span className={styles.steps} aria-hidden>
        <span />
        <span />
        <span />
      </span>
      <p id={id} role="status">
        {password === "" ? "At least 10 characters: a few words are easy to remember." : words}
      </p>
    </div>
  );
};
