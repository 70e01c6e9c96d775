// The two breakdown panels of the first page: their tabs, and the columns each dimension has.
import type { ColumnName } from "../metrics";
import { pageTabs, sourceTabs, type PageTab, type SourceTab } from "../state";

export type Tab = {
  readonly label: string;
  /** Heading of the list, singular, and the plural for "37 pages". */
  readonly one: string;
  readonly many: string;
  /** The first is the one that rows are ordered by. */
  readonly columns: readonly ColumnName[];
  readonly empty: string;
};

export type Panel<T extends string> = {
  readonly title: string;
  readonly dimensions: readonly T[];
  readonly tabs: Readonly<Record<T, Tab>>;
};

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
    referrer_type: {
      label: "Types",
      one: "Type of source",
      many: "types",
      columns: perSession,
      empty: "Nobody came in this period.",
    },
    utm_campaign: {
      label: "Campaigns",
      one: "Campaign",
      many: "campaigns",
      columns: perSession,
      empty: "No visit carried a utm_campaign in this period.",
    },
  },
};
