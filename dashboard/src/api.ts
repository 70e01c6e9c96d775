// The only module that talks to the server. Every failure becomes one ApiError with a sentence to show.
import * as v from "valibot";

import { credentialOf, currentAccess } from "./access/access";
import type { Contract } from "./contract";
import type { ColumnName } from "./metrics";
import type { Range } from "./period";
import {
  emptyAnswer,
  errorAnswer,
  installationAnswer,
  ledgerAnswer,
  linkAnswer,
  overviewAnswer,
  queryAnswer,
  realtimeAnswer,
  sessionAnswer,
  setupAnswer,
  sitesAnswer,
} from "./wire";
import type {
  Installation,
  Ledger,
  LinkUse,
  QueryAnswer,
  Realtime,
  Session,
  Site,
  SitesOverview,
} from "./wire";

/** access: nobody is signed in, or the token was refused. unreachable, unavailable: trying again may help. The rest: not. */
export type Failure = "access" | "unreachable" | "unavailable" | "refused" | "unexpected";

export class ApiError extends Error {
  readonly failure: Failure;
  /** The token that the request carried, or what stands for the sign-in. */
  readonly credential: string | null;
  /** What of the request is at fault, where the server says so. */
  readonly field: string | null;

  constructor(
    failure: Failure,
    sentence: string,
    credential: string | null,
    field: string | null = null,
  ) {
    super(sentence);
    this.name = "ApiError";
    this.failure = failure;
    this.credential = credential;
    this.field = field;
  }
}

export type Query = Omit<Contract["WireQuery"], "metrics" | "dimensions"> & {
  readonly metrics: readonly ColumnName[];
  readonly dimensions: readonly string[];
};

export const rangeFields = (range: Range) => ({ start_date: range.start, end_date: range.end });

const failureOf = (status: number): Failure => {
  if (status === 401) return "access";
  return status >= 500 || status === 429 ? "unavailable" : "refused";
};

/** With what a request is sent: a token, or the cookie of a sign-in and what goes with it. */
type Credentials = { readonly token: string | null; readonly csrf: string | null };

const nobody: Credentials = { token: null, csrf: null };

const credentials = (): Credentials => {
  const access = currentAccess();
  if (access.kind !== "granted") return nobody;
  return { token: access.token, csrf: access.token === null ? access.session.csrf : null };
};

/** The response to a request that the server did not refuse. */
const send = async (
  path: string,
  init: RequestInit,
  accept: string,
  { token, csrf }: Credentials,
): Promise<Response> => {
  const credential = token ?? csrf;
  const headers = new Headers({ Accept: accept });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (csrf !== null && init.method !== undefined) headers.set("X-CSRF-Token", csrf);
  if (init.body !== undefined) headers.set("Content-Type", "application/json");

  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers,
      credentials: token === null ? "same-origin" : "omit",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError("unreachable", "Footfall’s server cannot be reached.", credential);
  }
  if (response.ok) return response;
  const told = v.safeParse(errorAnswer, await response.json().catch(() => null));
  const sentence = told.success
    ? told.output.detail
    : `The server answered with status ${response.status}.`;
  const field = told.success ? told.output.field : null;
  throw new ApiError(failureOf(response.status), sentence, credential, field);
};

/** What the server answers, in the form that the schema says. Rejects with ApiError. */
export const request = async <TSchema extends v.GenericSchema>(
  schema: TSchema,
  path: string,
  init: RequestInit = {},
  own: Credentials = credentials(),
): Promise<v.InferOutput<TSchema>> => {
  const response = await send(path, init, "application/json", own);
  const body: unknown = await response.json().catch(() => null);
  const answer = v.safeParse(schema, body);
  if (!answer.success) {
    const issue = answer.issues[0];
    const field = v.getDotPath(issue) ?? "the answer";
    throw new ApiError(
      "unexpected",
      `The server answered in a form this page does not know (${field}); reload to update the page.`,
      own.token ?? own.csrf,
    );
  }
  return answer.output;
};

export const post = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  body: JSON.stringify(body),
  ...(signal === undefined ? {} : { signal }),
});

