"""Signing in and out, passwords and links: what is answered, what is kept, and what strangers cannot learn."""

from __future__ import annotations

import asyncio
from http.cookiejar import DefaultCookiePolicy
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from conftest import TOKEN, Stack

from footfall import worker
from footfall.admin import links, logins, passwords, users
from footfall.admin.users import Role
from footfall.database import transaction
from footfall.edge import attempts
from footfall.edge.attempts import ADDRESS_LIMIT, Attempts
from footfall.errors import TooMany

PASSWORD = "four owls in a tree"
OTHER = "five owls in a tree"
HASH = passwords.hash_password(PASSWORD)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def add(stack: Stack, name: str, *, is_admin: bool = False, **roles: Role) -> users.User:
    async with transaction(stack.pool) as connection:
        for site_id in roles:
            await connection.execute(
                "insert into sites (site_id) values ($1) on conflict do nothing", site_id
            )
        return await users.add_user(
            connection, name, is_admin=is_admin, roles=roles, password_hash=HASH
        )


async def sign_in(
    stack: Stack, name: str, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stack.client.post(
        "/api/session", json={"name": name, "password": password}, headers=names
    )


def cookie_of(answer: httpx.Response) -> Any:
    """The one cookie that an answer sets, with its attributes."""
    [header] = answer.headers.get_list("set-cookie")
    [cookie] = SimpleCookie(header).values()
    return cookie


def as_browser(answer: httpx.Response) -> dict[str, str]:
    """The headers by which the browser that got this answer goes on."""
    cookie = cookie_of(answer)
    return {"Cookie": f"{cookie.key}={cookie.value}", "X-CSRF-Token": answer.json()["csrf"]}


async def audit(stack: Stack) -> list[tuple[str, str, str | None]]:
    rows = await stack.rows("select actor, action, target from audit_log order by id")
    return [(row["actor"], row["action"], row["target"]) for row in rows]


@pytest.fixture(autouse=True)
def _no_jar(stack: Stack) -> None:
    """Cookies go where a test says, not where httpx would."""
    stack.client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))


async def test_a_right_password_signs_in_whatever_the_case_of_the_name(stack: Stack) -> None:
    await add(stack, "Ada@Example.org", shop="viewer")
    answer = await sign_in(stack, " ada@example.ORG ")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    document = answer.json()
    assert document == {
        "kind": "user",
        "name": "Ada@Example.org",
        "everywhere": None,
        "sites": {"shop": "viewer"},
        "csrf": document["csrf"],
        "expires_at": "2026-04-09T14:00:00Z",
    }
    again = await stack.client.get("/api/session", headers=as_browser(answer))
    assert again.json() == document
    kept = await stack.rows("select * from logins")
    cookie = cookie_of(answer).value
    assert cookie not in str(kept)
    assert document["csrf"] not in str(kept)
    assert ("user:Ada@Example.org", "user.sign_in", None) in await audit(stack)


@pytest.mark.parametrize(
    ("headers", "settings_overrides", "name"),
    [
        ({}, {}, "footfall_login"),
        ({"X_Forwarded_Proto": "https"}, {}, "__Host-footfall_login"),
        ({}, {"public_url": "https://footfall.test"}, "__Host-footfall_login"),
        ({}, {"public_url": "https://elsewhere.test"}, "footfall_login"),
    ],
)
async def test_the_cookie_is_the_browsers_alone(
    stack: Stack, headers: dict[str, str], settings_overrides: dict[str, Any], name: str
) -> None:
    await add(stack, "ada")
    cookie = cookie_of(await sign_in(stack, "ada", **headers))
    assert cookie.key == name
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == str(30 * 24 * 3600)
    assert bool(cookie["secure"]) == name.startswith("__Host-")
    assert len(cookie.value) >= 43


