// The pages of one site. All but the report load when they are opened.
import { lazy, type ComponentType } from "react";

import { SitePage } from "./SitePage";
import type { PageState, ViewName } from "./state";
import type { Site } from "./wire";

export type PageProps = {
  readonly site: Site;
  readonly sites: readonly Site[];
  readonly state: PageState;
  readonly onChoose: (siteId: string) => void;
};

export const pages: Readonly<Record<ViewName, ComponentType<PageProps>>> = {
  report: SitePage,
  realtime: lazy(async () => ({ default: (await import("./realtime/RealtimePage")).RealtimePage })),
  quality: lazy(async () => ({ default: (await import("./quality/QualityPage")).QualityPage })),
  sessions: lazy(async () => ({ default: (await import("./sessions/SessionsPage")).SessionsPage })),
  vitals: lazy(async () => ({ default: (await import("./vitals/VitalsPage")).VitalsPage })),
  ledger: lazy(async () => ({ default: (await import("./ledger/LedgerPage")).LedgerPage })),
  settings: lazy(async () => ({ default: (await import("./settings/SettingsPage")).SettingsPage })),
};
