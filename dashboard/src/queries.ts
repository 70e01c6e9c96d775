// The page's questions to the API, cached: one hook per question.
import {
  MutationCache,
  QueryCache,
  QueryClient,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { refuse } from "./access/access";
import {
  ApiError,
  fetchCsv,
  fetchInstallation,
  fetchLedger,
  fetchOverview,
  fetchRealtime,
  fetchSession,
  fetchSites,
  rangeFields,
  runQuery,
  type Query,
} from "./api";
import { compared } from "./comparison";
import type { DimensionName } from "./dimensions";
import { useFile } from "./file";
import { toWire, type Filter } from "./filters/filter";
import { searchTerms } from "./format";
import { metricNames, type ColumnName } from "./metrics";
import { dayCount, resolve, type Day, type Interval, type Range } from "./period";
import type { DetailsState, PageState } from "./state";
import type { Row, Site } from "./wire";

export const LIVE_REFRESH_MS = 20_000;
const WAITING_REFRESH_MS = 3_000;
const INSTALLATION_REFRESH_MS = 10_000;

const dropRefused = (error: Error): void => {
  if (error instanceof ApiError && error.failure === "access") refuse(error.credential);
};

const worthRepeating = (failureCount: number, error: Error): boolean =>
  error instanceof ApiError &&
  (error.failure === "unreachable" || error.failure === "unavailable") &&
  failureCount < 2;

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({ onError: dropRefused }),
    mutationCache: new MutationCache({ onError: dropRefused }),
    defaultOptions: {
      // "always": the server is often this very machine, which works without a network.
      queries: { networkMode: "always", retry: worthRepeating, staleTime: 10_000 },
    },
  });

/** Asks once who this browser is; a refusal changes useAccess(). */
export const useCheck = (token: string | null) =>
  useQuery({
    queryKey: ["session", token],
    queryFn: ({ signal }) => fetchSession(signal, token),
    staleTime: 0,
    gcTime: 0,
  });

export const useSites = () =>
  useQuery({
    queryKey: ["sites"],
    queryFn: ({ signal }) => fetchSites(signal),
    refetchInterval: ({ state }) =>
      state.data?.length === 0 ? WAITING_REFRESH_MS : LIVE_REFRESH_MS * 3,
  });

export const useInstallation = (siteId: string) =>
  useQuery({
    queryKey: ["installation", siteId],
    queryFn: ({ signal }) => fetchInstallation(siteId, signal),
    refetchInterval: ({ state }) =>
      state.data?.last_event === null ? WAITING_REFRESH_MS : INSTALLATION_REFRESH_MS,
  });

/** All sites at a glance. */
export const useOverview = () =>
  useQuery({
    queryKey: ["overview"],
    queryFn: ({ signal }) => fetchOverview(signal),
    refetchInterval: LIVE_REFRESH_MS * 3,
  });

/** How many are at the site now. */
export const useCurrentVisitors = (siteId: string) =>
  useQuery({
    queryKey: ["realtime", siteId],
    queryFn: ({ signal }) => fetchRealtime(siteId, signal),
    refetchInterval: LIVE_REFRESH_MS,
    select: (realtime) => realtime.current_visitors,
  });

export const useLedger = (hours: number, siteId: string | null) =>
  useQuery({
    queryKey: ["ledger", hours, siteId],
    queryFn: ({ signal }) => fetchLedger(hours, siteId, signal),
    refetchInterval: LIVE_REFRESH_MS,
    placeholderData: (previous) => previous,
  });

/** One site over one range, with the range it is compared with. `live`: it reaches today. */
export type View = {
  readonly siteId: string;
  readonly range: Range;
  /** null: compared with nothing. */
  readonly comparison: Range | null;
  /** Whether the two are as long so far, so that one says how the other moved: no day that goes on beside a
   * whole one, no month beside a week. */
  readonly comparable: boolean;
  readonly filters: readonly Filter[];
  readonly live: boolean;
};

/** Old rows may stand in while new ones load only where they answer the same question: not another
 * site's numbers, and not days where hours are labelled. */
const sameQuestion = (one: Query, other: Query): boolean =>
  one.site_id === other.site_id && one.dimensions.join() === other.dimensions.join();

