// What the page shows, and how the address bar says it. Pure: parse() and write() are inverse, and
// anything unknown in the address falls back to its default.
import { asDimension, type DimensionName } from "./dimensions";
import { parse as parseFilter, write as writeFilter, type Filter } from "./filters/filter";
import { previous, type Comparison } from "./comparison";
import { columnNames, metricNames, type ColumnName, type MetricName } from "./metrics";
import { intervals, isDay, presets, type Interval, type Period, type Range } from "./period";

export const pageTabs = ["page", "entry_page", "exit_page"] as const;
export type PageTab = (typeof pageTabs)[number];

export const utmTabs = [
  "utm_campaign",
  "utm_source",
  "utm_medium",
  "utm_content",
  "utm_term",
] as const;
export const sourceTabs = ["source", "channel", "referrer_type", ...utmTabs] as const;
export type SourceTab = (typeof sourceTabs)[number];

export const placeTabs = ["country", "region", "city"] as const;
export type PlaceTab = (typeof placeTabs)[number] | "map";

export const deviceTabs = ["browser", "browser_version", "os", "device", "screen"] as const;
export type DeviceTab = (typeof deviceTabs)[number];

export const behaviourTabs = [
  "event",
  "outbound_link",
  "download",
  "form",
  "not_found_page",
  "search_term",
] as const;
export type BehaviourTab = (typeof behaviourTabs)[number];

/** The pages of a site, in the order of the navigation. */
export const views = [
  "report",
  "realtime",
  "sessions",
  "vitals",
  "quality",
  "ledger",
  "settings",
] as const;
export type ViewName = (typeof views)[number];

/** The parts of the settings, in the order of their list. */
export const sections = [
  "general",
  "install",
  "keys",
  "people",
  "privacy",
  "retention",
  "bots",
  "script",
  "accounts",
] as const;
export type Section = (typeof sections)[number];

/** Hours that the ledger and the quality of the data look back. */
export const ledgerSpans = ["24", "168"] as const;
export type LedgerSpan = (typeof ledgerSpans)[number];

export const vitalNames = ["LCP", "INP", "CLS", "FCP", "TTFB"] as const;
export type VitalName = (typeof vitalNames)[number];

export const percentiles = ["p75", "p50", "p90"] as const;
export type Percentile = (typeof percentiles)[number];

export const measuredTabs = ["page", "device", "browser", "country"] as const;
export type MeasuredTab = (typeof measuredTabs)[number];

/** How the rows of a breakdown are ordered. */
export type Sort = {
  readonly by: ColumnName | "key";
  readonly direction: "asc" | "desc";
};

/** All rows of one breakdown, in a dialog of their own. */
export type DetailsState = {
  readonly dimension: DimensionName;
  /** Only rows whose name holds it; "" for all of them. */
  readonly search: string;
  /** null: the first column, the largest first. */
  readonly sort: Sort | null;
  /** From 1. */
  readonly page: number;
};

export type PageState = {
  readonly view: ViewName;
  /** null: all sites; where there is only one, the page picks it. */
  readonly site: string | null;
  readonly period: Period;
  readonly comparison: Comparison;
  /** How finely the chart is drawn; null for what suits the period. */
  readonly interval: Interval | null;
  /** The period before the chart was zoomed into, to go back to; null where it was not. */
  readonly zoomedFrom: Period | null;
  /** All of them must hold. */
  readonly filters: readonly Filter[];
  readonly metric: MetricName;
  readonly pages: PageTab;
  readonly sources: SourceTab;
  readonly places: PlaceTab;
  readonly devices: DeviceTab;
  readonly behaviour: BehaviourTab;
  /** The event whose properties are open in place of the list of events, and which of these. */
  readonly event: string | null;
  readonly property: string | null;
  readonly hours: LedgerSpan;
  readonly section: Section;
  readonly details: DetailsState | null;
  /** The session that is open. */
  readonly session: string | null;
  readonly vital: VitalName;
  readonly percentile: Percentile;
  readonly measured: MeasuredTab;
  /** Among all sites: only those whose name holds it. */
  readonly find: string;
};

export const initial: PageState = {
  view: "report",
  site: null,
  period: { kind: "preset", preset: "30d" },
  comparison: previous,
  interval: null,
  zoomedFrom: null,
  filters: [],
  metric: "visitors",
  pages: "page",
  sources: "source",
  places: "country",
  devices: "browser",
  behaviour: "event",
  event: null,
  property: null,
  hours: "24",
  section: "general",
  details: null,
  session: null,
  vital: "LCP",
  percentile: "p75",
  measured: "page",
  find: "",
};

/** What closes when the site changes: another one has other pages, sessions and events. */
export const fresh = {
  filters: [],
  details: null,
  session: null,
  event: null,
  property: null,
  find: "",
} as const;

/** The change that leads from a site to all of them. */
export const allSites = { ...fresh, view: "report", site: null } as const;

export const allRows = (dimension: DimensionName): DetailsState => ({
  dimension,
  search: "",
  sort: null,
  page: 1,
});

const oneOf = <T extends string>(allowed: readonly T[], text: string | null, otherwise: T): T =>
  allowed.find((candidate) => candidate === text) ?? otherwise;

const rangeOf = (start: string | null, end: string | null): Range | null =>
  start !== null && end !== null && isDay(start) && isDay(end) && start <= end
    ? { start, end }
    : null;

