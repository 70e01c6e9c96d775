// The report of one site: composition only; each part asks for what it shows.
import { lazy, Suspense, useRef, type ComponentProps, type ReactNode } from "react";

import { Behaviour } from "./behaviour/Behaviour";
import { ofEvent, toggleOfEvent } from "./behaviour/events";
import { Breakdown } from "./breakdown/Breakdown";
import {
  devicesPanel,
  movesOn,
  pagesPanel,
  placesPanel,
  sourcesPanel,
  tabOf,
} from "./breakdown/panels";
import { RowsLoading } from "./breakdown/Rows";
import { propertyOf, type DimensionName } from "./dimensions";
import { CurrentVisitors } from "./figures/CurrentVisitors";
import { Overview } from "./figures/Overview";
import { isChosen } from "./filters/filter";
import { SiteBar } from "./header/SiteBar";
import { LastEvent } from "./install/LastEvent";
import { amend, navigate } from "./navigation";
import { intervalFor, intervalsOf, type Day } from "./period";
import { compares, useTotals, type useInstallation, type View } from "./queries";
import styles from "./Report.module.css";
import { allRows, type DetailsState, type PageState } from "./state";
import type { Site } from "./wire";

const Details = lazy(async () => ({ default: (await import("./breakdown/Details")).Details }));
// Its outlines of the countries load with it.
const WorldMap = lazy(async () => ({ default: (await import("./map/WorldMap")).WorldMap }));

type Props = {
  readonly site: Site;
  readonly sites: readonly Site[];
  readonly state: PageState;
  readonly onChoose: (siteId: string) => void;
  readonly today: Day;
  readonly view: View;
  readonly installation: ReturnType<typeof useInstallation>;
};

export const Report = (props: Props): ReactNode => {
  const { site, sites, state, onChoose, today, view, installation } = props;
  const searchField = useRef<HTMLInputElement>(null);
  const actions = {
    onToggle: (dimension: DimensionName, value: string): void => {
      const filters = toggleOfEvent(state.filters, state.event, dimension, value);
      navigate({
        filters,
        details: null,
        ...(isChosen(state.filters, dimension, value) ? {} : movesOn[dimension]),
      });
    },
    onDetails: (dimension: DimensionName): void => {
      navigate({ details: allRows(dimension) });
    },
  };

  const search = (): void => {
    if (state.details !== null) searchField.current?.focus();
    else navigate({ details: allRows(state.pages) });
  };

  const takeNextInterval = (): void => {
    const allowed = intervalsOf(view.range);
    const place = allowed.indexOf(intervalFor(state.interval, view.range));
    navigate({ interval: allowed[(place + 1) % allowed.length] ?? null });
  };

  return (
    <>
      <SiteBar
        {...{ site, sites, state, onChoose, today, view }}
        compares
        onSearch={search}
        onInterval={takeNextInterval}
      />
      <main className={styles.page}>
        <h1 className="unseen">{site.site_id}</h1>
        <div className={styles.now}>
          <CurrentVisitors siteId={site.site_id} />
          <LastEvent site={site} installation={installation} />
        </div>
        <Overview
          view={view}
          today={today}
          first={site.first_date}
          state={state}
          onChange={navigate}
        />
        <div className={styles.pair}>
          <Breakdown
            {...actions}
            panel={pagesPanel}
            view={view}
            tab={state.pages}
            onTab={(pages) => {
              navigate({ pages });
            }}
          />
          <Breakdown
            {...actions}
            panel={sourcesPanel}
            view={view}
            tab={state.sources}
            onTab={(sources) => {
              navigate({ sources });
            }}
          />
          <Breakdown
            {...actions}
            panel={placesPanel}
            extra={{
              value: "map",
              label: "Map",
              panel: (
                <Suspense fallback={<RowsLoading rows={10} />}>
                  <WorldMap
                    view={view}
                    onToggle={(country) => {
                      actions.onToggle("country", country);
                    }}
                    onDetails={() => {
                      actions.onDetails("country");
                    }}
                  />
                </Suspense>
              ),
            }}
            view={view}
            tab={state.places}
            onTab={(places) => {
              navigate({ places });
            }}
          />
          <Breakdown
            {...actions}
            panel={devicesPanel}
            view={view}
            tab={state.devices}
            onTab={(devices) => {
              navigate({ devices });
            }}
          />
        </div>
        <Behaviour
          view={view}
          chosen={state}
          onChoose={navigate}
          onFilters={(filters) => {
              navigate({ filters });
            }}
          onDetails={actions.onDetails}
        />
      </main>
      {state.details !== null && (
        <Suspense>
          <OpenDetails
            {...actions}
            key={state.details.dimension}
            view={
              // The values of a property are those of the event that is open.
              state.event !== null && propertyOf(state.details.dimension) !== null
                ? ofEvent(view, state.event)
                : view
            }
            details={state.details}
            searchField={searchField}
          />
        </Suspense>
      )}
    </>
  );
};

type OpenDetailsProps = Pick<ComponentProps<typeof Details>, "view" | "details" | "searchField"> & {
  readonly onToggle: (dimension: DimensionName, value: string) => void;
};

const showDetails = (details: DetailsState | null): void => {
  navigate({ details });
};

const OpenDetails = ({ view, details, searchField, onToggle }: OpenDetailsProps): ReactNode => {
  const totals = useTotals(view);
  const row = totals.isPlaceholderData ? undefined : totals.data?.rows[0];
  const tab = tabOf(details.dimension);
  if (tab === undefined) return null;
  return (
    <Details
      tab={tab}
      view={view}
      details={details}
      everyone={row?.metrics[0] ?? null}
      compares={compares(view, row)}
      searchField={searchField}
      onChange={showDetails}
      onSearch={(search) => {
        amend({ details: { ...details, search, page: 1 } });
      }}
      onToggle={(value) => {
        onToggle(details.dimension, value);
      }}
      onClose={() => {
        showDetails(null);
      }}
    />
  );
};
