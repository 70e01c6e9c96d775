// Calendar arithmetic of the period picker: presets, ranges, what came before, one step back or
// forward. Pure; a Day is "2026-11-22" in the site's zone, and today is always an argument.

export type Day = string;

export type Range = { readonly start: Day; readonly end: Day };

export const intervals = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof intervals)[number];

export const presets = [
  "today",
  "yesterday",
  "7d",
  "30d",
  "90d",
  "month",
  "lastmonth",
  "year",
  "12mo",
  "all",
] as const;
export type Preset = (typeof presets)[number];

export type Period =
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "custom"; readonly range: Range };

const DAY_MS = 86_400_000;
const DAYS_DRAWN_AT_MOST = 92;
/** Of one query of the API: ten years. */
const DAYS_ASKED_AT_MOST = 3653;
/** What may be chosen: more points than this are no longer told apart. */
const LONGEST_DAYS: Readonly<Record<Interval, number>> = {
  hour: 14,
  day: 400,
  week: DAYS_ASKED_AT_MOST,
  month: DAYS_ASKED_AT_MOST,
};

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

export const monthEnd = (day: Day): Day => {
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
    ? ["month", "lastmonth", "year", "12mo"].includes(period.preset)
    : isWholeMonths(range);

const isThisYear = (period: Period): boolean =>
  period.kind === "preset" && period.preset === "year";

/** By how many months it moves: a year that has only begun moves by a whole one. */
const monthsMoved = (period: Period, range: Range): number =>
  isThisYear(period) ? 12 : monthsSpanned(range);

/** The first day that one query can reach with today. */
const earliest = (today: Day): Day => addDays(today, 1 - DAYS_ASKED_AT_MOST);

/** first: the first day with figures, which "all" begins on; without it "all" is whatever can be asked for. */
const presetRange = (preset: Preset, today: Day, first: Day | null): Range => {
  switch (preset) {
    case "today":
      return { start: today, end: today };
    case "yesterday":
      return { start: addDays(today, -1), end: addDays(today, -1) };
    case "7d":
      return { start: addDays(today, -6), end: today };
    case "30d":
      return { start: addDays(today, -29), end: today };
    case "90d":
      return { start: addDays(today, -89), end: today };
    case "month":
      return { start: monthStart(today), end: today };
    case "lastmonth": {
      const start = addMonths(monthStart(today), -1);
      return { start, end: monthEnd(start) };
    }
    case "year":
      return { start: `${today.slice(0, 4)}-01-01`, end: today };
    case "12mo":
      return { start: addMonths(monthStart(today), -11), end: today };
    case "all": {
      const start = first === null || first < earliest(today) ? earliest(today) : first;
      return { start: start < today ? start : today, end: today };
    }
  }
};

export const resolve = (period: Period, today: Day, first: Day | null = null): Range =>
  period.kind === "preset" ? presetRange(period.preset, today, first) : period.range;

/** The period of equal length just before; for calendar months, the same days of the months before. */
export const preceding = (period: Period, today: Day, first: Day | null = null): Range => {
  const range = resolve(period, today, first);
  if (movesByMonths(period, range)) {
    const months = monthsMoved(period, range);
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
    const other = presetRange(candidate, today, null);
    return other.start === range.start && other.end === range.end;
  });
  return preset === undefined ? { kind: "custom", range } : { kind: "preset", preset };
};

/** One step away from today; null where there is nothing before. */
export const stepBack = (period: Period, today: Day): Period | null => {
  if (period.kind === "preset" && period.preset === "all") return null;
  const range = resolve(period, today);
  if (!movesByMonths(period, range)) return named(preceding(period, today), today);
  if (isThisYear(period)) {
    const before = String(Number(today.slice(0, 4)) - 1);
    return named({ start: `${before}-01-01`, end: `${before}-12-31` }, today);
  }
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

const mondayOf = (day: Day): Day => addDays(day, -((new Date(toMs(day)).getUTCDay() + 6) % 7));

/** How finely a range may be drawn: by what makes more than one bucket of it, and not too many. */
export const intervalsOf = (range: Range): readonly Interval[] => {
  const several: Readonly<Record<Interval, boolean>> = {
    hour: true,
    day: range.start !== range.end,
    week: mondayOf(range.start) !== mondayOf(range.end),
    month: monthsSpanned(range) > 1,
  };
  return intervals.filter(
    (interval) => several[interval] && dayCount(range) <= LONGEST_DAYS[interval],
  );
};

/** The interval that is asked for where the range allows it, else the one that suits. */
export const intervalFor = (wanted: Interval | null, range: Range): Interval =>
  wanted !== null && intervalsOf(range).includes(wanted) ? wanted : intervalOf(range);

/** All days of a bucket, also those that a range cuts off. */
export const wholeBucket = (interval: Interval, key: string): Range => {
  switch (interval) {
    case "hour":
    case "day":
      return { start: key.slice(0, 10), end: key.slice(0, 10) };
    case "week":
      return { start: key, end: addDays(key, 6) };
    case "month":
      return { start: `${key}-01`, end: monthEnd(`${key}-01`) };
  }
};

/** The days of a bucket that lie in the range. */
export const bucketDays = (interval: Interval, key: string, range: Range): Range => {
  const { start, end } = wholeBucket(interval, key);
  return {
    start: start < range.start ? range.start : start,
    end: end > range.end ? range.end : end,
  };
};

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  // The Swedish way of writing is ISO's.
  new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });

const clocks = new Map<string, Intl.DateTimeFormat>();

/** An instant by the clocks of a zone: "2026-11-22 14:05:09". */
export const zonedText = (timezone: string, instant: Date): string => {
  let clock = clocks.get(timezone);
  if (clock === undefined) {
    try {
      clock = clockOf(timezone);
    } catch {
      // A browser older than the server's zone database may not know the zone.
      clock = clockOf("UTC");
    }
    clocks.set(timezone, clock);
  }
  return clock.format(instant);
};

/** The bucket of a time series that `now` falls into, written as the API writes its keys. */
export const bucketOf = (interval: Interval, timezone: string, now: Date): string => {
  const text = zonedText(timezone, now);
  switch (interval) {
    case "hour":
      return `${text.slice(0, 10)}T${text.slice(11, 13)}:00`;
    case "day":
      return text.slice(0, 10);
    case "week":
      return mondayOf(text.slice(0, 10));
    case "month":
      return text.slice(0, 7);
  }
};

export const todayIn = (timezone: string, now: Date): Day => bucketOf("day", timezone, now);
