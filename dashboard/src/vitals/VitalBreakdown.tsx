// One vital by page, device, browser or country: how many, how slow, how many of them good.
import { Tabs } from "@base-ui/react/tabs";
import { useState, type ReactNode } from "react";

import breakdown from "../breakdown/Breakdown.module.css";
import { isChosen, toggle } from "../filters/filter";
import { count, rowName, vitalText } from "../format";
import { Segments, type Segment } from "../header/Segments";
import { navigate } from "../navigation";
import type { View } from "../queries";
import { measuredTabs, type MeasuredTab, type PageState } from "../state";
import { Problem } from "../states/Problem";
import { useVitalBreakdown, VITAL_ROWS, type RowOrder, type Vital } from "./asking";
import { Distribution } from "./Distribution";
import { verdictOf } from "./verdict";
import styles from "./Vitals.module.css";

const labels: Readonly<Record<MeasuredTab, string>> = {
  page: "Pages",
  device: "Devices",
  browser: "Browsers",
  country: "Countries",
};
const one: Readonly<Record<MeasuredTab, string>> = {
  page: "Page",
  device: "Device",
  browser: "Browser",
  country: "Country",
};
const orders: readonly Segment<RowOrder>[] = [
  { value: "measurements", text: "Most measured" },
  { value: "slowest", text: "Worst first" },
];
const MOST_ROWS = 1_000;

type Props = {
  readonly view: View;
  readonly vital: Vital;
  readonly state: PageState;
};

export const VitalBreakdown = (props: Props): ReactNode => {
  const { state } = props;
  const [order, setOrder] = useState<RowOrder>("measurements");
  return (
    <section className={styles.panel} aria-label={`${state.vital} by page, device, browser and country`}>
      <Tabs.Root
        value={state.measured}
        onValueChange={(measured: MeasuredTab) => {
          navigate({ measured });
        }}
      >
        <header className={styles.panelHead}>
          <Tabs.List
            className={`${breakdown.tabs ?? ""} ${styles.tabs ?? ""}`}
            activateOnFocus
          >
            {measuredTabs.map((name) => (
              <Tabs.Tab key={name} value={name} className={breakdown.tab}>
                {labels[name]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Segments label="Order" options={orders} value={order} onChoose={setOrder} />
        </header>
        {measuredTabs.map((name) => (
          <Tabs.Panel key={name} value={name} className={styles.tabPanel}>
            <Rows key={state.vital} {...props} dimension={name} order={order} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </section>
  );
};

type RowsProps = Props & { readonly dimension: MeasuredTab; readonly order: RowOrder };

const Rows = ({ view, vital, state, dimension, order }: RowsProps): ReactNode => {
  const [limit, setLimit] = useState(VITAL_ROWS);
  const { percentile } = state;
  const answer = useVitalBreakdown(view, state.vital, dimension, order, percentile, limit);
  if (answer.data === undefined)
    return answer.error === null ? (
      <span className={`skeleton ${styles.chartGhost ?? ""}`} />
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  const { rows, total_rows } = answer.data;
  const matching = rows.filter((row) => row.vital === state.vital);
  if (matching.length === 0)
    return <p className={styles.empty}>No {labels[dimension].toLowerCase()} are known here.</p>;
  return (
    <div className={styles.fade} data-stale={answer.isPlaceholderData}>
      <table className={`${styles.table ?? ""} ${styles.rows ?? ""}`}>
        <thead>
          <tr>
            <th scope="col">{one[dimension]}</th>
            <th scope="col">Measured</th>
            <th scope="col">{percentile}</th>
            {view.comparison !== null && (
              <th scope="col" className={styles.beforeColumn}>
                Before
              </th>
            )}
            <th scope="col">Good to poor</th>
          </tr>
        </thead>
        <tbody>
          {matching.map(({ dimensions: [key = ""], figures, comparison }) => {
            const value = figures[percentile];
            return (
              <tr key={key}>
                <th scope="row">
                  <button
                    type="button"
                    className={styles.rowName}
                    title={`Filter by ${key}`}
                    aria-pressed={isChosen(state.filters, dimension, key)}
                    onClick={() => {
                      navigate({ filters: toggle(state.filters, dimension, key) });
                    }}
                  >
                    {rowName(dimension, key)}
                  </button>
                </th>
                <td>{count(figures.measurements)}</td>
                <td
                  className={styles.rated}
                  data-verdict={value === null ? undefined : verdictOf(vital, value)}
                >
                  {vitalText(vital.unit, value)}
                </td>
                {view.comparison !== null && (
                  <td className={styles.beforeColumn}>
                    {vitalText(vital.unit, comparison?.[percentile] ?? null)}
                  </td>
                )}
                <td>
                  <Distribution figures={figures} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {total_rows > limit && limit < MOST_ROWS && (
        <button
          type="button"
          className="plain"
          onClick={() => {
            setLimit(MOST_ROWS);
          }}
        >
          {total_rows > MOST_ROWS
            ? `Show the first ${count(MOST_ROWS)} of ${count(total_rows)}`
            : `Show all ${count(total_rows)}`}
        </button>
      )}
    </div>
  );
};
