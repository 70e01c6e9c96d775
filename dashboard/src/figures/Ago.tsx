// How long ago something was. It alone is drawn again as the time goes on, not the page around it.
import type { ReactNode } from "react";

import { useFromNow } from "../clock";
import { ago } from "../format";

type Props = { readonly at: string; readonly className?: string | undefined };

export const Ago = ({ at, className }: Props): ReactNode => (
  <time dateTime={at} className={className}>
    {useFromNow((now) => ago(at, now))}
  </time>
);
