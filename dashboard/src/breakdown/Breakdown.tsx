// One panel of ranked rows with tabs: which pages, which sources.
import { Tabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

import type { DimensionName } from "../dimensions";
import { isChosen } from "../filters/filter";
import { count } from "../format";
import { useBreakdown, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import styles from "./Breakdown.module.css";
import type { Panel, Tab } from "./panels";
import { Rows, RowsLoading } from "./Rows";

const ROWS = 10;

/** What a row and the way to all rows do. */
export type Actions = {
  readonly onToggle: (dimension: DimensionName, value: string) => void;
  readonly onDetails: (dimension: DimensionName) => void;
};

type Props<T extends DimensionName> = Actions & {
  readonly panel: Panel<T>;
  readonly view: View;
  readonly tab: T;
  readonly onTab: (tab: T) => void;
};

export const Breakdown = <T extends DimensionName>({
  panel,
  view,
  tab,
  onTab,
  ...actions
}: Props<T>): ReactNode => (
  <section className="surface" aria-label={panel.title}>
    <Tabs.Root
      value={tab}
      onValueChange={(value: T) => {
        onTab(value);
      }}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{panel.title}</h2>
        {/* One tab alone is no choice, yet its panel needs it. */}
        <Tabs.List className={styles.tabs} activateOnFocus hidden={panel.dimensions.length === 1}>
          {panel.dimensions.map((dimension) => (
            <Tabs.Tab key={dimension} value={dimension} className={styles.tab}>
              {panel.tabs[dimension].label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </header>
      {panel.dimensions.map((dimension) => (
        <Tabs.Panel key={dimension} value={dimension} className={styles.body}>
          <Ranking
            dimension={dimension}
            tab={panel.tabs[dimension]}
            view={view}
            credit={panel.credit}
            {...actions}
          />
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  </section>
);

type RankingProps = Actions & {
  readonly dimension: DimensionName;
  readonly tab: Tab;
  readonly view: View;
  readonly credit: Panel<DimensionName>["credit"];
};

const Ranking = ({
  dimension,
  tab,
  view,
  credit,
  onToggle,
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
      <p className={styles.empty}>
        {view.filters.length > 0 ? "Nothing in this period meets the filters." : tab.empty}
      </p>
    );
  return (
    <div className={styles.ranking} data-stale={answer.isPlaceholderData}>
      <Rows
        dimension={dimension}
        heading={tab.one}
        rows={rows}
        everyone={everyone}
        isChosen={(value) => isChosen(view.filters, dimension, value)}
        onToggle={(value) => {
          onToggle(dimension, value);
        }}
      />
      <footer className={styles.foot}>
        <button
          type="button"
          className="plain"
          onClick={() => {
            onDetails(dimension);
          }}
        >
          {total_rows > rows.length ? `Show all ${count(total_rows)} ${tab.many}` : "Details"}
          {total_rows <= rows.length && <span className="unseen"> of the {tab.many}</span>}
        </button>
        {credit && (
          <a className={styles.credit} href={credit.href} rel="noreferrer">
            {credit.text}
          </a>
        )}
      </footer>
    </div>
  );
};
