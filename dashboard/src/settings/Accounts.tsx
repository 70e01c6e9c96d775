// Every account of the installation, for administrators: its roles by site, its links, and its end.
import { ChevronRight } from "lucide-react";
import { useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError } from "../api";
import { useSession } from "../access/access";
import { Ago } from "../figures/Ago";
import { Problem } from "../states/Problem";
import type { Role, Site } from "../wire";
import {
  useNewLink,
  useUserChange,
  useUserCreation,
  useUserRemoval,
  useUsers,
  type UserChange,
} from "./client";
import { CheckField, SelectField, TextField } from "./fields";
import { Confirm, Once, Panel, Skeleton } from "./parts";
import { roleOptions } from "./People";
import { roles } from "./rights";
import styles from "./settings.module.css";
import { passwordLink } from "./words";
import type { User } from "./wire";

type Props = { readonly sites: readonly Site[] };

export const Accounts = ({ sites }: Props): ReactNode => {
  const users = useUsers();
  if (users.data === undefined)
    return users.error === null ? (
      <Skeleton />
    ) : (
      <Problem error={users.error} onRetry={() => void users.refetch()} />
    );
  return (
    <>
      <NewAccount sites={sites} />
      <Panel title="Accounts" note="Everybody who can sign in, at all sites. Your own password is in the menu at the top right.">
        <ul className={styles.rows} aria-label="Accounts">
          {users.data.map((user) => (
            <li key={user.user_id} data-over={user.disabled_at === null ? undefined : true}>
              <Account user={user} sites={sites} />
            </li>
          ))}
        </ul>
        {users.data.length === 0 && (
          <p className={styles.empty}>There is no account yet: you came by the token or a key.</p>
        )}
      </Panel>
    </>
  );
};

const standing = (user: User): ReactNode => {
  if (user.disabled_at !== null) return "disabled: may not sign in";
  if (!user.has_password) return "has not used the set-up link yet";
  if (user.last_login_at === null) return "never signed in";
  return (
    <>
      last signed in about <Ago at={user.last_login_at} />
    </>
  );
};

