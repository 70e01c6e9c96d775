// Keys of scripts and servers: who has one, making one, revoking it; and what events of the site must bring.
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError } from "../api";
import { Ago } from "../figures/Ago";
import { Problem } from "../states/Problem";
import {
  useKeyCreation,
  useKeys,
  useRevocation,
  useSecretRemoval,
  useSecretRotation,
} from "./client";
import { useDraft } from "./draft";
import { CheckField, SelectField, TextField, type Option } from "./fields";
import { Confirm, Locked, Once, Panel, SettingsForm, Skeleton } from "./parts";
import { useRights } from "./rights";
import styles from "./settings.module.css";
import { dayOf, numberOf } from "./words";
import type { Key, Scope, SiteRecord } from "./wire";

const scopes: readonly Option<Scope>[] = [
  { value: "ingest", label: "Ingest: sends events" },
  { value: "read", label: "Read: reads figures" },
  { value: "admin", label: "Admin: may what an owner may" },
];

export const Keys = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const rights = useRights(site.site_id);
  return (
    <>
      {rights.may("owner") ? (
        <KeyList siteId={site.site_id} />
      ) : (
        <Panel title="Keys">
          <Locked needs="owner" own={rights.own} />
        </Panel>
      )}
      <Demands site={site} />
      <Signing site={site} />
    </>
  );
};

