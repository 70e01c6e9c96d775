// The filters that are on, one chip each: press it to change it, or take it away.
import { X } from "lucide-react";
import type { ReactNode } from "react";

import { inWords, replaced, write, type Filter } from "./filter";
import styles from "./FilterBar.module.css";

type Props = {
  readonly filters: readonly Filter[];
  readonly onChange: (filters: readonly Filter[]) => void;
  /** To change the filter at this place. */
  readonly onEdit: (place: number) => void;
};

export const FilterBar = ({ filters, onChange, onEdit }: Props): ReactNode => (
  <div className={styles.bar} role="group" aria-label="Filters">
    <ul className={styles.chips}>
      {filters.map((filter, place) => {
        const words = inWords(filter);
        return (
          <li key={write(filter)} className={styles.chip}>
            <button
              type="button"
              className={styles.words}
              title="Change this filter"
              onClick={() => {
                onEdit(place);
              }}
            >
              {words}
            </button>
            <button
              type="button"
              className={styles.remove}
              aria-label={`Remove the filter ${words}`}
              title="Remove this filter"
              onClick={() => {
                onChange(replaced(filters, place, null));
              }}
            >
              <X size={14} aria-hidden />
            </button>
          </li>
        );
      })}
    </ul>
    <button
      type="button"
      className="plain"
      onClick={() => {
        onChange([]);
      }}
    >
      Clear all
    </button>
  </div>
);
