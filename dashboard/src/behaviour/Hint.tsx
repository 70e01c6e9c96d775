// Nothing to show: what is missing, and how a site sends it.
import type { ReactNode } from "react";

import type { BehaviourTab } from "../state";
import styles from "./Behaviour.module.css";

type Props = {
  readonly dimension: BehaviourTab;
  readonly isFiltered: boolean;
  readonly children: ReactNode;
};

export const Hint = ({ dimension, isFiltered, children }: Props): ReactNode => (
  <div className={styles.empty}>
    <p>{children}</p>
    {!isFiltered && <div className={styles.how}>{how[dimension]}</div>}
  </div>
);

const Code = ({ children }: { readonly children: string }): ReactNode => (
  <code className={styles.code}>{children}</code>
);

export const SendProperties = ({ event }: { readonly event: string }): ReactNode => (
  <div className={styles.how}>
    <p>Send some with it:</p>
    <Code>{`footfall(${JSON.stringify(event)}, { plan: "pro" })`}</Code>
  </div>
);

const how: Readonly<Record<BehaviourTab, ReactNode>> = {
  event: (
    <>
      <p>Send an event of your own from any page with the script, or mark an element:</p>
      <Code>{'footfall("signup", { plan: "pro" })'}</Code>
      <Code>{'<button data-event="signup" data-event-plan="pro">'}</Code>
    </>
  ),
  outbound_link: (
    <p>
      The tracking script tells clicks on links to other hosts by itself, unless data-track-clicks
      is “false”.
    </p>
  ),
  download: (
    <p>
      The tracking script tells clicks on links to files, such as .pdf and .zip, by itself, unless
      data-track-clicks is “false”.
    </p>
  ),
  form: (
    <p>
      The tracking script tells when a field is first touched and when a form is sent, unless
      data-track-forms is “false”. Give each form an id.
    </p>
  ),
  not_found_page: (
    <>
      <p>
        The script must be on your error page, which must answer with status 404. Where it cannot,
        send an event from it:
      </p>
      <Code>{'footfall("page_not_found")'}</Code>
    </>
  ),
  search_term: (
    <>
      <p>
        Pages whose address holds the words, as in /search?q=oak, are told by themselves. Otherwise
        send an event:
      </p>
      <Code>{'footfall("search", { q: "oak" })'}</Code>
    </>
  ),
};
