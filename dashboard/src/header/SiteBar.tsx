// The bar of a page whose figures have a period and filters: both to choose, by the keys, too.
import { ListFilter } from "lucide-react";
import { useState, type ReactNode } from "react";

import type { Filter } from "../filters/filter";
import { FilterBar } from "../filters/FilterBar";
import { FilterEditor } from "../filters/FilterEditor";
import type { Command } from "../keys/keys";
import { KeysOverview } from "../keys/KeysOverview";
import { useKeys } from "../keys/useKeys";
import { navigate } from "../navigation";
import type { PageProps } from "../pages";
import { stepBack, stepForward, type Day } from "../period";
import type { View } from "../queries";
import { PeriodPicker } from "./PeriodPicker";
import { TopBar } from "./TopBar";

type Props = PageProps & {
  readonly today: Day;
  readonly view: View;
};

const filterBy = (filters: readonly Filter[]): void => {
  navigate({ filters });
};

export const SiteBar = ({ site, sites, state, onChoose, today, view }: Props): ReactNode => {
  /** The place of the filter in the editor; null while that is closed. */
  const [editing, setEditing] = useState<number | null>(null);
  const [showsKeys, setShowsKeys] = useState(false);

  const run = (command: Command): void => {
    switch (command.kind) {
      case "period":
        navigate({ period: { kind: "preset", preset: command.preset } });
        return;
      case "step": {
        const period = (command.to === "back" ? stepBack : stepForward)(state.period, today);
        if (period !== null) navigate({ period });
        return;
      }
      case "filter":
        setEditing(state.filters.length);
        return;
      case "search":
        return;
      case "clear":
        filterBy([]);
        return;
      case "help":
        setShowsKeys(true);
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
          onChange={(period) => {
            navigate({ period });
          }}
        />
      </TopBar>
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
          onClose={() => {
            setShowsKeys(false);
          }}
        />
      )}
    </>
  );
};
