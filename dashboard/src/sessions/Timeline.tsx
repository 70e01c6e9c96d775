// The steps of a session, page by page; repeats are folded, and open at a press.
import type { ReactNode } from "react";

import { count, duration, eventName, localTime, vitalText } from "../format";
import type { Step } from "./asking";
import styles from "./Timeline.module.css";
import { isBackground, properties, stretches, type Fold } from "./steps";

type Props = { readonly steps: readonly Step[]; readonly timezone: string };

export const Timeline = ({ steps, timezone }: Props): ReactNode => (
  <ol className={styles.timeline}>
    {stretches(steps).map(({ key, view, folds }) => (
      <li key={key} className={styles.stretch} data-view={view === null ? undefined : true}>
        {view !== null && <View step={view} timezone={timezone} />}
        {folds.length > 0 && (
          <ol className={styles.folds}>
            {folds.map((fold) => (
              <li key={fold.key}>
                <Folded fold={fold} timezone={timezone} pathShown={view?.path ?? null} />
              </li>
            ))}
          </ol>
        )}
      </li>
    ))}
  </ol>
);

const Time = ({ step, timezone }: { readonly step: Step; readonly timezone: string }): ReactNode => (
  <time className={styles.time} dateTime={step.at}>
    {localTime(step.at, timezone).time}
  </time>
);

const View = ({ step, timezone }: { readonly step: Step; readonly timezone: string }): ReactNode => {
  const told = [
    step.time_on_page_s === null ? null : `${duration(step.time_on_page_s)} on the page`,
    step.engaged_ms === null || step.engaged_ms === 0
      ? null
      : `engaged ${duration(step.engaged_ms / 1000)}`,
    step.scroll_percentage === null ? null : `scrolled to ${step.scroll_percentage}%`,
    step.search_term === null ? null : `searched for “${step.search_term}”`,
    step.is_not_found ? "page not found" : null,
  ].filter((part) => part !== null);
  return (
    <div className={styles.view}>
      <Time step={step} timezone={timezone} />
      <div className={styles.words}>
        <p className={styles.path}>{step.path}</p>
        {step.title !== null && step.title !== "" && <p className={styles.about}>{step.title}</p>}
        {told.length > 0 && <p className={styles.about}>{told.join(" · ")}</p>}
      </div>
    </div>
  );
};

type FoldedProps = {
  readonly fold: Fold;
  readonly timezone: string;
  readonly pathShown: string | null;
};

const Folded = ({ fold, timezone, pathShown }: FoldedProps): ReactNode => {
  const [first, ...rest] = fold.steps;
  if (rest.length === 0) return <Event step={first} timezone={timezone} pathShown={pathShown} />;
  return (
    <details className={styles.details}>
      <summary className={styles.event} data-background={isBackground(first.name)}>
        <Time step={first} timezone={timezone} />
        <span className={styles.words}>
          <span className={styles.name}>{eventName(first.name)}</span>{" "}
          <span className={styles.times}>{count(fold.steps.length)} times</span>
        </span>
      </summary>
      <ol className={styles.folded}>
        {fold.steps.map((step) => (
          <li key={step.id}>
            <Event step={step} timezone={timezone} pathShown={pathShown} />
          </li>
        ))}
      </ol>
    </details>
  );
};

const Event = ({ step, timezone, pathShown }: Omit<FoldedProps, "fold"> & { readonly step: Step }) => {
  const told = properties(step);
  return (
    <div className={styles.event} data-background={isBackground(step.name)}>
      <Time step={step} timezone={timezone} />
      <div className={styles.words}>
        <p className={styles.name}>
          {eventName(step.name)}
          <span className={styles.about}>{aboutEvent(step)}</span>
        </p>
        {step.path !== null && step.path !== pathShown && (
          <p className={styles.about}>on {step.path}</p>
        )}
        {step.link_url !== null && (
          <p className={styles.about}>
            {step.is_download ? "downloads " : step.is_outbound ? "leaves to " : "goes to "}
            {step.link_url}
          </p>
        )}
        {told.length > 0 && (
          <dl className={styles.properties}>
            {told.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </div>
  );
};

const aboutEvent = (step: Step): string => {
  const parts = [
    step.web_vital === null
      ? null
      : `${step.web_vital} ${vitalText(step.web_vital === "CLS" ? "none" : "milliseconds", step.web_vital_value)}`,
    step.scroll_percentage === null ? null : `to ${step.scroll_percentage}%`,
    step.form_id === null ? null : `of form ${step.form_id}`,
    step.field_names === null || step.field_names.length === 0
      ? null
      : `with ${step.field_names.join(", ")}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
};
