// The headline figures and the chart of the chosen one, on one surface.
import type { ReactNode } from "react";

import { Chart } from "../chart/Chart";
import { seriesOf } from "../chart/series";
import { rangeText } from "../format";
import { metricNames, type MetricName } from "../metrics";
import { bucketOf, intervalOf, type Day } from "../period";
import { useComparisonSeries, useSeries, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import { Cards, CardsLoading } from "./Cards";
import styles from "./Overview.module.css";

type Props = {
  readonly view: View;
  readonly today: Day;
  readonly metric: MetricName;
  readonly onMetric: (metric: MetricName) => void;
};

export const Overview = (props: Props): ReactNode => {
  const totals = useTotals(props.view);
  const series = useSeries(props.view);
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

const Figures = ({ view, today, metric, onMetric }: Props): ReactNode => {
  const totals = useTotals(view);
  if (totals.data === undefined)
    return totals.error === null ? (
      <CardsLoading />
    ) : (
      <Problem error={totals.error} onRetry={() => void totals.refetch()} />
    );
  const row = totals.data.rows[0];
  const unfinishedDay = view.range.start === today;
  return (
    <div className={styles.fade} data-stale={totals.isPlaceholderData}>
      <Cards
        now={row?.metrics ?? []}
        before={row?.comparison ?? []}
        beforeText={unfinishedDay ? "yesterday" : rangeText(view.comparison, today)}
        // An unfinished day says nothing against a whole one.
        comparable={!unfinishedDay}
        chosen={metric}
        onChoose={onMetric}
      />
    </div>
  );
};

const OverTime = ({ view, today, metric }: Omit<Props, "onMetric">): ReactNode => {
  const series = useSeries(view);
  const before = useComparisonSeries(view);
  if (series.data === undefined)
    return series.error === null ? (
      <div className={styles.chart} aria-busy="true">
        <span className={`skeleton ${styles.ghost ?? ""}`} />
      </div>
    ) : (
      <Problem error={series.error} onRetry={() => void series.refetch()} />
    );
  const { rows, timezone, now } = series.data;
  const interval = intervalOf(view.range);
  return (
    <div className={`${styles.chart ?? ""} ${styles.fade ?? ""}`} data-stale={series.isPlaceholderData}>
      <Chart
        metric={metric}
        interval={interval}
        series={seriesOf(
          rows,
          before.data?.rows ?? [],
          metricNames.indexOf(metric),
          bucketOf(interval, timezone, new Date(now)),
        )}
        rangeText={rangeText(view.range, today)}
        beforeText={before.error === null ? rangeText(view.comparison, today) : null}
      />
    </div>
  );
};
