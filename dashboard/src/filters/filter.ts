// Filters as the page holds them: a list of conditions that must all hold, and how the address writes one.
import { asDimension, dimensionLabel, type DimensionName } from "../dimensions";
import { rowName } from "../format";
import type { WireCondition } from "../contract";

export const operators = ["is", "is_not", "contains", "does_not_contain", "matches"] as const;
export type Operator = (typeof operators)[number];

export type Filter = {
  readonly dimension: DimensionName;
  readonly operator: Operator;
  /** Any of them will do; never empty. */
  readonly values: readonly string[];
};

export const operatorText: Readonly<Record<Operator, string>> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  does_not_contain: "does not contain",
  matches: "matches",
};

/** Whether values are whole ones of the data, not parts of them or patterns. */
export const takesWhole = (operator: Operator): boolean =>
  operator === "is" || operator === "is_not";

export const toWire = (filters: readonly Filter[]): readonly WireCondition[] => filters;

const isOn = (filter: Filter, dimension: string, value: string): boolean =>
  filter.operator === "is" && filter.dimension === dimension && filter.values.includes(value);

/** Whether a row of a breakdown is one that the filters ask for by name. */
export const isChosen = (
  filters: readonly Filter[],
  dimension: string,
  value: string,
): boolean => filters.some((filter) => isOn(filter, dimension, value));

/** What a click on a row does: ask for it, or no longer. A second row of one kind is an alternative. */
export const toggle = (
  filters: readonly Filter[],
  dimension: DimensionName,
  value: string,
): readonly Filter[] => {
  if (isChosen(filters, dimension, value))
    return filters.flatMap((filter) => {
      if (!isOn(filter, dimension, value)) return [filter];
      const values = filter.values.filter((other) => other !== value);
      return values.length === 0 ? [] : [{ ...filter, values }];
    });
  const place = filters.findIndex(
    (filter) => filter.operator === "is" && filter.dimension === dimension,
  );
  if (place < 0) return [...filters, { dimension, operator: "is", values: [value] }];
  return filters.map((filter, index) =>
    index === place ? { ...filter, values: [...filter.values, value] } : filter,
  );
};

/** `filters` with the one at `place` replaced; null takes it away, and a place beyond the end adds it. */
export const replaced = (
  filters: readonly Filter[],
  place: number,
  filter: Filter | null,
): readonly Filter[] => [
  ...filters.slice(0, place),
  ...(filter === null ? [] : [filter]),
  ...filters.slice(place + 1),
];

const escaped = (text: string): string => text.replaceAll(/[\\,]/g, String.raw`\$&`);

/** As "country,is,AT,DE"; a comma of a value has a backslash before it. */
export const write = ({ dimension, operator, values }: Filter): string =>
  [dimension, operator, ...values].map(escaped).join(",");

/** What write() wrote; null for anything else. */
export const parse = (text: string): Filter | null => {
  const parts = [...text.matchAll(/(?:^|,)((?:\\.|[^\\,])*)/gs)].map(([, part]) =>
    (part ?? "").replaceAll(/\\(.)/gs, "$1"),
  );
  const dimension = asDimension(parts[0] ?? null);
  const operator = operators.find((known) => known === parts[1]);
  const values = parts.slice(2).filter((value) => value !== "");
  if (dimension === null || operator === undefined || values.length === 0) return null;
  return { dimension, operator, values: [...new Set(values)] };
};

const SHOWN = 2;

/** As "Country is Austria or Germany"; of many values the first ones and how many more. */
export const inWords = ({ dimension, operator, values }: Filter): string => {
  const named = values.map((value) =>
    takesWhole(operator) ? rowName(dimension, value) : `“${value}”`,
  );
  const shown = named.length > SHOWN + 1 ? named.slice(0, SHOWN) : named;
  const more = named.length - shown.length;
  const told = more > 0 ? `${shown.join(", ")} or ${more} more` : orList(shown);
  return `${dimensionLabel(dimension)} ${operatorText[operator]} ${told}`;
};

const orList = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
