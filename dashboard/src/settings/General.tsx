// Time zone and domains of a site; taking its events away, or the site itself.
import { useMemo, useState, type ReactNode } from "react";

import { count } from "../format";
import { amend } from "../navigation";
import { allSites } from "../state";
import type { Role, Site } from "../wire";
import { useDeletion, useReset } from "./client";
import { useDraft } from "./draft";
import { LinesField, linesOf, TextField } from "./fields";
import { Confirm, Locked, Panel, SettingsForm } from "./parts";
import { useRights } from "./rights";
import styles from "./settings.module.css";
import { dayOf, timezones } from "./words";
import type { SiteRecord } from "./wire";

export const General = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const zones = useMemo(() => timezones(), []);
  const form = useDraft(
    site,
    (record) => ({
      timezone: record.timezone,
      domains: record.allowed_domains.join("\n"),
    }),
    (draft) => ({ timezone: draft.timezone.trim(), allowed_domains: linesOf(draft.domains) }),
  );
  return (
    <>
      <Panel title="The site">
        <Facts
          facts={[
            ["Name (id)", site.site_id],
            ["Made", dayOf(site.created_at)],
            [
              "Made by",
              site.registered_by === "event" ? "itself, with its first event" : "an administrator",
            ],
          ]}
        />
        <p className={styles.hint}>
          The name stands in the tracking tag and with every event, so it cannot be changed: make another site for
          another name.
        </p>
        <SettingsForm form={form} fields={["timezone", "allowed_domains"]} locked={null}>
          <TextField
            label="Time zone"
            value={form.draft.timezone}
            choices={zones}
            problem={form.problemOf("timezone")}
            hint={
              <>
                Days and hours are counted in it. A change counts for days from now on; <code>footfall rebuild</code>{" "}
                counts the earlier ones anew, too.
              </>
            }
            onChange={(timezone) => {
              form.change({ timezone });
            }}
          />
          <LinesField
            label="Allowed domains, one a line"
            value={form.draft.domains}
            placeholder={"example.org\n*.example.org"}
            problem={form.problemOf("allowed_domains")}
            hint={
              <>
                Pages of other domains are refused. <code>*.example.org</code> is every sub-domain. None at all: every
                page may send.
              </>
            }
            onChange={(domains) => {
              form.change({ domains });
            }}
          />
        </SettingsForm>
      </Panel>
      <Danger siteId={site.site_id} />
    </>
  );
};

export const GeneralForViewers = ({
  site,
  own,
}: {
  readonly site: Site;
  readonly own: Role | null;
}): ReactNode => (
  <Panel title="The site">
    <Facts
      facts={[
        ["Name (id)", site.site_id],
        ["Time zone", site.timezone],
      ]}
    />
    <Locked needs="editor" own={own} />
  </Panel>
);

const Facts = ({ facts }: { readonly facts: readonly (readonly [string, string])[] }): ReactNode => (
  <dl className={styles.facts}>
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

const Danger = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const rights = useRights(siteId);
  const reset = useReset(siteId);
  const deletion = useDeletion(siteId);
  const [asked, setAsked] = useState<"reset" | "delete" | null>(null);
  const removed = Object.values(reset.data?.removed ?? {}).reduce((sum, rows) => sum + rows, 0);
  return (
    <Panel
      title="Reset or delete"
      danger
      note="Neither can be undone: what is gone is in your backups only."
    >
      {!rights.may("owner") && <Locked needs="owner" own={rights.own} />}
      <DangerChoice
        title="Take all events away"
        hint="Events, sessions, figures of all days. Settings, keys, people and the tracking tag stay."
        action="Reset the site"
        disabled={!rights.may("owner")}
        onAsk={() => {
          reset.reset();
          setAsked("reset");
        }}
      />
      <p role="status" className={styles.saved}>
        {reset.data !== undefined && `The site was reset: ${count(removed)} rows are gone.`}
      </p>
      <DangerChoice
        title="Delete the site"
        hint="Its events with all figures, its settings, its keys, everybody’s role at it."
        action="Delete the site"
        disabled={!rights.may("owner")}
        onAsk={() => {
          setAsked("delete");
        }}
      />
      {asked === "reset" && (
        <Confirm
          title={`Reset ${siteId}?`}
          action="Take all events away"
          typed={siteId}
          busy={reset.isPending}
          error={reset.error}
          onClose={() => {
            setAsked(null);
          }}
          onConfirm={() => {
            reset.mutate(undefined, {
              onSuccess: () => {
                setAsked(null);
              },
            });
          }}
        >
          <p>All events that the site received until now will be lost, and with them:</p>
          <ul>
            <li>every visit, pageview, click, form and search</li>
            <li>the figures of every day, also of those whose details are gone already</li>
            <li>events that wait on disk</li>
          </ul>
          <p>Settings, keys and people stay. A large site takes minutes.</p>
        </Confirm>
      )}
      {asked === "delete" && (
        <Confirm
          title={`Delete ${siteId}?`}
          action="Delete the site"
          typed={siteId}
          busy={deletion.isPending}
          error={deletion.error}
          onClose={() => {
            setAsked(null);
          }}
          onConfirm={() => {
            // The page is gone by then, and mutate() would not tell it; the error is shown above.
            deletion.mutateAsync(undefined).then(
              () => {
                amend({ ...allSites, section: "general" });
              },
              () => undefined,
            );
          }}
        >
          <p>The site goes with everything of it:</p>
          <ul>
            <li>all its events and the figures of every day</li>
            <li>its settings, its keys and its signing secret: scripts that use them are refused</li>
            <li>the roles of people at it; their accounts stay</li>
          </ul>
          <p>
            While registration is open, the next event of a page that still has the tag makes the site anew: take the
            tag off first.
          </p>
        </Confirm>
      )}
    </Panel>
  );
};

type DangerChoiceProps = {
  readonly title: string;
  readonly hint: string;
  /** What the button says. */
  readonly action: string;
  readonly disabled: boolean;
  readonly onAsk: () => void;
};

const DangerChoice = ({ title, hint, action, disabled, onAsk }: DangerChoiceProps): ReactNode => (
  <div className={styles.choice}>
    <div>
      <p className={styles.label}>{title}</p>
      <p className={styles.hint}>{hint}</p>
    </div>
    <button
      type="button"
      className={`button ${styles.danger ?? ""}`}
      disabled={disabled}
      onClick={onAsk}
    >
      {action}
    </button>
  </div>
);
