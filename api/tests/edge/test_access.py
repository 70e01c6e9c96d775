"""Every route of the app, walked: strangers get nowhere, and what is of one site reaches no other site's people."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from access_table import DAY, ROUTES, Row
from asgi_lifespan import LifespanManager
from conftest import TOKEN, Clock, settings_for

from build import pageview
from footfall import worker
from footfall.admin import keys, logins, users
from footfall.admin.users import Role
from footfall.app import App
from footfall.database import Pool, transaction
from footfall.edge.hub import Pace

A: Final = "alpha"
B: Final = "beta"
SECRET: Final = "kept-secret"
ROLES: Final = ("viewer", "editor", "owner", "administrator")
# Who has a role at alpha and none at beta, by the least that shows it.
OF_A: Final = ("viewer", "editor", "owner", "read key", "admin key")
RANK: Final = {
    "viewer": "viewer",
    "read key": "viewer",
    "read key for all": "viewer",
    "editor": "editor",
    "owner": "owner",
    "admin key": "owner",
    "administrator": "administrator",
    "admin key for all": "administrator",
    "token": "administrator",
}
STRANGERS: Final = (
    "nobody",
    "wrong token",
    "wrong key",
    "another scheme",
    "revoked key",
    "made-up cookie",
    "cookie of https",
    "signed out",
    "expired",
    "idle",
    "disabled",
    "removed",
)


@dataclass
class World:
    """The app over two sites, each with an event, a key and a user; and who may ask, by their headers."""

    app: App
    asgi: Any
    client: httpx.AsyncClient
    pool: Pool
    clock: Clock
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    async def ask(self, who: str, route: str, site: str) -> httpx.Response:
        """The row's own good request."""
        method, path, row = self.request(route, site)
        body = None if row.body is None else row.body(site)
        return await self.client.request(
            method, path, params=row.query(site), json=body, headers=self.headers[who]
        )

    async def ask_without_body(self, headers: dict[str, str], route: str) -> int:
        """The status of a request whose body, if anybody looks at it, fails the test."""
        method, path, _ = self.request(route, A)
        told: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            raise AssertionError(f"{route} looked at the body")

        async def send(message: dict[str, Any]) -> None:
            told.append(message)

        names = {"host": "footfall.test", "content-type": "application/json", **headers}
        await self.asgi(
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": method,
                "scheme": "http",
                "path": path,
                "raw_path": path.encode(),
                "query_string": b"",
                "headers": [(n.lower().encode(), v.encode()) for n, v in names.items()],
                "client": ("127.0.0.1", 5),
                "server": ("footfall.test", 80),
            },
            receive,
            send,
        )
        status: int = told[0]["status"]
        return status

    def request(self, route: str, site: str) -> tuple[str, str, Row]:
        method, _, path = route.partition(" ")
        for name, value in self.ids[site].items():
            path = path.replace("{" + name + "}", value)
        return method, path.replace("{site_id:path}", site), ROUTES[route]

    async def everything(self) -> str:
        """What a refused request must leave as it was."""
        async with self.pool.acquire() as connection:
            return json.dumps(
                [
                    sorted(str(dict(row)) for row in await connection.fetch(f"select {what}"))
                    for what in (
                        "* from sites",
                        "key_id, scope, site_id, revoked_at from api_keys",
                        "* from users",
                        "* from user_sites",
                        "* from user_links",
                        "* from erasures",
                        "* from audit_log",
                        "* from pageviews",
                    )
                ]
            )


@pytest.fixture
async def world(database_url: str, pool: Pool, clock: Clock) -> AsyncIterator[World]:
    # A stream that ends at once, so that it is an answer like the others.
    settings = settings_for(database_url, site_registration="closed")
    app = App(settings, clock, Pace(lifetime_s=0))
    async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://footfall.test"
        ) as client:
            world = World(app, manager.app, client, pool, clock)
            await fill(world)
            yield world