/** Who this browser is: by the token, or else by its cookie. */
export const fetchSession = (
  signal: AbortSignal | undefined,
  token: string | null,
): Promise<Session> =>
  request(sessionAnswer, "/api/session", signal === undefined ? {} : { signal }, {
    token,
    csrf: null,
  });

export const signIn = (name: string, password: string): Promise<Session> =>
  request(sessionAnswer, "/api/session", post({ name, password }), nobody);

export const signOut = async (): Promise<void> => {
  await request(emptyAnswer, "/api/session", { method: "DELETE" });
};

export const changePassword = (current: string, password: string): Promise<Session> =>
  request(sessionAnswer, "/api/session/password", {
    method: "PUT",
    body: JSON.stringify({ current, password }),
  });

export const fetchSetup = (signal: AbortSignal) =>
  request(setupAnswer, "/api/setup", { signal }, nobody);

/** What a link that works once is for. */
export const readLink = (link: string, signal: AbortSignal): Promise<LinkUse> =>
  request(linkAnswer, "/api/setup/link", post({ link }, signal), nobody);

/** Use a link up: name is the first administrator's, null where the account has one. */
export const spendLink = (link: string, password: string, name: string | null): Promise<Session> =>
  request(
    sessionAnswer,
    "/api/setup",
    post({ link, password, ...(name === null ? {} : { name }) }),
    nobody,
  );

export const fetchSites = async (signal?: AbortSignal): Promise<readonly Site[]> =>
  (await request(sitesAnswer, "/api/sites", signal === undefined ? {} : { signal })).sites;

/** Where the API has a site, and what belongs to it. */
export const sitePath = (siteId: string, rest = ""): string =>
  `/api/sites/${encodeURIComponent(siteId)}${rest}`;

export const fetchInstallation = (siteId: string, signal: AbortSignal): Promise<Installation> =>
  request(installationAnswer, sitePath(siteId, "/installation"), { signal });

/** What became of every event of the last hours, at one site, or at all where siteId is null. */
export const fetchLedger = (
  hours: number,
  siteId: string | null,
  signal: AbortSignal,
): Promise<Ledger> => {
  const asked = new URLSearchParams({ hours: String(hours) });
  if (siteId !== null) asked.set("site_id", siteId);
  return request(ledgerAnswer, `/api/ledger?${asked.toString()}`, { signal });
};

/** Every site with its last 30 days. */
export const fetchOverview = (signal: AbortSignal): Promise<SitesOverview> =>
  request(overviewAnswer, "/api/overview", { signal });

/** The last half hour of a site, without its single events. */
export const fetchRealtime = (siteId: string, signal: AbortSignal): Promise<Realtime> =>
  request(realtimeAnswer, sitePath(siteId, "/realtime?events=false"), { signal });

/** The same as server-sent events, which go on until the signal. By fetch: EventSource can send no token. */
export const openRealtime = async (
  siteId: string,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> => {
  const path = sitePath(siteId, "/realtime/stream");
  const { body } = await send(path, { signal, cache: "no-store" }, "text/event-stream", credentials());
  return body ?? new ReadableStream();
};

export const runQuery = async (query: Query, signal: AbortSignal): Promise<QueryAnswer> => {
  const answer = await request(queryAnswer, "/api/query", post(query, signal));
  const odd = answer.rows.some(
    (row) =>
      row.metrics.length !== query.metrics.length ||
      row.dimensions.length !== query.dimensions.length,
  );
  if (odd)
    throw new ApiError(
      "unexpected",
      "The server answered with other columns than were asked for; reload to update the page.",
      credentialOf(currentAccess()),
    );
  return answer;
};

export type Download = { readonly name: string; readonly content: Blob };

/** An answer as a file, named as the server says. Rejects with ApiError. */
export const download = async (
  path: string,
  init: RequestInit,
  accept: string,
  otherwise: string,
): Promise<Download> => {
  const response = await send(path, init, accept, credentials());
  const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  try {
    return { name: name ?? otherwise, content: await response.blob() };
  } catch {
    throw new ApiError("unreachable", "The download broke off.", credentialOf(currentAccess()));
  }
};

/** The rows of a query as a file of CSV. */
export const fetchCsv = (query: Query): Promise<Download> =>
  download("/api/query.csv", post(query), "text/csv", "footfall.csv");
