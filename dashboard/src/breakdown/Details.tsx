// Every row of a breakdown with all its columns, in a dialog: searched, sorted, page by page, as a file.
import { Dialog } from "@base-ui/react/dialog";
import { ChevronLeft, ChevronRight, Download, Search, X } from "lucide-react";
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from "react";

import { useSettled } from "../clock";
import { count } from "../format";
import { DETAILS_ROWS, useDetails, useDownload, type View } from "../queries";
import type { DetailsState } from "../state";
import { Problem } from "../states/Problem";
import dialog from "../style/dialog.module.css";
import styles from "./Details.module.css";
import { DetailsTable } from "./DetailsTable";
import type { Tab } from "./panels";
import { RowsLoading } from "./Rows";

type Props = {
  readonly tab: Tab;
  readonly view: View;
  readonly details: DetailsState;
  readonly everyone: number | null;
  readonly compares: boolean;
  /** Takes the search field, so that a key can go there. */
  readonly searchField: RefObject<HTMLInputElement | null>;
  readonly onChange: (details: DetailsState) => void;
  /** What the person types needs no step of its own in the history. */
  readonly onSearch: (search: string) => void;
  readonly onToggle: (value: string) => void;
  readonly onClose: () => void;
};

// There a focused field would bring up a keyboard over half of the list.
const touched = window.matchMedia("(hover: none)");

export const Details = (props: Props): ReactNode => (
  <Dialog.Root
    open
    onOpenChange={(open) => {
      if (!open) props.onClose();
    }}
  >
    <Dialog.Portal>
      <Dialog.Backdrop className={dialog.scrim} />
      <Dialog.Popup
        className={`popup ${dialog.dialog ?? ""} ${styles.dialog ?? ""}`}
        initialFocus={touched.matches ? true : props.searchField}
      >
        <Content {...props} />
      </Dialog.Popup>
    </Dialog.Portal>
  </Dialog.Root>
);

const Content = (props: Props): ReactNode => {
  const { tab, view, details, everyone, compares, onChange } = props;
  const answer = useDetails(view, tab.columns, details);
  const download = useDownload(view, tab.columns, details);
  const total = answer.data?.total_rows ?? null;
  return (
    <>
      <header className={dialog.head}>
        <Dialog.Title className={dialog.title}>
          {total === null ? "" : count(total)} {total === 1 ? tab.one.toLowerCase() : tab.many}
        </Dialog.Title>
        <Dialog.Close className={dialog.close} aria-label="Close">
          <X size={17} aria-hidden />
        </Dialog.Close>
      </header>
      <div className={styles.tools}>
        <SearchField {...props} />
        <button
          type="button"
          className="button"
          disabled={download.isPending || total === 0}
          onClick={() => {
            download.mutate();
          }}
        >
          <Download size={15} aria-hidden />
          CSV
        </button>
      </div>
      {download.error !== null && (
        <p className={styles.problem} role="alert">
          The file did not come: {download.error.message}
        </p>
      )}
      {answer.data === undefined ? (
        answer.error === null ? (
          <div className={styles.scroll}>
            <RowsLoading rows={8} />
          </div>
        ) : (
          <Problem error={answer.error} onRetry={() => void answer.refetch()} />
        )
      ) : answer.data.rows.length === 0 ? (
        <p className={styles.empty}>
          {details.search === "" ? "Nothing here." : `No ${tab.one.toLowerCase()} with “${details.search}”.`}
        </p>
      ) : (
        <DetailsTable
          dimension={details.dimension}
          tab={tab}
          rows={answer.data.rows}
          stale={answer.isPlaceholderData}
          everyone={everyone}
          compares={compares}
          sort={details.sort ?? { by: tab.columns[0] ?? "key", direction: "desc" }}
          filters={view.filters}
          onSort={(sort) => {
            onChange({ ...details, sort, page: 1 });
          }}
          onToggle={props.onToggle}
        />
      )}
      {total !== null && (total > DETAILS_ROWS || details.page > 1) && (
        <Pages
          total={total}
          page={details.page}
          onPage={(page) => {
            onChange({ ...details, page });
          }}
        />
      )}
    </>
  );
};

const SearchField = ({ tab, details, searchField, onSearch }: Props): ReactNode => {
  const [typed, setTyped] = useState(details.search);
  const settled = useSettled(typed);
  const asked = useRef(details.search);
  const ask = useEffectEvent((text: string): void => {
    if (text === asked.current) return;
    asked.current = text;
    onSearch(text);
  });
  useEffect(() => {
    ask(settled);
  }, [settled]);
  // The back button may have changed what is searched for.
  useEffect(() => {
    if (details.search === asked.current) return;
    asked.current = details.search;
    setTyped(details.search);
  }, [details.search]);
  return (
    <label className={styles.search}>
      <Search size={15} aria-hidden />
      <span className="unseen">Search the {tab.many}</span>
      <input
        ref={searchField}
        type="search"
        className={styles.input}
        placeholder={`Search the ${tab.many}`}
        value={typed}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
    </label>
  );
};

type PagesProps = {
  readonly total: number;
  readonly page: number;
  readonly onPage: (page: number) => void;
};

const Pages = ({ total, page, onPage }: PagesProps): ReactNode => {
  const last = Math.max(1, Math.ceil(total / DETAILS_ROWS));
  const first = (page - 1) * DETAILS_ROWS + 1;
  const step = (label: string, to: number, icon: ReactNode): ReactNode => (
    <button
      type="button"
      className="button"
      aria-label={label}
      title={label}
      disabled={to < 1 || to > last}
      onClick={() => {
        onPage(to);
      }}
    >
      {icon}
    </button>
  );
  return (
    <nav className={styles.pages} aria-label="Pages of the list">
      <p aria-live="polite">
        {page > last
          ? `The list ends at ${count(total)}`
          : `${count(first)} – ${count(Math.min(first + DETAILS_ROWS - 1, total))} of ${count(total)}`}
      </p>
      {step("Previous rows", Math.min(page - 1, last), <ChevronLeft size={17} aria-hidden />)}
      {step("Next rows", page + 1, <ChevronRight size={17} aria-hidden />)}
    </nav>
  );
};
