// What the API answers, checked where it enters: a server of another version is told from a bug here.
import * as v from "valibot";

const site = v.object({
  site_id: v.string(),
  timezone: v.string(),
  last_event_at: v.nullable(v.string()),
});
export type Site = Readonly<v.InferOutput<typeof site>>;

export const sitesAnswer = v.object({ sites: v.array(site) });

export const installationAnswer = v.object({
  site_id: v.string(),
  snippet: v.string(),
  last_event: v.nullable(
    v.object({
      event_type: v.string(),
      path: v.nullable(v.string()),
      received_at: v.string(),
    }),
  ),
});
export type Installation = Readonly<v.InferOutput<typeof installationAnswer>>;

const figures = v.array(v.nullable(v.number()));

const row = v.object({
  dimensions: v.array(v.nullable(v.string())),
  metrics: figures,
  comparison: v.optional(v.nullable(figures), null),
});
export type Row = Readonly<v.InferOutput<typeof row>>;

export const queryAnswer = v.object({
  timezone: v.string(),
  now: v.string(),
  rows: v.array(row),
  total_rows: v.number(),
});
export type QueryAnswer = Readonly<v.InferOutput<typeof queryAnswer>>;

const balance = {
  received: v.number(),
  stored: v.number(),
  duplicate: v.number(),
  dropped: v.record(v.string(), v.number()),
  dead_letter: v.number(),
  waiting: v.number(),
  difference: v.number(),
};
const totalBalance = v.object(balance);
export type Balance = Readonly<v.InferOutput<typeof totalBalance>>;

export const ledgerAnswer = v.object({
  start: v.string(),
  end: v.string(),
  balanced: v.boolean(),
  total: totalBalance,
  hours: v.array(v.object({ ...balance, site_id: v.string(), hour: v.string() })),
  missing: v.array(v.object({ site_id: v.string(), arrived: v.number(), missing: v.number() })),
});
export type Ledger = Readonly<v.InferOutput<typeof ledgerAnswer>>;

export const errorAnswer = v.object({ error: v.string(), detail: v.string() });
