// A bookmark that takes its owner's own browser out of the count, and back in.
import type { ReactNode } from "react";

import styles from "./LastEvent.module.css";

// What the script remembers stands under this name; the bookmark acts on the site's page, never here.
const BOOKMARK = `javascript:${encodeURIComponent(`(() => {
  if (!window.footfall) return alert("Footfall is not on this page.");
  const out = !localStorage._ts_opt_out;
  footfall.optOut(out);
  alert(out ? "Your visits with this browser are left out from now on." : "Your visits with this browser count again.");
})()`)}`;

export const LeaveOut = (): ReactNode => (
  <section className={styles.leaveOut} aria-label="Your own visits">
    <p>
      Your own visits need not count: drag{" "}
      <a
        href="#leave-me-out"
        // React refuses such an address in a property. A click does nothing here, by our own CSP: it is to be dragged.
        ref={(link) => {
          link?.setAttribute("href", BOOKMARK);
        }}
        className={styles.bookmark}
      >
        Leave me out
      </a>{" "}
      to your bookmarks and click it there while you are on your site. A second click takes it back.
    </p>
  </section>
);
