// What the page of sessions asks: the list page by page, the list as a file, and what happened in one session.
import { useInfiniteQuery } from "@tanstack/react-query";
import * as v from "valibot";

import { download, post, request } from "../api";
import type { Contract } from "../contract";
import { useFile } from "../file";
import { LIVE_REFRESH_MS, over, type View } from "../queries";
import { takes } from "../wire";

const text = v.nullable(v.string());

const visit = v.object({
  id: v.string(),
  visitor: v.string(),
  seen_before: v.boolean(),
  started_at: v.string(),
  ended_at: v.string(),
  duration_s: v.number(),
  engaged_ms: v.number(),
  pageviews: v.number(),
  events: v.number(),
  bounce: v.boolean(),
  entry_page: text,
  exit_page: text,
  source: v.string(),
  referrer: text,
  channel: text,
  utm_campaign: text,
  country: text,
  region: text,
  city: text,
  browser: text,
  os: text,
  device: text,
  is_bot: v.boolean(),
});
export type Visit = Readonly<v.InferOutput<typeof visit>>;

const visitsAnswer = takes<Contract["WireVisits"]>()(
  v.object({ timezone: v.string(), sessions: v.array(visit), next: text }),
);

const number = v.nullable(v.number());

const step = v.object({
  id: v.string(),
  kind: v.picklist(["pageview", "event"]),
  at: v.string(),
  name: v.string(),
  path: text,
  title: text,
  referrer: text,
  search_term: text,
  is_not_found: v.boolean(),
  time_on_page_s: number,
  engaged_ms: number,
  scroll_percentage: number,
  link_url: text,
  is_outbound: v.boolean(),
  is_download: v.boolean(),
  form_id: text,
  field_names: v.nullable(v.array(v.string())),
  web_vital: text,
  web_vital_value: number,
  properties: v.nullable(v.record(v.string(), v.unknown())),
});
export type Step = Readonly<v.InferOutput<typeof step>>;

const timelineAnswer = takes<Contract["WireTimeline"]>()(
  v.object({
    timezone: v.string(),
    session: visit,
    steps: v.array(step),
    next: text,
    others: v.array(visit),
    more_others: v.boolean(),
  }),
);

const beginning = null as string | null;

/** Every page that is loaded would be asked for again: who has read on has no moving list. */
const refreshed =
  (live: boolean) =>
  ({ state }: { readonly state: { readonly data?: { readonly pages: readonly unknown[] } | undefined } }) =>
    live && (state.data?.pages.length ?? 0) <= 1 ? LIVE_REFRESH_MS : (false as const);

export const useSessions = (view: View) =>
  useInfiniteQuery({
    queryKey: ["sessions", over(view, view.range)] as const,
    queryFn: ({ pageParam, signal }) =>
      request(
        visitsAnswer,
        "/api/sessions",
        post({ ...over(view, view.range), after: pageParam }, signal),
      ),
    initialPageParam: beginning,
    getNextPageParam: (last) => last.next,
    refetchInterval: refreshed(view.live),
    placeholderData: (previous, before) =>
      before?.queryKey[1].site_id === view.siteId ? previous : undefined,
  });

/** All of the list as a file. */
export const useSessionsFile = (view: View) =>
  useFile(() => download("/api/sessions.csv", post(over(view, view.range)), "text/csv", "sessions.csv"));

export const useTimeline = (siteId: string, session: string, live: boolean) =>
  useInfiniteQuery({
    queryKey: ["timeline", siteId, session],
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ site_id: siteId });
      if (pageParam !== null) asked.set("after", pageParam);
      return request(timelineAnswer, `/api/sessions/${session}?${asked.toString()}`, { signal });
    },
    initialPageParam: beginning,
    getNextPageParam: (last) => last.next,
    refetchInterval: refreshed(live),
  });
