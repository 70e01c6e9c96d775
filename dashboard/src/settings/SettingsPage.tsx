// The settings of a site: a list of sections at the side, the chosen one beside it.
import type { ComponentType, ReactNode } from "react";

import { useSession } from "../access/access";
import { PageLink } from "../header/PageLink";
import { TopBar } from "../header/TopBar";
import type { PageProps } from "../pages";
import { sections, type Section } from "../state";
import { Problem } from "../states/Problem";
import type { Role, Site } from "../wire";
import { Accounts } from "./Accounts";
import { Bots } from "./Bots";
import { useSite } from "./client";
import { General, GeneralForViewers } from "./General";
import { Install } from "./Install";
import { Keys } from "./Keys";
import { Locked, Panel, Skeleton } from "./parts";
import { People } from "./People";
import { Privacy } from "./Privacy";
import { Retention } from "./Retention";
import { useRights } from "./rights";
import { Script } from "./Script";
import styles from "./settings.module.css";
import type { SiteRecord } from "./wire";

const labels: Readonly<Record<Section, string>> = {
  general: "General",
  install: "Install",
  keys: "Keys",
  people: "People",
  privacy: "Privacy",
  retention: "Retention",
  bots: "Bots",
  script: "Script options",
  accounts: "All accounts",
};

/** Sections of the site's own settings, for those who may read them. */
const ofRecord: Partial<Readonly<Record<Section, ComponentType<{ readonly site: SiteRecord }>>>> = {
  general: General,
  keys: Keys,
  privacy: Privacy,
  retention: Retention,
  bots: Bots,
  script: Script,
};

export const SettingsPage = ({ site, sites, state, onChoose }: PageProps): ReactNode => {
  const administrator = useSession().everywhere === "owner";
  const shown = sections.filter((section) => section !== "accounts" || administrator);
  const section = shown.find((candidate) => candidate === state.section) ?? "general";
  return (
    <>
      <TopBar sites={sites} chosen={site} onChoose={onChoose} />
      <div className={styles.page}>
        <nav aria-label="Settings" className={styles.sections}>
          {shown.map((candidate) => (
            <PageLink
              key={candidate}
              to={{ section: candidate }}
              aria-current={candidate === section ? "true" : undefined}
            >
              {labels[candidate]}
            </PageLink>
          ))}
        </nav>
        <main className={styles.content} key={section}>
          <h1 className={styles.title}>
            {labels[section]}
            {section !== "accounts" && <span> of {site.site_id}</span>}
          </h1>
          <Chosen section={section} site={site} sites={sites} />
        </main>
      </div>
    </>
  );
};

type ChosenProps = {
  readonly section: Section;
  readonly site: Site;
  readonly sites: readonly Site[];
};

const Chosen = ({ section, site, sites }: ChosenProps): ReactNode => {
  const rights = useRights(site.site_id);
  if (section === "install") return <Install site={site} />;
  if (section === "accounts") return <Accounts sites={sites} />;
  if (section === "people")
    return rights.may("owner") ? <People site={site} /> : <NotYours own={rights.own} needs="owner" />;
  if (!rights.may("editor"))
    return section === "general" ? (
      <GeneralForViewers site={site} own={rights.own} />
    ) : (
      <NotYours own={rights.own} needs="editor" />
    );
  return <OfRecord section={section} site={site} />;
};

const NotYours = ({ own, needs }: { readonly own: Role | null; readonly needs: Role }): ReactNode => (
  <Panel title="Not yours to see">
    <Locked needs={needs} own={own} />
  </Panel>
);

const OfRecord = ({
  section,
  site,
}: {
  readonly section: Section;
  readonly site: Site;
}): ReactNode => {
  const record = useSite(site.site_id);
  const Part = ofRecord[section];
  if (record.data !== undefined && Part !== undefined) return <Part site={record.data} />;
  if (record.error !== null)
    return <Problem error={record.error} onRetry={() => void record.refetch()} />;
  return <Skeleton />;
};
