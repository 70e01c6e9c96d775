// Core Web Vitals of a site: how fast its pages are for those who read them.
import type { ReactNode } from "react";

import { useFromNow } from "../clock";
import { rangeText } from "../format";
import { Segments } from "../header/Segments";
import { SiteBar } from "../header/SiteBar";
import { navigate } from "../navigation";
import type { PageProps } from "../pages";
import { intervalOf, todayIn } from "../period";
import { viewOf } from "../queries";
import { percentiles, type Percentile } from "../state";
import { Problem } from "../states/Problem";
import { useVitalTotals } from "./asking";
import { NotMeasured } from "./NotMeasured";
import { VitalBreakdown } from "./VitalBreakdown";
import { VitalCards, VitalCardsLoading } from "./VitalCards";
import styles from "./Vitals.module.css";
import { VitalSeries } from "./VitalSeries";

const percentileText: Readonly<Record<Percentile, string>> = {
  p75: "75th percentile",
  p50: "Median",
  p90: "90th percentile",
};

export const VitalsPage = (props: PageProps): ReactNode => {
  const { site, state } = props;
  const today = useFromNow((now) => todayIn(site.timezone, now));
  const view = viewOf(site, state, today);
  const totals = useVitalTotals(view);
  const vital = totals.data?.vitals.find(({ name }) => name === state.vital);
  const measured = totals.data?.rows.some(({ figures }) => figures.measurements > 0);
  return (
    <>
      <SiteBar {...props} today={today} view={view} compares />
      <main className={styles.page}>
        <header className={styles.head}>
          <div>
            <h1 className={styles.title}>Web vitals</h1>
            <p className={styles.note}>
              {rangeText(view.range, today)}
              {view.comparison !== null && `, beside ${rangeText(view.comparison, today)}`}. A page is as good
              as its 75th percentile: what three of four page loads stay within.
            </p>
          </div>
          <Segments
            label="Percentile"
            options={percentiles.map((name) => ({ value: name, text: name, title: percentileText[name] }))}
            value={state.percentile}
            onChoose={(percentile) => {
              navigate({ percentile });
            }}
          />
        </header>
        {totals.data === undefined ? (
          totals.error === null ? (
            <VitalCardsLoading />
          ) : (
            <section className={styles.panel}>
              <Problem error={totals.error} onRetry={() => void totals.refetch()} />
            </section>
          )
        ) : measured === false ? (
          <NotMeasured site={site} filtered={state.filters.length > 0} />
        ) : (
          <>
            <VitalCards
              vitals={totals.data.vitals}
              rows={totals.data.rows}
              stale={totals.isPlaceholderData}
              percentile={state.percentile}
              chosen={state.vital}
            />
            {vital !== undefined && (
              <>
                <VitalSeries
                  view={view}
                  vital={vital}
                  name={state.vital}
                  percentile={state.percentile}
                  interval={intervalOf(view.range) === "month" ? "month" : "day"}
                />
                <VitalBreakdown view={view} vital={vital} state={state} />
              </>
            )}
          </>
        )}
      </main>
    </>
  );
};
