// Visitors and pageviews of each of the last 30 minutes, as bars and as a table for who does not see them.
import type { ReactNode } from "react";

import { count, localTime, namedFigure } from "../format";
import type { MinuteCount } from "../wire";
import styles from "./MinuteBars.module.css";

type Props = { readonly minutes: readonly MinuteCount[]; readonly timezone: string };

export const MinuteBars = ({ minutes, timezone }: Props): ReactNode => {
  const minuteText = (instant: string): string => localTime(instant, timezone).time.slice(0, 5);
  const most = Math.max(0, ...minutes.flatMap(({ visitors, pageviews }) => [visitors, pageviews]));
  const percent = (value: number): string => `${(value / Math.max(1, most)) * 100}%`;
  const first = minutes[0];
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.legend}>
        <span>By minute{most > 0 && `, at most ${count(most)}`}</span>
        <span className={styles.visitors}>Visitors</span>
        <span className={styles.pageviews}>Pageviews</span>
      </figcaption>
      <div className={styles.bars} aria-hidden>
        {minutes.map(({ minute, visitors, pageviews }) => (
          <div
            key={minute}
            className={styles.minute}
            title={`${minuteText(minute)}: ${namedFigure("visitors", visitors)}, ${namedFigure("pageviews", pageviews)}`}
          >
            <span className={styles.pageviews} style={{ height: percent(pageviews) }} />
            <span className={styles.visitors} style={{ height: percent(visitors) }} />
          </div>
        ))}
      </div>
      <div className={styles.axis} aria-hidden>
        <span>{first === undefined ? "" : minuteText(first.minute)}</span>
        <span>now</span>
      </div>
      <table className="unseen">
        <caption>By minute</caption>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">Visitors</th>
            <th scope="col">Pageviews</th>
          </tr>
        </thead>
        <tbody>
          {minutes.map(({ minute, visitors, pageviews }) => (
            <tr key={minute}>
              <th scope="row">{minuteText(minute)}</th>
              <td>{visitors}</td>
              <td>{pageviews}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
};
