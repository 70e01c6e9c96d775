// Generated from contract/openapi.json by `npm run contract`; not to be edited.

/**
 * How a filter compares a dimension's value with given ones.
 */
export type Operator = "is" | "is_not" | "contains" | "does_not_contain" | "matches";

export interface Contract {
  readonly Ledger: Ledger;
  readonly WireAnswer: WireAnswer;
  readonly WireCleared: WireCleared;
  readonly WireErasure: WireErasure;
  readonly WireError: WireError;
  readonly WireInstallation: WireInstallation;
  readonly WireInvitation: WireInvitation;
  readonly WireKeys: WireKeys;
  readonly WireLink: WireLink;
  readonly WireNewKey: WireNewKey;
  readonly WireOverview: WireOverview;
  readonly WireQuality: WireQuality;
  readonly WireQuery: WireQuery;
  readonly WireRealtime: WireRealtime;
  readonly WireSecret: WireSecret;
  readonly WireSession: WireSession;
  readonly WireSessionsQuery: WireSessionsQuery;
  readonly WireSetup: WireSetup;
  readonly WireSite: WireSite;
  readonly WireSiteInvitation: WireSiteInvitation;
  readonly WireSiteUsers: WireSiteUsers;
  readonly WireSites: WireSites;
  readonly WireUser: WireUser;
  readonly WireUsers: WireUsers;
  readonly WireTimeline: WireTimeline;
  readonly WireVisits: WireVisits;
  readonly WireVitalsAnswer: WireVitalsAnswer;
  readonly WireVitalsQuery: WireVitalsQuery;
}
export interface Ledger {
  readonly start: string;
  readonly end: string;
  readonly balanced: boolean;
  readonly total: Balance;
  readonly hours: readonly HourBalance[];
  readonly missing: readonly MissingEvents[];
}
/**
 * received = stored + duplicate + dropped + dead_letter + waiting; difference is what that leaves.
 */
export interface Balance {
  readonly received: number;
  readonly stored: number;
  /**
   * Came again, and counts once.
   */
  readonly duplicate: number;
  /**
   * Reason to events.
   */
  readonly dropped: Record<string, number>;
  /**
   * Set aside: `footfall dead-letters list`.
   */
  readonly dead_letter: number;
  /**
   * In the spool, until the database is back.
   */
  readonly waiting: number;
  readonly difference: number;
}
export interface HourBalance {
  readonly received: number;
  readonly stored: number;
  /**
   * Came again, and counts once.
   */
  readonly duplicate: number;
  /**
   * Reason to events.
   */
  readonly dropped: Record<string, number>;
  /**
   * Set aside: `footfall dead-letters list`.
   */
  readonly dead_letter: number;
  /**
   * In the spool, until the database is back.
   */
  readonly waiting: number;
  readonly difference: number;
  /**
   * (unknown): no site that exists was named.
   */
  readonly site_id: string;
  readonly hour: string;
}
/**
 * By the numbers that trackers give their events; a lower bound.
 */
export interface MissingEvents {
  readonly site_id: string;
  readonly arrived: number;
  readonly missing: number;
}
/**
 * `query` as it was understood; `now` is the server's time, for marking unfinished buckets.
 */
export interface WireAnswer {
  readonly query: WireQuery;
  readonly timezone: string;
  readonly now: string;
  readonly rows: readonly WireRow[];
  readonly total_rows: number;
}
/**
 * The body of POST /api/query. Names of metrics and dimensions are those of /api/vocabulary.
 */
