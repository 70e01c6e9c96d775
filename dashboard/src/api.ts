// The only module that talks to the server. Every failure becomes one ApiError with a sentence to show.
import * as v from "valibot";

import { currentAccess } from "./access/access";
import type { ColumnName } from "./metrics";
import type { Range } from "./period";
import { errorAnswer, installationAnswer, ledgerAnswer, queryAnswer, sitesAnswer } from "./wire";
import type { Installation, Ledger, QueryAnswer, Site } from "./wire";

/** access: the token was refused. unreachable, unavailable: trying again may help. The rest: not. */
export type Failure = "access" | "unreachable" | "unavailable" | "refused" | "unexpected";

export class ApiError extends Error {
  readonly failure: Failure;
  /** The token the request carried. */
  readonly token: string | null;

  constructor(failure: Failure, sentence: string, token: string | null) {
    super(sentence);
    this.name = "ApiError";
    this.failure = failure;
    this.token = token;
  }
}

export type Query = {
  readonly site_id: string;
  readonly start_date: string;
  readonly end_date: string;
  readonly metrics: readonly ColumnName[];
  readonly dimensions: readonly string[];
  readonly limit?: number;
  readonly comparison?: { readonly start_date: string; readonly end_date: string };
};

export const rangeFields = (range: Range) => ({ start_date: range.start, end_date: range.end });

const failureOf = (status: number): Failure => {
  if (status === 401) return "access";
  return status >= 500 || status === 429 ? "unavailable" : "refused";
};

const request = async <TSchema extends v.GenericSchema>(
  schema: TSchema,
  path: string,
  init: RequestInit,
  token: string | null,
): Promise<v.InferOutput<TSchema>> => {
  const headers = new Headers({ Accept: "application/json" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (init.body !== undefined) headers.set("Content-Type", "application/json");

  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: "omit" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("unreachable", "Footfall’s server cannot be reached.", token);
  }
  const body: unknown = await response.json().catch(() => null);

  if (!response.ok) {
    const told = v.safeParse(errorAnswer, body);
    const sentence = told.success
      ? told.output.detail
      : `The server answered with status ${response.status}.`;
    throw new ApiError(failureOf(response.status), sentence, token);
  }
  const answer = v.safeParse(schema, body);
  if (!answer.success) {
    const issue = answer.issues[0];
    const field = v.getDotPath(issue) ?? "the answer";
    throw new ApiError(
      "unexpected",
      `The server answered in a form this page does not know (${field}); reload to update the page.`,
      token,
    );
  }
  return answer.output;
};

const grantedToken = (): string | null => {
  const access = currentAccess();
  return access.kind === "granted" ? access.token : null;
};

export const fetchSites = async (
  signal?: AbortSignal,
  token: string | null = grantedToken(),
): Promise<readonly Site[]> => {
  const init: RequestInit = signal === undefined ? {} : { signal };
  return (await request(sitesAnswer, "/api/sites", init, token)).sites;
};

export const fetchInstallation = (siteId: string, signal: AbortSignal): Promise<Installation> =>
  request(
    installationAnswer,
    `/api/sites/${encodeURIComponent(siteId)}/installation`,
    { signal },
    grantedToken(),
  );

/** What became of every event of the last hours, of all sites. */
export const fetchLedger = (hours: number, signal: AbortSignal): Promise<Ledger> =>
  request(ledgerAnswer, `/api/ledger?hours=${hours}`, { signal }, grantedToken());

export const runQuery = async (query: Query, signal: AbortSignal): Promise<QueryAnswer> => {
  const token = grantedToken();
  const answer = await request(
    queryAnswer,
    "/api/query",
    { method: "POST", body: JSON.stringify(query), signal },
    token,
  );
  const odd = answer.rows.some(
    (row) =>
      row.metrics.length !== query.metrics.length ||
      row.dimensions.length !== query.dimensions.length,
  );
  if (odd)
    throw new ApiError(
      "unexpected",
      "The server answered with other columns than were asked for; reload to update the page.",
      token,
    );
  return answer;
};
