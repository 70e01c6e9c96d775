// A link to the page in another state, which a browser can open in a new tab, too.
import type { ComponentPropsWithoutRef, MouseEvent, ReactNode } from "react";

import { navigate, usePageState } from "../navigation";
import { write, type PageState } from "../state";

type Props = Omit<ComponentPropsWithoutRef<"a">, "href" | "onClick"> & {
  /** What of the state is another there. */
  readonly to: Partial<PageState>;
};

const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

export const PageLink = ({ to, children, ...rest }: Props): ReactNode => {
  const state = usePageState();
  return (
    <a
      {...rest}
      // An empty address would be the one that is open.
      href={write({ ...state, ...to }) || "./"}
      onClick={(event) => {
        if (!isPlain(event)) return;
        event.preventDefault();
        // What opens beside the page, or in it, leaves it where it is.
        if (navigate(to) && ("view" in to || "site" in to)) window.scrollTo({ top: 0 });
      }}
    >
      {children}
    </a>
  );
};
