"""What a backup is taken of, what is compared, and another server of the other major version to restore to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from asgi_lifespan import LifespanManager
from click.testing import CliRunner, Result
from conftest import Clock, Stack, execute, settings_for
from postgres_server import PostgresServer
from weeks import weeks_of_events

from browsers import BROWSERS
from build import intake_of, pageview
from footfall.admin import privacy
from footfall.app import App
from footfall.backup.archive import opened_for_reading, opened_for_writing
from footfall.backup.restore import restore
from footfall.backup.take import LEFT_OUT, take
from footfall.cli import main
from footfall.database import Pool, open_pool
from footfall.eventlog.spool import Spool
from footfall.site import SiteDirectory
from footfall.tables import metadata

OTHER_MAJOR = {"18": "16", "16": "18"}


@contextmanager
def other_server() -> Iterator[PostgresServer]:
    """With a user who owns the database `elsewhere` and may do little else."""
    server = PostgresServer(OTHER_MAJOR[os.environ.get("TEST_POSTGRES_MAJOR", "18")])
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.destroy()


async def fresh_url(server: PostgresServer) -> str:
    """A new, empty database of another name and owner."""
    await execute(
        server.url("postgres"),
        "drop database if exists elsewhere with (force)",
        "drop role if exists somebody",
        "create role somebody login createrole",
        "create database elsewhere owner somebody",
    )
    return server.url("elsewhere").replace("footfall@", "somebody@")


@asynccontextmanager
async def app_on(url: str, clock: Clock, folder: Path) -> AsyncIterator[Stack]:
    """As the fixture `stack`, on a database of any server."""
    pool: Pool = await open_pool(url, role="test", min_size=1, max_size=4)
    app = App(settings_for(url, spool_dir=folder, max_event_age_days=100), clock)
    async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://footfall.test",
            headers=BROWSERS["Chromium of a plain address"],
        ) as client:
            yield Stack(client, pool, clock, url)
    await pool.close()


# What a restore adds to.
CHANGED = {*LEFT_OUT, "audit_log"}


async def footfall(url: str, folder: Path, *arguments: str, **keywords: Any) -> Result:
    environment = {"DATABASE_URL": url, "FOOTFALL_SPOOL_DIR": str(folder)}
    result = await asyncio.to_thread(
        CliRunner().invoke, main, list(arguments), env=environment, **keywords
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


async def contents(url: str) -> dict[str, tuple[int, str]]:
    """Table to the number of its rows and a sum over them."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    sums = {}
    for name in metadata.tables:
        if await connection.fetchval("select to_regclass($1) is not null", name):
            row = await connection.fetchrow(
                f"select count(*), md5(string_agg(md5(t::text), '' order by md5(t::text))) from {name} t"
            )
            assert row is not None
            sums[name] = (row[0], row[1])
    await connection.close()
    return sums


def unchanged(sums: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    return {name: one for name, one in sums.items() if name not in CHANGED}


async def live(stack: Stack, folder: Path) -> None:
    """A bit of everything: sites, keys, weeks of events, odd text, dead letters, an erasure, a spool half read."""
    await stack.rows(
        "insert into sites (site_id, timezone, hmac_secret) values ('blog', 'Asia/Kathmandu', 's')"
    )
    await stack.rows(
        "insert into api_keys (key_id, key_hash, name, scope, site_id) values ('k', '\\xff00', 'n', 'read', 'blog')"
    )
    await stack.rows("insert into users (name, name_key) values ('Ada', 'ada')")
    await stack.rows("insert into user_sites select user_id, 'blog', 'owner' from users")
    await stack.rows("insert into logins select '', user_id, now(), now(), now() from users")
    await stack.rows("insert into user_links values ('', 'setup', null, now(), now())")
    await stack.rows("insert into secrets values ('dashboard_token', E'a\\\\b\\tc\\nd')")
    await stack.rows("insert into retention_floors values ('gone', '2026-01-01', 5)")
    await stack.rows("insert into site_minutes values ('shop', now(), 1)")
    stack.clock.now = stack.clock.now.replace(hour=23, minute=50)
    events = weeks_of_events(3)
    for first in range(0, len(events), 60):
        await stack.send(*events[first : first + 60])
        await stack.derive()
    odd = "tab\tline\nreturn\rback\\slash \\N \\. ' \" ü 🙂 \u2028 \x7f"
    await stack.send(
        pageview("/odd", 1, title=odd, visitorId="odd", sessionId="odd"),
        {**pageview("/bad"), "eventType": ""},
        pageview("/jane", 2, visitorId="jane", sessionId="jane", eventId="jane"),
        pageview("/night", timestamp=None, visitorId=None, sessionId=None),
    )
    await stack.derive()
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    await privacy.erase(stack.pool, folder, sites, "jane", "shop", stack.clock.now, actor="test")
    writer = Spool(folder, 10**7)
    writer.write([intake_of(pageview("/spooled", 3, eventId="spooled"))])
    await stack.rows("insert into spool_positions values ('another.spool', 77)")
    await stack.send(pageview("/not-derived-yet", 4, eventId="last"))


async def back_up(stack: Stack, path: Path) -> Path:
    with opened_for_writing(path) as file:
        await take(stack.pool, file, stack.clock.now)
    return path


async def put_back(url: str, path: Path, stack: Stack, *, replace: bool = False) -> None:
    with opened_for_reading(path) as reader:
        reader.check()
        await restore(url, reader, stack.clock.now, replace=replace, actor="test")