async def fill(world: World) -> None:
    world.headers["token"] = bearer(TOKEN)
    for site in (A, B):
        made = {"site_id": site}
        assert (
            await world.client.post("/api/sites", json=made, headers=bearer(TOKEN))
        ).status_code == 201
        event = pageview(f"/{SECRET}", siteId=site, visitorId=f"{SECRET}-visitor")
        assert (await world.client.post("/collect", json=event)).status_code == 202
        async with transaction(world.pool) as connection:
            key, _ = await keys.create_key(connection, "read", site, f"{SECRET} of {site}")
            user = await users.add_user(connection, f"{SECRET} of {site}", roles={site: "viewer"})
        world.ids[site] = {
            "site_id": site,
            "key_id": key.key_id,
            "user_id": str(user.user_id),
        }
    await worker.catch_up(world.pool)
    for site in (A, B):
        days = {"site_id": site, "start_date": DAY, "end_date": DAY, "include_bots": True}
        answer = await world.client.post("/api/sessions", json=days, headers=bearer(TOKEN))
        [session] = answer.json()["sessions"]
        world.ids[site]["session"] = session["id"]
    for name, scope, key_site in (
        ("read key", "read", A),
        ("admin key", "admin", A),
        ("ingest key", "ingest", A),
        ("revoked key", "read", A),
        ("read key for all", "read", None),
        ("admin key for all", "admin", None),
    ):
        async with transaction(world.pool) as connection:
            key, text = await keys.create_key(connection, scope, key_site, name)  # type: ignore[arg-type]
            if name == "revoked key":
                await keys.revoke_key(connection, key.key_id, world.clock())
        world.headers[name] = bearer(text)
    roles: dict[str, dict[str, Role]] = {
        "viewer": {A: "viewer"},
        "editor": {A: "editor"},
        "owner": {A: "owner"},
        "mixed": {A: "owner", B: "viewer"},
        "without a site": {},
        "administrator": {},
    }
    for name, of_site in roles.items():
        world.headers[name] = await sign_in(world, name, of_site)


async def sign_in(
    world: World, name: str, roles: dict[str, Role], ago: timedelta = timedelta()
) -> dict[str, str]:
    """The headers of the dashboard in somebody's browser."""
    async with transaction(world.pool) as connection:
        is_admin = name == "administrator"
        user = await users.add_user(connection, name, is_admin=is_admin, roles=roles)
        cookie, login = await logins.open_login(connection, user, world.clock() - ago)
    return {
        "Cookie": f"footfall_login={cookie}",
        "X-CSRF-Token": login.csrf,
        "Origin": "http://footfall.test",
    }


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def add_strangers(world: World) -> None:
    """Those who are nobody, or no longer."""
    headers = world.headers
    headers["nobody"] = {}
    headers["wrong token"] = bearer("wrong")
    headers["wrong key"] = bearer("ff_wrong")
    headers["another scheme"] = {"Authorization": f"Basic {TOKEN}"}
    headers["made-up cookie"] = {"Cookie": "footfall_login=made-up"}
    # Only https has the name with the prefix, so that nobody can plant a cookie under the other.
    over_http = dict(headers["viewer"])
    over_http["Cookie"] = over_http["Cookie"].replace("footfall_login", "__Host-footfall_login")
    headers["cookie of https"] = over_http
    for name, ago in (("expired", logins.LIFE), ("idle", logins.IDLE)):
        headers[name] = await sign_in(world, name, {A: "owner"}, ago)
    if_used = "update logins set last_used_at = $1 where expires_at <= $1"
    async with world.pool.acquire() as connection:
        await connection.execute(if_used, world.clock())
    for name in ("signed out", "disabled", "removed"):
        headers[name] = await sign_in(world, name, {A: "owner"})
    answer = await world.client.delete("/api/session", headers=headers["signed out"])
    assert answer.status_code == 204
    async with transaction(world.pool) as connection:
        # Not by change_user(), which ends the login, too.
        await connection.execute("update users set disabled_at = now() where name = 'disabled'")
        gone = await users.find_user(connection, "removed")
        await users.remove_user(connection, gone.user_id)


PROTECTED: Final = [route for route, row in ROUTES.items() if row.need != "public"]
CHANGING: Final = [route for route in PROTECTED if not route.startswith("GET ")]
# What ends things comes last, in an order that lets one world serve all.
LAST: Final = [
    "DELETE /api/keys/{key_id}",
    "DELETE /api/sites/{site_id}/users/{user_id}",
    "DELETE /api/users/{user_id}",
    "DELETE /api/sites/{site_id}/secret",
    "DELETE /api/sites/{site_id}",
]
IN_ORDER: Final = [
    *(route for route in PROTECTED if route not in LAST and ROUTES[route].need != "self"),
    *LAST,
]


def names_of(routes: Any) -> Iterator[str]:
    """METHOD and path of every route, those of included routers, too."""
    for route in routes:
        if hasattr(route, "original_router"):
            assert route.include_context.prefix == ""
            yield from names_of(route.original_router.routes)
        else:
            # What has no methods, such as a mount, is in no row, and so fails.
            for method in getattr(route, "methods", None) or [type(route).__name__]:
                yield f"{method} {route.path}"


async def test_every_route_has_a_row(world: World) -> None:
    found = set(names_of(world.app.api.routes))
    # Starlette answers HEAD by GET's own function, in its own routes.
    found -= {"HEAD /openapi.json", "HEAD /docs", "HEAD /docs/oauth2-redirect", "HEAD /redoc"}
    assert found | {"POST /e"} == set(ROUTES)
    public = {route.split()[1] for route, row in ROUTES.items() if row.need == "public"}
    assert world.app._endpoints.keys() <= public
    document = (await world.client.get("/openapi.json")).json()
    told = {f"{m.upper()} {p}" for p, item in document["paths"].items() for m in item}
    assert {route.replace(":path", "") for route in found} >= told
    assert len(told) > 40
    for route, row in ROUTES.items():
        method, _, path = route.partition(" ")
        if row.need != "public":
            operation = document["paths"][path][method.lower()]
            assert operation["security"], route
            assert row.need == "when closed" or {"401", "403"} <= operation["responses"].keys()


