// What becomes of robots, and which came lately.
import type { ReactNode } from "react";

import { count } from "../format";
import { useQuality } from "../quality/quality";
import { Problem } from "../states/Problem";
import { useDraft } from "./draft";
import { RadioField } from "./fields";
import { Panel, SettingsForm, Skeleton } from "./parts";
import styles from "./settings.module.css";
import type { SiteRecord } from "./wire";

const HOURS = 168;

export const Bots = ({ site }: { readonly site: SiteRecord }): ReactNode => {
  const form = useDraft(
    site,
    ({ settings }) => ({ bots: settings.bots }),
    (draft) => ({ settings: draft }),
  );
  return (
    <>
      <Panel title="Robots" note="A change holds for what comes from now on.">
        <SettingsForm form={form} fields={[]} locked={null}>
          <RadioField
            legend="What robots do is"
            value={form.draft.bots}
            options={[
              {
                value: "flag",
                label: "Kept apart",
                hint: "Stored with the reasons, left out of every figure. A wrong verdict can be seen.",
              },
              {
                value: "drop",
                label: "Not kept",
                hint: "Only the ledger counts them. What is dropped cannot be brought back.",
              },
            ]}
            onChange={(bots) => {
              form.change({ bots });
            }}
          />
        </SettingsForm>
      </Panel>
      <Lately siteId={site.site_id} />
    </>
  );
};

const Lately = ({ siteId }: { readonly siteId: string }): ReactNode => {
  const quality = useQuality(siteId, HOURS);
  if (quality.data === undefined)
    return quality.error === null ? (
      <Skeleton />
    ) : (
      <Problem error={quality.error} onRetry={() => void quality.refetch()} />
    );
  const flagged = quality.data.checks.find(({ name }) => name === "flagged_bots");
  return (
    <Panel title="Flagged in the last 7 days" note={flagged?.finding}>
      {flagged === undefined || flagged.examples.length === 0 ? (
        <p className={styles.empty}>None was flagged.</p>
      ) : (
        <ul className={styles.rows} aria-label="Robots by reason">
          {flagged.examples.map(({ label, count: number }) => (
            <li key={label}>
              <span className={styles.what}>{label}</span>
              <span>{count(number)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
