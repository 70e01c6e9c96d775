// One filter in a dialog: of what, how compared, with which values.
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import {
  useId,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
  type SyntheticEvent,
} from "react";

import { ApiError } from "../api";
import {
  asDimension,
  dimensionGroups,
  dimensionLabel,
  propertyOf,
  type DimensionName,
} from "../dimensions";
import { useFilterCheck, type View } from "../queries";
import dialog from "../style/dialog.module.css";
import { operators, operatorText, replaced, takesWhole, type Filter, type Operator } from "./filter";
import styles from "./FilterEditor.module.css";
import { ValuePicker } from "./ValuePicker";

type Props = {
  readonly view: View;
  /** Which filter of the view is changed; one beyond the last adds one. */
  readonly place: number;
  readonly onChange: (filters: readonly Filter[]) => void;
  readonly onClose: () => void;
};

export const FilterEditor = (props: Props): ReactNode => {
  const first = useRef<HTMLSelectElement>(null);
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.scrim} />
        <Dialog.Popup
          className={`popup ${dialog.dialog ?? ""} ${styles.dialog ?? ""}`}
          initialFocus={first}
        >
          <header className={dialog.head}>
            <Dialog.Title className={dialog.title}>
              {props.place < props.view.filters.length ? "Change the filter" : "Add a filter"}
            </Dialog.Title>
            <Dialog.Close className={dialog.close} aria-label="Close">
              <X size={17} aria-hidden />
            </Dialog.Close>
          </header>
          <Fields {...props} first={first} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};

/** What is counted then, where that does not go without saying. */
const hint = (dimension: DimensionName, operator: Operator): string => {
  const excludes = operator === "is_not" || operator === "does_not_contain";
  if (dimension === "page")
    return excludes
      ? "Sessions that viewed no such page."
      : "Sessions that viewed such a page. Pageviews are then those of such pages only.";
  if (dimension === "event")
    return excludes
      ? "Sessions in which no such event happened."
      : "Sessions in which such an event happened. Events are then the ones asked for only.";
  if (dimension === "event_property" || propertyOf(dimension) !== null)
    return excludes
      ? "Sessions without such an event."
      : "Sessions with such an event. Events are then the ones that have it only.";
  return excludes
    ? "Sessions with anything else, or with nothing known."
    : "Sessions that have any of these.";
};

type FieldsProps = Props & { readonly first: RefObject<HTMLSelectElement | null> };

const Fields = ({ view, place, first, onChange, onClose }: FieldsProps): ReactNode => {
  const changed = view.filters[place];
  const [dimension, setDimension] = useState<DimensionName>(changed?.dimension ?? "page");
  const [operator, setOperator] = useState<Operator>(changed?.operator ?? "is");
  const [values, setValues] = useState<readonly string[]>(changed?.values ?? []);
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const check = useFilterCheck(view);
  const id = useId();
  const others = replaced(view.filters, place, null);
  // What was typed and not picked is meant, too.
  const pending = typed.trim();
  const meant = pending === "" || values.includes(pending) ? values : [...values, pending];

  const submit = async (): Promise<void> => {
    if (meant.length === 0) {
      setProblem("Choose or type at least one value.");
      return;
    }
    const filters = replaced(view.filters, place, { dimension, operator, values: meant });
    if (operator === "matches") {
      setBusy(true);
      try {
        await check(filters);
      } catch (error) {
        // Whatever else goes wrong shows on the page.
        if (error instanceof ApiError && error.failure === "refused") {
          setProblem(error.message.replace(/^[\w.]+: /, "This is "));
          return;
        }
      } finally {
        setBusy(false);
      }
    }
    onChange(filters);
    onClose();
  };

  return (
    <form
      className={styles.form}
      onSubmit={(event: SyntheticEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className={styles.pair}>
        <label className={styles.field}>
          Property
          <select
            ref={first}
            className="field"
            value={dimension}
            onChange={(event) => {
              setDimension(asDimension(event.target.value) ?? dimension);
              setValues([]);
              setTyped("");
              setProblem(null);
            }}
          >
            {propertyOf(dimension) !== null && (
              <optgroup label="Property of an event">
                <option value={dimension}>{dimensionLabel(dimension)}</option>
              </optgroup>
            )}
            {dimensionGroups.map((group) => (
              <optgroup key={group.label} label={group.label}>
                {group.dimensions.map((name) => (
                  <option key={name} value={name}>
                    {dimensionLabel(name)}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        </label>
        <label className={styles.field}>
          Comparison
          <select
            className="field"
            value={operator}
            onChange={(event) => {
              const next = operators.find((known) => known === event.target.value) ?? operator;
              // A whole name is no part that somebody would look for, nor the other way round.
              if (takesWhole(next) !== takesWhole(operator)) setValues([]);
              setOperator(next);
              setProblem(null);
            }}
          >
            {operators.map((known) => (
              <option key={known} value={known}>
                {operatorText[known]}
                {known === "matches" && " (regular expression)"}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ValuePicker
        key={`${dimension} ${String(takesWhole(operator))}`}
        view={{ ...view, filters: others }}
        dimension={dimension}
        operator={operator}
        values={values}
        typed={typed}
        describedBy={`${id}-hint`}
        onValues={(chosen) => {
          setValues(chosen);
          setProblem(null);
        }}
        onTyped={setTyped}
      />
      <p id={`${id}-hint`} className={styles.hint}>
        {hint(dimension, operator)}
      </p>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <footer className={styles.foot}>
        {changed !== undefined && (
          <button
            type="button"
            className="button"
            onClick={() => {
              onChange(others);
              onClose();
            }}
          >
            Remove
          </button>
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {changed === undefined ? "Add filter" : "Apply"}
        </button>
      </footer>
    </form>
  );
};
