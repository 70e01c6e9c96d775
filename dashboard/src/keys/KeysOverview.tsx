// The page's keyboard shortcuts in a dialog, and the switch that turns them off.
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";

import dialog from "../style/dialog.module.css";
import { shortcutsOf, type Command } from "./keys";
import styles from "./KeysOverview.module.css";
import { switchKeys, useKeysOn } from "./useKeys";

type Props = {
  /** Whether the page does what a key asks for. */
  readonly has: (command: Command) => boolean;
  readonly onClose: () => void;
};

export const KeysOverview = ({ has, onClose }: Props): ReactNode => {
  const on = useKeysOn();
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.scrim} />
        <Dialog.Popup className={`popup ${dialog.dialog ?? ""} ${styles.dialog ?? ""}`}>
          <header className={dialog.head}>
            <Dialog.Title className={dialog.title}>Keyboard shortcuts</Dialog.Title>
            <Dialog.Close className={dialog.close} aria-label="Close">
              <X size={17} aria-hidden />
            </Dialog.Close>
          </header>
          {/* A region that scrolls must be reachable by keyboard. */}
          <div
            className={styles.groups}
            data-on={on}
            role="region"
            aria-label="Shortcuts"
            // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
            tabIndex={0}
          >
            {shortcutsOf(has).map(({ title, shortcuts }) => (
              <section key={title}>
                <h3 className={styles.title}>{title}</h3>
                <dl className={styles.list}>
                  {shortcuts.map(({ key, label, text }) => (
                    <div key={key} className={styles.row}>
                      <dt>
                        <kbd className={styles.key}>{label}</kbd>
                      </dt>
                      <dd>{text}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <label className={styles.switch}>
            <input
              type="checkbox"
              checked={on}
              onChange={(event) => {
                switchKeys(event.target.checked);
              }}
            />
            Use these keys in this browser
          </label>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
};
