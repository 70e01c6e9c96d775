// The countries that visitors came from, on a map; the first of them as rows, and the way to all.
import { useState, type ReactNode } from "react";

import panel from "../breakdown/Breakdown.module.css";
import { More } from "../breakdown/More";
import { nothingText, placesPanel } from "../breakdown/panels";
import { Rows, RowsLoading } from "../breakdown/Rows";
import { Moved } from "../figures/Moved";
import { isChosen } from "../filters/filter";
import { change, count, namedFigure, rowName, share } from "../format";
import { compares, useBreakdown, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import type { Row } from "../wire";
import { isOnMap, outlines, points, shadeOf, SHADES, viewBox } from "./world";
import styles from "./WorldMap.module.css";

type Props = {
  readonly view: View;
  readonly onToggle: (country: string) => void;
  readonly onDetails: () => void;
};

/** More than there are. */
const COUNTRIES = 300;
const ROWS = 4;

const codeOf = (row: Row): string => row.dimensions[0] ?? "";
const visitorsOf = (row: Row): number => row.metrics[0] ?? 0;

export const WorldMap = ({ view, onToggle, onDetails }: Props): ReactNode => {
  const answer = useBreakdown(view, "country", ["visitors"], COUNTRIES);
  const totals = useTotals(view);
  const total = totals.isPlaceholderData ? undefined : totals.data?.rows[0];

  if (answer.data === undefined)
    return answer.error === null ? (
      <RowsLoading rows={10} />
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  const { rows, total_rows } = answer.data;
  if (rows.length === 0)
    return (
      <p className={panel.empty}>{nothingText(view.filters, placesPanel.tabs.country.empty)}</p>
    );
  const elsewhere = rows.filter((row) => !isOnMap(codeOf(row)));
  const listed = rows.slice(0, elsewhere.length > 0 ? ROWS - 1 : ROWS);
  return (
    <div className={panel.ranking} data-stale={answer.isPlaceholderData}>
      <Picture
        rows={rows}
        everyone={total?.metrics[0] ?? null}
        compared={compares(view, total)}
        isChosen={(code) => isChosen(view.filters, "country", code)}
        onToggle={onToggle}
      />
      {elsewhere.length > 0 && (
        <p className={styles.note}>
          Not on this map:{" "}
          {elsewhere.map((row) => `${rowName("country", codeOf(row))} ${count(visitorsOf(row))}`).join(", ")}
        </p>
      )}
      <Rows
        dimension="country"
        heading="Country"
        rows={listed}
        everyone={total?.metrics[0] ?? null}
        compares={compares(view, total)}
        isChosen={(code) => isChosen(view.filters, "country", code)}
        onToggle={onToggle}
      />
      <More
        total={total_rows}
        shown={listed.length}
        many={placesPanel.tabs.country.many}
        onOpen={onDetails}
        credit={placesPanel.credit}
      />
    </div>
  );
};

type PictureProps = {
  readonly rows: readonly Row[];
  readonly everyone: number | null;
  readonly compared: boolean;
  readonly isChosen: (code: string) => boolean;
  readonly onToggle: (code: string) => void;
};

type Pointed = { readonly code: string; readonly left: number; readonly top: number; readonly width: number };

const Picture = ({ rows, everyone, compared, isChosen, onToggle }: PictureProps): ReactNode => {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const byCode = new Map(rows.map((row) => [codeOf(row), row]));
  const most = Math.max(...rows.map(visitorsOf));
  const look = (code: string | null) => {
    const row = code === null ? undefined : byCode.get(code);
    return {
      "data-code": code ?? undefined,
      "data-shade": row === undefined ? undefined : shadeOf(visitorsOf(row), most),
      "data-chosen": code !== null && isChosen(code) ? true : undefined,
    };
  };
  const codeAt = (target: EventTarget): string | null =>
    target instanceof SVGElement ? (target.dataset.code ?? null) : null;
  const row = pointed === null ? undefined : byCode.get(pointed.code);

  return (
    <div className={styles.frame}>
      {/* Whoever has no pointer filters by the rows below, or by all of them. */}
      <svg
        className={styles.map}
        viewBox={viewBox}
        role="img"
        aria-label={`Map of the world, visitors by country; the list says the same. Most came from ${rows
          .slice(0, 3)
          .map((one) => `${rowName("country", codeOf(one))}, ${namedFigure("visitors", visitorsOf(one))}`)
          .join("; ")}`}
        onClick={(event) => {
          const code = codeAt(event.target);
          if (code !== null && byCode.has(code)) onToggle(code);
        }}
        onPointerMove={(event) => {
          const code = codeAt(event.target);
          const frame = event.currentTarget.getBoundingClientRect();
          setPointed(
            code === null
              ? null
              : {
                  code,
                  left: event.clientX - frame.left,
                  top: event.clientY - frame.top,
                  width: frame.width,
                },
          );
        }}
        onPointerLeave={() => {
          setPointed(null);
        }}
      >
        {outlines.map(({ code, path }, index) => (
          <path key={code ?? index} d={path} {...look(code)} />
        ))}
        {points
          .filter(({ code }) => byCode.has(code))
          .map(({ code, x, y }) => (
            <circle key={code} cx={x} cy={y} r={5} {...look(code)} />
          ))}
      </svg>
      <p className={styles.legend} aria-hidden>
        1
        {Array.from({ length: SHADES }, (_, index) => (
          <span key={index} className={styles.shade} data-shade={index + 1} />
        ))}
        {count(most)}
      </p>
      {pointed !== null && (
        <div
          className={styles.tooltip}
          data-side={pointed.left > pointed.width / 2 ? "left" : "right"}
          style={{ left: `${pointed.left}px`, top: `${pointed.top}px` }}
          aria-hidden
        >
          <strong>{rowName("country", pointed.code)}</strong>
          <span>
            {row === undefined ? "No visitors" : namedFigure("visitors", visitorsOf(row))}
          </span>
          {row !== undefined && <Told row={row} everyone={everyone} compared={compared} />}
        </div>
      )}
    </div>
  );
};

type ToldProps = {
  readonly row: Row;
  readonly everyone: number | null;
  readonly compared: boolean;
};

const Told = ({ row, everyone, compared }: ToldProps): ReactNode => {
  const moved = compared ? change("visitors", visitorsOf(row), row.comparison?.[0] ?? null) : null;
  return (
    <span className={styles.more}>
      {share(visitorsOf(row), everyone)}
      {moved !== null && <Moved change={moved} calm />}
    </span>
  );
};
