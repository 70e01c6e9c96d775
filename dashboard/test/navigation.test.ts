import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { amend, holdUnsaved, navigate } from "../src/navigation";

const location = { pathname: "/dashboard/", search: "" };
const ask = vi.fn(() => false);

const show = (_state: unknown, _title: string, address: string): void => {
  location.search = new URL(address, "https://stats.example").search;
};

beforeEach(() => {
  location.search = "?view=settings&site=a&section=keys";
  vi.stubGlobal("window", {
    location,
    history: { pushState: show, replaceState: show },
    dispatchEvent: () => true,
    confirm: ask,
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  ask.mockClear();
});

test("nothing is asked where nothing would be lost", () => {
  holdUnsaved()();
  expect(navigate({ section: "bots" })).toBe(true);
  expect(location.search).toBe("?view=settings&site=a&section=bots");
  const saved = holdUnsaved();
  navigate({ session: "1-0cc175b9c0f1b6a8" });
  navigate({ section: "bots" });
  expect(ask).not.toHaveBeenCalled();
  saved();
});

test("another section, page or site is asked about while a form is unsaved", () => {
  const saved = holdUnsaved();
  for (const change of [{ section: "bots" }, { view: "report" }, { site: "b" }] as const)
    expect(navigate(change)).toBe(false);
  expect(location.search).toBe("?view=settings&site=a&section=keys");
  ask.mockReturnValueOnce(true);
  expect(navigate({ section: "bots" })).toBe(true);
  expect(ask).toHaveBeenCalledTimes(4);
  saved();
});

test("one saved form does not speak for another", () => {
  const first = holdUnsaved();
  const second = holdUnsaved();
  first();
  expect(navigate({ view: "report" })).toBe(false);
  amend({ find: "x" });
  expect(location.search).toContain("find=x");
  second();
  expect(navigate({ view: "report" })).toBe(true);
});
