// All sites at a glance: a card each, which leads to its report.
import { Search } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";

import { Ago } from "../figures/Ago";
import { Moved } from "../figures/Moved";
import { Pulse } from "../figures/Pulse";
import { change, count, namedFigure, nounFor, shortFigure } from "../format";
import { PageLink } from "../header/PageLink";
import { amend } from "../navigation";
import { useOverview } from "../queries";
import { fresh } from "../state";
import { Loading } from "../states/Loading";
import { Problem } from "../states/Problem";
import type { Glance, SitesOverview } from "../wire";
import styles from "./SitesHome.module.css";
import { Sparkline } from "./Sparkline";

/** From so many sites on there is a search. */
const MANY = 7;

export const SitesHome = ({ find }: { readonly find: string }): ReactNode => {
  const overview = useOverview();
  if (overview.data !== undefined) return <Found overview={overview.data} find={find} />;
  return overview.error === null ? (
    <Loading />
  ) : (
    <Problem page error={overview.error} onRetry={() => void overview.refetch()} />
  );
};

/** By what people look for; it changes seldom, so cards stay where they are. */
const inOrder = (sites: readonly Glance[]): readonly Glance[] =>
  sites.toSorted((a, b) => b.visitors - a.visitors || (a.site_id < b.site_id ? -1 : 1));

const Found = ({
  overview: { sites, total_sites: total },
  find,
}: {
  readonly overview: SitesOverview;
  readonly find: string;
}): ReactNode => {
  const wanted = find.trim().toLowerCase();
  const shown = inOrder(sites.filter(({ site_id }) => site_id.toLowerCase().includes(wanted)));
  const here = sites.reduce((sum, site) => sum + site.current_visitors, 0);
  return (
    <main className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1 className={styles.title}>All sites</h1>
          <p className={styles.about}>
            Visitors of the last 30 days, and against the 30 days before.{" "}
            {here > 0 && `${count(here)} ${here === 1 ? "is" : "are"} there now.`}
          </p>
        </div>
        {(sites.length >= MANY || find !== "") && <SearchField find={find} />}
      </div>
      {shown.length === 0 ? (
        <p className={styles.empty} role="status">
          {total > sites.length ? "None of these sites" : "No site"} has “{find}” in its name.
        </p>
      ) : (
        <ul className={styles.cards}>
          {shown.map((site) => (
            <li key={site.site_id}>
              <Card site={site} />
            </li>
          ))}
        </ul>
      )}
      {total > sites.length && (
        <p className={styles.about}>
          These are the {count(sites.length)} sites heard from last, of {count(total)}; the picker above has
          all of them.
        </p>
      )}
    </main>
  );
};

const SearchField = ({ find }: { readonly find: string }): ReactNode => {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onPress = (event: KeyboardEvent): void => {
      const busy = event.target instanceof Element && event.target.closest("input, [role=dialog]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || busy) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener("keydown", onPress);
    return () => {
      window.removeEventListener("keydown", onPress);
    };
  }, []);
  return (
    <div className={styles.search}>
      <Search size={15} aria-hidden />
      <input
        ref={field}
        type="search"
        className="field"
        aria-label="Find a site"
        placeholder="Find a site"
        title="Find a site (/)"
        value={find}
        onChange={(event) => {
          amend({ find: event.target.value });
        }}
      />
    </div>
  );
};

const Card = ({ site }: { readonly site: Glance }): ReactNode => {
  const moved = change("visitors", site.visitors, site.visitors_before);
  return (
    <PageLink
      to={{ ...fresh, site: site.site_id, view: "report" }}
      className={`surface ${styles.card ?? ""}`}
    >
      <h2 className={styles.name} title={site.site_id}>
        {site.site_id}
      </h2>
      <p className={styles.figure}>
        <span className={styles.value}>{shortFigure("visitors", site.visitors)}</span>
        <span className={styles.noun}>{nounFor("visitors", site.visitors)}</span>
        {moved !== null && (
          <span title={`The 30 days before: ${namedFigure("visitors", site.visitors_before)}`}>
            <Moved change={moved} />
          </span>
        )}
      </p>
      <Sparkline values={site.visitors_by_day} />
      <p className={styles.foot}>
        <LastHeard at={site.last_event_at} />
        {site.current_visitors > 0 && (
          <span className={styles.current}>
            <Pulse beats />
            {count(site.current_visitors)} now
          </span>
        )}
      </p>
    </PageLink>
  );
};

const LastHeard = ({ at }: { readonly at: string | null }): ReactNode =>
  at === null ? (
    <span>No event yet</span>
  ) : (
    <span>
      Last event <Ago at={at} />
    </span>
  );
