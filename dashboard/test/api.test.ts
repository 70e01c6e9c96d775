import { afterEach, expect, test, vi } from "vitest";

import { grant, invitationIn, leave, tokenIn } from "../src/access/access";
import { ApiError, fetchSites, runQuery, signIn, signOut, type Query } from "../src/api";
import { tagFor } from "../src/install/tag";

const query: Query = {
  site_id: "demo",
  start_date: "2026-11-01",
  end_date: "2026-11-22",
  metrics: ["visitors", "bounce_rate"],
  dimensions: [],
};

const answerWith = (status: number, body: unknown) => {
  const server = vi.fn<typeof fetch>(() =>
    Promise.resolve(
      new Response(typeof body === "string" ? body : JSON.stringify(body), { status }),
    ),
  );
  vi.stubGlobal("fetch", server);
  return server;
};

const failureOf = async (work: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error("expected an ApiError");
  return error;
};

const run = () => runQuery(query, new AbortController().signal);

const session = {
  kind: "user",
  name: "ada",
  everywhere: "owner",
  sites: {},
  csrf: "shown",
} as const;

afterEach(() => {
  leave();
  vi.unstubAllGlobals();
});

test("an answer comes through, and the token goes along as a bearer token", async () => {
  const server = answerWith(200, {
    sites: [{ site_id: "demo", timezone: "UTC", created_at: "x", last_event_at: null, first_date: null }],
  });
  grant({ ...session, kind: "token", name: null, csrf: null }, "secret");
  await expect(fetchSites()).resolves.toEqual([
    { site_id: "demo", timezone: "UTC", last_event_at: null, first_date: null },
  ]);
  const headers = new Headers(server.mock.calls[0]?.[1]?.headers);
  expect(headers.get("Authorization")).toBe("Bearer secret");
  expect(server.mock.calls[0]?.[1]?.credentials).toBe("omit");
});

test("a sign-in goes along as its cookie, and what changes something shows what goes with it", async () => {
  const server = answerWith(200, { sites: [] });
  grant(session, null);
  await fetchSites();
  await signOut().catch(() => undefined);
  await failureOf(run());
  const sent = server.mock.calls.map(([, init]) => [
    init?.credentials,
    new Headers(init?.headers).get("X-CSRF-Token"),
    new Headers(init?.headers).get("Authorization"),
  ]);
  expect(sent).toEqual([
    ["same-origin", null, null],
    ["same-origin", "shown", null],
    ["same-origin", "shown", null],
  ]);
});

test("an answer without a body is one", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  grant(session, null);
  await expect(signOut()).resolves.toBeUndefined();
});

test("too many tries are said in the server's words", async () => {
  answerWith(429, { error: "too_many_requests", detail: "Try again in 3 minutes." });
  const error = await failureOf(signIn("ada", "wrong"));
  expect([error.failure, error.message]).toEqual(["unavailable", "Try again in 3 minutes."]);
});

test("a refused token is told apart, with the token that was refused", async () => {
  answerWith(401, { error: "unauthorized", detail: "A token is needed." });
  grant(session, "old");
  const error = await failureOf(fetchSites());
  expect([error.failure, error.credential]).toEqual(["access", "old"]);
});

test("the server's own sentence is shown", async () => {
  answerWith(422, { error: "bad_query", detail: "start_date is not a date." });
  const error = await failureOf(run());
  expect([error.failure, error.message]).toEqual(["refused", "start_date is not a date."]);
});

test("a failure without a sentence gets one, and may be tried again", async () => {
  answerWith(502, "<html>Bad gateway</html>");
  const error = await failureOf(run());
  expect([error.failure, error.message]).toEqual([
    "unavailable",
    "The server answered with status 502.",
  ]);
});

test("an answer of another form names the field instead of drawing nonsense", async () => {
  answerWith(200, {
    timezone: "UTC",
    now: "2026-11-22T00:00:00Z",
    rows: [{ dimensions: [], metrics: ["12", 0.4] }],
    total_rows: 1,
  });
  const error = await failureOf(run());
  expect(error.failure).toBe("unexpected");
  expect(error.message).toContain("rows.0.metrics.0");
});

test("an answer with fewer columns than asked for is refused", async () => {
  answerWith(200, {
    timezone: "UTC",
    now: "2026-11-22T00:00:00Z",
    rows: [{ dimensions: [], metrics: [12] }],
    total_rows: 1,
  });
  expect((await failureOf(run())).failure).toBe("unexpected");
});

test("a server that cannot be reached is said to be so", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  const error = await failureOf(run());
  expect([error.failure, error.message]).toEqual([
    "unreachable",
    "Footfall’s server cannot be reached.",
  ]);
});

test("the token is read from the link's fragment only", () => {
  expect(tokenIn("#token=abc-123_x")).toBe("abc-123_x");
  expect(["", "#", "#token=", "#other=1"].map(tokenIn)).toEqual([null, null, null, null]);
});

test("a link that works once says what it is for", () => {
  expect(invitationIn("#setup=abc")).toEqual({ purpose: "setup", secret: "abc" });
  expect(invitationIn("#password=x-_1")).toEqual({ purpose: "password", secret: "x-_1" });
  expect(["", "#token=abc", "#setup="].map(invitationIn)).toEqual([null, null, null]);
});

test("a site's name cannot break out of its tag", () => {
  expect(tagFor("https://stats.example.com", ' my"><b>&site ')).toBe(
    '<script defer src="https://stats.example.com/tracking.js" data-site="my&quot;>&lt;b>&amp;site"></script>',
  );
});
