// One session beside the list: who, from where, what happened step by step, and the visitor's other sessions.
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";

import { duration, localTime, namedFigure, rowName } from "../format";
import { PageLink } from "../header/PageLink";
import type { Day } from "../period";
import { Problem } from "../states/Problem";
import dialog from "../style/dialog.module.css";
import { useTimeline, type Visit } from "./asking";
import styles from "./SessionPanel.module.css";
import { browserText, dayText, placeText } from "./SessionTable";
import { Timeline } from "./Timeline";
import { VisitorName } from "./VisitorName";

type Props = {
  readonly siteId: string;
  readonly session: string;
  readonly today: Day;
  readonly live: boolean;
  readonly onClose: () => void;
};

export const SessionPanel = (props: Props): ReactNode => (
  <Dialog.Root
    open
    onOpenChange={(open) => {
      if (!open) props.onClose();
    }}
  >
    <Dialog.Portal>
      <Dialog.Backdrop className={dialog.scrim} />
      <Dialog.Popup className={styles.panel}>
        <Content {...props} />
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

const Content = ({ siteId, session, today, live }: Props): ReactNode => {
  const timeline = useTimeline(siteId, session, live);
  const first = timeline.data?.pages[0];
  const steps = timeline.data?.pages.flatMap((page) => page.steps) ?? [];
  return (
    <>
      <header className={styles.head}>
        <Dialog.Title className={dialog.title}>
          {first === undefined ? "Session" : <VisitorName name={first.session.visitor} />}
        </Dialog.Title>
        <Dialog.Close className={dialog.close} aria-label="Close">
          <X size={17} aria-hidden />
        </Dialog.Close>
      </header>
      {first === undefined ? (
        timeline.error === null ? (
          <div className={styles.body} aria-busy="true">
            <span className={`skeleton ${styles.ghost ?? ""}`} />
            <span className={`skeleton ${styles.ghost ?? ""}`} />
          </div>
        ) : (
          <Problem error={timeline.error} onRetry={() => void timeline.refetch()} />
        )
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take the keyboard
        <div className={styles.body} role="region" aria-label="What happened" tabIndex={0}>
          <Facts visit={first.session} today={today} timezone={first.timezone} />
          <h2 className={styles.subtitle}>What happened</h2>
          <Timeline steps={steps} timezone={first.timezone} />
          {timeline.hasNextPage && (
            <button
              type="button"
              className="button"
              disabled={timeline.isFetchingNextPage}
              onClick={() => void timeline.fetchNextPage()}
            >
              {timeline.isFetchingNextPage ? "Loading…" : "Load what followed"}
            </button>
          )}
          {timeline.isFetchNextPageError && (
            <p className={styles.problem} role="alert">
              What followed did not come: {timeline.error.message}
            </p>
          )}
          <Others
            visits={first.others}
            more={first.more_others}
            today={today}
            timezone={first.timezone}
          />
        </div>
      )}
    </>
  );
};

type FactsProps = { readonly visit: Visit; readonly today: Day; readonly timezone: string };

const Facts = ({ visit, today, timezone }: FactsProps): ReactNode => {
  const start = localTime(visit.started_at, timezone);
  const end = localTime(visit.ended_at, timezone);
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["When", `${dayText(start.day, today)}, ${start.time} – ${end.time}`],
    ["Duration", `${duration(visit.duration_s)}, engaged ${duration(visit.engaged_ms / 1000)}`],
    [
      "Did",
      `${namedFigure("pageviews", visit.pageviews)}, ${namedFigure("events", visit.events)}${
        visit.bounce ? "; a bounce" : ""
      }`,
    ],
    [
      "Source",
      [
        rowName("source", visit.source),
        visit.channel === "Direct" ? null : visit.channel,
        visit.utm_campaign,
      ]
        .filter((part) => part !== null)
        .join(" · "),
    ],
    ["Referrer", visit.referrer],
    ["Place", [placeText(visit), visit.region].filter(Boolean).join(" · ") || null],
    [
      "Browser",
      [browserText(visit), visit.device === null ? null : rowName("device", visit.device)]
        .filter(Boolean)
        .join(" · ") || null,
    ],
    ["Visitor", visit.seen_before ? "seen before" : "not seen before"],
    ["Flagged", visit.is_bot ? "as no person’s" : null],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null &&
          value !== "" && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
};

type OthersProps = {
  readonly visits: readonly Visit[];
  readonly more: boolean;
  readonly today: Day;
  readonly timezone: string;
};

const Others = ({ visits, more, today, timezone }: OthersProps): ReactNode => {
  if (visits.length === 0) return null;
  return (
    <>
      <h2 className={styles.subtitle}>
        {more ? `The newest ${visits.length} other sessions` : "Other sessions"} of this visitor
      </h2>
      <ul className={styles.others}>
        {visits.map((visit) => {
          const start = localTime(visit.started_at, timezone);
          return (
            <li key={visit.id}>
              <PageLink to={{ session: visit.id }}>
                {dayText(start.day, today)}, {start.time.slice(0, 5)}
              </PageLink>
              <span className={styles.about}>
                {visit.entry_page} · {namedFigure("pageviews", visit.pageviews)} · {duration(visit.duration_s)}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
};
