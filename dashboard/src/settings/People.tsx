// Who has a role at the site: giving one, changing it, taking it away.
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError } from "../api";
import { useSession } from "../access/access";
import { Problem } from "../states/Problem";
import type { Role, Site } from "../wire";
import { useRoleGiving, useRoleTaking, useSiteUsers } from "./client";
import { SelectField, TextField, type Option } from "./fields";
import { Confirm, Once, Panel, Skeleton } from "./parts";
import styles from "./settings.module.css";
import { passwordLink } from "./words";
import type { SiteUser } from "./wire";

export const roleOptions: readonly Option<Role>[] = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "editor", label: "Editor: changes settings" },
  { value: "owner", label: "Owner: keys, people, erasure" },
];

export const People = ({ site }: { readonly site: Site }): ReactNode => {
  const users = useSiteUsers(site.site_id);
  const own = useSession().name;
  const giving = useRoleGiving(site.site_id);
  const taking = useRoleTaking(site.site_id);
  const [asked, setAsked] = useState<SiteUser | null>(null);
  const [said, setSaid] = useState("");
  if (users.data === undefined)
    return users.error === null ? (
      <Skeleton />
    ) : (
      <Problem error={users.error} onRetry={() => void users.refetch()} />
    );
  return (
    <Panel
      title="People"
      note="Who may open this site. Administrators may everywhere, and are not listed."
    >
      {users.data.length === 0 ? (
        <p className={styles.empty}>Nobody has a role here yet.</p>
      ) : (
        <ul className={styles.rows} aria-label="People">
          {users.data.map((user) => (
            <li key={user.user_id}>
              <div className={styles.what}>
                <span className={styles.strong}>
                  {user.name}
                  {user.name === own && " (you)"}
                </span>
                {!user.has_password && (
                  <span className={styles.hint}>has not used the set-up link yet</span>
                )}
              </div>
              <select
                className={`field ${styles.small ?? ""}`}
                aria-label={`Role of ${user.name}`}
                value={user.role}
                disabled={giving.isPending}
                onChange={(event) => {
                  const role = roleOptions.find(({ value }) => value === event.target.value)?.value;
                  if (role === undefined) return;
                  const name = user.name;
                  giving.mutate(
                    { name, role },
                    {
                      onSuccess: () => {
                        setSaid(`Saved: ${name} is ${role}.`);
                      },
                    },
                  );
                }}
              >
                {roleOptions.map(({ value }) => (
                  <option key={value} value={value}>
                    {value}
                  </option>
                ))}
              </select>
              <button
                type="button"
                className="button"
                aria-label={`Remove ${user.name}`}
                onClick={() => {
                  taking.reset();
                  setAsked(user);
                }}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="status" className={styles.saved}>
        {said}
      </p>
      <p role="alert" className={styles.problem}>
        {giving.error?.message}
      </p>
      <NewPerson siteId={site.site_id} />
      {asked !== null && (
        <Confirm
          title={`Remove ${asked.name}?`}
          action="Take the role away"
          busy={taking.isPending}
          error={taking.error}
          onClose={() => {
            setAsked(null);
          }}
          onConfirm={() => {
            taking.mutate(asked.user_id, {
              onSuccess: () => {
                setSaid(`${asked.name} has no role here any more.`);
                setAsked(null);
              },
            });
          }}
        >
          <p>
            {asked.name} can no longer open {site.site_id}. The account stays, and you can give it a role again.
            {asked.name === own && " It is your own: you will not see this site any more."}
          </p>
        </Confirm>
      )}
    </Panel>
  );
};

const NewPerson = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const giving = useRoleGiving(siteId);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const field = giving.error instanceof ApiError ? giving.error.field : null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (giving.isPending) return;
    giving.mutate(
      { name: name.trim(), role },
      {
        onSuccess: () => {
          setName("");
        },
      },
    );
  };
  return (
    <>
      <form onSubmit={submit} className={styles.inline} aria-label="Add somebody">
        <TextField
          label="Name or e-mail address"
          value={name}
          required
          problem={field === "name" ? (giving.error?.message ?? null) : null}
          onChange={setName}
        />
        <SelectField label="Role" value={role} options={roleOptions} onChange={setRole} />
        <button type="submit" className="button primary" aria-disabled={giving.isPending}>
          Add
        </button>
      </form>
      <p role="alert" className={styles.problem}>
        {field === "name" ? null : giving.error?.message}
      </p>
      {giving.data !== undefined &&
        (giving.data.link === null ? (
          <p role="status" className={styles.saved}>
            {giving.data.name} had an account already, and is {giving.data.role} here now.
          </p>
        ) : (
          <Once title={`The set-up link of ${giving.data.name}`} text={passwordLink(giving.data.link)}>
            Give it to its person only: whoever opens it chooses the password. It works once, for three days, and is
            never shown again.
          </Once>
        ))}
    </>
  );
};
