// The headline figures and the chart of the chosen one, on one surface.
import { useState, type ReactNode } from "react";

import { Chart } from "../chart/Chart";
import { ChartTools } from "../chart/ChartTools";
import { ComparisonPicker } from "../chart/ComparisonPicker";
import { seriesOf } from "../chart/series";
import { isCut, rangeText } from "../format";
import { metricNames } from "../metrics";
import type { Navigate } from "../navigation";
import { bucketOf, intervalFor, named, type Day, type Range } from "../period";
import { useComparisonSeries, useSeries, useTotals, type View } from "../queries";
import type { PageState } from "../state";
import { Problem } from "../states/Problem";
import { Cards, CardsLoading } from "./Cards";
import styles from "./Overview.module.css";

type Props = {
  readonly view: View;
  readonly today: Day;
  /** The site's first day with figures; null where there is none. */
  readonly first: Day | null;
  readonly state: PageState;
  readonly onChange: Navigate;
};

export const Overview = (props: Props): ReactNode => {
  const { view, state } = props;
  const totals = useTotals(view);
  const series = useSeries(view, intervalFor(state.interval, view.range));
  const failed = totals.data === undefined && series.data === undefined ? totals.error : null;
  return (
    <section className="surface" aria-label="Overview">
      {failed !== null && series.error !== null ? (
        <div className={styles.failed}>
          <Problem
            error={failed}
            onRetry={() => {
              void totals.refetch();
              void series.refetch();
            }}
          />
        </div>
      ) : (
        <>
          <Figures {...props} />
          <OverTime {...props} />
        </>
      )}
    </section>
  );
};

const Figures = ({ view, today, state, onChange }: Props): ReactNode => {
  const totals = useTotals(view);
  if (totals.data === undefined)
    return totals.error === null ? (
      <CardsLoading />
    ) : (
      <Problem error={totals.error} onRetry={() => void totals.refetch()} />
    );
  const row = totals.data.rows[0];
  const { comparison } = view;
  return (
    <div className={styles.fade} data-stale={totals.isPlaceholderData}>
      <Cards
        now={row?.metrics ?? []}
        before={row?.comparison ?? []}
        beforeText={
          comparison === null
            ? null
            : today === view.range.start && state.comparison.kind === "previous" && !state.comparison.matchWeekday
              ? "yesterday"
              : rangeText(comparison, today)
        }
        comparable={view.comparable}
        chosen={state.metric}
        onChoose={(metric) => {
          onChange({ metric });
        }}
      />
    </div>
  );
};

const isThere = (answer: ReturnType<typeof useComparisonSeries>): boolean =>
  !answer.isPending && !answer.isPlaceholderData;

const OverTime = ({ view, today, first, state, onChange }: Props): ReactNode => {
  const interval = intervalFor(state.interval, view.range);
  const series = useSeries(view, interval);
  const before = useComparisonSeries(view, interval);
  /** What the keyboard chose to see closer: the chart of it has the focus again. */
  const [chosen, setChosen] = useState<Range | null>(null);
  if (series.data === undefined)
    return series.error === null ? (
      <div className={styles.chart} aria-busy="true">
        <span className={`skeleton ${styles.ghost ?? ""}`} />
      </div>
    ) : (
      <Problem error={series.error} onRetry={() => void series.refetch()} />
    );
  const { rows, timezone, now } = series.data;
  const { range, comparison } = view;
  return (
    <div
      className={`${styles.chart ?? ""} ${styles.fade ?? ""}`}
      data-stale={series.isPlaceholderData}
      aria-busy={series.isPlaceholderData || (comparison !== null && !isThere(before))}
    >
      <Chart
        metric={state.metric}
        interval={interval}
        series={seriesOf(
          rows,
          comparison === null ? [] : (before.data?.rows ?? []),
          metricNames.indexOf(state.metric),
          bucketOf(interval, timezone, new Date(now)),
          view.live,
          (key) => isCut(interval, key, range),
        )}
        range={range}
        before={comparison}
        rangeText={rangeText(range, today)}
        today={today}
        takesFocus={chosen !== null && chosen.start === range.start && chosen.end === range.end}
        onZoom={(days, byKeyboard) => {
          setChosen(byKeyboard ? days : null);
          onChange({
            period: named(days, today),
            zoomedFrom: state.zoomedFrom ?? state.period,
          });
        }}
        comparison={
          <ComparisonPicker
            comparison={state.comparison}
            range={comparison}
            failed={before.error !== null}
            period={state.period}
            today={today}
            first={first}
            onChange={(chosenComparison) => {
              onChange({ comparison: chosenComparison });
            }}
          />
        }
        tools={
          <ChartTools
            range={range}
            today={today}
            interval={state.interval}
            zoomedFrom={state.zoomedFrom}
            onInterval={(chosenInterval) => {
              onChange({ interval: chosenInterval });
            }}
            onZoomOut={(period) => {
              onChange({ period, zoomedFrom: null });
            }}
          />
        }
      />
    </div>
  );
};
