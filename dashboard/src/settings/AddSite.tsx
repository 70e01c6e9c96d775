// A dialog that makes a site, for administrators.
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useMemo, useState, type ReactNode, type SyntheticEvent } from "react";

import { ApiError } from "../api";
import { navigate } from "../navigation";
import { fresh } from "../state";
import dialog from "../style/dialog.module.css";
import { useSiteCreation } from "./client";
import { LinesField, linesOf, TextField } from "./fields";
import styles from "./settings.module.css";
import { timezones } from "./words";

export const AddSite = ({ onClose }: { readonly onClose: () => void }): ReactNode => (
  <Dialog.Root open onOpenChange={onClose}>
    <Dialog.Portal>
      <Dialog.Backdrop className={dialog.scrim} />
      <Dialog.Popup className={`popup ${dialog.dialog ?? ""} ${styles.confirm ?? ""}`}>
        <div className={dialog.head}>
          <Dialog.Title className={dialog.title}>Add a site</Dialog.Title>
          <Dialog.Close className={dialog.close} aria-label="Close">
            <X size={17} aria-hidden />
          </Dialog.Close>
        </div>
        <Fields onDone={onClose} />
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

const Fields = ({ onDone }: { readonly onDone: () => void }): ReactNode => {
  const zones = useMemo(() => timezones(), []);
  const [name, setName] = useState("");
  const [timezone, setTimezone] = useState(
    () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
  );
  const [domains, setDomains] = useState("");
  const creation = useSiteCreation();
  const field = creation.error instanceof ApiError ? creation.error.field : null;
  const of = (wanted: string): string | null =>
    field === wanted ? (creation.error?.message ?? null) : null;
  const shown = ["site_id", "timezone", "allowed_domains"].includes(field ?? "");
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (creation.isPending) return;
    creation.mutate(
      { site_id: name.trim(), timezone: timezone.trim(), allowed_domains: linesOf(domains) },
      {
        onSuccess: (site) => {
          onDone();
          navigate({ ...fresh, site: site.site_id, view: "settings", section: "install" });
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className={styles.confirmBody} noValidate>
      <TextField
        label="Name (id)"
        value={name}
        placeholder="my-site"
        hint="Letters, digits, dots, dashes and underscores. It stands in the tag and cannot be changed."
        problem={of("site_id")}
        onChange={setName}
      />
      <TextField
        label="Time zone"
        value={timezone}
        choices={zones}
        hint="In which its days are counted."
        problem={of("timezone")}
        onChange={setTimezone}
      />
      <LinesField
        label="Allowed domains, one a line"
        value={domains}
        placeholder={"example.org\n*.example.org"}
        hint="None at all: every page may send."
        problem={of("allowed_domains")}
        onChange={setDomains}
      />
      <p role="alert" className={styles.problem}>
        {shown ? null : creation.error?.message}
      </p>
      <div className={styles.saveRow}>
        <button type="submit" className="button primary" aria-disabled={creation.isPending}>
          {creation.isPending ? "One moment…" : "Add the site"}
        </button>
        <Dialog.Close className="button">Cancel</Dialog.Close>
      </div>
    </form>
  );
};
