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

const counted = (
  label: string,
  one: string,
  many: string,
  moreIs: Metric["moreIs"] = "better",
): Metric => ({ label, noun: { one, many }, unit: "count", moreIs });

export const metrics: Readonly<Record<ColumnName, Metric>> = {
  visitors: counted("Visitors", "visitor", "visitors"),
  sessions: counted("Sessions", "session", "sessions"),
  pageviews: counted("Pageviews", "pageview", "pageviews"),
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
  events: counted("Events", "event", "events"),
  searches: counted("Searches", "search", "searches"),
  form_starts: counted("Starts", "start", "starts"),
  form_submissions: counted("Submissions", "submission", "submissions"),
  form_abandons: counted("Abandoned", "abandoned", "abandoned", "worse"),
  completion_rate: { label: "Completion", noun: null, unit: "rate", moreIs: "better" },
  time_on_page_s: {
    label: "Time on page",
    noun: null,
    unit: "duration_s",
    moreIs: "better",
  },
};
