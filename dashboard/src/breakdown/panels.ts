// The breakdown panels of the first page: their tabs, and the columns each dimension has.
import { propertyOf, type DimensionName } from "../dimensions";
import type { Filter } from "../filters/filter";
import type { ColumnName } from "../metrics";
import {
  behaviourTabs,
  deviceTabs,
  pageTabs,
  placeTabs,
  sourceTabs,
  type BehaviourTab,
  type DeviceTab,
  utmTabs,
  type PageState,
  type PageTab,
  type SourceTab,
} from "../state";

export type Tab = {
  readonly label: string;
  /** Heading of the list, singular, and the plural for "37 pages". */
  readonly one: string;
  readonly many: string;
  /** The first is the one that rows are ordered by. */
  readonly columns: readonly ColumnName[];
  /** What a figure is called here, where that is not its own name. */
  readonly labels?: Readonly<Partial<Record<ColumnName, string>>>;
  readonly empty: string;
};

export type Panel<T extends string> = {
  readonly title: string;
  readonly dimensions: readonly T[];
  readonly tabs: Readonly<Record<T, Tab>>;
  /** Dimensions that share the last tab, one of them at a time; the first one unless chosen. */
  readonly sharing?: { readonly label: string; readonly dimensions: readonly T[] };
  /** Dimensions that tell more of a value of another one: in sight where a filter asks for that, or once chosen. */
  readonly within?: Readonly<Partial<Record<T, T>>>;
  /** Whose data it shows, where they ask to be named. */
  readonly credit?: { readonly text: string; readonly href: string };
};

/** Why a list is empty. */
export const nothingText = (filters: readonly Filter[], empty: string): string =>
  filters.length > 0 ? "Nothing in this period meets the filters." : empty;

const perSession: readonly ColumnName[] = [
  "visitors",
  "sessions",
  "bounce_rate",
  "session_duration_s",
  "pageviews",
];

export const pagesPanel: Panel<PageTab> = {
  title: "Pages",
  dimensions: pageTabs,
  tabs: {
    page: {
      label: "Top",
      one: "Page",
      many: "pages",
      columns: ["visitors", "pageviews", "time_on_page_s"],
      empty: "No page was viewed in this period.",
    },
    entry_page: {
      label: "Entry",
      one: "Entry page",
      many: "entry pages",
      columns: perSession,
      empty: "No session began in this period.",
    },
    exit_page: {
      label: "Exit",
      one: "Exit page",
      many: "exit pages",
      columns: perSession,
      empty: "No session ended in this period.",
    },
  },
};

const utm = (label: string, one: string, many: string, parameter: string): Tab => ({
  label,
  one,
  many,
  columns: perSession,
  empty: `No visit carried a ${parameter} in this period.`,
});

export const sourcesPanel: Panel<SourceTab> = {
  title: "Sources",
  dimensions: sourceTabs,
  tabs: {
    source: {
      label: "Sources",
      one: "Source",
      many: "sources",
      columns: perSession,
      empty: "Nobody came in this period.",
    },
    channel: {
      label: "Channels",
      one: "Channel",
      many: "channels",
      columns: perSession,
      empty: "Nobody came in this period.",
    },
    referrer_type: {
      label: "Types",
      one: "Type of source",
      many: "types",
      columns: perSession,
      empty: "Nobody came in this period.",
    },
    utm_campaign: utm("Campaigns", "Campaign", "campaigns", "utm_campaign"),
    utm_source: utm("UTM sources", "UTM source", "UTM sources", "utm_source"),
    utm_medium: utm("UTM media", "UTM medium", "UTM media", "utm_medium"),
    utm_content: utm("UTM contents", "UTM content", "UTM contents", "utm_content"),
    utm_term: utm("UTM terms", "UTM term", "UTM terms", "utm_term"),
  },
  sharing: { label: "UTM parameter", dimensions: utmTabs },
};