export interface WireQuery {
  readonly start_date: string;
  readonly end_date: string;
  readonly site_id: string;
  /**
   * @maxItems 100
   */
  readonly metrics: readonly string[];
  /**
   * None for one row of totals, or one name.
   *
   * @maxItems 100
   */
  readonly dimensions?: readonly string[] | undefined;
  /**
   * Sessions that meet all of them are counted; /api/vocabulary says how.
   *
   * @maxItems 50
   */
  readonly filters?: readonly (WireCondition | WireAllOf | WireAnyOf)[] | undefined;
  /**
   * Only rows whose key holds one of these; capitals and small letters are the same. The figures of a row do not change.
   *
   * @maxItems 300
   */
  readonly search?: readonly string[] | undefined;
  /**
   * A breakdown's first metric, the largest first, unless told; a series by time.
   */
  readonly order?: WireOrder | null | undefined;
  /**
   * Rows at most; 100 unless told. A series over time is whole unless told, and so is a table as CSV.
   */
  readonly limit?: number | null | undefined;
  readonly offset?: number | undefined;
  /**
   * Whether traffic that is flagged as no person's counts, too.
   */
  readonly include_bots?: boolean | undefined;
  /**
   * A second range: series are lined up by position, other rows by equal key.
   */
  readonly comparison?: WirePeriod | null | undefined;
}
/**
 * Sessions by one dimension; /api/vocabulary says what each chooses. Any of the values will do.
 */
export interface WireCondition {
  readonly dimension: string;
  readonly operator: Operator;
  /**
   * @minItems 1
   * @maxItems 100
   */
  readonly values: readonly string[];
}
/**
 * Sessions that meet each of the filters.
 */
export interface WireAllOf {
  /**
   * @minItems 1
   * @maxItems 50
   */
  readonly and: readonly (WireCondition | WireAllOf | WireAnyOf)[];
}
/**
 * Sessions that meet at least one of the filters.
 */
export interface WireAnyOf {
  /**
   * @minItems 1
   * @maxItems 50
   */
  readonly or: readonly (WireCondition | WireAllOf | WireAnyOf)[];
}
/**
 * Rows without a value come last either way; ties by key.
 */
export interface WireOrder {
  /**
   * One of the metrics asked for, or `key`.
   */
  readonly by: string;
  readonly direction?: "asc" | "desc" | undefined;
}
/**
 * Days, both inclusive, in the site's time zone.
 */
export interface WirePeriod {
  readonly start_date: string;
  readonly end_date: string;
}
export interface WireRow {
  readonly dimensions: readonly string[];
  readonly metrics: readonly (number | null)[];
  readonly comparison: readonly (number | null)[] | null;
}
export interface WireCleared {
  readonly site_id: string;
  /**
   * Table to rows.
   */
  readonly removed: Record<string, number>;
}
export interface WireErasure {
  readonly erased: boolean;
  /**
   * Those where something was found.
   */
  readonly sites: readonly WireFound[];
}
export interface WireFound {
  readonly site_id: string;
  /**
   * Table to rows; spool: events that wait on disk.
   */
  readonly counts: Record<string, number>;
}
export interface WireError {
  readonly error: string;
  readonly detail: string;
  readonly field?: string | null | undefined;
}
/**
 * snippet: the element to put on every page of the site.
 */
export interface WireInstallation {
  readonly site_id: string;
  readonly snippet: string;
  readonly last_event: WireLastEvent | null;
}
export interface WireLastEvent {
  readonly event_type: string;
  readonly path: string | null;
  readonly received_at: string;
}
/**
 * link: the secret that stands behind /dashboard/#password= in the link; shown here and never again.
 */
export interface WireInvitation {
  readonly user: WireUser;
  readonly link: string;
}
export interface WireUser {
  readonly user_id: number;
  readonly name: string;
  /**
   * Whether it may do everything, at every site.
   */
  readonly is_admin: boolean;
  /**
   * Whether a link was used to choose one.
   */
  readonly has_password: boolean;
  /**
   * Site to role.
   */
  readonly roles: Record<string, "viewer" | "editor" | "owner">;
  readonly created_at: string;
  readonly disabled_at: string | null;
  /**
   * To the hour.
   */
  readonly last_login_at: string | null;
}
export interface WireKeys {
  readonly keys: readonly WireKey[];
}
/**
 * A key without its text. last_used_at is to the hour.
 */