const KeyList = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const keys = useKeys();
  const revocation = useRevocation();
  const [asked, setAsked] = useState<Key | null>(null);
  const { administrator } = useRights(siteId);
  if (keys.data === undefined)
    return keys.error === null ? (
      <Skeleton />
    ) : (
      <Problem error={keys.error} onRetry={() => void keys.refetch()} />
    );
  const mine = keys.data
    .filter((key) => key.site_id === siteId || (administrator && key.site_id === null))
    .toSorted(
      (a, b) =>
        Number(a.revoked_at !== null) - Number(b.revoked_at !== null) ||
        b.created_at.localeCompare(a.created_at),
    );
  return (
    <Panel
      title="Keys"
      note="For scripts and servers, as “Authorization: Bearer …”. Only a hash of each is kept."
    >
      {mine.length === 0 ? (
        <p className={styles.empty}>There is no key yet.</p>
      ) : (
        <ul className={styles.rows} aria-label="Keys">
          {mine.map((key) => (
            <li key={key.key_id} data-over={key.revoked_at === null ? undefined : true}>
              <div className={styles.what}>
                <span className={styles.strong}>{key.name === "" ? key.key_id : key.name}</span>
                <span className={styles.hint}>
                  {key.scope}
                  {key.site_id === null && ", every site"}
                  {key.name !== "" && ` · ${key.key_id}`} · made {dayOf(key.created_at)} ·{" "}
                  {key.last_used_at === null ? (
                    "never used"
                  ) : (
                    <>
                      last used about <Ago at={key.last_used_at} />
                    </>
                  )}
                </span>
              </div>
              {key.revoked_at === null ? (
                <button
                  type="button"
                  className="button"
                  aria-label={`Revoke ${key.name === "" ? key.key_id : key.name}`}
                  onClick={() => {
                    revocation.reset();
                    setAsked(key);
                  }}
                >
                  Revoke
                </button>
              ) : (
                <span className={styles.hint}>revoked {dayOf(key.revoked_at)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      <NewKeyForm siteId={siteId} />
      {asked !== null && (
        <Confirm
          title="Revoke the key?"
          action="Revoke the key"
          busy={revocation.isPending}
          error={revocation.error}
          onClose={() => {
            setAsked(null);
          }}
          onConfirm={() => {
            revocation.mutate(asked.key_id, {
              onSuccess: () => {
                setAsked(null);
              },
            });
          }}
        >
          <p>
            Whatever uses {asked.name === "" ? asked.key_id : `“${asked.name}”`} is refused from now on. It cannot be
            brought back; make another one instead.
          </p>
        </Confirm>
      )}
    </Panel>
  );
};

const NewKeyForm = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const creation = useKeyCreation();
  const [scope, setScope] = useState<Scope>("ingest");
  const [name, setName] = useState("");
  const field = creation.error instanceof ApiError ? creation.error.field : null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (creation.isPending) return;
    creation.mutate(
      { scope, site_id: siteId, name: name.trim() },
      {
        onSuccess: () => {
          setName("");
        },
      },
    );
  };
  return (
    <>
      <form onSubmit={submit} className={styles.inline} aria-label="Make a key">
        <TextField
          label="Name, for yourself"
          value={name}
          placeholder="Who or what has it"
          problem={field === "name" ? (creation.error?.message ?? null) : null}
          onChange={setName}
        />
        <SelectField label="What it may do" value={scope} options={scopes} onChange={setScope} />
        <button type="submit" className="button primary" aria-disabled={creation.isPending}>
          Make a key
        </button>
      </form>
      <p role="alert" className={styles.problem}>
        {field === "name" ? null : creation.error?.message}
      </p>
      {creation.data !== undefined && (
        <Once title={`The new ${creation.data.scope} key`} text={creation.data.key}>
          Copy it now: it is shown here and never again.
        </Once>
      )}
    </>
  );
};

const Demands = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const form = useDraft(
    site,
    ({ settings }) => ({
      requiresKey: settings.requires_key,
      limit: settings.events_per_minute?.toString() ?? "",
    }),
    ({ requiresKey, limit }) => ({
      settings: { requires_key: requiresKey, events_per_minute: numberOf(limit) },
    }),
  );
  return (
    <Panel title="What events must bring">
      <SettingsForm form={form} fields={["settings.events_per_minute"]} locked={null}>
        <CheckField
          label="Only events with an ingest key"
          hint="A key in a page can be read by everybody: this is for sites whose events come from a server."
          checked={form.draft.requiresKey}
          onChange={(requiresKey) => {
            form.change({ requiresKey });
          }}
        />
        <TextField
          label="Events a minute, at most"
          inputMode="numeric"
          value={form.draft.limit}
          placeholder="No limit"
          problem={form.problemOf("settings.events_per_minute")}
          hint="More of them are answered by 429, and the script tries again later."
          onChange={(limit) => {
            form.change({ limit });
          }}
        />
      </SettingsForm>
    </Panel>
  );
};

const Signing = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const rights = useRights(site.site_id);
  const rotation = useSecretRotation(site.site_id);
  const removal = useSecretRemoval(site.site_id);
  const [asked, setAsked] = useState<"rotate" | "remove" | null>(null);
  const active = asked === "remove" ? removal : rotation;
  const close = (): void => {
    setAsked(null);
  };
  return (
    <Panel
      title="Signed events"
      note={
        site.has_secret
          ? "Every event must be signed by the site’s secret (X-TA-Signature)."
          : "Events need no signature. With a secret, only what your server signs is taken: pages that send by themselves are refused."
      }
    >
      {!rights.may("owner") && <Locked needs="owner" own={rights.own} />}
      <div className={styles.saveRow}>
        <button
          type="button"
          className="button"
          disabled={!rights.may("owner")}
          onClick={() => {
            rotation.reset();
            setAsked("rotate");
          }}
        >
          {site.has_secret ? "Make a new secret" : "Ask for signatures"}
        </button>
        {site.has_secret && (
          <button
            type="button"
            className="button"
            disabled={!rights.may("owner")}
            onClick={() => {
              removal.reset();
              setAsked("remove");
            }}
          >
            Ask for none any more
          </button>
        )}
      </div>
      {rotation.data !== undefined && site.has_secret && (
        <Once title="The new secret" text={rotation.data.secret}>
          Copy it now: it is shown here and never again.
        </Once>
      )}
      {asked !== null && (
        <Confirm
          title={asked === "rotate" ? "Make a new secret?" : "Ask for no signatures?"}
          action={asked === "rotate" ? "Make a secret" : "Remove the secret"}
          busy={active.isPending}
          error={active.error}
          onClose={close}
          onConfirm={() => {
            active.mutate(undefined, { onSuccess: close });
          }}
        >
          <p>
            {asked === "rotate"
              ? "From now on events without its signature are refused; an old secret ends at once."
              : "Everybody may send events of this site again, within what else it asks for. The secret cannot be brought back."}
          </p>
        </Confirm>
      )}
    </Panel>
  );
};
