// Chooses the site, or all of them; with many sites a search field narrows the list. Administrators add one here.
import { Combobox } from "@base-ui/react/combobox";
import { Check, ChevronsUpDown, Plus, Search } from "lucide-react";
import { lazy, Suspense, useState, type ReactNode } from "react";

import { useSession } from "../access/access";
import { navigate, usePageState } from "../navigation";
import { allSites } from "../state";
import type { Site } from "../wire";
import styles from "./SitePicker.module.css";

const AddSite = lazy(async () => ({ default: (await import("../settings/AddSite")).AddSite }));

type Props = {
  readonly sites: readonly Site[];
  readonly chosen: Site | null;
  readonly onChoose: (siteId: string) => void;
};

/** Stands for all sites among their ids, of which none is empty. */
const ALL = "";

const nameOf = (siteId: string): string => (siteId === ALL ? "All sites" : siteId);

export const SitePicker = ({ sites, chosen, onChoose }: Props): ReactNode => {
  const administrator = useSession().everywhere === "owner";
  const [open, setOpen] = useState(false);
  const [adding, setAdding] = useState(false);
  const isHome = usePageState().site === null;
  const value = chosen?.site_id ?? (isHome ? ALL : null);
  const ids = sites.map((site) => site.site_id);
  return (
    <>
      <Combobox.Root
        open={open}
        onOpenChange={setOpen}
        items={sites.length > 1 ? [ALL, ...ids] : ids}
        itemToStringLabel={nameOf}
        value={value}
        onValueChange={(siteId) => {
          if (siteId === ALL) navigate(allSites);
          else if (siteId !== null) onChoose(siteId);
        }}
        autoHighlight
      >
        <Combobox.Trigger
          className={styles.trigger}
          aria-label={`Site: ${value === null ? "none" : nameOf(value)}`}
        >
          <span className={styles.current}>{value === null ? "Choose a site" : nameOf(value)}</span>
          <ChevronsUpDown size={14} aria-hidden />
        </Combobox.Trigger>
        <Combobox.Portal>
          <Combobox.Positioner align="start" sideOffset={6} className={styles.positioner}>
            <Combobox.Popup className={`popup ${styles.popup ?? ""}`} aria-label="Choose a site">
              <div className={styles.search}>
                <Search size={15} aria-hidden />
                <Combobox.Input
                  placeholder="Find a site"
                  aria-label="Find a site"
                  className={styles.input}
                />
              </div>
              <Combobox.Empty>
                <p className={styles.empty}>No site of that name.</p>
              </Combobox.Empty>
              <Combobox.List className={styles.list}>
                {(siteId: string) => (
                  <Combobox.Item key={siteId} value={siteId} className={styles.item}>
                    <span className={styles.label}>{nameOf(siteId)}</span>
                    <Combobox.ItemIndicator className={styles.tick}>
                      <Check size={15} aria-hidden />
                    </Combobox.ItemIndicator>
                  </Combobox.Item>
                )}
              </Combobox.List>
              {administrator && (
                <button
                  type="button"
                  className={styles.add}
                  onClick={() => {
                    setOpen(false);
                    setAdding(true);
                  }}
                >
                  <Plus size={15} aria-hidden />
                  Add a site
                </button>
              )}
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      {adding && (
        <Suspense>
          <AddSite
            onClose={() => {
              setAdding(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
};
