// The properties of one event: their names as tabs, the values of the one that is chosen as rows.
import { Tabs } from "@base-ui/react/tabs";
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";

import { More } from "../breakdown/More";
import { tabOf } from "../breakdown/panels";
import { RowsLoading } from "../breakdown/Rows";
import { propertyDimension } from "../dimensions";
import { isChosen, type Filter } from "../filters/filter";
import { rowName } from "../format";
import { useBreakdown, useTotals, type View } from "../queries";
import { Problem } from "../states/Problem";
import styles from "./Behaviour.module.css";
import { Figures } from "./Figures";
import { SendProperties } from "./Hint";

/** Names that are offered; more than these is no list that a person reads. */
const NAMES = 40;

type Props = {
  /** Narrowed to the event. */
  readonly view: View;
  readonly event: string;
  /** null: the one that most visitors have. */
  readonly property: string | null;
  readonly rows: number;
  /** Whether somebody pressed what opened it: that is gone, so the focus comes here. */
  readonly takesFocus: boolean;
  /** The filters of the page. */
  readonly chosen: readonly Filter[];
  readonly onProperty: (property: string) => void;
  readonly onClose: () => void;
  readonly onToggle: (property: string, value: string) => void;
  readonly onDetails: (property: string) => void;
};

export const Properties = (props: Props): ReactNode => {
  const { view, event, property, takesFocus, onProperty, onClose } = props;
  const answer = useBreakdown(view, "event_property", ["visitors", "events"], NAMES);
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) back.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  const names = (answer.data?.rows ?? []).map((row) => row.dimensions[0] ?? "");
  const current = property !== null && names.includes(property) ? property : names[0];
  return (
    <div className={styles.ranking} data-stale={answer.isPlaceholderData}>
      <div className={styles.where}>
        <button ref={back} type="button" className="plain" onClick={onClose}>
          <ArrowLeft size={15} aria-hidden />
          All events
        </button>
        <h3 className={styles.event} title={event}>
          {rowName("event", event)}
        </h3>
      </div>
      {answer.data === undefined ? (
        answer.error === null ? (
          <RowsLoading rows={6} />
        ) : (
          <Problem error={answer.error} onRetry={() => void answer.refetch()} />
        )
      ) : current === undefined ? (
        <div className={styles.empty}>
          <p>No such event of this period has properties.</p>
          <SendProperties event={event} />
        </div>
      ) : (
        <Tabs.Root value={current} onValueChange={onProperty} className={styles.properties}>
          <Tabs.List className={styles.names} aria-label="Property" activateOnFocus>
            {names.map((name) => (
              <Tabs.Tab key={name} value={name} className={styles.chip}>
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={current} className={styles.values}>
            <Values {...props} name={current} />
          </Tabs.Panel>
        </Tabs.Root>
      )}
    </div>
  );
};

const Values = ({
  view,
  name,
  rows: limit,
  chosen,
  onToggle,
  onDetails,
}: Props & { readonly name: string }): ReactNode => {
  const dimension = propertyDimension(name);
  const tab = tabOf(dimension);
  const answer = useBreakdown(view, dimension, ["visitors", "events"], limit);
  const totals = useTotals(view);
  const everyone = totals.isPlaceholderData ? null : (totals.data?.rows[0]?.metrics[0] ?? null);
  if (tab === undefined) return null;
  if (answer.data === undefined)
    return answer.error === null ? (
      <RowsLoading rows={6} />
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  const { rows, total_rows } = answer.data;
  if (rows.length === 0) return <p className={styles.empty}>{tab.empty}</p>;
  return (
    <div className={styles.list} data-stale={answer.isPlaceholderData}>
      <Figures
        dimension={dimension}
        tab={{ ...tab, one: "Value" }}
        rows={rows}
        everyone={everyone}
        isChosen={(value) => isChosen(chosen, dimension, value)}
        onToggle={(value) => {
          onToggle(name, value);
        }}
      />
      <More
        total={total_rows}
        shown={rows.length}
        many="values"
        about={tab.many}
        onOpen={() => {
          onDetails(name);
        }}
      />
    </div>
  );
};
