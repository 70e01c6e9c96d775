// A form over the site's settings: a draft that stays until it is saved, also where the server refuses it.
import { useEffect, useState } from "react";

import { ApiError } from "../api";
import { holdUnsaved } from "../navigation";
import { useSiteChange } from "./client";
import type { SitePatch, SiteRecord } from "./wire";

export type Form<TDraft> = {
  readonly draft: TDraft;
  readonly change: (change: Partial<TDraft>) => void;
  readonly dirty: boolean;
  readonly busy: boolean;
  /** "saved" and "undone" until something is changed again. */
  readonly done: "saved" | "undone" | null;
  readonly error: Error | null;
  /** The server's complaint about a field, where it names this one. */
  readonly problemOf: (field: string) => string | null;
  readonly save: () => void;
  /** Brings back what was there before the last save; null where there is nothing to undo. */
  readonly undo: (() => void) | null;
  readonly discard: () => void;
};

/** `read` and `toPatch` are pure: of the site the draft, of the draft the change that makes it so. */
export const useDraft = <TDraft extends object>(
  site: SiteRecord,
  read: (site: SiteRecord) => TDraft,
  toPatch: (draft: TDraft) => SitePatch,
): Form<TDraft> => {
  const saving = useSiteChange(site.site_id);
  const [touched, setTouched] = useState<TDraft | null>(null);
  const [before, setBefore] = useState<TDraft | null>(null);
  const [done, setDone] = useState<"saved" | "undone" | null>(null);
  const kept = read(site);
  const draft = touched ?? kept;
  const dirty = JSON.stringify(draft) !== JSON.stringify(kept);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    const release = holdUnsaved();
    return () => {
      release();
      window.removeEventListener("beforeunload", warn);
    };
  }, [dirty]);

  const send = (wanted: TDraft, outcome: "saved" | "undone"): void => {
    if (saving.isPending) return;
    saving.mutate(toPatch(wanted), {
      onSuccess: () => {
        setTouched(null);
        setBefore(outcome === "saved" ? kept : null);
        setDone(outcome);
      },
    });
  };

  const field = saving.error instanceof ApiError ? saving.error.field : null;
  return {
    draft,
    dirty,
    done,
    busy: saving.isPending,
    error: saving.error,
    change: (change) => {
      setTouched({ ...draft, ...change });
      setDone(null);
      setBefore(null);
      saving.reset();
    },
    problemOf: (name) =>
      saving.error !== null && (field === name || field?.startsWith(`${name}.`) === true)
        ? saving.error.message
        : null,
    save: () => {
      send(draft, "saved");
    },
    undo:
      before === null
        ? null
        : () => {
            send(before, "undone");
          },
    discard: () => {
      setTouched(null);
      saving.reset();
    },
  };
};