export interface WireKey {
  readonly key_id: string;
  readonly name: string;
  readonly scope: "ingest" | "read" | "admin";
  /**
   * The only site it is for; null: all.
   */
  readonly site_id: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
}
export interface WireLink {
  readonly purpose: "setup" | "password";
  /**
   * Whose password; null for the set-up.
   */
  readonly name: string | null;
}
export interface WireNewKey {
  readonly key_id: string;
  readonly name: string;
  readonly scope: "ingest" | "read" | "admin";
  /**
   * The only site it is for; null: all.
   */
  readonly site_id: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  /**
   * Shown here and never again.
   */
  readonly key: string;
}
/**
 * total_sites: how many the caller may read; no more than 1,000 are told.
 */
export interface WireOverview {
  readonly now: string;
  /**
   * Those heard from last are the first.
   *
   * @maxItems 1000
   */
  readonly sites: readonly WireGlance[];
  readonly total_sites: number;
}
/**
 * Of people. The days are the site's own, the last one is today there.
 */
export interface WireGlance {
  readonly site_id: string;
  readonly timezone: string;
  readonly start_date: string;
  readonly end_date: string;
  /**
   * Distinct visitors of these 30 days.
   */
  readonly visitors: number;
  /**
   * Distinct visitors of the 30 days before.
   */
  readonly visitors_before: number;
  /**
   * Distinct visitors with any event in the last 5 minutes.
   */
  readonly current_visitors: number;
  /**
   * Distinct visitors of each day, 30 of them.
   */
  readonly visitors_by_day: readonly number[];
  /**
   * When its newest event was received; null before the first.
   */
  readonly last_event_at: string | null;
}
/**
 * since: how far back the newest events that were looked at reach; start, unless there are many.
 */
export interface WireQuality {
  readonly site_id: string;
  readonly start: string;
  readonly since: string;
  readonly end: string;
  /**
   * Events, the newest 50,000 at most.
   */
  readonly looked_at: number;
  readonly checks: readonly WireCheck[];
}
/**
 * finding: a sentence with the figure, which is count out of `of`.
 */
export interface WireCheck {
  readonly name: string;
  readonly title: string;
  /**
   * fine; look: look at it; problem; unknown: not enough data to tell.
   */
  readonly verdict: "fine" | "look" | "problem" | "unknown";
  readonly finding: string;
  readonly meaning: string;
  /**
   * What to do; empty where all is well.
   */
  readonly advice: string;
  readonly count: number | null;
  readonly of: number | null;
  readonly examples: readonly WireExample[];
}
export interface WireExample {
  readonly label: string;
  readonly count: number;
  /**
   * The newest of them, where that is told.
   */
  readonly at: string | null;
}
export interface WireRealtime {
  /**
   * When it was read.
   */
  readonly now: string;
  /**
   * Distinct visitors with any event in the last 5 minutes.
   */
  readonly current_visitors: number;
  /**
   * Distinct visitors with any event in the window.
   */
  readonly visitors: number;
  readonly pageviews: number;
  /**
   * Events of whom is judged to be no person, in the window.
   */
  readonly flagged_events: number;
  /**
   * All 30, the oldest first.
   */
  readonly minutes: readonly WireMinute[];
  /**
   * At most 10, the most visitors first; so the others.
   */
  readonly pages: readonly WirePageCount[];
  readonly sources: readonly WireVisitorCount[];
  readonly countries: readonly WireVisitorCount[];
  readonly devices: readonly WireVisitorCount[];
  /**
   * The newest 100 at most, flagged ones too, in the order they came, the newest first.
   */
  readonly events: readonly WireIncoming[];
}
export interface WireMinute {
  readonly minute: string;
  readonly visitors: number;
  readonly pageviews: number;
}
export interface WirePageCount {
  readonly value: string;
  readonly visitors: number;
  readonly pageviews: number;
}
export interface WireVisitorCount {
  readonly value: string;
  readonly visitors: number;
}
/**
 * session: a name for whose event it is, to tell visits apart; it changes with each start of the API.
 */
