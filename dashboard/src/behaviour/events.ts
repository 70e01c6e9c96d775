// Which events a site makes itself, and how one of them is looked at alone.
import { propertyOf, type DimensionName } from "../dimensions";
import { isChosen, toggle, type Filter } from "../filters/filter";
import type { View } from "../queries";

/** What the tracking script sends by itself: of these the server keeps no properties apart. */
const trackers: ReadonlySet<string> = new Set([
  "pageview",
  "page_exit",
  "page_visibility",
  "click",
  "scroll",
  "scroll_depth",
  "form_focus",
  "form_submit",
  "text_selection",
  "text_copy",
  "web_vital",
  "web_vitals",
  "engagement",
]);

export const hasProperties = (event: string): boolean => !trackers.has(event);

const asksForEvents = ({ dimension, operator }: Filter): boolean =>
  dimension === "event" && operator !== "is_not" && operator !== "does_not_contain";

/** The view of one event alone: it takes the place of filters that ask for it among others. */
export const ofEvent = (view: View, event: string): View => ({
  ...view,
  filters: [
    ...view.filters.filter((filter) => !asksForEvents(filter)),
    { dimension: "event", operator: "is", values: [event] },
  ],
});

/** What a click on a row does: a property is asked for together with the event that is open, since others may have one of its name. */
export const toggleOfEvent = (
  filters: readonly Filter[],
  event: string | null,
  dimension: DimensionName,
  value: string,
): readonly Filter[] => {
  const toggled = toggle(filters, dimension, value);
  const isWhole =
    event === null ||
    propertyOf(dimension) === null ||
    isChosen(filters, dimension, value) ||
    isChosen(filters, "event", event);
  return isWhole ? toggled : toggle(toggled, "event", event);
};