async def test_strangers_are_refused_before_their_body_is_looked_at(world: World) -> None:
    await add_strangers(world)
    for who in STRANGERS:
        for route in PROTECTED:
            status = await world.ask_without_body(world.headers[who], route)
            assert status == 401, (who, route)


async def test_an_ingest_key_is_refused_before_its_body_is_looked_at(world: World) -> None:
    for route in PROTECTED:
        status = await world.ask_without_body(world.headers["ingest key"], route)
        assert status == 403, route


@pytest.mark.parametrize("who", list(RANK))
async def test_each_role_may_do_at_its_site_what_the_table_says(world: World, who: str) -> None:
    for route in IN_ORDER:
        need = ROUTES[route].need
        least = {"anyone": "viewer", "when closed": "administrator"}.get(need, need)
        may = ROLES.index(RANK[who]) >= ROLES.index(least)
        before = None if may else await world.everything()
        answer = await world.ask(who, route, A)
        if may:
            assert answer.is_success, (who, route, answer.text)
        else:
            assert answer.status_code == 403, (who, route, answer.text)
            assert await world.everything() == before, (who, route)


@pytest.mark.parametrize("who", [*OF_A, "mixed", "without a site"])
async def test_nobody_of_one_site_reaches_another(world: World, who: str) -> None:
    before = await world.everything()
    for route in PROTECTED:
        row = ROUTES[route]
        if row.need in ("anyone", "self"):
            continue
        answer = await world.ask(who, route, B)
        if who == "mixed" and row.need == "viewer":
            assert answer.is_success, (route, answer.text)
            continue
        if who in ("owner", "admin key", "mixed") and route == "GET /api/keys":
            assert {key["site_id"] for key in answer.json()["keys"]} == {A}
            continue
        assert answer.status_code in (403, 404), (who, route, answer.text)
        assert SECRET not in answer.text, (who, route)
    assert await world.everything() == before


@pytest.mark.parametrize("who", [*OF_A, "without a site"])
async def test_no_list_shows_another_site(world: World, who: str) -> None:
    for path in ("/api/sites", "/api/keys", "/api/ledger", "/api/session", "/api/ledger?site_id="):
        answer = await world.client.get(path, headers=world.headers[who])
        assert B not in answer.text, (who, path)
        assert f"{SECRET} of {B}" not in answer.text, (who, path)
    sites = (await world.client.get("/api/sites", headers=world.headers[who])).json()["sites"]
    assert [site["site_id"] for site in sites] == ([] if who == "without a site" else [A])
    answer = await world.client.get(f"/api/sites/{A}/users", headers=world.headers[who])
    assert B not in answer.text


async def test_a_site_that_is_not_there_is_refused_as_another_ones_is(world: World) -> None:
    for route in PROTECTED:
        if ROUTES[route].names_site and "{key_id}" not in route:
            world.ids["gamma"] = {**world.ids[B], "site_id": "gamma"}
            told = [await world.ask("owner", route, site) for site in (B, "gamma")]
            assert told[0].json() == told[1].json(), route


async def test_a_cookie_alone_changes_nothing(world: World) -> None:
    """Another page can make a browser send the cookie, but neither knows the token nor hides where it is from."""
    good = world.headers["administrator"]
    foreign = [
        {"Cookie": good["Cookie"]},
        {**good, "X-CSRF-Token": ""},
        {**good, "X-CSRF-Token": world.headers["owner"]["X-CSRF-Token"]},
        {**good, "Origin": "https://evil.example"},
        {**good, "Origin": "http://footfall.test:8080"},
        {**good, "Origin": "null"},
        {**good, "Sec-Fetch-Site": "cross-site"},
        {**good, "Sec-Fetch-Site": "same-site"},
    ]
    before = await world.everything()
    for headers in foreign:
        for route in CHANGING:
            assert await world.ask_without_body(headers, route) == 403, (route, headers)
    assert await world.everything() == before
    answer = await world.client.get("/api/session", headers={"Cookie": good["Cookie"]})
    assert answer.json()["csrf"] == good["X-CSRF-Token"]


async def test_a_token_goes_before_a_cookie(world: World) -> None:
    cookie = {"Cookie": world.headers["administrator"]["Cookie"]}
    wrong = await world.client.get("/api/users", headers={**cookie, **bearer("wrong")})
    assert wrong.status_code == 401
    read = {**cookie, **world.headers["read key"]}
    assert (await world.client.get("/api/users", headers=read)).status_code == 403
