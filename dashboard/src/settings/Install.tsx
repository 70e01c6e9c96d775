// The tag to put on the site's pages, and a live look at what arrives; where nothing does, why that may be.
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";

import { Ago } from "../figures/Ago";
import { count, eventName } from "../format";
import { LeaveOut } from "../install/LeaveOut";
import { Snippet } from "../install/Snippet";
import { useInstallation, useLedger } from "../queries";
import { Problem } from "../states/Problem";
import type { Balance, Installation, Site } from "../wire";
import { CheckField } from "./fields";
import { likelyReasons, tagWith, type TagOption } from "./installing";
import { Panel, Skeleton } from "./parts";
import styles from "./settings.module.css";

const options: readonly { readonly name: TagOption; readonly label: string; readonly hint: string }[] = [
  {
    name: "storage",
    label: "Keep nothing in the browser",
    hint: "Visitors are told apart for a day only, by a hash whose key is destroyed.",
  },
  {
    name: "consent",
    label: "Wait for consent",
    hint: "Nothing is sent before footfall.consent(true), or Google’s Consent Mode, says so.",
  },
  { name: "vitals", label: "Measure Core Web Vitals", hint: "A second file, after the page." },
  {
    name: "forms",
    label: "Do not send what people write into forms",
    hint: "The names of the fields only.",
  },
];

export const Install = ({ site }: { readonly site: Site }): ReactNode => {
  const installation = useInstallation(site.site_id);
  const [chosen, setChosen] = useState<readonly TagOption[]>([]);
  if (installation.data === undefined)
    return installation.error === null ? (
      <Skeleton />
    ) : (
      <Problem error={installation.error} onRetry={() => void installation.refetch()} />
    );
  return (
    <>
      <Panel
        title="Tracking tag"
        note={
          <>
            Put it before <code>&lt;/head&gt;</code> on every page of your site.
          </>
        }
      >
        <Snippet code={tagWith(installation.data.snippet, chosen)} />
        <div className={styles.fields}>
          {options.map(({ name, label, hint }) => (
            <CheckField
              key={name}
              label={label}
              hint={hint}
              checked={chosen.includes(name)}
              onChange={(checked) => {
                setChosen(checked ? [...chosen, name] : chosen.filter((one) => one !== name));
              }}
            />
          ))}
        </div>
        <LeaveOut />
      </Panel>
      <Arriving site={site} last={installation.data.last_event} />
    </>
  );
};

type ArrivingProps = { readonly site: Site; readonly last: Installation["last_event"] };

const Arriving = ({ site, last }: ArrivingProps): ReactNode => {
  const ledger = useLedger(24, site.site_id);
  const total = ledger.data?.total;
  return (
    <Panel title="Does it arrive?" note="Looked at again every few seconds: open a page of your site and watch.">
      <p className={styles.arrival} role="status" data-good={last !== null ? true : undefined}>
        {last === null ? <TriangleAlert size={17} aria-hidden /> : <CircleCheck size={17} aria-hidden />}
        <span>
          {last === null ? (
            "No event has been kept yet."
          ) : (
            <>
              The last event, {eventName(last.event_type)} {last.path}, came{" "}
              <Ago at={last.received_at} />.
            </>
          )}
        </span>
      </p>
      {ledger.error !== null && total === undefined && (
        <p role="alert" className={styles.problem}>
          {ledger.error.message}
        </p>
      )}
      {total !== undefined && <Told total={total} silent={last === null} />}
    </Panel>
  );
};

const Told = ({ total, silent }: { readonly total: Balance; readonly silent: boolean }): ReactNode => {
  const reasons = likelyReasons(total, silent);
  return (
    <>
      <p className={styles.hint}>
        In the last 24 hours {count(total.received)} events came, of which {count(total.stored)} were kept
        {total.duplicate > 0 && ` and ${count(total.duplicate)} came twice`}.
      </p>
      {reasons.length > 0 && (
        <>
          <h3 className={styles.label}>{silent ? "Likely reasons" : "What was not kept"}</h3>
          <ul className={styles.reasons}>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
};
