"""Accounts over HTTP: what administrators and owners of sites make, change and take away."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from footfall.admin import users
from footfall.admin.users import UserChange
from footfall.database import transaction
from footfall.errors import Conflict

BEARER = {"Authorization": f"Bearer {TOKEN}"}
PASSWORD = "four owls in a tree"


async def call(
    stack: Stack, method: str, path: str, body: Any = None, key: str = TOKEN
) -> httpx.Response:
    return await stack.client.request(
        method, path, json=body, headers={"Authorization": f"Bearer {key}"}
    )


async def add_site(stack: Stack, site_id: str) -> None:
    assert (await call(stack, "POST", "/api/sites", {"site_id": site_id})).status_code == 201


async def owner_key(stack: Stack, site_id: str) -> str:
    answer = await call(stack, "POST", "/api/keys", {"scope": "admin", "site_id": site_id})
    key: str = answer.json()["key"]
    return key


async def use(stack: Stack, link: str) -> httpx.Response:
    return await stack.client.post("/api/setup", json={"link": link, "password": PASSWORD})


async def test_a_user_lives_from_invitation_to_removal(stack: Stack) -> None:
    await add_site(stack, "shop")
    answer = await call(stack, "POST", "/api/users", {"name": "Ada", "roles": {"shop": "editor"}})
    assert answer.status_code == 201, answer.text
    invited = answer.json()["user"]
    assert (invited["name"], invited["has_password"], invited["roles"]) == (
        "Ada",
        False,
        {"shop": "editor"},
    )
    assert (await use(stack, answer.json()["link"])).json()["sites"] == {"shop": "editor"}
    path = f"/api/users/{invited['user_id']}"
    changed = await call(stack, "PATCH", path, {"roles": {"shop": "viewer"}, "disabled": True})
    assert (changed.json()["roles"], bool(changed.json()["disabled_at"])) == (
        {"shop": "viewer"},
        True,
    )
    assert await stack.value("select count(*) from logins") == 0
    changed = await call(stack, "PATCH", path, {"roles": {"shop": None}, "disabled": False})
    assert (changed.json()["roles"], changed.json()["disabled_at"]) == ({}, None)
    [listed] = (await call(stack, "GET", "/api/users")).json()["users"]
    assert listed == changed.json()
    assert listed["last_login_at"] is None or listed["last_login_at"].endswith("Z")
    assert (await call(stack, "DELETE", path)).status_code == 204
    assert (await call(stack, "DELETE", path)).status_code == 404
    actions = await stack.rows(
        "select action, site, target, details from audit_log where action like 'user.%' order by id"
    )
    assert [(row["action"], row["site"], row["details"]) for row in actions] == [
        ("user.add", None, {}),
        ("user.role", "shop", {"role": "editor"}),
        ("user.link", None, {}),
        ("user.password", None, {}),
        ("user.sign_in", None, {}),
        ("user.role", "shop", {"role": "viewer"}),
        ("user.change", None, {"disabled": True}),
        ("user.role", "shop", {"role": None}),
        ("user.change", None, {"disabled": False}),
        ("user.remove", None, {}),
    ]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "ADA"}, 409, "name"),
        ({"name": " "}, 422, "name"),
        ({"name": "a\nb"}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"name": "x" * 255}, 422, "name"),
        ({"name": "bob", "roles": {"nowhere": "viewer"}}, 404, "site_id"),
        ({"name": "bob", "roles": {"a\x00b": "viewer"}}, 404, "site_id"),
        ({"name": "bob", "roles": {"shop": "king"}}, 422, "roles.shop"),
        ({"name": "bob", "password": "four owls in a tree"}, 422, "password"),
    ],
)
async def test_a_bad_user_is_refused_whole(
    stack: Stack, body: Any, status: int, field: str
) -> None:
    assert (await call(stack, "POST", "/api/users", {"name": "Ada"})).status_code == 201
    answer = await call(stack, "POST", "/api/users", body)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert await stack.value("select count(*) from users") == 1


async def test_one_administrator_stays(stack: Stack) -> None:
    made = [
        (await call(stack, "POST", "/api/users", {"name": name, "is_admin": True})).json()
        for name in ("ada", "bob")
    ]
    for one in made:
        assert (await use(stack, one["link"])).status_code == 200
    first, second = [f"/api/users/{one['user']['user_id']}" for one in made]
    assert (await call(stack, "PATCH", first, {"is_admin": False})).status_code == 200
    for method, body in (
        ("DELETE", None),
        ("PATCH", {"is_admin": False}),
        ("PATCH", {"disabled": True}),
    ):
        answer = await call(stack, method, second, body)
        assert (answer.status_code, answer.json()["error"]) == (409, "conflict"), (method, body)
    assert (await call(stack, "DELETE", first)).status_code == 204
    assert (await call(stack, "DELETE", second)).status_code == 204


async def test_an_administrator_who_never_came_may_go(stack: Stack) -> None:
    await call(stack, "POST", "/api/users", {"name": "ada"})
    made = await call(stack, "POST", "/api/users", {"name": "bob", "is_admin": True})
    path = f"/api/users/{made.json()['user']['user_id']}"
    assert (await call(stack, "DELETE", path)).status_code == 204


async def test_two_administrators_cannot_both_resign_at_once(stack: Stack) -> None:
    ids = []
    for name in ("ada", "bob"):
        async with transaction(stack.pool) as connection:
            user = await users.add_user(connection, name, is_admin=True, password_hash="x")
            ids.append(user.user_id)

    async def resign(user_id: int) -> bool:
        try:
            async with transaction(stack.pool) as connection:
                await users.change_user(connection, user_id, UserChange(is_admin=False))
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*map(resign, ids))) == [False, True]


async def test_an_owner_invites_to_the_own_site(stack: Stack) -> None:
    await add_site(stack, "shop")
    await add_site(stack, "blog")
    key = await owner_key(stack, "shop")
    path = "/api/sites/shop/users"
    invited = (await call(stack, "PUT", path, {"name": "Ada", "role": "viewer"}, key)).json()
    assert (invited["role"], invited["has_password"]) == ("viewer", False)
    signed_in = await use(stack, invited["link"])
    assert (signed_in.json()["everywhere"], signed_in.json()["sites"]) == (
        None,
        {"shop": "viewer"},
    )
    # Of an account that is there already an owner learns no link, and no other site.
    await call(stack, "PUT", "/api/sites/blog/users", {"name": "ada", "role": "owner"})
    again = await call(stack, "PUT", path, {"name": "ADA", "role": "editor"}, key)
    assert again.json() == {
        "user_id": invited["user_id"],
        "name": "Ada",
        "role": "editor",
        "has_password": True,
        "link": None,
    }
    listed = (await call(stack, "GET", path, key=key)).json()["users"]
    assert [(one["name"], one["role"]) for one in listed] == [("Ada", "editor")]
    gone = f"{path}/{invited['user_id']}"
    assert (await call(stack, "DELETE", gone, key=key)).status_code == 204
    assert (await call(stack, "DELETE", gone, key=key)).status_code == 404
    [user] = (await call(stack, "GET", "/api/users")).json()["users"]
    assert user["roles"] == {"blog": "owner"}


async def test_a_link_from_before_gives_nothing_that_came_after(stack: Stack) -> None:
    """The owner of one site made the account, and may have kept its link; then another gives it more."""
    await add_site(stack, "shop")
    await add_site(stack, "blog")
    body = {"name": "ada", "role": "viewer"}
    first = (await call(stack, "PUT", "/api/sites/shop/users", body)).json()
    second = (await call(stack, "PUT", "/api/sites/blog/users", body)).json()
    assert second["link"] is None
    assert (await use(stack, first["link"])).status_code == 404
    made = await call(stack, "POST", f"/api/users/{first['user_id']}/link")
    assert (await use(stack, made.json()["link"])).status_code == 200


async def test_roles_end_with_their_site(stack: Stack) -> None:
    await add_site(stack, "shop")
    await call(stack, "POST", "/api/users", {"name": "ada", "roles": {"shop": "owner"}})
    assert (await call(stack, "DELETE", "/api/sites/shop")).status_code == 200
    await add_site(stack, "shop")
    [user] = (await call(stack, "GET", "/api/users")).json()["users"]
    assert user["roles"] == {}


@pytest.mark.parametrize("setting", ["keep_events_days", "keep_details_days"])
async def test_what_removes_events_is_the_owners_to_set(stack: Stack, setting: str) -> None:
    await add_site(stack, "shop")
    statuses = {}
    for role in ("editor", "owner"):
        body = {"name": role, "roles": {"shop": role}}
        link = (await call(stack, "POST", "/api/users", body)).json()["link"]
        csrf = (await use(stack, link)).json()["csrf"]
        for patch in ({setting: 30}, {"respect_dnt": False}):
            answer = await stack.client.patch(
                "/api/sites/shop", json={"settings": patch}, headers={"X-CSRF-Token": csrf}
            )
            statuses[role, next(iter(patch))] = answer.status_code
    assert statuses == {
        ("editor", setting): 403,
        ("editor", "respect_dnt"): 200,
        ("owner", setting): 200,
        ("owner", "respect_dnt"): 200,
    }


@pytest.mark.parametrize("user_id", ["0", "-1", "9223372036854775808", "ada"])
async def test_a_number_that_is_nobodys(stack: Stack, user_id: str) -> None:
    answer = await call(stack, "PATCH", f"/api/users/{user_id}", {})
    assert answer.status_code == 422
    assert (await call(stack, "PATCH", "/api/users/77", {})).status_code == 404