export const placesPanel: Panel<(typeof placeTabs)[number]> = {
  title: "Places",
  dimensions: placeTabs,
  tabs: {
    country: {
      label: "Countries",
      one: "Country",
      many: "countries",
      columns: perSession,
      empty: "No visit of this period has a known country: addresses of a private network have none.",
    },
    region: {
      label: "Regions",
      one: "Region",
      many: "regions",
      columns: perSession,
      empty: "No region is known. Run “footfall lists update places” to tell regions and cities.",
    },
    city: {
      label: "Cities",
      one: "City",
      many: "cities",
      columns: perSession,
      empty: "No city is known. Run “footfall lists update places” to tell regions and cities.",
    },
  },
  credit: { text: "IP Geolocation by DB-IP", href: "https://db-ip.com" },
};

export const devicesPanel: Panel<DeviceTab> = {
  title: "Devices",
  dimensions: deviceTabs,
  tabs: {
    browser: {
      label: "Browsers",
      one: "Browser",
      many: "browsers",
      columns: perSession,
      empty: "No browser was seen in this period.",
    },
    browser_version: {
      label: "Versions",
      one: "Version of the browser",
      many: "versions",
      columns: perSession,
      empty: "No version of a browser was seen in this period.",
    },
    os: {
      label: "Systems",
      one: "Operating system",
      many: "systems",
      columns: perSession,
      empty: "No operating system was seen in this period.",
    },
    device: {
      label: "Types",
      one: "Type of device",
      many: "types",
      columns: perSession,
      empty: "No device was seen in this period.",
    },
    screen: {
      label: "Screens",
      one: "Screen",
      many: "screens",
      columns: perSession,
      empty: "No size of a screen was told in this period.",
    },
  },
  within: { browser_version: "browser" },
};

export const behaviourPanel: Panel<BehaviourTab> = {
  title: "Behaviour",
  dimensions: behaviourTabs,
  tabs: {
    event: {
      label: "Events",
      one: "Event",
      many: "events",
      columns: ["visitors", "events"],
      empty: "Nothing but pageviews happened in this period.",
    },
    outbound_link: {
      label: "Outbound",
      one: "Outbound link",
      many: "outbound links",
      columns: ["visitors", "events"],
      labels: { events: "Clicks" },
      empty: "No link to another website was followed in this period.",
    },
    download: {
      label: "Downloads",
      one: "File",
      many: "files",
      columns: ["visitors", "events"],
      labels: { events: "Downloads" },
      empty: "No file was downloaded in this period.",
    },
    form: {
      label: "Forms",
      one: "Form",
      many: "forms",
      columns: ["visitors", "form_starts", "form_submissions", "form_abandons", "completion_rate"],
      empty: "No form was begun in this period.",
    },
    not_found_page: {
      label: "Not found",
      one: "Page not found",
      many: "pages not found",
      columns: ["visitors", "pageviews"],
      empty: "Every page that was asked for in this period was there.",
    },
    search_term: {
      label: "Searches",
      one: "Search term",
      many: "search terms",
      columns: ["visitors", "searches"],
      empty: "Nobody searched on the site in this period.",
    },
  },
};

const propertyTab = (name: string): Tab => ({
  label: name,
  one: `Value of ${name}`,
  many: `values of ${name}`,
  columns: ["visitors", "events"],
  empty: "No such event of this period has this property.",
});

const allTabs: Readonly<Partial<Record<DimensionName, Tab>>> = {
  ...pagesPanel.tabs,
  ...sourcesPanel.tabs,
  ...placesPanel.tabs,
  ...devicesPanel.tabs,
  ...behaviourPanel.tabs,
};

/** The tab that shows a dimension, where one does. */
export const tabOf = (dimension: DimensionName): Tab | undefined => {
  const property = propertyOf(dimension);
  return property === null ? allTabs[dimension] : propertyTab(property);
};

/** Where a click on a row leads: the list that says more of it. */
export const movesOn: Readonly<Partial<Record<DimensionName, Partial<PageState>>>> = {
  channel: { sources: "source" },
  referrer_type: { sources: "source" },
  region: { places: "city" },
  browser: { devices: "browser_version" },
};
