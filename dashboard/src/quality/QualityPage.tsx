// Can the figures be trusted? Checks with a verdict, the figure, what it means and what to do.
import { CircleAlert, CircleCheck, CircleHelp, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { Ago } from "../figures/Ago";
import { count, namedFigure } from "../format";
import { SpanPicker } from "../header/SpanPicker";
import { TopBar } from "../header/TopBar";
import type { PageProps } from "../pages";
import { Loading } from "../states/Loading";
import { Problem } from "../states/Problem";
import {
  byVerdict,
  summary,
  useQuality,
  verdicts,
  verdictText,
  type Check,
  type Quality,
  type Verdict,
} from "./quality";
import styles from "./QualityPage.module.css";

const icons: Readonly<Record<Verdict, LucideIcon>> = {
  problem: TriangleAlert,
  look: CircleAlert,
  fine: CircleCheck,
  unknown: CircleHelp,
};

export const QualityPage = ({ site, sites, state: { hours }, onChoose }: PageProps): ReactNode => {
  const quality = useQuality(site.site_id, Number(hours));
  return (
    <>
      <TopBar sites={sites} chosen={site} onChoose={onChoose}>
        <SpanPicker hours={hours} />
      </TopBar>
      {quality.data !== undefined ? (
        <Found quality={quality.data} busy={quality.isPlaceholderData} />
      ) : quality.error === null ? (
        <Loading />
      ) : (
        <Problem page error={quality.error} onRetry={() => void quality.refetch()} />
      )}
    </>
  );
};

type FoundProps = { readonly quality: Quality; readonly busy: boolean };

const Found = ({ quality, busy }: FoundProps): ReactNode => {
  const whole = quality.since === quality.start;
  return (
    <main className={styles.page} aria-busy={busy}>
      <div className={styles.head}>
        <h1 className={styles.title}>Can the figures be trusted?</h1>
        <p className={styles.note} role="status">
          {summary(quality.checks)}.
        </p>
        <p className={styles.note}>
          Looked at {namedFigure("events", quality.looked_at)}
          {whole ? (
            "."
          ) : (
            <>
              , the newest ones; the oldest of them came <Ago at={quality.since} />.
            </>
          )}
        </p>
      </div>
      {verdicts.map((verdict) => {
        const checks = byVerdict(quality.checks, verdict);
        if (checks.length === 0) return null;
        return (
          <ul key={verdict} className={styles.checks} aria-label={verdictText[verdict]}>
            {checks.map((check) => (
              <li key={check.name} className={styles.check} data-verdict={check.verdict}>
                <One check={check} />
              </li>
            ))}
          </ul>
        );
      })}
    </main>
  );
};

/** What stands between backticks as code. */
const Coded = ({ text }: { readonly text: string }): ReactNode =>
  text.split("`").map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part));

const One = ({ check }: { readonly check: Check }): ReactNode => {
  const Icon = icons[check.verdict];
  const bad = check.verdict === "problem" || check.verdict === "look";
  return (
    <>
      <Icon size={18} aria-hidden className={styles.icon} />
      <div className={styles.words}>
        <div className={styles.line}>
          <h2 className={styles.name}>{check.title}</h2>
          <span className={styles.verdict}>{verdictText[check.verdict]}</span>
        </div>
        <p>{check.finding}</p>
        {check.advice !== "" && (
          <p className={styles.advice}>
            <strong>What to do</strong> <Coded text={check.advice} />
          </p>
        )}
        <details className={styles.more} open={bad}>
          <summary>
            {check.examples.length === 0 ? "What it means" : "What it means, and which"}
          </summary>
          <p className={styles.note}>{check.meaning}</p>
          {check.examples.length > 0 && (
            <ul className={styles.examples} aria-label={`Examples: ${check.title}`}>
              {check.examples.map(({ label, count: number, at }) => (
                <li key={label}>
                  <span className={styles.label}>{label}</span>
                  <span className={styles.number}>
                    {at !== null && <Ago at={at} className={styles.at} />}
                    {count(number)}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </details>
      </div>
    </>
  );
};
