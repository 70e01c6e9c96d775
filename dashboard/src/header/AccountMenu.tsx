// Who is signed in, and the way out.
import { Popover } from "@base-ui/react/popover";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleUser, KeyRound, LogOut } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";

import { leave, useSession } from "../access/access";
import { signOut } from "../api";
import type { Session } from "../wire";
import styles from "./AccountMenu.module.css";
import bar from "./TopBar.module.css";

const ChangePassword = lazy(async () => ({
  default: (await import("../access/ChangePassword")).ChangePassword,
}));

const who = (session: Session): string => {
  if (session.name !== null) return session.name;
  return session.kind === "key" ? "Opened with a key" : "Opened with the token";
};

const rights = (session: Session): string => {
  if (session.everywhere === "owner") return "Administrator: every site";
  if (session.everywhere !== null) return "Reads every site";
  const sites = Object.entries(session.sites);
  const [first] = sites;
  if (first === undefined) return "No site yet";
  return sites.length === 1 ? `${first[1]} of ${first[0]}` : `Roles at ${sites.length} sites`;
};

export const AccountMenu = (): ReactNode => {
  const session = useSession();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState(false);
  const person = session.kind === "user";
  const ending = useMutation({
    mutationFn: async () => {
      if (person) await signOut();
    },
    onSuccess: () => {
      leave();
      queries.clear();
    },
    networkMode: "always",
  });

  return (
    <>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger
          className={bar.icon}
          aria-label={`Account: ${who(session)}`}
          title="Account"
        >
          <CircleUser size={17} aria-hidden />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner align="end" sideOffset={8} className={styles.positioner}>
            <Popover.Popup className={`popup ${styles.popup ?? ""}`} aria-label="Account">
              <p className={styles.who}>
                <span className={styles.name}>{who(session)}</span>
                <span className={styles.rights}>{rights(session)}</span>
              </p>
              {person && (
                <button
                  type="button"
                  className={styles.item}
                  onClick={() => {
                    setOpen(false);
                    setChanging(true);
                  }}
                >
                  <KeyRound size={15} aria-hidden />
                  Change the password
                </button>
              )}
              <button
                type="button"
                className={styles.item}
                aria-disabled={ending.isPending}
                onClick={() => {
                  if (!ending.isPending) ending.mutate();
                }}
              >
                <LogOut size={15} aria-hidden />
                {person ? "Sign out" : "Forget it in this browser"}
              </button>
              {ending.error !== null && (
                <p role="alert" className={styles.problem}>
                  {ending.error.message}
                </p>
              )}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
      {changing && (
        <Suspense>
          <ChangePassword
            onClose={() => {
              setChanging(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
};