export interface WireIncoming {
  /**
   * The event's own id, as in `events_log.event_id`.
   */
  readonly id: string;
  readonly received_at: string;
  /**
   * When it happened, by the client's word where that is believed.
   */
  readonly timestamp: string;
  readonly event_type: string;
  readonly path: string | null;
  readonly country: string | null;
  readonly browser: string | null;
  readonly device: string | null;
  /**
   * Judged to be no person's, so in no figure.
   */
  readonly is_bot: boolean;
  readonly bot_reasons: readonly string[];
  readonly session: string;
}
export interface WireSecret {
  readonly site_id: string;
  /**
   * Shown here and never again.
   */
  readonly secret: string;
}
/**
 * Who is calling, and what they may do: everywhere, or else at single sites.
 */
export interface WireSession {
  readonly kind: "user" | "key" | "token";
  /**
   * The user's name, else null.
   */
  readonly name: string | null;
  /**
   * The role at every site; owner: an administrator of the installation.
   */
  readonly everywhere: ("viewer" | "editor" | "owner") | null;
  /**
   * Site to role.
   */
  readonly sites: Record<string, "viewer" | "editor" | "owner">;
  /**
   * With the cookie, whatever is no GET must send this as X-CSRF-Token.
   */
  readonly csrf: string | null;
  /**
   * When the browser must sign in again at the latest.
   */
  readonly expires_at: string | null;
}
/**
 * The body of POST /api/sessions. The sessions are those that /api/query counts for this range.
 */
export interface WireSessionsQuery {
  readonly start_date: string;
  readonly end_date: string;
  readonly site_id: string;
  /**
   * Only sessions that meet all of them; /api/vocabulary says how.
   *
   * @maxItems 50
   */
  readonly filters?: readonly (WireCondition | WireAllOf | WireAnyOf)[] | undefined;
  /**
   * Whether traffic that is flagged as no person's comes, too.
   */
  readonly include_bots?: boolean | undefined;
  /**
   * The `next` of the answer before: sessions behind that one.
   */
  readonly after?: string | null | undefined;
  /**
   * Sessions at most; 50 unless told, and as CSV all of them.
   */
  readonly limit?: number | null | undefined;
}
export interface WireSetup {
  /**
   * Whether a set-up link may make the first administrator.
   */
  readonly needs_administrator: boolean;
}
/**
 * A site with everything that its operator decides; `settings` holds all, defaults included.
 */
export interface WireSite {
  readonly site_id: string;
  readonly timezone: string;
  /**
   * Hosts; `*.` for sub-domains. Empty: all.
   */
  readonly allowed_domains: readonly string[];
  readonly settings: SiteSettings;
  /**
   * Whether events must be signed.
   */
  readonly has_secret: boolean;
  /**
   * operator, or event where the site made itself.
   */
  readonly registered_by: string;
  readonly created_at: string;
  readonly updated_at: string;
}
/**
 * What a site's owner chose, as `sites.settings` holds it; every key may be left out.
 */
export interface SiteSettings {
  /**
   * flag: keep what bots do apart from the reports. drop: do not keep it.
   */
  readonly bots?: "flag" | "drop" | undefined;
  /**
   * Whether Do Not Track and Global Privacy Control stop everything.
   */
  readonly respect_dnt?: boolean | undefined;
  /**
   * How much of what visitors do may be kept.
   */
  readonly privacy?: "standard" | "gdpr" | "hipaa" | undefined;
  /**
   * Query parameters of page addresses that are kept besides the usual.
   *
   * @maxItems 100
   */
  readonly query_parameters?: readonly string[] | undefined;
  /**
   * Whether events need an ingest key of the site.
   */
  readonly requires_key?: boolean | undefined;
  /**
   * More events than this in a minute are answered by 429.
   */
  readonly events_per_minute?: number | null | undefined;
  /**
   * Days after which raw events are removed; none: they are kept. Sums stay.
   */
  readonly keep_events_days?: number | null | undefined;
  /**
   * Days after which sessions, pageviews, events and forms are removed. Sums stay.
   */
  readonly keep_details_days?: number | null | undefined;
  readonly script?: ScriptOptions | undefined;
}
/**
 * Options of the tracking script for /pixel/SITE/tracking.js, as storage or sampleRate.
 */
