// Calendar arithmetic of the period picker: presets, ranges, what came before, one step back or
// forward. Pure; a Day is "2026-11-22" in the site's zone, and today is always an argument.

export type Day = string;

export type Range = { readonly start: Day; readonly end: Day };

export type Interval = "hour" | "day" | "month";

export const presets = ["today", "yesterday", "7d", "30d", "month", "12mo"] as const;
export type Preset = (typeof presets)[number];

export type Period =
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "custom"; readonly range: Range };

const DAY_MS = 86_400_000;
const DAYS_DRAWN_AT_MOST = 92;

const toMs = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(toMs(text)) && toDay(toMs(text)) === text;

export const addDays = (day: Day, days: number): Day => toDay(toMs(day) + days * DAY_MS);

export const dayCount = (range: Range): number =>
  Math.round((toMs(range.end) - toMs(range.start)) / DAY_MS) + 1;

const monthStart = (day: Day): Day => `${day.slice(0, 7)}-01`;

/** The same day of the month, `months` away; the 31st becomes the last day of a shorter month. */
export const addMonths = (day: Day, months: number): Day => {
  const first = new Date(toMs(monthStart(day)));
  first.setUTCMonth(first.getUTCMonth() + months);
  const target = toDay(first.getTime());
  const wanted = addDays(target, Number(day.slice(8)) - 1);
  return wanted < monthEnd(target) ? wanted : monthEnd(target);
};

const monthEnd = (day: Day): Day => {
  const next = new Date(toMs(monthStart(day)));
  next.setUTCMonth(next.getUTCMonth() + 1);
  return addDays(toDay(next.getTime()), -1);
};

const monthsSpanned = (range: Range): number =>
  (Number(range.end.slice(0, 4)) - Number(range.start.slice(0, 4))) * 12 +
  Number(range.end.slice(5, 7)) -
  Number(range.start.slice(5, 7)) +
  1;

const isWholeMonths = (range: Range): boolean =>
  range.start === monthStart(range.start) && range.end === monthEnd(range.end);

/** Whether a period moves by calendar months rather than by its number of days. */
const movesByMonths = (period: Period, range: Range): boolean =>
  period.kind === "preset"
    ? period.preset === "month" || period.preset === "12mo"
    : isWholeMonths(range);

const presetRange = (preset: Preset, today: Day): Range => {
  switch (preset) {
    case "today":
      return { start: today, end: today };
    case "yesterday":
      return { start: addDays(today, -1), end: addDays(today, -1) };
    case "7d":
      return { start: addDays(today, -6), end: today };
    case "30d":
      return { start: addDays(today, -29), end: today };
    case "month":
      return { start: monthStart(today), end: today };
    case "12mo":
      return { start: addMonths(monthStart(today), -11), end: today };
  }
};

export const resolve = (period: Period, today: Day): Range =>
  period.kind === "preset" ? presetRange(period.preset, today) : period.range;

/** The period of equal length just before; for calendar months, the same days of the months before. */
export const preceding = (period: Period, today: Day): Range => {
  const range = resolve(period, today);
  if (movesByMonths(period, range)) {
    const months = monthsSpanned(range);
    const end = addMonths(range.end, -months);
    return {
      start: addMonths(range.start, -months),
      end: range.end === monthEnd(range.end) ? monthEnd(end) : end,
    };
  }
  const days = dayCount(range);
  return { start: addDays(range.start, -days), end: addDays(range.start, -1) };
};

/** Give a range its preset's name where it has one, so that stepping back and forth comes home. */
export const named = (range: Range, today: Day): Period => {
  const preset = presets.find((candidate) => {
    const other = presetRange(candidate, today);
    return other.start === range.start && other.end === range.end;
  });
  return preset === undefined ? { kind: "custom", range } : { kind: "preset", preset };
};

export const stepBack = (period: Period, today: Day): Period => {
  const range = resolve(period, today);
  if (!movesByMonths(period, range)) return named(preceding(period, today), today);
  const months = monthsSpanned(range);
  return named(
    {
      start: addMonths(range.start, -months),
      end: monthEnd(addMonths(monthStart(range.end), -months)),
    },
    today,
  );
};

/** One step towards today, never beyond it; null when the period already reaches it. */
export const stepForward = (period: Period, today: Day): Period | null => {
  const range = resolve(period, today);
  if (range.end >= today) return null;
  if (movesByMonths(period, range)) {
    const months = monthsSpanned(range);
    const start = addMonths(range.start, months);
    if (start > today) return null;
    const end = monthEnd(addMonths(monthStart(range.end), months));
    return named({ start, end: end < today ? end : today }, today);
  }
  const days = dayCount(range);
  const end = addDays(range.end, days);
  return end <= today
    ? named({ start: addDays(range.start, days), end }, today)
    : named({ start: addDays(today, 1 - days), end: today }, today);
};

export const intervalOf = (range: Range): Interval => {
  const days = dayCount(range);
  if (days === 1) return "hour";
  return days <= DAYS_DRAWN_AT_MOST ? "day" : "month";
};

const zoned = (timezone: string, now: Date): Day => {
  const write = (timeZone: string): string =>
    new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      hourCycle: "h23",
    }).format(now);
  try {
    return write(timezone);
  } catch {
    // A browser older than the server's zone database may not know the zone.
    return write("UTC");
  }
};

/** The bucket of a time series that `now` falls into, written as the API writes its keys. */
export const bucketOf = (interval: Interval, timezone: string, now: Date): string => {
  const text = zoned(timezone, now);
  switch (interval) {
    case "hour":
      return `${text.slice(0, 10)}T${text.slice(11, 13)}:00`;
    case "day":
      return text.slice(0, 10);
    case "month":
      return text.slice(0, 7);
  }
};

export const todayIn = (timezone: string, now: Date): Day => bucketOf("day", timezone, now);