const useAnswer = (query: Query, live: boolean, enabled = true) =>
  useQuery({
    enabled,
    queryKey: ["query", query] as const,
    queryFn: ({ signal }) => runQuery(query, signal),
    refetchInterval: live ? LIVE_REFRESH_MS : false,
    placeholderData: (previous, before) =>
      before !== undefined && sameQuestion(before.queryKey[1], query) ? previous : undefined,
  });

export const over = (view: View, range: Range) => ({
  site_id: view.siteId,
  ...rangeFields(range),
  ...(view.filters.length > 0 && { filters: toWire(view.filters) }),
});

/** The view of a site that the address says. */
export const viewOf = (site: Site, state: PageState, today: Day): View => {
  const range = resolve(state.period, today, site.first_date);
  const comparison = compared(state.comparison, state.period, today, site.first_date);
  return {
    siteId: site.site_id,
    range,
    comparison,
    comparable:
      comparison !== null &&
      range.start !== today &&
      // Months of unequal length are what "the month before" means.
      (state.comparison.kind !== "custom" || dayCount(comparison) === dayCount(range)),
    filters: state.filters,
    live: range.end >= today,
  };
};

export const comparedWith = (view: View) =>
  view.comparison === null ? {} : { comparison: rangeFields(view.comparison) };

const totalsQuery = (view: View): Query => ({
  ...over(view, view.range),
  metrics: metricNames,
  dimensions: [],
  ...comparedWith(view),
});

export const useTotals = (view: View) => useAnswer(totalsQuery(view), view.live);

/** Whether the comparison says something: it is as long, and somebody came then. */
export const compares = (view: View, totals: Row | undefined): boolean =>
  view.comparable && (totals?.comparison?.[0] ?? 0) > 0;

/** Asks whether the server takes these filters, which only it can tell of a pattern. Rejects with ApiError. */
export const useFilterCheck = (view: View): ((filters: readonly Filter[]) => Promise<unknown>) => {
  const client = useQueryClient();
  return (filters) => {
    const query = totalsQuery({ ...view, filters });
    return client.query({
      queryKey: ["query", query],
      queryFn: ({ signal }) => runQuery(query, signal),
    });
  };
};

export const useSeries = (view: View, interval: Interval) =>
  useAnswer(
    {
      ...over(view, view.range),
      metrics: metricNames,
      dimensions: [`time:${interval}`],
    },
    view.live,
  );

/** The comparison's series, asked for by itself: its buckets may be more or fewer than the period's. */
export const useComparisonSeries = (view: View, interval: Interval) =>
  useAnswer(
    {
      ...over(view, view.comparison ?? view.range),
      metrics: metricNames,
      dimensions: [`time:${interval}`],
    },
    false,
    view.comparison !== null,
  );

export const useBreakdown = (
  view: View,
  dimension: string,
  columns: readonly ColumnName[],
  limit: number,
) =>
  useAnswer(
    {
      ...over(view, view.range),
      ...comparedWith(view),
      metrics: columns,
      dimensions: [dimension],
      limit,
    },
    view.live,
  );

export const DETAILS_ROWS = 100;

const detailsQuery = (
  view: View,
  columns: readonly ColumnName[],
  { dimension, search, sort }: DetailsState,
): Query => ({
  ...over(view, view.range),
  metrics: columns,
  dimensions: [dimension],
  search: searchTerms(dimension, search),
  ...(sort !== null && (sort.by === "key" || columns.includes(sort.by)) && { order: sort }),
});

/** One page of all rows of a breakdown. */
export const useDetails = (view: View, columns: readonly ColumnName[], details: DetailsState) =>
  useAnswer(
    {
      ...detailsQuery(view, columns, details),
      ...comparedWith(view),
      limit: DETAILS_ROWS,
      offset: (details.page - 1) * DETAILS_ROWS,
    },
    view.live,
  );

/** All pages of useDetails() as a file. */
export const useDownload = (view: View, columns: readonly ColumnName[], details: DetailsState) =>
  useFile(() => fetchCsv(detailsQuery(view, columns, details)));

const SUGGESTIONS = 30;

/** Values of a dimension that hold a text, the most frequent first, under the view's filters. */
export const useSuggestions = (view: View, dimension: DimensionName, text: string) =>
  useAnswer(
    {
      ...over(view, view.range),
      metrics: ["visitors"],
      dimensions: [dimension],
      search: searchTerms(dimension, text),
      limit: SUGGESTIONS,
    },
    false,
  );
