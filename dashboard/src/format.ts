// All wording of numbers, durations, dates and names. Pure; dates are the site's own days, so they
// are written in UTC from their calendar parts and never shifted by the browser's zone.
import { metrics, type ColumnName, type Unit } from "./metrics";
import {
  bucketDays,
  dayCount,
  wholeBucket,
  zonedText,
  type Day,
  type Interval,
  type Period,
  type Preset,
  type Range,
} from "./period";

const LOCALE = "en-US";
const NOTHING = "–";

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const ratio = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
/** Layout shift, whose thresholds have one and two digits. */
const shift = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 3,
});
const percent = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat(LOCALE, {
  style: "percent",
  maximumFractionDigits: 1,
});

export const count = (value: number): string => whole.format(value);

export const duration = (seconds: number): string => {
  const all = Math.round(seconds);
  if (all < 60) return `${all}s`;
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes}m ${String(all % 60).padStart(2, "0")}s`;
  return `${count(Math.floor(minutes / 60))}h ${String(minutes % 60).padStart(2, "0")}m`;
};

const written = (value: number, unit: Unit): string => {
  switch (unit) {
    case "count":
      return count(value);
    case "ratio":
      return ratio.format(value);
    case "rate":
      return percent.format(value);
    case "duration_s":
      return duration(value);
  }
};

/** In full: "12,345", "42%", "2m 04s"; a dash where there is no value. */
export const figure = (name: ColumnName, value: number | null): string =>
  value === null ? NOTHING : written(value, metrics[name].unit);

/** For tight places: counts from 100,000 on are shortened to "123.5K". */
export const shortFigure = (name: ColumnName, value: number | null): string =>
  value !== null && metrics[name].unit === "count" && value >= 100_000
    ? short.format(value)
    : figure(name, value);

/** What so many are called: "visitor", "visitors". */
export const nounFor = (name: ColumnName, value: number): string => {
  const { label, noun } = metrics[name];
  if (noun === null) return label.toLowerCase();
  return value === 1 ? noun.one : noun.many;
};

/** With its noun where it needs one: "1 visitor", "42%". */
export const namedFigure = (name: ColumnName, value: number | null): string => {
  const { label, noun } = metrics[name];
  if (value === null) return `no ${label.toLowerCase()}`;
  if (noun === null) return `${label.toLowerCase()} ${figure(name, value)}`;
  return `${figure(name, value)} ${nounFor(name, value)}`;
};

/** A value on the chart's axis. */
export const tick = (name: ColumnName, value: number): string => {
  const { unit } = metrics[name];
  if (unit === "count") return value >= 10_000 ? short.format(value) : count(value);
  if (unit === "ratio") return String(Math.round(value * 100) / 100);
  if (unit === "duration_s" && value >= 60 && value % 60 === 0)
    return value % 3600 === 0 ? `${value / 3600}h` : `${value / 60}m`;
  return written(value, unit);
};

export const share = (part: number, all: number | null): string => {
  if (all === null || all <= 0) return "";
  const value = part / all;
  return value > 0 && value < 0.001 ? "<0.1%" : (value < 0.1 ? finePercent : percent).format(value);
};

export type Change = {
  readonly text: string;
  readonly direction: "up" | "down" | "same";
  readonly verdict: "good" | "bad" | "neutral";
};

/** How a value moved against the one before: relative, but in points where it is a rate itself. */
export const change = (
  name: ColumnName,
  value: number | null,
  before: number | null,
): Change | null => {
  if (value === null || before === null || (value === 0 && before === 0)) return null;
  const { unit, moreIs } = metrics[name];
  const difference = value - before;
  const points = Math.round(difference * 100);
  const relative = before === 0 ? null : Math.round((difference / before) * 100);
  if (unit !== "rate" && relative === null && difference !== 0)
    return { text: "new", direction: "up", verdict: moreIs === "better" ? "good" : "neutral" };
  const size = unit === "rate" ? points : (relative ?? 0);
  const text = unit === "rate" ? `${Math.abs(size)} pt` : `${count(Math.abs(size))}%`;
  if (size === 0) return { text, direction: "same", verdict: "neutral" };
  return {
    text,
    direction: size > 0 ? "up" : "down",
    verdict: size > 0 === (moreIs === "better") ? "good" : "bad",
  };
};

const at = (day: Day): Date => new Date(`${day.slice(0, 10)}T00:00:00Z`);

// Written from their parts: the order and commas of whole dates differ between browsers' versions.
const part = (options: Intl.DateTimeFormatOptions): ((day: Day) => string) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options });
  return (day) => formatter.format(at(day));
};
const weekday = part({ weekday: "short" });
const month = part({ month: "short" });
const longMonth = part({ month: "long" });
const year = (day: Day): string => day.slice(0, 4);

const dayMonth = (day: Day): string => `${Number(day.slice(8, 10))} ${month(day)}`;
const dayMonthYear = (day: Day): string => `${dayMonth(day)} ${year(day)}`;
const monthYear = (day: Day): string => `${month(day)} ${year(day)}`;
const longMonthYear = (day: Day): string => `${longMonth(day)} ${year(day)}`;

const isWholeMonth = (range: Range): boolean =>
  range.start.endsWith("-01") &&
  range.start.slice(0, 7) === range.end.slice(0, 7) &&
  new Date(at(range.end).getTime() + 86_400_000).getUTCDate() === 1;

/** "Sun 22 Nov", "1 – 22 Nov", "October 2026"; the year only where it is not today's. */
export const rangeText = (range: Range, today: Day): string => {
  const { start, end } = range;
  const full =
    year(start) === year(today) && year(end) === year(today) ? dayMonth : dayMonthYear;
  if (dayCount(range) === 1) return `${weekday(start)} ${full(start)}`;
  if (isWholeMonth(range)) return longMonthYear(start);
  if (start.slice(0, 7) === end.slice(0, 7)) return `${Number(start.slice(8))} – ${full(end)}`;
  return `${(year(start) === year(end) ? dayMonth : dayMonthYear)(start)} – ${full(end)}`;
};

export const presetText: Readonly<Record<Preset, string>> = {
  today: "Today",
  yesterday: "Yesterday",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  month: "This month",
  lastmonth: "Last month",
  year: "This year",
  "12mo": "Last 12 months",
  all: "All time",
};

/** Nobody's today, so that years are always told. */
const NO_DAY: Day = "0000-01-01";

/** The days a preset stands for; of several months only the months. */
export const presetDays = (range: Range, today: Day): string =>
  dayCount(range) > 92
    ? `${monthYear(range.start)} – ${monthYear(range.end)}`
    : rangeText(range, today);

export const periodText = (period: Period, today: Day): string =>
  period.kind === "preset" ? presetText[period.preset] : rangeText(period.range, today);

/** A bucket of a time series on the axis: "13:00", "22 Nov", "Nov"; a week by its first day in the range. */
export const bucketTick = (interval: Interval, key: string, range: Range): string => {
  switch (interval) {
    case "hour":
      return key.slice(11, 16);
    case "day":
      return dayMonth(key);
    case "week":
      return dayMonth(bucketDays(interval, key, range).start);
    case "month":
      return (key.endsWith("-01") ? monthYear : month)(`${key}-01`);
  }
};

/** A bucket of a time series in full: "Sun 22 Nov, 13:00", "Sun 22 Nov 2026", "16 – 22 Nov 2026",
 * "November 2026"; of a week or month only the days that lie in the range. */
export const bucketText = (interval: Interval, key: string, range: Range): string => {
  const days = bucketDays(interval, key, range);
  switch (interval) {
    case "hour":
      return `${weekday(key)} ${dayMonth(key)}, ${key.slice(11, 16)}`;
    case "day":
      return `${weekday(key)} ${dayMonthYear(key)}`;
    case "week":
    case "month":
      return rangeText(days, NO_DAY);
  }
};

/** An instant by the clocks of a zone: its day, and the time as "14:05:09". */
export const localTime = (instant: string, timezone: string): { readonly day: Day; readonly time: string } => {
  const [day = "", time = ""] = zonedText(timezone, new Date(instant)).split(" ");
  return { day, time };
};

/** A value of a vital: "2.41 s", "312 ms", of CLS "0.12" or "0.098"; a dash where there is none. */
export const vitalText = (unit: string, value: number | null): string => {
  if (value === null) return NOTHING;
  if (unit === "none") return shift.format(value);
  return value >= 1000 ? `${ratio.format(value / 1000)} s` : `${whole.format(value)} ms`;
};

/** Whether the range cuts days off the bucket. */
export const isCut = (interval: Interval, key: string, range: Range): boolean => {
  const { start, end } = wholeBucket(interval, key);
  return start < range.start || end > range.end;
};

/** Whether two buckets are long enough alike to say how one moved against the other: two whole months,
 * or as many days. */
export const areAlike = (
  interval: Interval,
  one: { readonly key: string; readonly range: Range },
  other: { readonly key: string; readonly range: Range },
): boolean =>
  (!isCut(interval, one.key, one.range) && !isCut(interval, other.key, other.range)) ||
  dayCount(bucketDays(interval, one.key, one.range)) ===
    dayCount(bucketDays(interval, other.key, other.range));

/** How long ago something was: "just now", "12 s ago", "3 min ago", "on 4 Nov". */
export const ago = (instant: string, now: Date): string => {
  const seconds = Math.floor((now.getTime() - Date.parse(instant)) / 1000);
  if (Number.isNaN(seconds)) return "at an unknown time";
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 30 * 86_400) {
    const days = Math.floor(seconds / 86_400);
    return days === 1 ? "1 day ago" : `${days} days ago`;
  }
  return `on ${dayMonthYear(new Date(instant).toISOString())}`;
};

const referrerTypes: Readonly<Record<string, string>> = {
  direct: "Direct",
  search: "Search engines",
  social: "Social networks",
  referral: "Other websites",
  email: "E-mail",
  campaign: "Campaigns",
  paid: "Paid",
  internal: "Internal",
  unknown: "Unknown",
  ai: "AI assistants",
};

/** How the platforms that the server recognises write themselves; other sources are shown as sent. */
const sources: Readonly<Record<string, string>> = {
  baidu: "Baidu",
  bing: "Bing",
  brave: "Brave",
  duckduckgo: "DuckDuckGo",
  ecosia: "Ecosia",
  facebook: "Facebook",
  google: "Google",
  instagram: "Instagram",
  kagi: "Kagi",
  linkedin: "LinkedIn",
  pinterest: "Pinterest",
  qwant: "Qwant",
  reddit: "Reddit",
  startpage: "Startpage",
  tiktok: "TikTok",
  twitter: "X (Twitter)",
  yahoo: "Yahoo",
  yandex: "Yandex",
  youtube: "YouTube",
};

const nameless: Readonly<Record<string, string>> = {
  source: "Direct or unknown",
  referrer_type: "Unknown",
  utm_campaign: "No campaign",
};

const deviceTypes: Readonly<Record<string, string>> = {
  desktop: "Desktop",
  mobile: "Phone",
  tablet: "Tablet",
  tv: "TV",
  console: "Game console",
  headset: "Headset",
};

const countries = new Intl.DisplayNames(LOCALE, { type: "region" });

/** "Germany" for "DE"; a code that nobody knows stays as it is. */
const countryName = (code: string): string => {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
};

/** Looked up among own keys only: a visitor may send any word, "constructor" too. One without a name is told
 * as it is, with spaces. */
export const named = (
  names: Readonly<Record<string, string>>,
  word: string,
  otherwise = word.replaceAll("_", " "),
): string => (Object.hasOwn(names, word) ? (names[word] ?? otherwise) : otherwise);

const eventTypes: Readonly<Record<string, string>> = {
  form_submit: "form submission",
  scroll_depth: "scroll",
};

export const eventName = (eventType: string): string => named(eventTypes, eventType);

/** The name of one row of a breakdown, as people read it. */
export const rowName = (dimension: string, value: string | null): string => {
  if (value === null || value === "") return nameless[dimension] ?? "(none)";
  if (dimension === "source") return named(sources, value, value);
  if (dimension === "referrer_type") return named(referrerTypes, value, value);
  if (dimension === "country") return countryName(value);
  if (dimension === "device") return named(deviceTypes, value, value);
  if (dimension === "outbound_link" || dimension === "download")
    return value.replace(/^https?:\/\//, "");
  if (dimension === "screen") return value.replace("x", " × ");
  if (dimension === "event") return eventName(value);
  return value;
};

const LETTERS = Array.from({ length: 26 }, (_, place) => String.fromCharCode(65 + place));

const countryNames = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
      .map((code) => [code, countryName(code)] as const)
      .filter(([code, name]) => name !== code),
  );

const namesOf = (dimension: string): Readonly<Record<string, string>> => {
  switch (dimension) {
    case "source":
      return sources;
    case "referrer_type":
      return referrerTypes;
    case "country":
      return countryNames();
    case "device":
      return deviceTypes;
    case "event":
      return eventTypes;
    default:
      return {};
  }
};

/** What to look for among a breakdown's values, so that rows are found by the names that are shown. */
export const searchTerms = (dimension: string, text: string): readonly string[] => {
  const wanted = text.trim().slice(0, 200);
  if (wanted === "") return [];
  const small = wanted.toLowerCase();
  const meant = Object.entries(namesOf(dimension))
    .filter(([, name]) => name.toLowerCase().includes(small))
    .map(([value]) => value);
  const sent: Readonly<Record<string, string>> = {
    event: wanted.replaceAll(" ", "_"),
    screen: wanted.replace(/\s*×\s*/, "x"),
  };
  const raw = [wanted, sent[dimension] ?? wanted];
  return [...new Set([...raw, ...meant])];
};
