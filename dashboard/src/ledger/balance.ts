// The ledger's rows added up by site and by day or hour. Pure.
import type { Balance, Ledger } from "../wire";

export type Line = { readonly key: string; readonly balance: Balance };

const nothing: Balance = {
  received: 0,
  stored: 0,
  duplicate: 0,
  dropped: {},
  dead_letter: 0,
  waiting: 0,
  difference: 0,
};

const plus = (one: Balance, other: Balance): Balance => {
  const dropped: Record<string, number> = { ...one.dropped };
  for (const [reason, number] of Object.entries(other.dropped))
    dropped[reason] = (dropped[reason] ?? 0) + number;
  return {
    received: one.received + other.received,
    stored: one.stored + other.stored,
    duplicate: one.duplicate + other.duplicate,
    dropped,
    dead_letter: one.dead_letter + other.dead_letter,
    waiting: one.waiting + other.waiting,
    difference: one.difference + other.difference,
  };
};

const addUp = (rows: Ledger["hours"], keyOf: (row: Ledger["hours"][number]) => string): Line[] => {
  const sums = new Map<string, Balance>();
  for (const row of rows) sums.set(keyOf(row), plus(sums.get(keyOf(row)) ?? nothing, row));
  return [...sums].map(([key, balance]) => ({ key, balance }));
};

/** Busiest site first; what named no site that exists comes last. */
export const bySite = (ledger: Ledger): readonly Line[] =>
  addUp(ledger.hours, (row) => row.site_id).toSorted(
    (a, b) =>
      Number(a.key === "(unknown)") - Number(b.key === "(unknown)") ||
      b.balance.received - a.balance.received,
  );

/** Newest first; by day (UTC) once there are more hours than one reads. */
export const byTime = (ledger: Ledger, hours: number): readonly Line[] =>
  addUp(ledger.hours, (row) => row.hour.slice(0, hours > 48 ? 10 : 13)).toSorted((a, b) =>
    b.key.localeCompare(a.key),
  );

export const droppedOf = (balance: Balance): number =>
  Object.values(balance.dropped).reduce((sum, number) => sum + number, 0);
