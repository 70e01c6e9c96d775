// What the settings ask of the API and change there: a hook each, over the one client.
import { useMutation, useQuery, useQueryClient, type QueryKey } from "@tanstack/react-query";

import { download, post, request, sitePath } from "../api";
import { useFile } from "../file";
import { emptyAnswer, type Role } from "../wire";
import {
  clearedAnswer,
  erasureAnswer,
  invitationAnswer,
  keysAnswer,
  newKeyAnswer,
  secretAnswer,
  siteAnswer,
  siteInvitationAnswer,
  siteUsersAnswer,
  userAnswer,
  usersAnswer,
  type Scope,
  type SitePatch,
} from "./wire";

const withBody = (method: string, body: unknown): RequestInit => ({ ...post(body), method });

const remove: RequestInit = { method: "DELETE" };

/** A change, after which these questions are asked anew. */
const useChange = <TGiven, TAnswer>(
  change: (given: TGiven) => Promise<TAnswer>,
  ...stale: readonly QueryKey[]
) => {
  const queries = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: change,
    onSuccess: () => Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
};

export const useSite = (siteId: string) =>
  useQuery({
    queryKey: ["site", siteId],
    queryFn: ({ signal }) => request(siteAnswer, sitePath(siteId), { signal }),
  });

export const useSiteChange = (siteId: string) => {
  const queries = useQueryClient();
  return useMutation({
    networkMode: "always",
    mutationFn: (patch: SitePatch) => request(siteAnswer, sitePath(siteId), withBody("PATCH", patch)),
    onSuccess: (site) => {
      queries.setQueryData(["site", siteId], site);
      return queries.invalidateQueries({ queryKey: ["sites"] });
    },
  });
};

type NewSite = {
  readonly site_id: string;
  readonly timezone: string;
  readonly allowed_domains: readonly string[];
};

export const useSiteCreation = () =>
  useChange((site: NewSite) => request(siteAnswer, "/api/sites", post(site)), ["sites"]);

/** Takes a site's events away: hardly an answer holds after that, so everything is asked anew. */
export const useReset = (siteId: string) =>
  useChange(() => request(clearedAnswer, sitePath(siteId, "/reset"), { method: "POST" }), []);

export const useDeletion = (siteId: string) =>
  useChange(() => request(clearedAnswer, sitePath(siteId), remove), ["sites"], ["overview"]);

export const useSecretRotation = (siteId: string) =>
  useChange(
    () => request(secretAnswer, sitePath(siteId, "/secret"), { method: "POST" }),
    ["site", siteId],
  );

export const useSecretRemoval = (siteId: string) =>
  useChange(() => request(emptyAnswer, sitePath(siteId, "/secret"), remove), ["site", siteId]);

export const useKeys = () =>
  useQuery({
    queryKey: ["keys"],
    queryFn: async ({ signal }) => (await request(keysAnswer, "/api/keys", { signal })).keys,
  });

type NewKey = {
  readonly scope: Scope;
  readonly site_id: string | null;
  readonly name: string;
};

export const useKeyCreation = () =>
  useChange((key: NewKey) => request(newKeyAnswer, "/api/keys", post(key)), ["keys"]);

export const useRevocation = () =>
  useChange(
    (keyId: string) => request(emptyAnswer, `/api/keys/${encodeURIComponent(keyId)}`, remove),
    ["keys"],
  );

export const useSiteUsers = (siteId: string) =>
  useQuery({
    queryKey: ["site users", siteId],
    queryFn: async ({ signal }) =>
      (await request(siteUsersAnswer, sitePath(siteId, "/users"), { signal })).users,
  });

type RoleGiven = { readonly name: string; readonly role: Role };

export const useRoleGiving = (siteId: string) =>
  useChange(
    (given: RoleGiven) =>
      request(siteInvitationAnswer, sitePath(siteId, "/users"), withBody("PUT", given)),
    ["site users", siteId],
    ["users"],
  );

export const useRoleTaking = (siteId: string) =>
  useChange(
    (userId: number) => request(emptyAnswer, sitePath(siteId, `/users/${userId}`), remove),
    ["site users", siteId],
    ["users"],
  );

export const useUsers = () =>
  useQuery({
    queryKey: ["users"],
    queryFn: async ({ signal }) => (await request(usersAnswer, "/api/users", { signal })).users,
  });

type NewUser = {
  readonly name: string;
  readonly is_admin: boolean;
  readonly roles: Readonly<Record<string, Role>>;
};

export const useUserCreation = () =>
  useChange((user: NewUser) => request(invitationAnswer, "/api/users", post(user)), ["users"]);

export type UserChange = {
  readonly userId: number;
  readonly is_admin?: boolean;
  readonly disabled?: boolean;
  readonly roles?: Readonly<Record<string, Role | null>>;
};

export const useUserChange = () =>
  useChange(
    ({ userId, ...change }: UserChange) =>
      request(userAnswer, `/api/users/${userId}`, withBody("PATCH", change)),
    ["users"],
    ["site users"],
  );

export const useUserRemoval = () =>
  useChange(
    (userId: number) => request(emptyAnswer, `/api/users/${userId}`, remove),
    ["users"],
    ["site users"],
  );

export const useNewLink = () =>
  useChange(
    (userId: number) =>
      request(invitationAnswer, `/api/users/${userId}/link`, { method: "POST" }),
    ["users"],
  );

export const useErasure = (siteId: string) =>
  useChange((given: { readonly visitorId: string; readonly preview: boolean }) =>
    request(
      erasureAnswer,
      "/api/privacy/erase",
      post({ visitor_id: given.visitorId, site_id: siteId, preview: given.preview }),
    ),
  );

export const useExport = (siteId: string) =>
  useFile((visitorId: string) => {
    const asked = new URLSearchParams({ visitor_id: visitorId, site_id: siteId });
    return download(`/api/privacy/export?${asked.toString()}`, {}, "application/json", "visitor.json");
  });