const parsePeriod = (query: URLSearchParams): Period => {
  const text = query.get("period");
  const range = rangeOf(query.get("from"), query.get("to"));
  if (text === "custom" && range !== null) return { kind: "custom", range };
  const preset = presets.find((candidate) => candidate === text);
  return preset === undefined ? initial.period : { kind: "preset", preset };
};

const parseComparison = (query: URLSearchParams): Comparison => {
  const matchWeekday = query.get("match") === "weekday";
  const kind = query.get("compare");
  const range = rangeOf(query.get("compare_from"), query.get("compare_to"));
  if (kind === "none") return { kind };
  if (kind === "custom" && range !== null) return { kind, range };
  return { kind: kind === "year" ? kind : "previous", matchWeekday };
};

const parseZoomed = (text: string | null): Period | null => {
  const preset = presets.find((candidate) => candidate === text);
  if (preset !== undefined) return { kind: "preset", preset };
  const [start = null, end = null] = text?.split(",") ?? [];
  const range = rangeOf(start, end);
  return range === null ? null : { kind: "custom", range };
};

const parseSort = (text: string): Sort | null => {
  const [, name, direction] = /^(\w+)\.(asc|desc)$/.exec(text) ?? [];
  const by = name === "key" ? "key" : columnNames.find((column) => column === name);
  return by === undefined ? null : { by, direction: direction === "asc" ? "asc" : "desc" };
};

const parseDetails = (query: URLSearchParams): DetailsState | null => {
  const dimension = asDimension(query.get("details"));
  if (dimension === null) return null;
  const page = /^[1-9]\d{0,5}$/.exec(query.get("page") ?? "")?.[0] ?? "1";
  return {
    dimension,
    search: query.get("search") ?? "",
    sort: parseSort(query.get("sort") ?? ""),
    page: Number(page),
  };
};

export const parse = (search: string): PageState => {
  const query = new URLSearchParams(search);
  const site = query.get("site");
  return {
    view: oneOf(views, query.get("view"), initial.view),
    site: site === null || site === "" ? null : site,
    period: parsePeriod(query),
    comparison: parseComparison(query),
    interval: intervals.find((candidate) => candidate === query.get("interval")) ?? null,
    zoomedFrom: parseZoomed(query.get("zoomed")),
    filters: query.getAll("filter").flatMap((text) => parseFilter(text) ?? []),
    metric: oneOf(metricNames, query.get("metric"), initial.metric),
    pages: oneOf(pageTabs, query.get("pages"), initial.pages),
    sources: oneOf(sourceTabs, query.get("sources"), initial.sources),
    places: oneOf([...placeTabs, "map"], query.get("places"), initial.places),
    devices: oneOf(deviceTabs, query.get("devices"), initial.devices),
    behaviour: oneOf(behaviourTabs, query.get("behaviour"), initial.behaviour),
    event: query.get("event"),
    property: query.get("property"),
    hours: oneOf(ledgerSpans, query.get("hours"), initial.hours),
    section: oneOf(sections, query.get("section"), initial.section),
    details: parseDetails(query),
    session: /^\d{1,16}-[0-9a-f]{16}$/.exec(query.get("session") ?? "")?.[0] ?? null,
    vital: oneOf(vitalNames, query.get("vital"), initial.vital),
    percentile: oneOf(percentiles, query.get("percentile"), initial.percentile),
    measured: oneOf(measuredTabs, query.get("measured"), initial.measured),
    find: query.get("find") ?? "",
  };
};

/** What stands in the address as it is, in the order there. */
const words = [
  "metric",
  "pages",
  "sources",
  "places",
  "devices",
  "behaviour",
  "event",
  "property",
  "hours",
  "session",
  "vital",
  "percentile",
  "measured",
] as const;

/** "" for the initial state, else "?site=…": defaults are left out so that links stay short. */
export const write = (state: PageState): string => {
  const query = new URLSearchParams();
  if (state.view !== initial.view) query.set("view", state.view);
  if (state.site !== null) query.set("site", state.site);
  if (state.period.kind === "custom") {
    query.set("period", "custom");
    query.set("from", state.period.range.start);
    query.set("to", state.period.range.end);
  } else if (JSON.stringify(state.period) !== JSON.stringify(initial.period)) {
    query.set("period", state.period.preset);
  }
  const { comparison, zoomedFrom } = state;
  if (comparison.kind !== initial.comparison.kind) query.set("compare", comparison.kind);
  if (comparison.kind === "custom") {
    query.set("compare_from", comparison.range.start);
    query.set("compare_to", comparison.range.end);
  }
  if ("matchWeekday" in comparison && comparison.matchWeekday) query.set("match", "weekday");
  if (state.interval !== null) query.set("interval", state.interval);
  if (zoomedFrom !== null)
    query.set(
      "zoomed",
      zoomedFrom.kind === "preset"
        ? zoomedFrom.preset
        : `${zoomedFrom.range.start},${zoomedFrom.range.end}`,
    );
  for (const filter of state.filters) query.append("filter", writeFilter(filter));
  for (const name of words) {
    const value = state[name];
    if (value !== null && value !== initial[name]) query.set(name, value);
  }
  if (state.view === "settings" && state.section !== initial.section)
    query.set("section", state.section);
  if (state.details !== null) {
    const { dimension, search, sort, page } = state.details;
    query.set("details", dimension);
    if (search !== "") query.set("search", search);
    if (sort !== null) query.set("sort", `${sort.by}.${sort.direction}`);
    if (page !== 1) query.set("page", String(page));
  }
  if (state.find !== "") query.set("find", state.find);
  // Neither means anything in a query, and people read addresses.
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return text === "" ? "" : `?${text}`;
};