@pytest.mark.parametrize("how", ["wrong", "unknown", "disabled", "without a password", "odd"])
async def test_a_wrong_sign_in_tells_nothing(stack: Stack, how: str) -> None:
    await add(stack, "ada")
    name, password = "ada", PASSWORD
    if how == "wrong":
        password = PASSWORD + "!"
    elif how == "unknown":
        name = "eve"
    elif how == "odd":
        name = "ada\x00"
    elif how == "disabled":
        await stack.rows("update users set disabled_at = now()")
    else:
        await stack.rows("update users set password_hash = null")
    answer = await sign_in(stack, name, password)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "unauthorized",
        "detail": "The name or the password is wrong.",
    }
    assert "set-cookie" not in answer.headers
    assert await stack.value("select count(*) from logins") == 0
    assert [action for _, action, _ in await audit(stack)] == ["user.add"]


async def test_nobodys_password_costs_what_anybodys_does() -> None:
    """Same parameters, so the same memory and time; a clock would tell the machine's load."""
    assert passwords.NOBODYS.split("$")[:4] == HASH.split("$")[:4]
    assert not passwords.is_outdated(passwords.NOBODYS)
    assert passwords.verify_password(None, "") is False


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(stack: Stack) -> None:
    await add(stack, "ada")
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    await stack.rows("update users set password_hash = $1", weak)
    assert (await sign_in(stack, "ada")).status_code == 200
    kept = await stack.value("select password_hash from users")
    assert kept != weak
    assert not passwords.is_outdated(kept)
    assert (await sign_in(stack, "ada")).status_code == 200


async def test_each_sign_in_is_a_cookie_of_its_own_and_ends_the_one_it_came_with(
    stack: Stack,
) -> None:
    await add(stack, "ada")
    first, second = [as_browser(await sign_in(stack, "ada")) for _ in range(2)]
    assert first["Cookie"] != second["Cookie"]
    assert first["X-CSRF-Token"] != second["X-CSRF-Token"]
    third = as_browser(await sign_in(stack, "ada", Cookie=first["Cookie"]))
    statuses = [
        (await stack.client.get("/api/session", headers=browser)).status_code
        for browser in (first, second, third)
    ]
    assert statuses == [401, 200, 200]


async def test_signing_out_ends_one_browser(stack: Stack) -> None:
    await add(stack, "ada")
    here, there = [as_browser(await sign_in(stack, "ada")) for _ in range(2)]
    answer = await stack.client.delete("/api/session", headers=here)
    assert answer.status_code == 204
    assert cookie_of(answer)["max-age"] == "0"
    assert (await stack.client.get("/api/session", headers=here)).status_code == 401
    assert (await stack.client.get("/api/session", headers=there)).status_code == 200
    assert ("user:ada", "user.sign_out", None) in await audit(stack)


async def test_a_login_ends_without_use_and_in_any_case(stack: Stack) -> None:
    await add(stack, "ada")
    browser = as_browser(await sign_in(stack, "ada"))
    statuses = []
    for days in (6, 6, 6, 6, 5.9, 0.2):
        stack.clock.advance(days=days)
        statuses.append((await stack.client.get("/api/session", headers=browser)).status_code)
    assert statuses == [200, 200, 200, 200, 200, 401]
    browser = as_browser(await sign_in(stack, "ada"))
    stack.clock.advance(days=7, minutes=1)
    assert (await stack.client.get("/api/session", headers=browser)).status_code == 401


async def test_what_is_over_is_removed(stack: Stack) -> None:
    user = await add(stack, "ada")
    async with transaction(stack.pool) as connection:
        now = stack.clock()
        for _ in range(2):
            await links.make_password_link(connection, user, now)
        await logins.open_login(connection, user, now - logins.IDLE)
        await logins.open_login(connection, user, now)
        await logins.forget_ended(connection, now)
        assert await connection.fetchval("select count(*) from logins") == 1
        assert await connection.fetchval("select count(*) from user_links") == 1
        await logins.forget_ended(connection, now + links.LIFE)
        assert await connection.fetchval("select count(*) from user_links") == 0
    assert logins.forget_ended in [task.work for task in worker.TASKS]


