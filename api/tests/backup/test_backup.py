"""Backup and restore: everything comes back equal, anywhere, and what follows counts on; or nothing changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from conftest import TOKEN, Stack, alembic_config
from elsewhere import (
    app_on,
    back_up,
    contents,
    footfall,
    fresh_url,
    live,
    other_server,
    put_back,
    unchanged,
)
from postgres_server import PostgresServer

from build import intake_of, pageview
from footfall.backup.archive import opened_for_reading
from footfall.backup.take import LEFT_OUT
from footfall.eventlog.drain import drain
from footfall.eventlog.spool import Spool
from footfall.site import SiteDirectory
from footfall.verify.run import Scope, verify


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[PostgresServer]:
    with other_server() as server:
        yield server


async def test_everything_comes_back_equal_in_another_cluster_and_counts_on(
    stack: Stack, tmp_path: Path, elsewhere: PostgresServer
) -> None:
    await live(stack, tmp_path / "own")
    before = await contents(stack.database_url)
    assert all(rows for rows, _ in before.values()), before
    file = await back_up(stack, tmp_path / "b.zip")
    url = await fresh_url(elsewhere)
    await put_back(url, file, stack)
    after = await contents(url)
    assert unchanged(after) == unchanged(before)
    assert after["audit_log"][0] == before["audit_log"][0] + 1
    assert {name: after[name][0] for name in LEFT_OUT} == dict.fromkeys(LEFT_OUT, 0)
    async with app_on(url, stack.clock, tmp_path / "spool") as restored:
        newest: int = await stack.value("select max(id) from events_log")
        # What a tracker sends again is known, on the day and for a week; what is new counts on.
        again = [pageview("/odd", 1, eventId="last"), pageview("/new", 5, eventId="new")]
        assert (await restored.send(*again))["duplicates"] == 1
        assert await restored.value("select min(id) from events_log where path = '/new'") > newest
        stack.clock.advance(days=5)
        await restored.send(pageview("/not-derived-yet", 4, eventId="last"))
        assert await restored.derive() == 3
        assert (
            await restored.value("select count(*) from pageviews where path like '/not-derived%'")
            == 1
        )
        # The erased visitor's events do not come back either.
        await restored.send(pageview("/jane", 2, visitorId="jane", sessionId="jane"))
        assert (
            await restored.value("select count(*) from events_log where visitor_id = 'jane'") == 0
        )
        assert (await verify(restored.pool, Scope())).differences == []
        answer = await restored.client.get(
            "/api/ledger?hours=744", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.json()["balanced"]
        await restored.rows(
            "insert into dead_letters (received_at, stage, reason, payload) values (now(), 'collect', 'r', '{}')"
        )
        for table in ("events_log", "dead_letters", "audit_log", "daily_site_metrics"):
            assert await restored.value(f"select count(*) = count(distinct id) from {table}"), table


async def test_salts_of_the_database_stay_and_old_ones_do_not_come_back(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.send(pageview(visitorId=None))
    file = await back_up(stack, tmp_path / "b.zip")
    today = stack.clock.now.date()
    await stack.rows(
        "insert into visitor_salts values ($1, ''), ($2, '')",
        today - timedelta(days=1),
        today - timedelta(days=2),
    )
    salts = "select salt_date, salt from visitor_salts order by 1 desc limit 2"
    before = await stack.rows(salts)
    await put_back(stack.database_url, file, stack, replace=True)
    assert await stack.rows("select salt_date, salt from visitor_salts order by 1 desc") == before
    # A visitor without an id is who they were a moment ago.
    await stack.send(pageview("/b", visitorId=None))
    assert await stack.value("select count(distinct visitor_id) from events_log") == 1


async def test_a_backup_while_events_come_in_is_of_one_moment(
    stack: Stack, tmp_path: Path, elsewhere: PostgresServer
) -> None:
    await stack.send(*(pageview(f"/{n}", n / 10) for n in range(80)))
    done = asyncio.Event()

    async def collect() -> int:
        number = 0
        while not done.is_set():
            await stack.send(
                *(pageview(f"/{n}", n / 10, eventId=f"{number}-{n}") for n in range(20))
            )
            number += 1
        return number

    async def derive() -> None:
        while not done.is_set():
            await stack.derive()
            await asyncio.sleep(0)

    collecting, deriving = asyncio.create_task(collect()), asyncio.create_task(derive())
    files = [await back_up(stack, tmp_path / f"{n}.zip") for n in range(3)]
    done.set()
    assert await collecting > 1
    await deriving
    for file in files[1:]:
        with opened_for_reading(file) as reader:
            events = reader.manifest.rows_of("events_log")
        assert events < await stack.value("select count(*) from events_log")
        url = await fresh_url(elsewhere)
        await put_back(url, file, stack)
        async with app_on(url, stack.clock, tmp_path / "spool") as restored:
            assert await restored.value("select count(*) from events_log") == events
            stored = "select sum(event_count) from ingest_ledger where outcome = 'stored'"
            assert await restored.value(stored) == events
            assert await restored.value("select row_count from log_counts") == events
            assert await restored.value(
                "select max(last_id) from log_days"
            ) == await restored.value("select max(id) from events_log")
            await restored.derive()
            assert (await verify(restored.pool, Scope())).differences == []
            await restored.send(pageview("/after", eventId="after"))
            await restored.derive()
            assert await restored.value("select count(*) from pageviews where path = '/after'") == 1


async def test_an_app_that_runs_while_its_database_is_replaced_goes_on(
    stack: Stack, tmp_path: Path
) -> None:
    """Its queries were planned for tables that are gone; what it cannot store at once waits on disk."""
    await stack.send(pageview("/before"))
    await stack.derive()
    file = await back_up(stack, tmp_path / "b.zip")
    sent: list[str] = ["/before"]
    done = asyncio.Event()

    async def collect() -> None:
        while not done.is_set():
            path = f"/{len(sent)}"
            await stack.send(pageview(path, eventId=path))
            sent.append(path)

    collecting = asyncio.create_task(collect())
    await put_back(stack.database_url, file, stack, replace=True)
    restored_at = len(sent)
    while len(sent) < restored_at + 20:
        await asyncio.sleep(0)
    done.set()
    await collecting
    await drained(stack, tmp_path / "spool")
    await stack.derive()
    paths = {row["path"] for row in await stack.rows("select path from pageviews")}
    assert set(sent[restored_at + 1 :]) <= paths
    assert (await verify(stack.pool, Scope())).differences == []


async def drained(stack: Stack, folder: Path) -> int:
    """How many events came in from disk."""
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    total = 0
    while moved := await drain(stack.pool, folder, sites, stack.clock.now):
        total += moved
    return total


async def test_what_waits_on_disk_comes_in_after_a_restore_and_once(
    stack: Stack, tmp_path: Path
) -> None:
    """Read before the backup, after it, and not yet: the restored positions know the first only."""
    folder = tmp_path / "waiting"
    writer = Spool(folder, 10**7)
    for path in ("/one", "/two"):
        writer.write([intake_of(pageview(path, eventId=path), received_at=stack.clock.now)])
        await drained(stack, folder)
        if path == "/one":
            file = await back_up(stack, tmp_path / "b.zip")
    writer.write([intake_of(pageview("/three", eventId="/three"), received_at=stack.clock.now)])
    writer.close()
    await put_back(stack.database_url, file, stack, replace=True)
    assert await drained(stack, folder) == 2
    rows = await stack.rows("select path, count(*) as n from events_log group by 1 order by 1")
    assert [tuple(row.values()) for row in rows] == [("/one", 1), ("/three", 1), ("/two", 1)]
    outcomes = await stack.rows(
        "select outcome, sum(event_count)::int as n from ingest_ledger group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in outcomes] == [("received", 3), ("stored", 3)]


async def test_what_was_erased_since_stays_erased_and_the_audit_log_is_kept(
    stack: Stack, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    await stack.send(
        pageview("/a", visitorId="jane", sessionId="j"),
        pageview("/b", visitorId="john", sessionId="o"),
    )
    await stack.derive()
    # The command lives by the machine's clock.
    file = tmp_path / "b.zip"
    taken = await footfall(stack.database_url, folder, "backup", str(file))
    assert taken.exit_code == 0, taken.output
    gone = await footfall(
        stack.database_url, folder, "privacy", "erase", "jane", "--site", "shop", "--yes"
    )
    assert gone.exit_code == 0, gone.output
    for _ in range(2):
        done = await footfall(
            stack.database_url, folder, "restore", str(file), "--replace", "--yes"
        )
        assert "Erased again what 1 visitors had erased since." in done.stderr
    for table in ("events_log", "user_sessions", "pageviews", "visitor_days"):
        rows = await stack.rows(f"select distinct visitor_id from {table}")
        assert rows == [{"visitor_id": "john"}], table
    assert (await verify(stack.pool, Scope())).differences == []
    actions = [
        r["action"] for r in await stack.rows("select action from audit_log order by at, id")
    ]
    assert actions == ["visitor.erase", "restore", "visitor.erase", "restore", "visitor.erase"]
    assert await stack.value("select count(*) from erasures where finished_at is null") == 0


async def test_a_site_that_was_reset_by_mistake_comes_back(stack: Stack, tmp_path: Path) -> None:
    await stack.send(pageview("/a"), pageview("/b", 1))
    await stack.derive()
    file = await back_up(stack, tmp_path / "b.zip")
    before = unchanged(await contents(stack.database_url))
    stack.clock.advance(minutes=1)
    url, folder = stack.database_url, tmp_path / "own"
    assert (await footfall(url, folder, "site", "reset", "shop", "--yes")).exit_code == 0
    assert await stack.value("select count(*) from events_log") == 0
    await put_back(url, file, stack, replace=True)
    assert unchanged(await contents(url)) == before
    assert await stack.value("select count(*) from erasures") == 0


async def test_an_older_schema_is_backed_up_restored_and_migrated(
    stack: Stack, tmp_path: Path, elsewhere: PostgresServer
) -> None:
    await live(stack, tmp_path / "own")
    config = alembic_config(stack.database_url)
    # As a release with that schema derived them.
    await stack.rows("update user_events set page_url = null where url_inferred")
    await stack.rows(
        "update form_submissions f set page_url = null from user_events u where u.url_inferred and u.id = f.id"
    )
    await asyncio.to_thread(command.downgrade, config, "0003")
    file = await back_up(stack, tmp_path / "b.zip")
    with opened_for_reading(file) as reader:
        assert reader.manifest.revision == "0003"
        assert reader.manifest.rows_of("log_days") == 0
    await asyncio.to_thread(command.upgrade, config, "head")
    before = await contents(stack.database_url)
    # In the place of a database that is as old, too.
    await asyncio.to_thread(command.downgrade, config, "0003")
    await put_back(stack.database_url, file, stack, replace=True)
    assert unchanged(await contents(stack.database_url)) == unchanged(before)
    url = await fresh_url(elsewhere)
    await put_back(url, file, stack)
    assert unchanged(await contents(url)) == unchanged(before)
    async with app_on(url, stack.clock, tmp_path / "spool") as restored:
        await restored.send(pageview("/after", 6))
        assert await restored.derive() == 2
        assert (await verify(restored.pool, Scope())).differences == []
