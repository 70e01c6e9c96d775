// What the page shows, and how the address bar says it. Pure: parse() and write() are inverse, and
// anything unknown in the address falls back to its default.
import { metricNames, type MetricName } from "./metrics";
import { isDay, presets, type Period } from "./period";

export const pageTabs = ["page", "entry_page", "exit_page"] as const;
export type PageTab = (typeof pageTabs)[number];

export const sourceTabs = ["source", "channel", "referrer_type", "utm_campaign"] as const;
export type SourceTab = (typeof sourceTabs)[number];

export const placeTabs = ["country", "region", "city"] as const;
export type PlaceTab = (typeof placeTabs)[number];

export const deviceTabs = ["browser", "os", "device"] as const;
export type DeviceTab = (typeof deviceTabs)[number];

export const views = ["report", "ledger"] as const;
export type ViewName = (typeof views)[number];

/** Hours that the ledger looks back. */
export const ledgerSpans = ["24", "168"] as const;
export type LedgerSpan = (typeof ledgerSpans)[number];

export type PageState = {
  readonly view: ViewName;
  /** null: no site chosen yet; the page then picks the one heard from last. */
  readonly site: string | null;
  readonly period: Period;
  readonly metric: MetricName;
  readonly pages: PageTab;
  readonly sources: SourceTab;
  readonly places: PlaceTab;
  readonly devices: DeviceTab;
  readonly hours: LedgerSpan;
};

export const initial: PageState = {
  view: "report",
  site: null,
  period: { kind: "preset", preset: "30d" },
  metric: "visitors",
  pages: "page",
  sources: "source",
  places: "country",
  devices: "browser",
  hours: "24",
};

const oneOf = <T extends string>(allowed: readonly T[], text: string | null, otherwise: T): T =>
  allowed.find((candidate) => candidate === text) ?? otherwise;

const parsePeriod = (query: URLSearchParams): Period => {
  const text = query.get("period");
  const start = query.get("from") ?? "";
  const end = query.get("to") ?? "";
  if (text === "custom" && isDay(start) && isDay(end) && start <= end)
    return { kind: "custom", range: { start, end } };
  const preset = presets.find((candidate) => candidate === text);
  return preset === undefined ? initial.period : { kind: "preset", preset };
};

export const parse = (search: string): PageState => {
  const query = new URLSearchParams(search);
  const site = query.get("site");
  return {
    view: oneOf(views, query.get("view"), initial.view),
    site: site === null || site === "" ? null : site,
    period: parsePeriod(query),
    metric: oneOf(metricNames, query.get("metric"), initial.metric),
    pages: oneOf(pageTabs, query.get("pages"), initial.pages),
    sources: oneOf(sourceTabs, query.get("sources"), initial.sources),
    places: oneOf(placeTabs, query.get("places"), initial.places),
    devices: oneOf(deviceTabs, query.get("devices"), initial.devices),
    hours: oneOf(ledgerSpans, query.get("hours"), initial.hours),
  };
};

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
  if (state.metric !== initial.metric) query.set("metric", state.metric);
  if (state.pages !== initial.pages) query.set("pages", state.pages);
  if (state.sources !== initial.sources) query.set("sources", state.sources);
  if (state.places !== initial.places) query.set("places", state.places);
  if (state.devices !== initial.devices) query.set("devices", state.devices);
  if (state.hours !== initial.hours) query.set("hours", state.hours);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
};
