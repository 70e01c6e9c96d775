// The dimensions that figures can be filtered by, in the groups of the panels.

export const dimensionGroups = [
  { label: "Pages", dimensions: ["page", "entry_page", "exit_page"] },
  { label: "Sources", dimensions: ["source", "channel", "referrer_type"] },
  {
    label: "Campaigns",
    dimensions: ["utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term"],
  },
  { label: "Places", dimensions: ["country", "region", "city"] },
  { label: "Devices", dimensions: ["browser", "os", "device"] },
  { label: "Events", dimensions: ["event"] },
] as const;

export type DimensionName = (typeof dimensionGroups)[number]["dimensions"][number];

export const dimensionNames: readonly DimensionName[] = dimensionGroups.flatMap(
  ({ dimensions }): readonly DimensionName[] => dimensions,
);

export const dimensionLabels: Readonly<Record<DimensionName, string>> = {
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
  os: "Operating system",
  device: "Type of device",
  event: "Event",
};

export const asDimension = (text: string | null): DimensionName | null =>
  dimensionNames.find((name) => name === text) ?? null;
