// What the API answers about sites, keys, people and visitors, checked where it enters.
import * as v from "valibot";

import type { Contract } from "../contract";
import { role, takes } from "../wire";

const optional = <T extends v.GenericSchema>(schema: T) => v.optional(v.nullable(schema), null);
const flag = optional(v.boolean());

const script = v.object({
  storage: optional(v.picklist(["local", "none"])),
  consent: optional(v.literal("required")),
  sampleRate: optional(v.number()),
  exclude: optional(v.string()),
  trackHash: flag,
  hashRouting: flag,
  formValues: flag,
  webVitals: flag,
  textPreview: flag,
  trackPageViews: flag,
  trackClicks: flag,
  trackForms: flag,
  trackScrollDepth: flag,
  trackTextSelection: flag,
  trackPageVisibility: flag,
  enableSpaDetection: flag,
});

export const siteAnswer = takes<Contract["WireSite"]>()(
  v.object({
    site_id: v.string(),
    timezone: v.string(),
    allowed_domains: v.array(v.string()),
    settings: v.object({
      bots: v.optional(v.picklist(["flag", "drop"]), "flag"),
      respect_dnt: v.optional(v.boolean(), true),
      privacy: v.optional(v.picklist(["standard", "gdpr", "hipaa"]), "standard"),
      query_parameters: v.optional(v.array(v.string()), []),
      requires_key: v.optional(v.boolean(), false),
      events_per_minute: optional(v.number()),
      keep_events_days: optional(v.number()),
      keep_details_days: optional(v.number()),
      script: v.optional(script, {}),
    }),
    has_secret: v.boolean(),
    registered_by: v.string(),
    created_at: v.string(),
  }),
);
export type SiteRecord = Readonly<v.InferOutput<typeof siteAnswer>>;

export type SitePatch = {
  readonly timezone?: string;
  readonly allowed_domains?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
};

export const secretAnswer = takes<Contract["WireSecret"]>()(v.object({ secret: v.string() }));

export const clearedAnswer = takes<Contract["WireCleared"]>()(
  v.object({ removed: v.record(v.string(), v.number()) }),
);

const key = {
  key_id: v.string(),
  name: v.string(),
  scope: v.picklist(["ingest", "read", "admin"]),
  site_id: v.nullable(v.string()),
  created_at: v.string(),
  last_used_at: v.nullable(v.string()),
  revoked_at: v.nullable(v.string()),
};
const keyRow = v.object(key);
export type Key = Readonly<v.InferOutput<typeof keyRow>>;
export type Scope = Key["scope"];

export const keysAnswer = takes<Contract["WireKeys"]>()(v.object({ keys: v.array(keyRow) }));
export const newKeyAnswer = takes<Contract["WireNewKey"]>()(
  v.object({ ...key, key: v.string() }),
);

const siteUser = {
  user_id: v.number(),
  name: v.string(),
  role,
  has_password: v.boolean(),
};
const siteUserRow = v.object(siteUser);
export type SiteUser = Readonly<v.InferOutput<typeof siteUserRow>>;

export const siteUsersAnswer = takes<Contract["WireSiteUsers"]>()(
  v.object({ users: v.array(siteUserRow) }),
);
export const siteInvitationAnswer = takes<Contract["WireSiteInvitation"]>()(
  v.object({ ...siteUser, link: v.nullable(v.string()) }),
);

export const userAnswer = takes<Contract["WireUser"]>()(
  v.object({
    user_id: v.number(),
    name: v.string(),
    is_admin: v.boolean(),
    has_password: v.boolean(),
    roles: v.record(v.string(), role),
    created_at: v.string(),
    disabled_at: v.nullable(v.string()),
    last_login_at: v.nullable(v.string()),
  }),
);
export type User = Readonly<v.InferOutput<typeof userAnswer>>;

export const usersAnswer = takes<Contract["WireUsers"]>()(v.object({ users: v.array(userAnswer) }));
export const invitationAnswer = takes<Contract["WireInvitation"]>()(
  v.object({ user: userAnswer, link: v.string() }),
);

export const erasureAnswer = takes<Contract["WireErasure"]>()(
  v.object({
    erased: v.boolean(),
    sites: v.array(v.object({ site_id: v.string(), counts: v.record(v.string(), v.number()) })),
  }),
);
export type Erasure = Readonly<v.InferOutput<typeof erasureAnswer>>;
