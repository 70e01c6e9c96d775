// Where the points of a sparkline lie. Pure.

/** As SVG wants them, in a box 100 wide and 30 high; the largest value at the top, 0 at the bottom. */
export const sparkPoints = (values: readonly number[]): string => {
  const most = Math.max(1, ...values);
  const step = 100 / Math.max(1, values.length - 1);
  return values
    .map((value, place) => `${round(place * step)},${round(29 - (value / most) * 28)}`)
    .join(" ");
};

const round = (value: number): number => Math.round(value * 100) / 100;
