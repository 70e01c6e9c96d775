import { expect, test } from "vitest";

import { allSites, fresh, initial, parse, write, type PageState } from "../src/state";

test("an empty address is the initial state, and the initial state an empty address", () => {
  expect(parse("")).toEqual(initial);
  expect(write(initial)).toBe("");
});

test.each<PageState>([
  { ...initial, site: "shop.example.com" },
  { ...initial, find: "a b&c/" },
  { ...initial, site: "shop", view: "realtime" },
  { ...initial, site: "a&b=c ü/?#", metric: "bounce_rate", pages: "exit_page" },
  { ...initial, period: { kind: "preset", preset: "today" }, sources: "utm_campaign" },
  { ...initial, sources: "channel", places: "city", devices: "os" },
  { ...initial, sources: "utm_term", places: "map", period: { kind: "preset", preset: "all" } },
  {
    ...initial,
    comparison: { kind: "none" },
    interval: "week",
    zoomedFrom: { kind: "preset", preset: "12mo" },
  },
  { ...initial, comparison: { kind: "previous", matchWeekday: true } },
  { ...initial, comparison: { kind: "year", matchWeekday: true } },
  {
    ...initial,
    comparison: { kind: "custom", range: { start: "2026-01-01", end: "2026-02-03" } },
    zoomedFrom: { kind: "custom", range: { start: "2026-03-01", end: "2026-05-31" } },
  },
  {
    ...initial,
    filters: [
      { dimension: "source", operator: "is", values: ["Direct / none", "a,b", "c\\d,", "&=+ü%2C"] },
      { dimension: "page", operator: "matches", values: [String.raw`^/a\,{1,2}(\d|,)$`] },
      { dimension: "country", operator: "is_not", values: ["DE"] },
    ],
  },
  {
    ...initial,
    details: {
      dimension: "entry_page",
      search: "a b&c",
      sort: { by: "bounce_rate", direction: "asc" },
      page: 12,
    },
  },
  { ...initial, behaviour: "form" },
  { ...initial, event: "sign up", property: "cart.total" },
  {
    ...initial,
    event: "signup",
    filters: [{ dimension: "property:plan, b", operator: "is", values: ["pro"] }],
    details: { dimension: "property:a=b&c", search: "", sort: null, page: 1 },
  },
  { ...initial, details: { dimension: "city", search: "", sort: null, page: 1 } },
  { ...initial, view: "sessions", session: "1795996800000000-0cc175b9c0f1b6a8" },
  { ...initial, view: "vitals", vital: "CLS", percentile: "p90", measured: "country" },
  {
    ...initial,
    site: "demo",
    period: { kind: "custom", range: { start: "2026-02-01", end: "2026-02-28" } },
  },
])("what is written is read back: %j", (state) => {
  expect(parse(write(state))).toEqual(state);
});

test("another site begins with nothing open of the one before", () => {
  const opened = parse(
    "?site=a&period=7d&filter=page,is,/x&details=page&session=1-0cc175b9c0f1b6a8&event=signup&property=plan&find=b",
  );
  expect(write({ ...opened, ...fresh, site: "b" })).toBe("?site=b&period=7d");
  expect(write({ ...opened, ...allSites })).toBe("?period=7d");
});

test("what is no session's id opens none", () => {
  expect(parse("?view=sessions&session=../users").session).toBeNull();
  expect(parse("?view=vitals&vital=FID&percentile=p99").vital).toBe("LCP");
});

test("links stay short: what is default is left out", () => {
  expect(write({ ...initial, site: "demo", metric: "sessions" })).toBe("?site=demo&metric=sessions");
});

test("a filter's address can be read by people", () => {
  const filters: PageState["filters"] = [
    { dimension: "page", operator: "is", values: ["/docs/a", "/docs/b"] },
  ];
  expect(write({ ...initial, site: "demo", filters })).toBe(
    "?site=demo&filter=page,is,/docs/a,/docs/b",
  );
});

test("an address that a program encoded otherwise says the same", () => {
  expect(parse("?filter=page%2Cis%2C%2Fdocs%2Fa").filters).toEqual([
    { dimension: "page", operator: "is", values: ["/docs/a"] },
  ]);
});

test.each([
  "?filter=",
  "?filter=page",
  "?filter=page,is",
  "?filter=page,is,",
  "?filter=page,equals,/",
  "?filter=toString,is,a",
  "?details=nothing&search=a&page=2",
  "?search=a&sort=visitors.asc&page=2",
  "?period=forever",
  "?compare=x&interval=minute&zoomed=x",
  "?compare=custom&compare_from=2026-03-02&compare_to=2026-03-01&zoomed=2026-03-02,2026-03-01",
  "?period=custom",
  "?period=custom&from=2026-02-30&to=2026-03-01",
  "?period=custom&from=2026-03-02&to=2026-03-01",
  "?metric=__proto__&pages=x&sources=",
  "?site=",
])("nonsense falls back to the default: %s", (search) => {
  expect(parse(search)).toEqual(initial);
});

test.each(["0", "-1", "1.5", "9999999", "x"])("a page of rows that is none is the first: %s", (page) => {
  expect(parse(`?details=page&page=${page}&sort=__proto__.asc`).details).toEqual({
    dimension: "page",
    search: "",
    sort: null,
    page: 1,
  });
});

test("a section of the settings is in the address, and only there", () => {
  const state = { ...initial, site: "shop", view: "settings", section: "keys" } as const;
  expect(write(state)).toBe("?view=settings&site=shop&section=keys");
  expect(parse(write(state))).toEqual(state);
  expect(write({ ...state, view: "quality" })).toBe("?view=quality&site=shop");
  expect(parse("?view=settings&section=nowhere").section).toBe("general");
});
