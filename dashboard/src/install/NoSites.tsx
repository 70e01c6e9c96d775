// The page before any site exists: a site comes into being with its first event, so name it here.
import { lazy, Suspense, useState, type ReactNode } from "react";

import { useSession } from "../access/access";
import { Mark } from "../header/Mark";
import { Snippet } from "./Snippet";
import { tagFor } from "./tag";
import styles from "./Waiting.module.css";

const AddSite = lazy(async () => ({ default: (await import("../settings/AddSite")).AddSite }));

export const NoSites = (): ReactNode => {
  const administrator = useSession().everywhere === "owner";
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState("my-site");
  return (
    <main className={styles.page}>
      <Mark size={44} walking />
      <div className={styles.words}>
        <h1 className={styles.title}>Waiting for the first visit</h1>
        <p className={styles.text} role="status">
          Name your site, put this tag before <code>&lt;/head&gt;</code> on every page, then open
          one. The figures appear here by themselves.
        </p>
      </div>
      <label className={styles.name}>
        Name of your site
        <input
          className="field"
          value={name}
          maxLength={100}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
      </label>
      <Snippet code={tagFor(window.location.origin, name)} />
      {administrator && (
        <p className={styles.text}>
          Or choose its time zone and domains first:{" "}
          <button
            type="button"
            className="button"
            onClick={() => {
              setAdding(true);
            }}
          >
            Add a site
          </button>
        </p>
      )}
      {adding && (
        <Suspense>
          <AddSite
            onClose={() => {
              setAdding(false);
            }}
          />
        </Suspense>
      )}
      <p className={styles.text}>
        No site at hand? <a href="/">Walk through the demo site</a> and watch it arrive.
      </p>
    </main>
  );
};
