// Every event as it came, the newest first; it can be held still to be read.
import { Bot, Pause, Play } from "lucide-react";
import { useState, type ReactNode } from "react";

import { count, eventName, localTime, named, rowName } from "../format";
import type { Incoming } from "../wire";
import styles from "./EventList.module.css";

type Props = {
  readonly events: readonly Incoming[];
  readonly skipped: number;
  readonly timezone: string;
};

/** What counted in the verdict, in words; docs/decisions/0007 has them all. */
const reasons: Readonly<Record<string, string>> = {
  crawler: "says it is a robot",
  library: "sent by a program",
  headless: "a browser without a window",
  webdriver: "driven by a program",
  spam_referrer: "a spammer’s referrer",
  impossible_pace: "faster than anybody reads",
  no_user_agent: "no User-Agent",
};

export const EventList = ({ events, skipped, timezone }: Props): ReactNode => {
  /** The list as it was when it was held; null while it moves. */
  const [held, setHeld] = useState<readonly Incoming[] | null>(null);
  const shown = held ?? events;
  const top = held?.[0]?.id;
  const place = top === undefined ? events.length : events.findIndex(({ id }) => id === top);
  const since = held === null ? 0 : place === -1 ? events.length : place;
  return (
    <section className={`surface ${styles.panel ?? ""}`} aria-labelledby="events-title">
      <div className={styles.head}>
        <h2 id="events-title" className={styles.title}>
          Events as they come
        </h2>
        <p className={styles.note} role="status">
          {held !== null && `Paused: ${count(since)} newer`}
          {held === null && skipped > 0 && `${count(skipped)} more came than are shown`}
        </p>
        <button
          type="button"
          className="button"
          onClick={() => {
            setHeld(held === null ? events : null);
          }}
        >
          {held === null ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
          {held === null ? "Pause" : "Go on"}
        </button>
      </div>
      {shown.length === 0 ? (
        <p className={styles.empty}>
          Nothing came in the last 30 minutes. Open a page of your site: what it sends appears here.
        </p>
      ) : (
        /* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must take the keyboard */
        <div className={styles.scroll} role="region" aria-label="Events" tabIndex={0}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Event</th>
                <th scope="col">Page</th>
                <th scope="col">Visit</th>
                <th scope="col">Country</th>
                <th scope="col">Browser</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((event) => (
                <Line key={event.id} event={event} timezone={timezone} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
};

type LineProps = { readonly event: Incoming; readonly timezone: string };

const Line = ({ event, timezone }: LineProps): ReactNode => (
  <tr data-bot={event.is_bot}>
    <td className={styles.time}>
      <time dateTime={event.received_at} title={event.received_at}>
        {localTime(event.received_at, timezone).time}
      </time>
    </td>
    <td className={styles.type} title={event.id}>
      {eventName(event.event_type)}
      {event.is_bot && (
        <span className={styles.robot}>
          <Bot size={13} aria-hidden />
          Robot: {event.bot_reasons.map((reason) => named(reasons, reason)).join(", ")}
        </span>
      )}
    </td>
    <td className={styles.path} title={event.path ?? undefined}>
      {event.path ?? <Unknown />}
    </td>
    <td className={styles.session} title="The same for all events of a visit; it is nobody’s id">
      {event.session}
    </td>
    <td className={styles.country}>
      {event.country === null ? <Unknown /> : rowName("country", event.country)}
    </td>
    <td className={styles.from}>
      {event.country !== null && (
        <span className={styles.place}>{rowName("country", event.country)}, </span>
      )}
      {event.browser ?? <Unknown />}
      {event.device !== null && (
        <span className={styles.device}> {rowName("device", event.device).toLowerCase()}</span>
      )}
    </td>
  </tr>
);

const Unknown = (): ReactNode => (
  <span className={styles.unknown}>
    –<span className="unseen">unknown</span>
  </span>
);
