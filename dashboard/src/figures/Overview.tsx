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

export const Overview = ({ view, today, metric, onMetric }: Props): ReactNode => (
  <section className="surface" aria-label="Overview">
    <Figures view={view} today={today} metric={metric} onMetric={onMetric} />
    <OverTime view={view} today={today} metric={metric} />
  </section>
);

const Figures = ({ view, today, metric, onMetric }: Props): ReactNode => {
  const totals = useTotals(view);
  if (totals.data === undefined)
    return totals.error === null ? (
      <CardsLoading />
    ) : (
      <Problem error={totals.error} onRetry={() => void totals.refetch()} />
    );
  const row = totals.data.rows[0];
  return (
    <div className={styles.fade} data-stale={totals.isPlaceholderData}>
      <Cards
        now={row?.metrics ?? []}
        before={row?.comparison ?? []}
        beforeText={rangeText(view.comparison, today)}
        // An unfinished day says nothing against a whole one.
        comparable={!(view.live && view.range.start === view.range.end)}
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