export interface ScriptOptions {
  readonly storage?: ("local" | "none") | null | undefined;
  readonly consent?: "required" | null | undefined;
  readonly sampleRate?: number | null | undefined;
  readonly exclude?: string | null | undefined;
  readonly trackHash?: boolean | null | undefined;
  readonly hashRouting?: boolean | null | undefined;
  readonly formValues?: boolean | null | undefined;
  readonly webVitals?: boolean | null | undefined;
  readonly textPreview?: boolean | null | undefined;
  readonly trackPageViews?: boolean | null | undefined;
  readonly trackClicks?: boolean | null | undefined;
  readonly trackForms?: boolean | null | undefined;
  readonly trackScrollDepth?: boolean | null | undefined;
  readonly trackTextSelection?: boolean | null | undefined;
  readonly trackPageVisibility?: boolean | null | undefined;
  readonly enableSpaDetection?: boolean | null | undefined;
}
export interface WireSiteInvitation {
  readonly user_id: number;
  readonly name: string;
  readonly role: "viewer" | "editor" | "owner";
  readonly has_password: boolean;
  /**
   * Where the account is new: the secret behind /dashboard/#password= in its link.
   */
  readonly link: string | null;
}
export interface WireSiteUsers {
  readonly users: readonly WireSiteUser[];
}
export interface WireSiteUser {
  readonly user_id: number;
  readonly name: string;
  readonly role: "viewer" | "editor" | "owner";
  readonly has_password: boolean;
}
export interface WireSites {
  readonly sites: readonly WireSiteStatus[];
}
/**
 * last_event_at: when its newest event was received; null before the first. first_date: its first day
 * of which there are figures, in its time zone; null before.
 */
export interface WireSiteStatus {
  readonly site_id: string;
  readonly timezone: string;
  readonly created_at: string;
  readonly last_event_at: string | null;
  readonly first_date: string | null;
}
export interface WireUsers {
  readonly users: readonly WireUser[];
}
/**
 * steps: the oldest first. next: `after` of the next steps; null after the last. others: the visitor's
 * newest other sessions; more_others: whether there are more.
 */
export interface WireTimeline {
  readonly timezone: string;
  readonly now: string;
  readonly session: WireVisit;
  readonly steps: readonly WireStep[];
  readonly next: string | null;
  readonly others: readonly WireVisit[];
  readonly more_others: boolean;
}
/**
 * One session. Where it came from, the place and the browser are those of its first pageview.
 */
export interface WireVisit {
  /**
   * Names the session in other requests; not the id that was sent.
   */
  readonly id: string;
  /**
   * A name made of a hash of the visitor's id, as Teal Otter 3f9c.
   */
  readonly visitor: string;
  /**
   * Whether an earlier session of the visitor's id is kept.
   */
  readonly seen_before: boolean;
  readonly started_at: string;
  readonly ended_at: string;
  /**
   * Seconds from the first event to the last.
   */
  readonly duration_s: number;
  /**
   * Milliseconds that its pages were visible and in use.
   */
  readonly engaged_ms: number;
  readonly pageviews: number;
  /**
   * Events other than pageviews.
   */
  readonly events: number;
  readonly bounce: boolean;
  readonly entry_page: string | null;
  readonly exit_page: string | null;
  readonly source: string;
  readonly referrer: string | null;
  readonly channel: string | null;
  readonly utm_campaign: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly browser: string | null;
  readonly os: string | null;
  readonly device: string | null;
  readonly is_bot: boolean;
}
/**
 * A pageview or another event; what does not apply is null.
 */
