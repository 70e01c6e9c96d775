// The outlines of the countries, from map.mjs, and how a figure becomes one of five shades. Pure.
import drawn from "./world.json";

type Outline = {
  /** ISO 3166-1 alpha-2; null for land that has no code of its own. */
  readonly code: string | null;
  readonly path: string;
};

/** A country too small for an outline. */
export type Point = { readonly code: string; readonly x: number; readonly y: number };

export const viewBox = drawn.viewBox.join(" ");
export const outlines: readonly Outline[] = drawn.outlines;
export const points: readonly Point[] = drawn.points;

const onMap: ReadonlySet<string | null> = new Set([...outlines, ...points].map(({ code }) => code));

export const isOnMap = (code: string): boolean => onMap.has(code);

export const SHADES = 5;

/** From 1 to SHADES: each shade goes about as many times further than the one before. */
export const shadeOf = (visitors: number, most: number): number =>
  1 + Math.min(SHADES - 1, Math.floor((SHADES * Math.log(visitors)) / Math.log(most + 1)));
