// Labelled fields of the settings: each with its hint and the server's complaint at its side.
import { useId, type ReactNode } from "react";

import styles from "./settings.module.css";

type Shared = {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What the server says is wrong with it, or null. */
  readonly problem?: string | null;
};

type Described = {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
};

const Field = ({
  label,
  hint,
  problem = null,
  children,
}: Shared & { readonly children: (described: Described) => ReactNode }): ReactNode => {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": `${id}-hint ${id}-problem`,
        "aria-invalid": problem !== null,
      })}
      <p id={`${id}-problem`} className={styles.problem} role="alert">
        {problem}
      </p>
      <div id={`${id}-hint`} className={styles.hint}>
        {hint}
      </div>
    </div>
  );
};

type TextProps = Shared & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The keyboard of a phone. A field of type "number" would hand over what is none as "". */
  readonly inputMode?: "numeric" | "decimal";
  readonly required?: boolean;
  readonly placeholder?: string;
  /** Offered while typing. */
  readonly choices?: readonly string[];
};

export const TextField = ({ value, onChange, choices, ...rest }: TextProps): ReactNode => {
  const { label, hint, problem, ...attributes } = rest;
  return (
    <Field label={label} hint={hint} problem={problem ?? null}>
      {(described) => (
        <>
          <input
            {...described}
            {...attributes}
            className="field"
            type="text"
            value={value}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            list={choices === undefined ? undefined : `${described.id}-choices`}
            onChange={(event) => {
              onChange(event.target.value);
            }}
          />
          {choices !== undefined && (
            <datalist id={`${described.id}-choices`}>
              {choices.map((choice) => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
};

type LinesProps = Shared & {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
};

/** One value a line. */
export const LinesField = ({ value, onChange, placeholder, ...shared }: LinesProps): ReactNode => (
  <Field {...shared}>
    {(described) => (
      <textarea
        {...described}
        className={`field ${styles.lines ?? ""}`}
        rows={Math.min(10, Math.max(3, value.split("\n").length + 1))}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    )}
  </Field>
);

/** The lines that hold something. */
export const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

export type Option<T extends string> = { readonly value: T; readonly label: string };

type SelectProps<T extends string> = Shared & {
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
};

export const SelectField = <T extends string>({
  value,
  options,
  onChange,
  ...shared
}: SelectProps<T>): ReactNode => (
  <Field {...shared}>
    {(described) => (
      <select
        {...described}
        className={`field ${styles.select ?? ""}`}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

type CheckProps = {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
};

export const CheckField = ({ label, hint, checked, onChange }: CheckProps): ReactNode => {
  const id = useId();
  return (
    <div className={styles.check}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        <div id={`${id}-hint`} className={styles.hint}>
          {hint}
        </div>
      </div>
    </div>
  );
};

type RadioProps<T extends string> = {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly (Option<T> & { readonly hint: ReactNode })[];
  readonly onChange: (value: T) => void;
};

export const RadioField = <T extends string>({
  legend,
  value,
  options,
  onChange,
}: RadioProps<T>): ReactNode => {
  const id = useId();
  return (
    <fieldset className={styles.radios}>
      <legend className={styles.label}>{legend}</legend>
      {options.map((option) => (
        <div key={option.value} className={styles.check}>
          <input
            id={`${id}-${option.value}`}
            type="radio"
            name={id}
            checked={option.value === value}
            aria-describedby={`${id}-${option.value}-hint`}
            onChange={() => {
              onChange(option.value);
            }}
          />
          <div>
            <label htmlFor={`${id}-${option.value}`}>{option.label}</label>
            <div id={`${id}-${option.value}-hint`} className={styles.hint}>
              {option.hint}
            </div>
          </div>
        </div>
      ))}
    </fieldset>
  );
};
