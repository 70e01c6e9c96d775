// Several values of one dimension: picked from what the data has, or typed.
import { Combobox } from "@base-ui/react/combobox";
import { Check, X } from "lucide-react";
import { useId, useRef, type ReactNode } from "react";

import { useSettled } from "../clock";
import { dimensionLabel, type DimensionName } from "../dimensions";
import { count, rowName } from "../format";
import { useSuggestions, type View } from "../queries";
import { takesWhole, type Operator } from "./filter";
import styles from "./ValuePicker.module.css";

type Props = {
  /** With the filters beside the one that is changed. */
  readonly view: View;
  readonly dimension: DimensionName;
  readonly operator: Operator;
  readonly values: readonly string[];
  readonly typed: string;
  readonly describedBy: string;
  readonly onValues: (values: readonly string[]) => void;
  readonly onTyped: (text: string) => void;
};

/** visitors is null for what was typed. */
type Item = { readonly value: string; readonly visitors: number | null };

const placeholders: Readonly<Record<Operator, string>> = {
  is: "Find or type a value",
  is_not: "Find or type a value",
  contains: "Part of a value",
  does_not_contain: "Part of a value",
  matches: "Such as ^/blog/",
};

const told = (operator: Operator): string =>
  operator === "matches" ? "Type a pattern." : "Nothing of that kind in this period; type a value.";

export const ValuePicker = (props: Props): ReactNode => {
  const { view, dimension, operator, values, typed, describedBy, onValues, onTyped } = props;
  const id = useId();
  /** Whether the arrow keys have led to the item that is marked. */
  const isWalked = useRef(false);
  const text = useSettled(typed.trim());
  const found = useSuggestions(view, dimension, operator === "matches" ? "" : text);
  const whole = takesWhole(operator);
  const name = (value: string): string => (whole ? rowName(dimension, value) : value);

  const known: readonly Item[] =
    operator === "matches"
      ? []
      : (found.data?.rows ?? []).map((row) => ({
          value: row.dimensions[0] ?? "",
          visitors: row.metrics[0] ?? 0,
        }));
  const own = typed.trim();
  const isKnown = known.some(({ value }) => value === own);
  const ofOwn: readonly Item[] = own === "" || isKnown ? [] : [{ value: own, visitors: null }];
  // Enter takes the first one: of whole values one that there is, else what was typed.
  const items = whole ? [...known, ...ofOwn] : [...ofOwn, ...known];

  return (
    <Combobox.Root<string, true>
      multiple
      inline
      open
      items={items.map(({ value }) => value)}
      filter={null}
      value={[...values]}
      onValueChange={(chosen) => {
        onValues(chosen);
        onTyped("");
      }}
      inputValue={typed}
      onInputValueChange={onTyped}
      itemToStringLabel={name}
      autoHighlight
      onItemHighlighted={(value, { reason }) => {
        isWalked.current = value !== undefined && reason === "keyboard";
      }}
    >
      <div className={styles.field}>
        <label htmlFor={id}>Values</label>
        <Combobox.InputGroup className={styles.group}>
          <Combobox.Value>
            {(chosen: readonly string[]) => (
              <Combobox.Chips
                className={styles.chips}
                {...(chosen.length > 0 && { "aria-label": "Chosen values" })}
              >
                {chosen.map((value) => (
                  <Combobox.Chip
                    key={value}
                    className={styles.chip}
                    aria-label={name(value)}
                    aria-description="Press Backspace or Delete to remove"
                  >
                    <span className={styles.name}>{name(value)}</span>
                    <Combobox.ChipRemove
                      className={styles.remove}
                      aria-label={`Remove ${name(value)}`}
                    >
                      <X size={13} aria-hidden />
                    </Combobox.ChipRemove>
                  </Combobox.Chip>
                ))}
                <Combobox.Input
                  id={id}
                  className={styles.input}
                  placeholder={chosen.length === 0 ? placeholders[operator] : ""}
                  aria-describedby={describedBy}
                  autoComplete="off"
                  spellCheck={false}
                  onKeyDown={(event) => {
                    // With nothing typed and nothing walked to, Enter is the form's.
                    if (event.key === "Enter" && own === "" && !isWalked.current)
                      event.preventBaseUIHandler();
                  }}
                />
              </Combobox.Chips>
            )}
          </Combobox.Value>
        </Combobox.InputGroup>
      </div>
      <div className={styles.results}>
        <Combobox.Empty>
          <p className={styles.empty}>{found.isPending ? "Looking …" : told(operator)}</p>
        </Combobox.Empty>
        <Combobox.List className={styles.list} aria-label={`Values of ${dimensionLabel(dimension)}`}>
          {(value: string) => {
            const visitors = items.find((item) => item.value === value)?.visitors ?? null;
            return (
              <Combobox.Item key={value} value={value} className={styles.item}>
                <span className={styles.tick}>
                  <Combobox.ItemIndicator>
                    <Check size={15} aria-hidden />
                  </Combobox.ItemIndicator>
                </span>
                <span className={styles.label}>
                  {visitors === null ? `“${value}”` : name(value)}
                </span>
                <span className={styles.count}>
                  {visitors === null ? "as typed" : count(visitors)}
                  {visitors !== null && <span className="unseen"> visitors</span>}
                </span>
              </Combobox.Item>
            );
          }}
        </Combobox.List>
      </div>
    </Combobox.Root>
  );
};
