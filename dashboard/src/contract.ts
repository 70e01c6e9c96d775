// Generated from contract/openapi.json by `npm run contract`; not to be edited.

/**
 * How a filter compares a dimension's value with given ones.
 */
export type Operator = "is" | "is_not" | "contains" | "does_not_contain" | "matches";

export interface Contract {
  readonly Ledger: Ledger;
  readonly WireAnswer: WireAnswer;
  readonly WireError: WireError;
  readonly WireInstallation: WireInstallation;
  readonly WireLink: WireLink;
  readonly WireQuery: WireQuery;
  readonly WireSession: WireSession;
  readonly WireSetup: WireSetup;
  readonly WireSites: WireSites;
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
export interface WireLink {
  readonly purpose: "setup" | "password";
  /**
   * Whose password; null for the set-up.
   */
  readonly name: string | null;
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
export interface WireSetup {
  /**
   * Whether a set-up link may make the first administrator.
   */
  readonly needs_administrator: boolean;
}
export interface WireSites {
  readonly sites: readonly WireSiteStatus[];
}
/**
 * last_event_at: when its newest event was received; null before the first.
 */
export interface WireSiteStatus {
  readonly site_id: string;
  readonly timezone: string;
  readonly created_at: string;
  readonly last_event_at: string | null;
}
