// Chooses the period: presets, any range of days, and one step back or forward.
import { Popover } from "@base-ui/react/popover";
import { Check, ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { periodText, presetDays, presetText } from "../format";
import { named, presets, resolve, stepBack, stepForward, type Day, type Period } from "../period";
import styles from "./PeriodPicker.module.css";

type Props = {
  readonly period: Period;
  readonly today: Day;
  readonly onChange: (period: Period) => void;
};

export const PeriodPicker = ({ period, today, onChange }: Props): ReactNode => {
  const [open, setOpen] = useState(false);
  const next = stepForward(period, today);
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
        onClick={() => {
          onChange(stepBack(period, today));
        }}
      >
        <ChevronLeft size={17} aria-hidden />
      </button>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger className={styles.trigger}>
          {periodText(period, today)}
          <ChevronDown size={14} aria-hidden />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner align="end" sideOffset={8} className={styles.positioner}>
            <Popover.Popup className={`popup ${styles.popup ?? ""}`} aria-label="Choose a period">
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
                      {presetDays(resolve({ kind: "preset", preset }, today), today)}
                    </span>
                    {current && <Check size={15} aria-hidden />}
                  </button>
                );
              })}
              <CustomRange period={period} today={today} onChange={choose} />
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

const CustomRange = ({ period, today, onChange }: Props): ReactNode => {
  const shown = resolve(period, today);
  const [start, setStart] = useState(shown.start);
  const [end, setEnd] = useState(shown.end);
  const problem = start > end ? "The first day is after the last." : null;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (problem === null) onChange(named({ start, end }, today));
  };

  return (
    <form className={styles.custom} onSubmit={submit}>
      <label className={styles.day}>
        From
        <input
          type="date"
          required
          className="field"
          value={start}
          min="2000-01-01"
          max={today}
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
          max={today}
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
        Show these days
      </button>
    </form>
  );
};
