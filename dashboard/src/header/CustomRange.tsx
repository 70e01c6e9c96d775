// Any range of days, from one to another.
import { useState, type ReactNode, type Ref, type SyntheticEvent } from "react";

import type { Day, Range } from "../period";
import styles from "./PeriodPicker.module.css";

type Props = {
  /** What it begins with. */
  readonly shown: Range;
  readonly last: Day;
  readonly words: string;
  readonly onChange: (range: Range) => void;
  readonly firstField?: Ref<HTMLInputElement>;
};

export const CustomRange = ({ shown, last, words, onChange, firstField }: Props): ReactNode => {
  const [start, setStart] = useState(shown.start);
  const [end, setEnd] = useState(shown.end);
  const problem = start > end ? "The first day is after the last." : null;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (problem === null) onChange({ start, end });
  };

  return (
    <form className={styles.custom} onSubmit={submit}>
      <label className={styles.day}>
        From
        <input
          ref={firstField}
          type="date"
          required
          className="field"
          value={start}
          min="2000-01-01"
          max={last}
          onChange={(event) => {
            setStart(event.target.value);
          }}
        />
      </label>
      <label className={styles.day}>
        To
        <input
          type="date"
          required
          className="field"
          value={end}
          min="2000-01-01"
          max={last}
          onChange={(event) => {
            setEnd(event.target.value);
          }}
        />
      </label>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="button" disabled={problem !== null}>
        {words}
      </button>
    </form>
  );
};
