// Words of the settings: days, and the time zones that a browser knows.

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "24 Nov 2026", in the reader's own zone: it is no figure of the site. */
export const dayOf = (instant: string): string => day.format(new Date(instant));

export const timezones = (): readonly string[] => ["UTC", ...Intl.supportedValuesOf("timeZone")];

/** A number as people write it; null where the field is empty. What is no number stays as it is, for the
 * server to refuse: as null it would be saved as "no limit". */
export const numberOf = (text: string): number | string | null => {
  const written = text.trim();
  if (written === "") return null;
  const number = Number(written);
  return Number.isFinite(number) ? number : written;
};

/** The link that a secret stands in, as the server prints it for `footfall user`. */
export const passwordLink = (secret: string): string =>
  `${window.location.origin}${window.location.pathname}#password=${secret}`;
