// The tag with options, and why events of a site may be missing. Pure.
import { count, named } from "../format";
import type { Balance } from "../wire";

export type TagOption = "storage" | "consent" | "vitals" | "forms";

const attributes: Readonly<Record<TagOption, string>> = {
  storage: 'data-storage="none"',
  consent: 'data-consent="required"',
  vitals: 'data-web-vitals="true"',
  forms: 'data-form-values="false"',
};

/** The server's tag with the attributes of the options, in the order of their list. */
export const tagWith = (tag: string, chosen: readonly TagOption[]): string =>
  (Object.keys(attributes) as TagOption[])
    .filter((option) => chosen.includes(option))
    .reduce((text, option) => text.replace("></script>", ` ${attributes[option]}></script>`), tag);

const refused: Readonly<Record<string, string>> = {
  origin: "came from a domain that the site does not list: add it under General",
  key: "came without the ingest key that the site asks for: see Keys",
  signature: "were not signed by the site’s secret: see Keys",
  dnt: "were of browsers that ask not to be tracked (Do Not Track): try another browser, or see Privacy",
  gpc: "were of browsers with Global Privacy Control: try another browser, or see Privacy",
  bot: "were robots’, which the site drops: see Bots",
  erased: "were of visitors, or from a time, that had been erased",
  invalid: "could not be read as events",
};

const unseen = [
  "The tag is not on the page that you opened: look at the page’s source for tracking.js.",
  "A content blocker keeps the script away: open the page in a private window without extensions.",
  "The page’s Content-Security-Policy does not allow the script: it needs script-src and connect-src for Footfall’s address.",
  "The name in data-site is another: it must be the site’s, letter by letter.",
  "Your browser asks not to be tracked, so the script sends nothing; or you left your own visits out below.",
  "The page waits for consent (data-consent), and nobody gave it.",
];

/** What the ledger tells of the last day; where nothing came at all, what it mostly is. */
export const likelyReasons = (total: Balance, silent: boolean): readonly string[] => {
  const told = Object.entries(total.dropped)
    .toSorted((a, b) => b[1] - a[1])
    .map(
      ([reason, number]) =>
        `${count(number)} ${named(refused, reason, `were dropped: ${reason.replaceAll("_", " ")}`)}.`,
    );
  if (total.dead_letter > 0) told.push(`${count(total.dead_letter)} were set aside as not readable.`);
  if (total.waiting > 0) told.push(`${count(total.waiting)} wait on disk until the database is back.`);
  return silent && total.received === 0 ? unseen : told;
};