async def test_an_account_has_ten_tries_from_wherever(stack: Stack) -> None:
    await add(stack, "ada")
    answers = [
        await sign_in(stack, "ada", OTHER, X_Forwarded_For=f"203.0.113.{n}") for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    refused = await sign_in(stack, "ada", X_Forwarded_For="198.51.100.1")
    assert refused.status_code == 429
    assert refused.json()["detail"] == (
        "Too many wrong passwords for this account. Try again in 15 minutes."
    )
    assert refused.headers["retry-after"] == "900"
    assert [row for row in await audit(stack) if row[1] != "user.add"] == [
        ("stranger", "user.too_many_tries", "ada")
    ]
    stack.clock.advance(minutes=15)
    assert (await sign_in(stack, "ada")).status_code == 200
    # A right one forgets the wrong ones before it.
    assert [(await sign_in(stack, "ada", OTHER)).status_code for _ in range(3)] == [401] * 3


async def test_many_tries_at_once_are_many(stack: Stack) -> None:
    await add(stack, "ada")
    given = [OTHER] * 14 + [PASSWORD]
    answers = await asyncio.gather(*(sign_in(stack, "ada", password) for password in given))
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 5


def test_an_address_has_thirty_tries_for_whomever(clock: Any) -> None:
    counted = Attempts()
    for number in range(ADDRESS_LIMIT):
        counted.count(f"name {number}", f"2001:db8:0:1::{number:x}", clock())
    with pytest.raises(TooMany, match="from your address"):
        counted.count("another", "2001:db8:0:1:ffff::1", clock())
    counted.count("another", "2001:db8:0:2::1", clock())
    counted.forgive("name 1", "2001:db8:0:1::1")
    counted.count("another", "2001:db8:0:1::1", clock())


def test_what_strangers_make_us_remember_is_bounded(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MAX_REMEMBERED", 50)
    counted = Attempts()
    for number in range(1_000):
        counted.count(f"name {number}", f"10.0.{number // 250}.{number % 250}", clock())
    assert len(counted._counts) == 50


async def test_a_page_of_another_origin_cannot_sign_anybody_in(stack: Stack) -> None:
    await add(stack, "ada")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
    ):
        assert (await sign_in(stack, "ada", **headers)).status_code == 403
    assert (await sign_in(stack, "ada", Origin="http://footfall.test")).status_code == 200


@pytest.mark.parametrize("settings_overrides", [{"public_url": "https://stats.example.org"}])
async def test_the_public_address_is_an_own_one(stack: Stack) -> None:
    """Behind a proxy that does not pass the Host header on."""
    await add(stack, "ada")
    assert (await sign_in(stack, "ada", Origin="https://stats.example.org")).status_code == 200


async def change_password(
    stack: Stack, browser: dict[str, str], current: str, fresh: str
) -> httpx.Response:
    return await stack.client.put(
        "/api/session/password", json={"current": current, "password": fresh}, headers=browser
    )


async def test_a_new_password_signs_every_other_browser_out(stack: Stack) -> None:
    await add(stack, "ada")
    here, there = [as_browser(await sign_in(stack, "ada")) for _ in range(2)]
    answer = await change_password(stack, here, OTHER, OTHER)
    assert (answer.status_code, answer.json()["field"]) == (403, "current")
    answer = await change_password(stack, here, PASSWORD, "short")
    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    answer = await change_password(stack, here, PASSWORD, OTHER)
    assert answer.status_code == 200
    assert (await stack.client.get("/api/session", headers=there)).status_code == 401
    assert (await stack.client.get("/api/session", headers=here)).status_code == 401
    assert (await stack.client.get("/api/session", headers=as_browser(answer))).status_code == 200
    assert (await sign_in(stack, "ada")).status_code == 401
    assert (await sign_in(stack, "ada", OTHER)).status_code == 200
    assert ("user:ada", "user.password", "ada") in await audit(stack)
    answer = await change_password(stack, BEARER, PASSWORD, OTHER)
    assert answer.status_code == 403


async def setup(stack: Stack, link: str, **more: str) -> httpx.Response:
    return await stack.client.post("/api/setup", json={"link": link, "password": PASSWORD, **more})


async def setup_link(stack: Stack) -> str:
    async with transaction(stack.pool) as connection:
        return await links.make_setup_link(connection, stack.clock())


async def test_the_first_administrator_comes_by_a_link_that_works_once(stack: Stack) -> None:
    assert (await stack.client.get("/api/setup")).json() == {"needs_administrator": True}
    older, link = await setup_link(stack), await setup_link(stack)
    told = await stack.client.post("/api/setup/link", json={"link": link})
    assert told.json() == {"purpose": "setup", "name": None}
    assert (await setup(stack, "guessed", name="eve")).status_code == 404
    assert (await setup(stack, older, name="eve")).status_code == 404
    answer = await setup(stack, link, name="")
    assert (answer.status_code, answer.json()["field"]) == (422, "name")
    answer = await setup(stack, link, name="Ada")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["everywhere"]) == ("Ada", "owner")
    everything = await stack.client.get("/api/users", headers=as_browser(answer))
    assert [user["name"] for user in everything.json()["users"]] == ["Ada"]
    assert (await setup(stack, link, name="eve")).status_code == 404
    assert (await stack.client.get("/api/setup")).json() == {"needs_administrator": False}
    assert ("set-up link", "user.add", "Ada") in await audit(stack)


