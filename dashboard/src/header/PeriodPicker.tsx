// Chooses the period: presets, any range of days, and one step back or forward.
import { Popover } from "@base-ui/react/popover";
import { Check, ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";

import { periodText, presetDays, presetText } from "../format";
import { named, presets, resolve, stepBack, stepForward, type Day, type Period } from "../period";
import { CustomRange } from "./CustomRange";
import styles from "./PeriodPicker.module.css";

type Props = {
  readonly period: Period;
  readonly today: Day;
  /** The first day with figures, which "all time" begins on; null where it is not known. */
  readonly first?: Day | null;
  /** Whether a key has asked for days of one's choice. */
  readonly asked?: boolean;
  readonly onAnswered?: () => void;
  readonly onChange: (period: Period) => void;
};

export const PeriodPicker = ({
  period,
  today,
  first = null,
  asked = false,
  onAnswered,
  onChange,
}: Props): ReactNode => {
  const [opened, setOpened] = useState(false);
  const firstField = useRef<HTMLInputElement>(null);
  const before = stepBack(period, today);
  const next = stepForward(period, today);
  const setOpen = (open: boolean): void => {
    setOpened(open);
    if (!open) onAnswered?.();
  };
  const choose = (chosen: Period): void => {
    setOpen(false);
    onChange(chosen);
  };

  return (
    <div className={styles.group} role="group" aria-label="Period">
      <button
        type="button"
        className={styles.step}
        aria-label="Previous period"
        title="Previous period"
        disabled={before === null}
        onClick={() => {
          if (before !== null) onChange(before);
        }}
      >
        <ChevronLeft size={17} aria-hidden />
      </button>
      <Popover.Root open={opened || asked} onOpenChange={setOpen}>
        <Popover.Trigger className={styles.trigger}>
          {periodText(period, today)}
          <ChevronDown size={14} aria-hidden />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner align="end" sideOffset={8} className={styles.positioner}>
            <Popover.Popup
              className={`popup ${styles.popup ?? ""}`}
              aria-label="Choose a period"
              initialFocus={asked ? firstField : true}
            >
              {presets.map((preset) => {
                const current = period.kind === "preset" && period.preset === preset;
                return (
                  <button
                    key={preset}
                    type="button"
                    className={styles.preset}
                    aria-current={current}
                    onClick={() => {
                      choose({ kind: "preset", preset });
                    }}
                  >
                    <span>{presetText[preset]}</span>
                    <span className={styles.dates}>
                      {presetDays(resolve({ kind: "preset", preset }, today, first), today)}
                    </span>
                    {current && <Check size={15} aria-hidden />}
                  </button>
                );
              })}
              <CustomRange
                shown={resolve(period, today, first)}
                last={today}
                words="Show these days"
                firstField={firstField}
                onChange={(range) => {
                  choose(named(range, today));
                }}
              />
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      <button
        type="button"
        className={styles.step}
        aria-label="Next period"
        title="Next period"
        disabled={next === null}
        onClick={() => {
          if (next !== null) onChange(next);
        }}
      >
        <ChevronRight size={17} aria-hidden />
      </button>
    </div>
  );
};
