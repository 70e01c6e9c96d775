// What of visitors may be kept, and what one visitor may ask for: their data, and its erasure.
import { useState, type ReactNode } from "react";

import { count } from "../format";
import { useErasure, useExport } from "./client";
import { useDraft } from "./draft";
import { CheckField, LinesField, linesOf, RadioField, TextField } from "./fields";
import { Confirm, Locked, Panel, SettingsForm } from "./parts";
import { useRights } from "./rights";
import styles from "./settings.module.css";
import type { Erasure, SiteRecord } from "./wire";

export const Privacy = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const rights = useRights(site.site_id);
  const form = useDraft(
    site,
    ({ settings }) => ({
      respect: settings.respect_dnt,
      level: settings.privacy,
      parameters: settings.query_parameters.join("\n"),
    }),
    ({ respect, level, parameters }) => ({
      settings: { respect_dnt: respect, privacy: level, query_parameters: linesOf(parameters) },
    }),
  );
  return (
    <>
      <Panel title="What is kept" note="A change holds for what comes from now on.">
        <SettingsForm form={form} fields={["settings.query_parameters"]} locked={null}>
          <CheckField
            label="Respect Do Not Track and Global Privacy Control"
            hint="Browsers that ask for it are not recorded at all; the ledger counts them without anything of them."
            checked={form.draft.respect}
            onChange={(respect) => {
              form.change({ respect });
            }}
          />
          <RadioField
            legend="Redaction"
            value={form.draft.level}
            options={[
              {
                value: "standard",
                label: "Standard",
                hint: "Passwords, card numbers, social security numbers and e-mail addresses are taken out, for every site.",
              },
              {
                value: "gdpr",
                label: "GDPR",
                hint: "Also data of your events under names such as email, phone or social, and the words of what was clicked or copied.",
              },
              {
                value: "hipaa",
                label: "HIPAA",
                hint: "Also what is written into forms, titles, all queries, searches, click ids, region and city.",
              },
            ]}
            onChange={(level) => {
              form.change({ level });
            }}
          />
          <LinesField
            label="Query parameters to keep, one a line"
            value={form.draft.parameters}
            placeholder={"colour\nsize"}
            problem={form.problemOf("settings.query_parameters")}
            hint="Besides those of campaigns, click ids, searches and page numbers. All others are taken off every address."
            onChange={(parameters) => {
              form.change({ parameters });
            }}
          />
        </SettingsForm>
      </Panel>
      <Panel title="Visitors without an id">
        <p className={styles.note}>
          Addresses are never stored. Where the browser keeps no id, which “Keep nothing in the browser” under Install
          makes the rule, visitors are told apart by a hash of address, browser and site, whose random key is new every
          day and destroyed after 48 hours: from then on nobody can tell whose it was.
        </p>
      </Panel>
      <Panel
        title="A visitor asks"
        note={
          <>
            They find their id in their browser: <code>localStorage.getItem(&quot;_ts_visitor_id&quot;)</code>
          </>
        }
      >
        {rights.may("owner") ? (
          <Visitor siteId={site.site_id} />
        ) : (
          <Locked needs="owner" own={rights.own} />
        )}
      </Panel>
    </>
  );
};

const rowsOf = (found: Erasure | undefined): number =>
  (found?.sites ?? [])
    .flatMap(({ counts }) => Object.values(counts))
    .reduce((sum, rows) => sum + rows, 0);

const Visitor = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const [visitor, setVisitor] = useState("");
  const [asked, setAsked] = useState(false);
  const preview = useErasure(siteId);
  const erasure = useErasure(siteId);
  const exporting = useExport(siteId);
  const id = visitor.trim();
  const nothing = preview.data !== undefined && rowsOf(preview.data) === 0;
  const counts = Object.entries(preview.data?.sites[0]?.counts ?? {}).filter(([, rows]) => rows > 0);
  const error = preview.error ?? exporting.error;
  return (
    <div className={styles.form}>
      <TextField
        label="Id of the visitor"
        value={visitor}
        onChange={(value) => {
          setVisitor(value);
          preview.reset();
          erasure.reset();
          exporting.reset();
        }}
        problem={error?.message ?? null}
      />
      <div className={styles.saveRow}>
        <button
          type="button"
          className="button"
          disabled={id === ""}
          aria-disabled={exporting.isPending}
          onClick={() => {
            if (!exporting.isPending) exporting.mutate(id);
          }}
        >
          {exporting.isPending ? "Exporting…" : "Export all that is kept"}
        </button>
        <button
          type="button"
          className={`button ${styles.danger ?? ""}`}
          disabled={id === ""}
          aria-disabled={preview.isPending}
          onClick={() => {
            if (preview.isPending) return;
            erasure.reset();
            preview.mutate(
              { visitorId: id, preview: true },
              {
                onSuccess: (found) => {
                  setAsked(rowsOf(found) > 0);
                },
              },
            );
          }}
        >
          {preview.isPending ? "Looking…" : "Erase…"}
        </button>
        <p role="status" className={styles.saved}>
          {erasure.data !== undefined
            ? `Erased: ${count(rowsOf(erasure.data))} rows are gone.`
            : nothing
              ? "Nothing of this visitor is kept."
              : exporting.isSuccess && "The export was saved as a file."}
        </p>
      </div>
      {asked && (
        <Confirm
          title="Erase this visitor?"
          action="Erase for good"
          typed="erase"
          busy={erasure.isPending}
          error={erasure.error}
          onClose={() => {
            setAsked(false);
          }}
          onConfirm={() => {
            erasure.mutate(
              { visitorId: id, preview: false },
              {
                onSuccess: () => {
                  setAsked(false);
                },
              },
            );
          }}
        >
          <p>
            All that <code>{id}</code> did at {siteId} until now is removed, and every figure becomes as if they had
            never been:
          </p>
          <ul>
            {counts.map(([table, rows]) => (
              <li key={table}>
                {count(rows)} in {table.replaceAll("_", " ")}
              </li>
            ))}
          </ul>
          <p>It cannot be undone, and takes minutes where the visitor’s first day is long ago.</p>
        </Confirm>
      )}
    </div>
  );
};
