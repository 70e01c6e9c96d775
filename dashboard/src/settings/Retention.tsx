// How long events and details are kept: the owner's to say, everybody's with the settings to read.
import type { ReactNode } from "react";

import { useDraft } from "./draft";
import { TextField } from "./fields";
import { Locked, Panel, SettingsForm } from "./parts";
import { useRights } from "./rights";
import { numberOf } from "./words";
import type { SiteRecord } from "./wire";

export const Retention = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const rights = useRights(site.site_id);
  const form = useDraft(
    site,
    ({ settings }) => ({
      events: settings.keep_events_days?.toString() ?? "",
      details: settings.keep_details_days?.toString() ?? "",
    }),
    ({ events, details }) => ({
      settings: { keep_events_days: numberOf(events), keep_details_days: numberOf(details) },
    }),
  );
  return (
    <Panel
      title="How long it is kept"
      note="Once a day, whole days older than this are removed for good. Undo brings the number back, not what was removed meanwhile. Empty: for ever."
    >
      <SettingsForm
        form={form}
        fields={["settings.keep_events_days", "settings.keep_details_days"]}
        locked={rights.may("owner") ? null : <Locked needs="owner" own={rights.own} />}
      >
        <TextField
          label="Days that raw events are kept"
          inputMode="numeric"
          placeholder="For ever"
          value={form.draft.events}
          problem={form.problemOf("settings.keep_events_days")}
          hint="Goes: the log of what browsers sent, from which everything can be derived anew. Stays: visits, pageviews, events, forms, and every figure of the dashboard."
          onChange={(events) => {
            form.change({ events });
          }}
        />
        <TextField
          label="Days that details are kept"
          inputMode="numeric"
          placeholder="For ever"
          value={form.draft.details}
          problem={form.problemOf("settings.keep_details_days")}
          hint="Goes: single visits, pageviews, events and forms, so that old days can no longer be filtered. Stays: the sums of each day, by page, source, country and so on, with exact visitors."
          onChange={(details) => {
            form.change({ details });
          }}
        />
      </SettingsForm>
    </Panel>
  );
};
