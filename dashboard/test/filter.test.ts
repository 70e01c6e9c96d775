import { describe, expect, test } from "vitest";

import {
  inWords,
  isChosen,
  parse,
  replaced,
  toggle,
  write,
  type Filter,
} from "../src/filters/filter";

const country = (...values: string[]): Filter => ({ dimension: "country", operator: "is", values });
const notPage: Filter = { dimension: "page", operator: "is_not", values: ["/"] };

describe("a click on a row", () => {
  test("asks for it, and the next click no longer", () => {
    const once = toggle([notPage], "country", "AT");
    expect(once).toEqual([notPage, country("AT")]);
    expect(isChosen(once, "country", "AT")).toBe(true);
    expect(toggle(once, "country", "AT")).toEqual([notPage]);
  });

  test("on a second row of the same kind makes it an alternative", () => {
    const both = toggle([country("AT")], "country", "DE");
    expect(both).toEqual([country("AT", "DE")]);
    expect(toggle(both, "country", "AT")).toEqual([country("DE")]);
  });

  test("leaves filters of another kind or comparison alone", () => {
    expect(isChosen([notPage], "page", "/")).toBe(false);
    expect(toggle([notPage], "page", "/")).toEqual([
      notPage,
      { dimension: "page", operator: "is", values: ["/"] },
    ]);
  });
});

test("a filter is replaced, removed or added by its place", () => {
  const filters = [country("AT"), notPage];
  expect(replaced(filters, 0, country("DE"))).toEqual([country("DE"), notPage]);
  expect(replaced(filters, 1, null)).toEqual([country("AT")]);
  expect(replaced(filters, 2, country("FR"))).toEqual([...filters, country("FR")]);
});

describe("what the address says", () => {
  test.each<Filter>([
    country("AT"),
    country("AT", "DE"),
    { dimension: "source", operator: "contains", values: [",", "\\", "\\,", "a\\", "\n"] },
    { dimension: "event", operator: "does_not_contain", values: ["form submit", "ü&=?#"] },
  ])("is read back: %j", (filter) => {
    expect(parse(write(filter))).toEqual(filter);
  });

  test("names each value once and leaves out empty ones", () => {
    expect(parse("country,is,AT,,AT,DE")).toEqual(country("AT", "DE"));
  });

  test.each(["", ",", "country", "country,is", "county,is,AT", "country,was,AT", "country,is,,"])(
    "is no filter: %s",
    (text) => {
      expect(parse(text)).toBeNull();
    },
  );
});

test.each<[Filter, string]>([
  [country("AT"), "Country is Austria"],
  [country("AT", "DE"), "Country is Austria or Germany"],
  [country("AT", "DE", "CH"), "Country is Austria, Germany or Switzerland"],
  [country("AT", "DE", "CH", "FR"), "Country is Austria, Germany or 2 more"],
  [notPage, "Page is not /"],
  [
    { dimension: "page", operator: "contains", values: ["docs", "blog"] },
    "Page contains “docs” or “blog”",
  ],
  [{ dimension: "event", operator: "is", values: ["form_submit"] }, "Event is form submission"],
  [{ dimension: "page", operator: "matches", values: ["^/a"] }, "Page matches “^/a”"],
])("%j is told as %s", (filter, words) => {
  expect(inWords(filter)).toBe(words);
});
