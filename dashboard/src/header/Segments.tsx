// A choice of one among a few, side by side.
import type { ReactNode } from "react";

import styles from "./Segments.module.css";

export type Segment<T extends string> = {
  readonly value: T;
  readonly text: string;
  readonly title?: string;
};

type Props<T extends string> = {
  readonly label: string;
  readonly options: readonly Segment<T>[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
};

export const Segments = <T extends string>({
  label,
  options,
  value,
  onChoose,
}: Props<T>): ReactNode => (
  <div className={styles.segments} role="group" aria-label={label}>
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        aria-pressed={option.value === value}
        title={option.title}
        onClick={() => {
          onChoose(option.value);
        }}
      >
        {option.text}
      </button>
    ))}
  </div>
);
