// The bar of a page whose figures have a period and filters: both to choose, by the keys, too.
import { ListFilter } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";

import { previous } from "../comparison";
import type { Filter } from "../filters/filter";
import { FilterBar } from "../filters/FilterBar";
import type { Command } from "../keys/keys";
import { useKeys } from "../keys/useKeys";
import { navigate } from "../navigation";
import type { PageProps } from "../pages";
import { stepBack, stepForward, type Day, type Period } from "../period";
import type { View } from "../queries";
import { PeriodPicker } from "./PeriodPicker";
import { TopBar } from "./TopBar";

// Nobody waits for a dialog that is not open.
const FilterEditor = lazy(async () => ({
  default: (await import("../filters/FilterEditor")).FilterEditor,
}));
const KeysOverview = lazy(async () => ({
  default: (await import("../keys/KeysOverview")).KeysOverview,
}));

type Props = PageProps & {
  readonly today: Day;
  readonly view: View;
  /** Whether the page shows what the period is compared with. */
  readonly compares?: boolean;
  /** What the keys for search and interval do, where the page has them. */
  readonly onSearch?: () => void;
  readonly onInterval?: () => void;
};

const filterBy = (filters: readonly Filter[]): void => {
  navigate({ filters });
};

const show = (period: Period): void => {
  navigate({ period, zoomedFrom: null });
};

export const SiteBar = (props: Props): ReactNode => {
  const { site, sites, state, onChoose, today, view, compares = false, onSearch, onInterval } = props;
  /** The place of the filter in the editor; null while that is closed. */
  const [editing, setEditing] = useState<number | null>(null);
  const [showsKeys, setShowsKeys] = useState(false);
  const [asksForDays, setAsksForDays] = useState(false);
  /** What the key brings back. */
  const compared = useRef(state.comparison.kind === "none" ? previous : state.comparison);
  useEffect(() => {
    if (state.comparison.kind !== "none") compared.current = state.comparison;
  }, [state.comparison]);

  const has = ({ kind }: Command): boolean => {
    if (kind === "compare") return compares;
    if (kind === "interval") return onInterval !== undefined;
    return kind !== "search" || onSearch !== undefined;
  };

  const run = (command: Command): boolean => {
    if (!has(command)) return false;
    switch (command.kind) {
      case "period":
        show({ kind: "preset", preset: command.preset });
        return true;
      case "step": {
        const step = command.to === "back" ? stepBack : stepForward;
        const period = step(state.period, today);
        if (period === null) return false;
        show(period);
        return true;
      }
      case "custom":
        setAsksForDays(true);
        return true;
      case "compare":
        navigate({
          comparison: state.comparison.kind === "none" ? compared.current : { kind: "none" },
        });
        return true;
      case "interval":
        onInterval?.();
        return true;
      case "filter":
        setEditing(state.filters.length);
        return true;
      case "search":
        if (editing !== null || showsKeys) return false;
        onSearch?.();
        return true;
      case "clear":
        filterBy([]);
        return state.filters.length > 0;
      case "help":
        setShowsKeys(true);
        return true;
    }
  };
  useKeys(run);

  return (
    <>
      <TopBar
        sites={sites}
        chosen={site}
        onChoose={onChoose}
        onKeys={() => {
          setShowsKeys(true);
        }}
        below={
          state.filters.length > 0 && (
            <FilterBar filters={state.filters} onChange={filterBy} onEdit={setEditing} />
          )
        }
      >
        <button
          type="button"
          className="button"
          title="Add a filter (F)"
          onClick={() => {
            setEditing(state.filters.length);
          }}
        >
          <ListFilter size={15} aria-hidden />
          Filter
        </button>
        <PeriodPicker
          period={state.period}
          today={today}
          first={site.first_date}
          asked={asksForDays}
          onAnswered={() => {
            setAsksForDays(false);
          }}
          onChange={show}
        />
      </TopBar>
      <Suspense>
        {editing !== null && (
          <FilterEditor
            view={view}
            place={editing}
            onChange={filterBy}
            onClose={() => {
              setEditing(null);
            }}
          />
        )}
        {showsKeys && (
          <KeysOverview
            has={has}
            onClose={() => {
              setShowsKeys(false);
            }}
          />
        )}
      </Suspense>
    </>
  );
};
