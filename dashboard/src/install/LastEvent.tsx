// The quiet line that says the site is being heard, with the snippet one click away.
import { Dialog } from "@base-ui/react/dialog";
import type { UseQueryResult } from "@tanstack/react-query";
import { CodeXml, X } from "lucide-react";
import type { ReactNode } from "react";

import { useFromNow } from "../clock";
import { Ago } from "../figures/Ago";
import { eventName } from "../format";
import dialog from "../style/dialog.module.css";
import type { Installation, Site } from "../wire";
import styles from "./LastEvent.module.css";
import { LeaveOut } from "./LeaveOut";
import { Snippet } from "./Snippet";

type Props = {
  readonly site: Site;
  readonly installation: UseQueryResult<Installation>;
};

const FRESH_MS = 5 * 60_000;

export const LastEvent = ({ site, installation }: Props): ReactNode => (
  <div className={styles.line}>
    <Heard installation={installation} />
    <SnippetDialog site={site} installation={installation.data} />
  </div>
);

const Heard = ({ installation }: Pick<Props, "installation">): ReactNode => {
  if (installation.isError)
    return (
      <p className={styles.words} role="status">
        <span className={styles.dot} data-state="lost" />
        <span>Not up to date: {installation.error.message}</span>
      </p>
    );
  if (installation.data === undefined)
    return (
      <p className={styles.words} aria-busy="true">
        <span className={styles.dot} />
        <span>Listening…</span>
      </p>
    );
  const last = installation.data.last_event;
  if (last === null)
    return (
      <p className={styles.words}>
        <span className={styles.dot} />
        <span>No event kept from your site</span>
      </p>
    );
  return (
    <p className={styles.words}>
      <Dot at={last.received_at} />
      <span>
        Last event from your site: {eventName(last.event_type)}
        {last.path !== null && <span className={styles.path}> {last.path}</span>},{" "}
        <Ago at={last.received_at} />
      </span>
    </p>
  );
};

const Dot = ({ at }: { readonly at: string }): ReactNode => {
  const state = useFromNow((now) => (now.getTime() - Date.parse(at) < FRESH_MS ? "fresh" : "quiet"));
  return <span className={styles.dot} data-state={state} />;
};

const SnippetDialog = ({
  site,
  installation,
}: {
  readonly site: Site;
  readonly installation: Installation | undefined;
}): ReactNode => (
  <Dialog.Root>
    <Dialog.Trigger className="plain" disabled={installation === undefined}>
      <CodeXml size={15} aria-hidden />
      Tracking tag
    </Dialog.Trigger>
    <Dialog.Portal>
      <Dialog.Backdrop className={dialog.scrim} />
      <Dialog.Popup className={`popup ${dialog.dialog ?? ""} ${styles.dialog ?? ""}`}>
        <Dialog.Title className={`${dialog.title ?? ""} ${styles.title ?? ""}`}>
          Tracking tag of {site.site_id}
        </Dialog.Title>
        <Dialog.Description className={styles.text}>
          Put it before <code>&lt;/head&gt;</code> on every page of your site.
        </Dialog.Description>
        {installation !== undefined && <Snippet code={installation.snippet} />}
        <dl className={styles.facts}>
          <dt>Days are counted in</dt>
          <dd>{site.timezone}</dd>
        </dl>
        <LeaveOut />
        <Dialog.Close className={`${dialog.close ?? ""} ${dialog.corner ?? ""}`} aria-label="Close">
          <X size={17} aria-hidden />
        </Dialog.Close>
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);
