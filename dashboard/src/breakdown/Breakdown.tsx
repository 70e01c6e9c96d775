// One panel of ranked rows with tabs: which pages, which sources.
import { Tabs } from "@base-ui/react/tabs";
import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";

import type { DimensionName } from "../dimensions";
import { isChosen } from "../filters/filter";
import { compares, useBreakdown, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import styles from "./Breakdown.module.css";
import { More } from "./More";
import { nothingText, type Panel, type Tab } from "./panels";
import { Rows, RowsLoading } from "./Rows";

const ROWS = 10;

/** What a row and the way to all rows do. */
type Actions = {
  readonly onToggle: (dimension: DimensionName, value: string) => void;
  readonly onDetails: (dimension: DimensionName) => void;
};

type Props<T extends DimensionName, E extends string> = Actions & {
  readonly panel: Panel<T>;
  readonly view: View;
  readonly tab: T | E;
  readonly onTab: (tab: T | E) => void;
  /** A first tab that is no list. */
  readonly extra?: { readonly value: E; readonly label: string; readonly panel: ReactNode };
};

export const Breakdown = <T extends DimensionName, E extends string = never>({
  panel,
  view,
  tab,
  onTab,
  extra,
  ...actions
}: Props<T, E>): ReactNode => {
  const sharing = panel.sharing?.dimensions ?? [];
  const shared = sharing.find((dimension) => dimension === tab) ?? sharing[0];
  const shown = panel.dimensions.filter((dimension) => {
    const outer = panel.within?.[dimension];
    const isAskedFor = view.filters.some((filter) => filter.dimension === outer);
    if (outer !== undefined && dimension !== tab && !isAskedFor) return false;
    return dimension === shared || !sharing.includes(dimension);
  });
  return (
    <section className="surface" aria-label={panel.title}>
      <Tabs.Root
        value={tab}
        onValueChange={(value: T | E) => {
          onTab(value);
        }}
      >
        <header className={styles.head}>
          <h2 className={styles.title}>{panel.title}</h2>
          <div className={styles.choice}>
            {/* One tab alone is no choice, yet its panel needs it. */}
            <Tabs.List className={styles.tabs} activateOnFocus hidden={panel.dimensions.length === 1}>
              {extra !== undefined && (
                <Tabs.Tab value={extra.value} className={styles.tab}>
                  {extra.label}
                </Tabs.Tab>
              )}
              {shown.map((dimension) => (
                <Tabs.Tab key={dimension} value={dimension} className={styles.tab}>
                  {panel.tabs[dimension].label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {panel.sharing !== undefined && shared !== undefined && (
              <Shared
                label={panel.sharing.label}
                options={sharing.map((dimension) => [dimension, panel.tabs[dimension].label])}
                value={shared}
                onChoose={(chosen) => {
                  const dimension = sharing.find((known) => known === chosen);
                  if (dimension !== undefined) onTab(dimension);
                }}
              />
            )}
          </div>
        </header>
        {extra !== undefined && (
          <Tabs.Panel value={extra.value} className={styles.body}>
            {extra.panel}
          </Tabs.Panel>
        )}
        {shown.map((dimension) => (
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
};

type SharedProps = {
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
};

/** Which of several dimensions the last tab shows: an arrow over a list of the browser's own. */
const Shared = ({ label, options, value, onChoose }: SharedProps): ReactNode => (
  <span className={styles.shared}>
    <ChevronDown size={13} aria-hidden />
    <select
      aria-label={label}
      title={label}
      value={value}
      onChange={(event) => {
        onChoose(event.target.value);
      }}
    >
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </select>
  </span>
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
  const row = totals.isPlaceholderData ? undefined : totals.data?.rows[0];

  if (answer.data === undefined)
    return answer.error === null ? (
      <RowsLoading rows={ROWS} />
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  const { rows, total_rows } = answer.data;
  if (rows.length === 0)
    return <p className={styles.empty}>{nothingText(view.filters, tab.empty)}</p>;
  return (
    <div className={styles.ranking} data-stale={answer.isPlaceholderData}>
      <Rows
        dimension={dimension}
        heading={tab.one}
        rows={rows}
        everyone={row?.metrics[0] ?? null}
        compares={compares(view, row)}
        isChosen={(value) => isChosen(view.filters, dimension, value)}
        onToggle={(value) => {
          onToggle(dimension, value);
        }}
      />
      <More
        total={total_rows}
        shown={rows.length}
        many={tab.many}
        onOpen={() => {
          onDetails(dimension);
        }}
        credit={credit}
      />
    </div>
  );
};
