// The page of somebody who has an account, and a role at no site.
import type { ReactNode } from "react";

import states from "../states/states.module.css";

export const NothingShared = ({ name }: { readonly name: string | null }): ReactNode => (
  <main className={states.page}>
    <div className={states.words}>
      <h1 className={states.title}>No site is shared with you yet</h1>
      <p className={states.detail}>
        Ask an administrator, or the owner of a site, to give {name ?? "your account"} a role there. It
        appears here by itself.
      </p>
    </div>
  </main>
);
