// The dimensions that figures can be filtered by, in the groups of the panels.

export const dimensionGroups = [
  { label: "Pages", dimensions: ["page", "entry_page", "exit_page"] },
  { label: "Sources", dimensions: ["source", "channel", "referrer_type"] },
  {
    label: "Campaigns",
    dimensions: ["utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term"],
  },
  { label: "Places", dimensions: ["country", "region", "city"] },
  { label: "Devices", dimensions: ["browser", "browser_version", "os", "device", "screen"] },
  {
    label: "Behaviour",
    dimensions: [
      "event",
      "event_property",
      "outbound_link",
      "download",
      "file_type",
      "form",
      "not_found_page",
      "search_term",
    ],
  },
] as const;

type ListedName = (typeof dimensionGroups)[number]["dimensions"][number];
/** The values of one property of events; how many of these there are, only the data knows. */
export type PropertyName = `property:${string}`;
export type DimensionName = ListedName | PropertyName;

const listed: readonly ListedName[] = dimensionGroups.flatMap(
  ({ dimensions }): readonly ListedName[] => dimensions,
);

const labels: Readonly<Record<ListedName, string>> = {
  page: "Page",
  entry_page: "Entry page",
  exit_page: "Exit page",
  source: "Source",
  channel: "Channel",
  referrer_type: "Type of source",
  utm_campaign: "utm_campaign",
  utm_source: "utm_source",
  utm_medium: "utm_medium",
  utm_content: "utm_content",
  utm_term: "utm_term",
  country: "Country",
  region: "Region",
  city: "City",
  browser: "Browser",
  browser_version: "Version of the browser",
  os: "Operating system",
  device: "Type of device",
  screen: "Screen",
  event: "Event",
  event_property: "Property of an event",
  outbound_link: "Outbound link",
  download: "Download",
  file_type: "Type of file",
  form: "Form",
  not_found_page: "Page not found",
  search_term: "Search term",
};

const PROPERTY = "property:";

export const propertyDimension = (name: string): PropertyName => `${PROPERTY}${name}`;

const isPropertyName = (dimension: string): dimension is PropertyName =>
  dimension.startsWith(PROPERTY) && dimension.length > PROPERTY.length;

/** The name of the property that a dimension is about; null for any other dimension. */
export const propertyOf = (dimension: string): string | null =>
  isPropertyName(dimension) ? dimension.slice(PROPERTY.length) : null;

export const dimensionLabel = (dimension: DimensionName): string =>
  isPropertyName(dimension) ? dimension.slice(PROPERTY.length) : labels[dimension];

export const asDimension = (text: string | null): DimensionName | null =>
  text !== null && isPropertyName(text)
    ? text
    : (listed.find((name) => name === text) ?? null);
