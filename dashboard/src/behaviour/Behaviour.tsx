// What people do beside viewing pages: events and their properties, links, downloads, forms, searches, pages not found.
import { Tabs } from "@base-ui/react/tabs";
import { useRef, useState, type ReactNode } from "react";

import breakdown from "../breakdown/Breakdown.module.css";
import { More } from "../breakdown/More";
import { behaviourPanel, nothingText, type Tab } from "../breakdown/panels";
import { RowsLoading } from "../breakdown/Rows";
import { propertyDimension, type DimensionName } from "../dimensions";
import { isChosen, toggle, type Filter } from "../filters/filter";
import { useBreakdown, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import type { BehaviourTab, PageState } from "../state";
import styles from "./Behaviour.module.css";
import { Figures } from "./Figures";
import { hasProperties, ofEvent, toggleOfEvent } from "./events";
import { Hint } from "./Hint";
import { Properties } from "./Properties";

const ROWS = 10;

/** What the page's state says of this panel. */
export type Chosen = Pick<PageState, "behaviour" | "event" | "property">;

type Props = {
  readonly view: View;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Partial<Chosen>) => void;
  readonly onFilters: (filters: readonly Filter[]) => void;
  readonly onDetails: (dimension: DimensionName) => void;
};

export const Behaviour = ({ view, chosen, onChoose, onFilters, onDetails }: Props): ReactNode => {
  const tabs = useRef<HTMLDivElement>(null);
  /** The event that a press opened, and not the address: the focus goes along. */
  const [pressed, setPressed] = useState<string | null>(null);
  return (
    <section className="surface" aria-label={behaviourPanel.title}>
      <Tabs.Root
        value={chosen.behaviour}
        onValueChange={(behaviour: BehaviourTab) => {
          onChoose({ behaviour, event: null, property: null });
        }}
      >
        <header className={breakdown.head}>
          <h2 className={breakdown.title}>{behaviourPanel.title}</h2>
          <Tabs.List
            ref={tabs}
            className={`${breakdown.tabs ?? ""} ${styles.tabs ?? ""}`}
            activateOnFocus
          >
            {behaviourPanel.dimensions.map((dimension) => (
              <Tabs.Tab key={dimension} value={dimension} className={breakdown.tab}>
                {behaviourPanel.tabs[dimension].label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </header>
        {behaviourPanel.dimensions.map((dimension) => (
          <Tabs.Panel key={dimension} value={dimension} className={breakdown.body}>
            {dimension === "event" && chosen.event !== null ? (
              <Properties
                view={ofEvent(view, chosen.event)}
                event={chosen.event}
                property={chosen.property}
                rows={ROWS}
                takesFocus={pressed === chosen.event}
                onProperty={(property) => {
                  onChoose({ property });
                }}
                onClose={() => {
                  onChoose({ event: null, property: null });
                  tabs.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
                }}
                onToggle={(property, value) => {
                  onFilters(
                    toggleOfEvent(view.filters, chosen.event, propertyDimension(property), value),
                  );
                }}
                onDetails={(property) => {
                  onDetails(propertyDimension(property));
                }}
                chosen={view.filters}
              />
            ) : (
              <Ranking
                dimension={dimension}
                tab={behaviourPanel.tabs[dimension]}
                view={view}
                onOpen={(event) => {
                  setPressed(event);
                  onChoose({ event, property: null });
                }}
                onFilters={onFilters}
                onDetails={onDetails}
              />
            )}
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </section>
  );
};

type RankingProps = Pick<Props, "view" | "onFilters" | "onDetails"> & {
  readonly dimension: BehaviourTab;
  readonly tab: Tab;
  readonly onOpen: (event: string) => void;
};

const Ranking = ({
  dimension,
  tab,
  view,
  onOpen,
  onFilters,
  onDetails,
}: RankingProps): ReactNode => {
  const answer = useBreakdown(view, dimension, tab.columns, ROWS);
  const totals = useTotals(view);
  const everyone = totals.isPlaceholderData ? null : (totals.data?.rows[0]?.metrics[0] ?? null);

  if (answer.data === undefined)
    return answer.error === null ? (
      <RowsLoading rows={ROWS} />
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  const { rows, total_rows } = answer.data;
  if (rows.length === 0)
    return (
      <Hint dimension={dimension} isFiltered={view.filters.length > 0}>
        {nothingText(view.filters, tab.empty)}
      </Hint>
    );
  return (
    <div className={styles.ranking} data-stale={answer.isPlaceholderData}>
      <Figures
        dimension={dimension}
        tab={tab}
        rows={rows}
        everyone={everyone}
        isChosen={(value) => isChosen(view.filters, dimension, value)}
        onToggle={(value) => {
          onFilters(toggle(view.filters, dimension, value));
        }}
        {...(dimension === "event" && { onOpen, hasMore: hasProperties })}
      />
      <More
        total={total_rows}
        shown={rows.length}
        many={tab.many}
        onOpen={() => {
          onDetails(dimension);
        }}
      />
    </div>
  );
};
