// Who may do what at a site, as the server judges it.
import { useSession } from "../access/access";
import { role, type Role } from "../wire";

/** From the least to the most. */
export const roles = role.options;

export const reaches = (own: Role | null, needed: Role): boolean =>
  own !== null && roles.indexOf(own) >= roles.indexOf(needed);

type Rights = {
  readonly own: Role | null;
  readonly may: (needed: Role) => boolean;
  readonly administrator: boolean;
};

export const useRights = (siteId: string): Rights => {
  const session = useSession();
  const own = session.everywhere ?? session.sites[siteId] ?? null;
  return {
    own,
    may: (needed) => reaches(own, needed),
    administrator: session.everywhere === "owner",
  };
};
