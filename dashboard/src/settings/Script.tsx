// Options that the server gives the tracking script, so that no page need be changed for them.
import type { ReactNode } from "react";

import { Snippet } from "../install/Snippet";
import { useDraft } from "./draft";
import { CheckField, SelectField, TextField } from "./fields";
import { Panel, SettingsForm } from "./parts";
import { numberOf } from "./words";
import type { SiteRecord } from "./wire";

/** Options that are on or off: name, what they are without a choice, label, hint. */
const switches = [
  ["trackPageViews", true, "Pageviews", ""],
  ["trackClicks", true, "Clicks", "Downloads, outbound links and elements with data-event, too."],
  ["trackForms", true, "Forms", "Which were begun and sent."],
  ["formValues", true, "What is written into forms", "Without it, the names of the fields only."],
  ["trackScrollDepth", true, "Scrolling", ""],
  ["trackTextSelection", true, "Marked and copied text", "That it happened; its words only with the next one."],
  ["textPreview", false, "The first 100 characters of it", ""],
  ["trackPageVisibility", true, "When the page is put away and looked at again", ""],
  ["webVitals", false, "Core Web Vitals", "A second file, after the page."],
  ["enableSpaDetection", true, "Pages that change without loading", ""],
  ["trackHash", true, "A change after # is a pageview", ""],
  ["hashRouting", false, "What stands after # belongs to the path", ""],
] as const;

type SwitchName = (typeof switches)[number][0];

type Draft = Readonly<Record<SwitchName, boolean>> & {
  readonly storage: "local" | "none";
  readonly consent: boolean;
  readonly sampleRate: string;
  readonly exclude: string;
};

const read = ({ settings: { script } }: SiteRecord): Draft => ({
  ...(Object.fromEntries(
    switches.map(([name, usual]) => [name, script[name] ?? usual]),
  ) as Readonly<Record<SwitchName, boolean>>),
  storage: script.storage ?? "local",
  consent: script.consent === "required",
  sampleRate: script.sampleRate?.toString() ?? "",
  exclude: script.exclude ?? "",
});

/** What is as it would be without a choice is no choice: a better default reaches the site. */
const toPatch = (draft: Draft) => ({
  settings: {
    script: {
      ...Object.fromEntries(
        switches.map(([name, usual]) => [name, draft[name] === usual ? null : draft[name]]),
      ),
      storage: draft.storage === "local" ? null : draft.storage,
      consent: draft.consent ? "required" : null,
      sampleRate: numberOf(draft.sampleRate),
      exclude: draft.exclude.trim() === "" ? null : draft.exclude.trim(),
    },
  },
});

export const Script = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const form = useDraft(site, read, toPatch);
  const { draft, change } = form;
  const tag = `<script defer src="${window.location.origin}/pixel/${encodeURIComponent(site.site_id)}/tracking.js"></script>`;
  return (
    <Panel
      title="Options from the server"
      note="They hold for pages with this tag instead of the usual one; an attribute of the tag goes before them."
    >
      <Snippet code={tag} />
      <SettingsForm
        form={form}
        fields={["settings.script.sampleRate", "settings.script.exclude"]}
        locked={null}
      >
        <SelectField
          label="What browsers keep"
          value={draft.storage}
          options={[
            { value: "local", label: "An id, so that visitors are known again" },
            { value: "none", label: "Nothing: a visitor is known for a day" },
          ]}
          onChange={(storage) => {
            change({ storage });
          }}
        />
        <CheckField
          label="Wait for consent"
          hint="Nothing is sent or kept before footfall.consent(true)."
          checked={draft.consent}
          onChange={(consent) => {
            change({ consent });
          }}
        />
        <TextField
          label="Sessions to record, in percent"
          inputMode="decimal"
          value={draft.sampleRate}
          placeholder="100"
          problem={form.problemOf("settings.script.sampleRate")}
          hint="Figures are not scaled up."
          onChange={(sampleRate) => {
            change({ sampleRate });
          }}
        />
        <TextField
          label="Paths to leave out"
          value={draft.exclude}
          placeholder="/admin/*, /preview"
          problem={form.problemOf("settings.script.exclude")}
          hint="By comma or space; /admin/* is all that begin so."
          onChange={(exclude) => {
            change({ exclude });
          }}
        />
        {switches.map(([name, , label, hint]) => (
          <CheckField
            key={name}
            label={label}
            hint={hint}
            checked={draft[name]}
            onChange={(checked) => {
              change({ [name]: checked });
            }}
          />
        ))}
      </SettingsForm>
    </Panel>
  );
};