const Account = ({ user, sites }: { readonly user: User } & Props): ReactNode => {
  const own = useSession().name === user.name;
  const change = useUserChange();
  const link = useNewLink();
  const removal = useUserRemoval();
  const [asked, setAsked] = useState(false);
  const [site, setSite] = useState("");
  const free = sites.filter(({ site_id }) => !(site_id in user.roles));
  const error = change.error ?? link.error;
  // A box shows at once what was chosen, and goes back where the server refuses it.
  const [wanted, setWanted] = useState<Omit<UserChange, "userId"> | null>(null);
  const mark = (wish: Omit<UserChange, "userId">): void => {
    setWanted(wish);
    change.mutate(
      { userId: user.user_id, ...wish },
      {
        onSettled: () => {
          setWanted(null);
        },
      },
    );
  };
  return (
    <details className={styles.account}>
      <summary>
        <span className={styles.strong}>
          {user.name}
          {own && " (you)"}
        </span>
        <span className={styles.hint}>
          {user.is_admin
            ? "administrator"
            : Object.entries(user.roles)
                .map(([id, role]) => `${role} of ${id}`)
                .join(", ") || "no role yet"}{" "}
          · {standing(user)}
        </span>
        <ChevronRight size={17} aria-hidden />
      </summary>
      <div className={styles.fields}>
        <CheckField
          label="Administrator"
          hint="May do everything, at every site."
          checked={wanted?.is_admin ?? user.is_admin}
          onChange={(is_admin) => {
            mark({ is_admin });
          }}
        />
        <CheckField
          label="Disabled"
          hint="May not sign in, and is signed out at once. The account and its roles stay."
          checked={wanted?.disabled ?? user.disabled_at !== null}
          onChange={(disabled) => {
            mark({ disabled });
          }}
        />
        {Object.entries(user.roles).map(([id, role]) => (
          <div key={id} className={styles.roleRow}>
            <span>{id}</span>
            <select
              className={`field ${styles.small ?? ""}`}
              aria-label={`Role of ${user.name} at ${id}`}
              value={role}
              onChange={(event) => {
                const chosen = roles.find((candidate) => candidate === event.target.value);
                change.mutate({ userId: user.user_id, roles: { [id]: chosen ?? null } });
              }}
            >
              {roles.map((candidate) => (
                <option key={candidate} value={candidate}>
                  {candidate}
                </option>
              ))}
              <option value="">no role</option>
            </select>
          </div>
        ))}
        {free.length > 0 && (
          <div className={styles.roleRow}>
            <select
              className={`field ${styles.small ?? ""}`}
              aria-label={`A site to share with ${user.name}`}
              value={site}
              onChange={(event) => {
                setSite(event.target.value);
              }}
            >
              <option value="">Choose a site</option>
              {free.map(({ site_id }) => (
                <option key={site_id} value={site_id}>
                  {site_id}
                </option>
              ))}
            </select>
            <button
              type="button"
              className="button"
              disabled={site === ""}
              onClick={() => {
                change.mutate(
                  { userId: user.user_id, roles: { [site]: "viewer" } },
                  {
                    onSuccess: () => {
                      setSite("");
                    },
                  },
                );
              }}
            >
              Add as viewer
            </button>
          </div>
        )}
        <div className={styles.saveRow}>
          <button
            type="button"
            className="button"
            aria-disabled={link.isPending}
            onClick={() => {
              if (!link.isPending) link.mutate(user.user_id);
            }}
          >
            New password link
          </button>
          <button
            type="button"
            className={`button ${styles.danger ?? ""}`}
            onClick={() => {
              removal.reset();
              setAsked(true);
            }}
          >
            Remove the account
          </button>
          <p role="status" className={styles.saved}>
            {change.isSuccess && "Saved"}
          </p>
        </div>
        <p role="alert" className={styles.problem}>
          {error?.message}
        </p>
        {link.data !== undefined && (
          <Once title={`A link of ${user.name}`} text={passwordLink(link.data.link)}>
            Whoever opens it chooses the password; until then the old one works. It works once, for three days, and is
            never shown again.
          </Once>
        )}
      </div>
      {asked && (
        <Confirm
          title={`Remove ${user.name}?`}
          action="Remove the account"
          typed={user.name}
          busy={removal.isPending}
          error={removal.error}
          onClose={() => {
            setAsked(false);
          }}
          onConfirm={() => {
            removal.mutate(user.user_id, {
              onSuccess: () => {
                setAsked(false);
              },
            });
          }}
        >
          <p>
            The account, its password and its roles are gone for good, and its browsers are signed out. Keys that it
            made stay. To keep somebody out for a while, disable the account instead.
          </p>
        </Confirm>
      )}
    </details>
  );
};

const NewAccount = ({ sites }: Props): ReactNode => {
  const creation = useUserCreation();
  const [name, setName] = useState("");
  const [site, setSite] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [admin, setAdmin] = useState(false);
  const field = creation.error instanceof ApiError ? creation.error.field : null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (creation.isPending) return;
    creation.mutate(
      { name: name.trim(), is_admin: admin, roles: site === "" || admin ? {} : { [site]: role } },
      {
        onSuccess: () => {
          setName("");
          setAdmin(false);
        },
      },
    );
  };
  return (
    <Panel title="Make an account">
      <form onSubmit={submit} className={styles.form} aria-label="Make an account">
        <div className={styles.inline}>
          <TextField
            label="Name or e-mail address"
            value={name}
            required
            problem={field === "name" ? (creation.error?.message ?? null) : null}
            onChange={setName}
          />
          <SelectField
            label="Site"
            value={site}
            options={[
              { value: "", label: "None yet" },
              ...sites.map(({ site_id }) => ({ value: site_id, label: site_id })),
            ]}
            onChange={setSite}
          />
          <SelectField label="Role" value={role} options={roleOptions} onChange={setRole} />
        </div>
        <CheckField
          label="Administrator"
          hint="May do everything, at every site."
          checked={admin}
          onChange={setAdmin}
        />
        <div className={styles.saveRow}>
          <button type="submit" className="button primary" aria-disabled={creation.isPending}>
            Make the account
          </button>
          <p role="alert" className={styles.problem}>
            {field === "name" ? null : creation.error?.message}
          </p>
        </div>
      </form>
      {creation.data !== undefined && (
        <Once
          title={`The set-up link of ${creation.data.user.name}`}
          text={passwordLink(creation.data.link)}
        >
          Give it to its person only: whoever opens it chooses the password. It works once, for three days, and is never
          shown again.
        </Once>
      )}
    </Panel>
  );
};
