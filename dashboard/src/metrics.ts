// The catalogue of metrics the dashboard knows: name, label, unit, and whether more is better.

export type Unit = "count" | "ratio" | "rate" | "duration_s";

export type Metric = {
  readonly label: string;
  /** As a noun after a number: "1,204 visitors"; null where the value speaks for itself. */
  readonly noun: { readonly one: string; readonly many: string } | null;
  readonly unit: Unit;
  readonly moreIs: "better" | "worse";
};

export const metricNames = [
  "visitors",
  "sessions",
  "pageviews",
  "views_per_session",
  "bounce_rate",
  "session_duration_s",
] as const;
export type MetricName = (typeof metricNames)[number];

/** The last ones are known only for single pages, events and forms, so not among the headline figures. */
export const columnNames = [
  ...metricNames,
  "time_on_page_s",
  "events",
  "searches",
  "form_starts",
  "form_submissions",
  "form_abandons",
  "completion_rate",
] as const;
export type ColumnName = (typeof columnNames)[number];

export const metrics: Readonly<Record<ColumnName, Metric>> = {
  visitors: {
    label: "Visitors",
    noun: { one: "visitor", many: "visitors" },
    unit: "count",
    moreIs: "better",
  },
  sessions: {
    label: "Sessions",
    noun: { one: "session", many: "sessions" },
    unit: "count",
    moreIs: "better",
  },
  pageviews: {
    label: "Pageviews",
    noun: { one: "pageview", many: "pageviews" },
    unit: "count",
    moreIs: "better",
  },
  views_per_session: {
    label: "Views per session",
    noun: null,
    unit: "ratio",
    moreIs: "better",
  },
  bounce_rate: { label: "Bounce rate", noun: null, unit: "rate", moreIs: "worse" },
  session_duration_s: {
    label: "Session duration",
    noun: null,
    unit: "duration_s",
    moreIs: "better",
  },
  events: {
    label: "Events",
    noun: { one: "event", many: "events" },
    unit: "count",
    moreIs: "better",
  },
  searches: {
    label: "Searches",
    noun: { one: "search", many: "searches" },
    unit: "count",
    moreIs: "better",
  },
  form_starts: {
    label: "Starts",
    noun: { one: "start", many: "starts" },
    unit: "count",
    moreIs: "better",
  },
  form_submissions: {
    label: "Submissions",
    noun: { one: "submission", many: "submissions" },
    unit: "count",
    moreIs: "better",
  },
  form_abandons: {
    label: "Abandoned",
    noun: { one: "abandoned", many: "abandoned" },
    unit: "count",
    moreIs: "worse",
  },
  completion_rate: { label: "Completion", noun: null, unit: "rate", moreIs: "better" },
  time_on_page_s: {
    label: "Time on page",
    noun: null,
    unit: "duration_s",
    moreIs: "better",
  },
};
