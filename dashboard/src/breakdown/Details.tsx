// Every row of a breakdown with all its columns, in a dialog.
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";

import { count, figure, rowName, share } from "../format";
import { metrics } from "../metrics";
import { useBreakdown, type View } from "../queries";
import { Problem } from "../states/Problem";
import styles from "./Details.module.css";
import type { Tab } from "./panels";
import { RowsLoading } from "./Rows";

const ROWS = 100;

type Props = {
  readonly dimension: string;
  readonly tab: Tab;
  readonly view: View;
  readonly everyone: number | null;
  readonly total: number;
};

export const Details = (props: Props): ReactNode => (
  <Dialog.Root>
    <Dialog.Trigger className="plain">
      Show {props.total > ROWS ? `the first ${ROWS} of ${count(props.total)}` : `all ${count(props.total)}`}{" "}
      {props.tab.many}
    </Dialog.Trigger>
    <Dialog.Portal>
      <Dialog.Backdrop className={styles.scrim} />
      <Dialog.Popup className={`popup ${styles.dialog ?? ""}`}>
        <header className={styles.head}>
          <Dialog.Title className={styles.title}>
            {count(props.total)} {props.tab.many}
          </Dialog.Title>
          <Dialog.Close className={styles.close} aria-label="Close">
            <X size={17} aria-hidden />
          </Dialog.Close>
        </header>
        <Table {...props} />
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

const Table = ({ dimension, tab, view, everyone }: Props): ReactNode => {
  const answer = useBreakdown(view, dimension, tab.columns, ROWS);
  if (answer.data === undefined)
    return answer.error === null ? (
      <div className={styles.scroll}>
        <RowsLoading rows={8} />
      </div>
    ) : (
      <Problem error={answer.error} onRetry={() => void answer.refetch()} />
    );
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} role="region" aria-label={tab.many} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{tab.one}</th>
            {tab.columns.map((column) => (
              <th key={column} scope="col">
                {metrics[column].label}
              </th>
            ))}
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {answer.data.rows.map((row) => {
            const value = row.dimensions[0] ?? null;
            return (
              <tr key={value ?? ""}>
                <th scope="row">{rowName(dimension, value)}</th>
                {tab.columns.map((column, index) => (
                  <td key={column}>{figure(column, row.metrics[index] ?? null)}</td>
                ))}
                <td>{share(row.metrics[0] ?? 0, everyone)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};