async def test_a_link_that_is_used_twice_at_once_works_once(stack: Stack) -> None:
    link = await setup_link(stack)
    answers = await asyncio.gather(*(setup(stack, link, name=name) for name in ("ada", "eve")))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    assert await stack.value("select count(*) from users") == 1


async def test_a_set_up_link_ends_with_the_first_administrator_and_after_three_days(
    stack: Stack,
) -> None:
    link = await setup_link(stack)
    await add(stack, "viewer", shop="viewer")
    assert (await stack.client.get("/api/setup")).json() == {"needs_administrator": True}
    stack.clock.advance(days=3)
    assert (await setup(stack, link, name="late")).status_code == 404
    link = await setup_link(stack)
    await add(stack, "ada", is_admin=True)
    assert (await setup(stack, link, name="eve")).status_code == 404
    assert await stack.value("select count(*) from users") == 2


async def test_a_link_for_a_password_sets_it_once(stack: Stack) -> None:
    user = await add(stack, "ada", shop="viewer")
    browser = as_browser(await sign_in(stack, "ada"))
    async with transaction(stack.pool) as connection:
        link = await links.make_password_link(connection, user, stack.clock())
    told = await stack.client.post("/api/setup/link", json={"link": link})
    assert told.json() == {"purpose": "password", "name": "ada"}
    assert (await setup(stack, link, name="eve")).status_code == 422
    assert (await sign_in(stack, "ada")).status_code == 200
    answer = await stack.client.post("/api/setup", json={"link": link, "password": OTHER})
    assert (answer.status_code, answer.json()["name"]) == (200, "ada")
    assert (await stack.client.get("/api/session", headers=browser)).status_code == 401
    assert (await sign_in(stack, "ada")).status_code == 401
    assert (await sign_in(stack, "ada", OTHER)).status_code == 200
    assert (await setup(stack, link)).status_code == 404
    assert link not in str(await stack.rows("select * from user_links"))


async def test_a_link_of_a_disabled_account_does_not_work(stack: Stack) -> None:
    user = await add(stack, "ada", shop="viewer")
    async with transaction(stack.pool) as connection:
        link = await links.make_password_link(connection, user, stack.clock())
    await stack.rows("update users set disabled_at = now()")
    assert (await setup(stack, link)).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a", "password": "x" * 1_001}, "password"),
        ({"name": "a" * 255, "password": PASSWORD}, "name"),
        ({"name": "a"}, "password"),
        ({"name": "a", "password": PASSWORD, "more": 1}, "more"),
        ([], "body"),
    ],
)
async def test_a_sign_in_of_another_form_names_the_field(
    stack: Stack, body: Any, field: str
) -> None:
    answer = await stack.client.post("/api/session", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_token_and_a_key_say_what_they_are(stack: Stack) -> None:
    document = (await stack.client.get("/api/session", headers=BEARER)).json()
    assert (document["kind"], document["everywhere"], document["csrf"]) == ("token", "owner", None)
    assert (await stack.client.delete("/api/session", headers=BEARER)).status_code == 204
    assert (await stack.client.get("/api/session", headers=BEARER)).status_code == 200
