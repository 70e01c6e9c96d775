// How far a page looks back that has no period.
import type { ReactNode } from "react";

import { navigate } from "../navigation";
import type { LedgerSpan } from "../state";
import { Segments, type Segment } from "./Segments";

const spans: readonly Segment<LedgerSpan>[] = [
  { value: "24", text: "Last 24 hours" },
  { value: "168", text: "Last 7 days" },
];

export const SpanPicker = ({ hours }: { readonly hours: LedgerSpan }): ReactNode => (
  <Segments
    label="Period"
    options={spans}
    value={hours}
    onChoose={(chosen) => {
      navigate({ hours: chosen });
    }}
  />
);
