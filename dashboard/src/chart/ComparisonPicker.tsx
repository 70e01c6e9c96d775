// The comparison in the chart's legend, and the choice of another.
import { Popover } from "@base-ui/react/popover";
import { Check, ChevronDown } from "lucide-react";
import { useState, type ReactNode } from "react";

import { compared, previous, type Comparison } from "../comparison";
import { presetDays, rangeText } from "../format";
import { CustomRange } from "../header/CustomRange";
import menu from "../header/PeriodPicker.module.css";
import type { Day, Period, Range } from "../period";
import styles from "./Chart.module.css";

type Props = {
  readonly comparison: Comparison;
  readonly range: Range | null;
  /** Whether its figures could not be loaded. */
  readonly failed: boolean;
  readonly period: Period;
  readonly today: Day;
  readonly first: Day | null;
  readonly onChange: (comparison: Comparison) => void;
};

const choices = [
  { kind: "previous", words: "Period before" },
  { kind: "year", words: "Same period a year ago" },
  { kind: "none", words: "No comparison" },
] as const;

export const ComparisonPicker = (props: Props): ReactNode => {
  const { comparison, range, failed, period, today, first, onChange } = props;
  const [open, setOpen] = useState(false);
  const matchWeekday = "matchWeekday" in comparison && comparison.matchWeekday;
  const choose = (chosen: Comparison): void => {
    setOpen(false);
    onChange(chosen);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={`plain ${styles.comparison ?? ""}`} title="Compare (X)">
        {range !== null && <span className={styles.line} data-series="before" aria-hidden />}
        <span className="unseen">{range === null ? "" : "Compared with "}</span>
        {range === null
          ? "Compare"
          : failed
            ? "comparison not loaded"
            : rangeText(range, today)}
        <ChevronDown size={13} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={6} className={menu.positioner}>
          <Popover.Popup className={`popup ${menu.popup ?? ""} ${styles.choices ?? ""}`} aria-label="Choose a comparison">
            {choices.map(({ kind, words }) => {
              const current = comparison.kind === kind;
              const choice: Comparison =
                kind === "none" ? { kind } : { kind, matchWeekday };
              const days = compared(choice, period, today, first);
              return (
                <button
                  key={kind}
                  type="button"
                  className={menu.preset}
                  aria-current={current}
                  onClick={() => {
                    choose(choice);
                  }}
                >
                  <span>{words}</span>
                  <span className={menu.dates}>
                    {days !== null && presetDays(days, today)}
                  </span>
                  {current && <Check size={15} aria-hidden />}
                </button>
              );
            })}
            <label className={styles.match}>
              <input
                type="checkbox"
                checked={matchWeekday}
                disabled={!("matchWeekday" in comparison)}
                onChange={(event) => {
                  if ("matchWeekday" in comparison)
                    onChange({ ...comparison, matchWeekday: event.target.checked });
                }}
              />
              Match the days of the week
            </label>
            <CustomRange
              shown={range ?? compared(previous, period, today, first) ?? { start: today, end: today }}
              last={today}
              words="Compare with these days"
              onChange={(days) => {
                choose({ kind: "custom", range: days });
              }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
};