export interface WireStep {
  readonly id: string;
  readonly kind: "pageview" | "event";
  readonly at: string;
  /**
   * `pageview`, or the event's name.
   */
  readonly name: string;
  readonly path: string | null;
  readonly title: string | null;
  readonly referrer: string | null;
  readonly search_term: string | null;
  readonly is_not_found: boolean;
  readonly time_on_page_s: number | null;
  /**
   * Of a pageview in all, of an event by then.
   */
  readonly engaged_ms: number | null;
  readonly scroll_percentage: number | null;
  readonly link_url: string | null;
  readonly is_outbound: boolean;
  readonly is_download: boolean;
  readonly form_id: string | null;
  /**
   * Of a submitted form; never what was written.
   */
  readonly field_names: readonly string[] | null;
  readonly web_vital: string | null;
  /**
   * Milliseconds; of CLS a number without unit.
   */
  readonly web_vital_value: number | null;
  /**
   * As sent, secrets redacted.
   */
  readonly properties: Record<string, unknown> | null;
}
/**
 * `query` as it was understood. sessions: the newest first. next: `after` of the next page; null after the
 * last.
 */
export interface WireVisits {
  readonly query: WireSessionsQuery;
  readonly timezone: string;
  readonly now: string;
  readonly sessions: readonly WireVisit[];
  readonly next: string | null;
}
/**
 * `query` as it was understood; `now` is the server's time; vitals says what each is and its thresholds.
 */
export interface WireVitalsAnswer {
  readonly query: WireVitalsQuery;
  readonly timezone: string;
  readonly now: string;
  readonly vitals: readonly WireVital[];
  readonly rows: readonly WireVitalsRow[];
  readonly total_rows: number;
}
/**
 * The body of POST /api/web-vitals. Dimensions and filters are those of /api/vocabulary.
 */
export interface WireVitalsQuery {
  readonly start_date: string;
  readonly end_date: string;
  readonly site_id: string;
  /**
   * Some of LCP, INP, CLS, FCP, TTFB; all unless told. A breakdown takes one.
   *
   * @maxItems 100
   */
  readonly vitals?: readonly string[] | undefined;
  /**
   * None for a row a vital, or one name: `time:day`, `time:week` or `time:month` for every bucket of the range, `page` or a property of sessions for a row a value.
   *
   * @maxItems 100
   */
  readonly dimensions?: readonly string[] | undefined;
  /**
   * Only measurements of sessions that meet all of them, and where they ask for pages, on these.
   *
   * @maxItems 50
   */
  readonly filters?: readonly (WireCondition | WireAllOf | WireAnyOf)[] | undefined;
  /**
   * Whether traffic that is flagged as no person's counts, too.
   */
  readonly include_bots?: boolean | undefined;
  /**
   * A second range: series are lined up by position, other rows by equal key.
   */
  readonly comparison?: WirePeriod | null | undefined;
  /**
   * Of a breakdown: the largest first; ties by key.
   */
  readonly order_by?: "measurements" | "p50" | "p75" | "p90" | undefined;
  /**
   * Of a breakdown; 100 unless told.
   */
  readonly limit?: number | null | undefined;
  readonly offset?: number | undefined;
}
/**
 * A value up to good_to is good, one above poor_above is poor; what is between needs improvement.
 */
export interface WireVital {
  readonly name: string;
  /**
   * milliseconds or none, of values, percentiles and thresholds.
   */
  readonly unit: string;
  readonly good_to: number;
  readonly poor_above: number;
  readonly definition: string;
}
export interface WireVitalsRow {
  readonly dimensions: readonly string[];
  readonly vital: string;
  readonly figures: WireMeasured;
  readonly comparison: WireMeasured | null;
}
/**
 * Percentiles in the vital's unit, shares from 0 to 1; null without a measurement.
 */
export interface WireMeasured {
  readonly measurements: number;
  readonly p50: number | null;
  readonly p75: number | null;
  readonly p90: number | null;
  readonly good_share: number | null;
  readonly needs_improvement_share: number | null;
  readonly poor_share: number | null;
}
