// What the API answers, checked where it enters: a server of another version is told from a bug here.
// The types of the contract are generated (contract.ts); what of them the page reads stands here.
import * as v from "valibot";

import type { Contract } from "./contract";

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** A schema that takes whatever the contract says; where it would refuse some of it, it does not compile. */
export const takes =
  <TWire>() =>
  <TSchema extends v.GenericSchema>(
    schema: TSchema & (Mutable<TWire> extends v.InferInput<TSchema> ? unknown : never),
  ): TSchema =>
    schema;

const site = v.object({
  site_id: v.string(),
  timezone: v.string(),
  last_event_at: v.nullable(v.string()),
  first_date: v.nullable(v.string()),
});
export type Site = Readonly<v.InferOutput<typeof site>>;

export const sitesAnswer = takes<Contract["WireSites"]>()(v.object({ sites: v.array(site) }));

export const installationAnswer = takes<Contract["WireInstallation"]>()(
  v.object({
    site_id: v.string(),
    snippet: v.string(),
    last_event: v.nullable(
      v.object({
        event_type: v.string(),
        path: v.nullable(v.string()),
        received_at: v.string(),
      }),
    ),
  }),
);
export type Installation = Readonly<v.InferOutput<typeof installationAnswer>>;

const figures = v.array(v.nullable(v.number()));

const row = v.object({
  dimensions: v.array(v.string()),
  metrics: figures,
  comparison: v.nullable(figures),
});
export type Row = Readonly<v.InferOutput<typeof row>>;

export const queryAnswer = takes<Contract["WireAnswer"]>()(
  v.object({
    timezone: v.string(),
    now: v.string(),
    rows: v.array(row),
    total_rows: v.number(),
  }),
);
export type QueryAnswer = Readonly<v.InferOutput<typeof queryAnswer>>;

const visitorCount = v.object({ value: v.string(), visitors: v.number() });
export type VisitorCount = Readonly<v.InferOutput<typeof visitorCount>>;

const minuteCount = v.object({ minute: v.string(), visitors: v.number(), pageviews: v.number() });
export type MinuteCount = Readonly<v.InferOutput<typeof minuteCount>>;

const incoming = v.object({
  id: v.string(),
  received_at: v.string(),
  event_type: v.string(),
  path: v.nullable(v.string()),
  country: v.nullable(v.string()),
  browser: v.nullable(v.string()),
  device: v.nullable(v.string()),
  is_bot: v.boolean(),
  bot_reasons: v.array(v.string()),
  session: v.string(),
});
export type Incoming = Readonly<v.InferOutput<typeof incoming>>;

const realtimeFigures = {
  now: v.string(),
  current_visitors: v.number(),
  visitors: v.number(),
  pageviews: v.number(),
  flagged_events: v.number(),
  minutes: v.array(minuteCount),
  pages: v.array(visitorCount),
  sources: v.array(visitorCount),
  countries: v.array(visitorCount),
  devices: v.array(visitorCount),
};

export const realtimeAnswer = takes<Contract["WireRealtime"]>()(
  v.object({ ...realtimeFigures, events: v.array(incoming) }),
);
export type Realtime = Readonly<v.InferOutput<typeof realtimeAnswer>>;

/** Messages of the stream besides the first, which is the whole answer. */
export const figuresMessage = takes<Omit<Contract["WireRealtime"], "events">>()(
  v.object(realtimeFigures),
);
export const eventsMessage = v.object({ events: v.array(incoming), skipped: v.number() });

const glance = v.object({
  site_id: v.string(),
  start_date: v.string(),
  end_date: v.string(),
  visitors: v.number(),
  visitors_before: v.number(),
  current_visitors: v.number(),
  visitors_by_day: v.array(v.number()),
  last_event_at: v.nullable(v.string()),
});
export type Glance = Readonly<v.InferOutput<typeof glance>>;

export const overviewAnswer = takes<Contract["WireOverview"]>()(
  v.object({ sites: v.array(glance), total_sites: v.number() }),
);
export type SitesOverview = Readonly<v.InferOutput<typeof overviewAnswer>>;

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

export const ledgerAnswer = takes<Contract["Ledger"]>()(
  v.object({
    start: v.string(),
    end: v.string(),
    balanced: v.boolean(),
    total: totalBalance,
    hours: v.array(v.object({ ...balance, site_id: v.string(), hour: v.string() })),
    missing: v.array(v.object({ site_id: v.string(), arrived: v.number(), missing: v.number() })),
  }),
);
export type Ledger = Readonly<v.InferOutput<typeof ledgerAnswer>>;

export const role = v.picklist(["viewer", "editor", "owner"]);
export type Role = v.InferOutput<typeof role>;

/** Who is calling: everywhere is the role at every site, sites the roles at single ones. */
export const sessionAnswer = takes<Contract["WireSession"]>()(
  v.object({
    kind: v.picklist(["user", "key", "token"]),
    name: v.nullable(v.string()),
    everywhere: v.nullable(role),
    sites: v.record(v.string(), role),
    csrf: v.nullable(v.string()),
  }),
);
export type Session = Readonly<v.InferOutput<typeof sessionAnswer>>;

export const setupAnswer = takes<Contract["WireSetup"]>()(
  v.object({ needs_administrator: v.boolean() }),
);

export const linkAnswer = takes<Contract["WireLink"]>()(
  v.object({
    purpose: v.picklist(["setup", "password"]),
    name: v.nullable(v.string()),
  }),
);
export type LinkUse = Readonly<v.InferOutput<typeof linkAnswer>>;

export const emptyAnswer = v.null();

export const errorAnswer = takes<Contract["WireError"]>()(
  v.object({
    error: v.string(),
    detail: v.string(),
    field: v.optional(v.nullable(v.string()), null),
  }),
);
