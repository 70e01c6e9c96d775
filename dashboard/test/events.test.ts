import { expect, test } from "vitest";

import { hasProperties, ofEvent, toggleOfEvent } from "../src/behaviour/events";
import { asDimension, dimensionLabel, propertyOf } from "../src/dimensions";
import type { Filter } from "../src/filters/filter";
import { inWords } from "../src/filters/filter";
import type { View } from "../src/queries";

const signup: Filter = { dimension: "event", operator: "is", values: ["signup"] };
const either: Filter = { dimension: "event", operator: "is", values: ["order", "signup"] };
const noOrder: Filter = { dimension: "event", operator: "is_not", values: ["order"] };
const german: Filter = { dimension: "country", operator: "is", values: ["DE"] };
const pro: Filter = { dimension: "property:plan", operator: "is", values: ["pro"] };

test("a property is a dimension by its own name", () => {
  expect(asDimension("property:plan")).toBe("property:plan");
  expect(asDimension("property:")).toBeNull();
  expect(asDimension("plan")).toBeNull();
  expect(propertyOf("property:cart.total")).toBe("cart.total");
  expect(propertyOf("event")).toBeNull();
  expect(dimensionLabel("property:plan")).toBe("plan");
  expect(inWords(pro)).toBe("plan is pro");
});

test("what the tracking script sends by itself has no properties to open", () => {
  expect(["signup", "Click", "order"].map(hasProperties)).toEqual([true, true, true]);
  expect(["click", "scroll_depth", "form_submit"].map(hasProperties)).toEqual([false, false, false]);
});

test("one event alone takes the place of filters that ask for it among others", () => {
  const range = { start: "2026-03-02", end: "2026-03-08" };
  const view: View = {
    siteId: "shop",
    range,
    comparison: range,
    comparable: true,
    filters: [either, noOrder, german],
    live: false,
  };
  expect(ofEvent(view, "signup").filters).toEqual([noOrder, german, signup]);
});

test("a value of a property is asked for together with its event", () => {
  expect(toggleOfEvent([german], "signup", "property:plan", "pro")).toEqual([german, pro, signup]);
  expect(toggleOfEvent([either], "signup", "property:plan", "pro")).toEqual([either, pro]);
  expect(toggleOfEvent([pro, signup], "signup", "property:plan", "pro")).toEqual([signup]);
  expect(toggleOfEvent([], "signup", "country", "DE")).toEqual([german]);
  expect(toggleOfEvent([], null, "property:plan", "pro")).toEqual([pro]);
});
