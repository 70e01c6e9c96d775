import { beforeEach, expect, test } from "vitest";

import { checkAgain, currentAccess, grant, invite, leave, refuse } from "../src/access/access";
import { recall } from "../src/storage";
import type { Session } from "../src/wire";

const session: Session = { kind: "user", name: "ada", everywhere: null, sites: {}, csrf: "c1" };

beforeEach(() => {
  leave();
});

test("a token is kept in this browser until it is refused; then the cookie is tried", () => {
  grant({ ...session, kind: "token", csrf: null }, "t1");
  expect(recall("footfall.token")).toBe("t1");
  refuse("t1");
  expect(recall("footfall.token")).toBeNull();
  expect(currentAccess()).toEqual({ kind: "checking", token: null, reason: "refused" });
  refuse(null);
  expect(currentAccess()).toEqual({ kind: "asked", reason: "refused" });
});

test("a sign-in takes the place of a token", () => {
  grant({ ...session, kind: "token", csrf: null }, "t1");
  grant(session, null);
  expect(recall("footfall.token")).toBeNull();
});

test("a sign-in that the server ended is asked for again", () => {
  grant(session, null);
  refuse("c1");
  expect(currentAccess()).toEqual({ kind: "asked", reason: "ended" });
});

test("a late refusal of an older sign-in does not end the new one", () => {
  grant(session, null);
  grant({ ...session, csrf: "c2" }, null);
  refuse("c1");
  refuse(null);
  expect(currentAccess().kind).toBe("granted");
});

test("somebody who never was here is asked without a reason", () => {
  checkAgain();
  refuse(null);
  expect(currentAccess()).toEqual({ kind: "asked", reason: "stranger" });
});

test("an invitation is not ended by a refusal", () => {
  invite({ purpose: "setup", secret: "s" });
  refuse(null);
  expect(currentAccess().kind).toBe("invited");
});
