"""What is kept no longer goes: whole days or single rows, without an append that waits; sums stay."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner
from conftest import Stack

from build import NOON, click, pageview
from footfall import worker
from footfall.admin import retention
from footfall.cli import main
from footfall.verify.run import Scope, verify

SUMS = ("daily_site_metrics", "visitor_days", "daily_rollups", "hourly_rollups", "rollup_visitors")
DAYS = 14


async def two_weeks(stack: Stack) -> None:
    """Each day two visits at `shop`, one of them over midnight (UTC), and one at `blog`."""
    for day in range(DAYS):
        stack.clock.now = NOON + timedelta(days=day)
        minutes = 1440 * day
        await stack.send(
            pageview("/", minutes - 5, visitorId="v1", sessionId="a", eventId=f"a{day}"),
            click(minutes - 1, visitorId="v1", sessionId="a", eventId=f"b{day}"),
            pageview("/n", minutes - 725, visitorId="v2", sessionId="n", eventId=f"n{day}"),
            pageview("/m", minutes - 715, visitorId="v2", sessionId="n", eventId=f"m{day}"),
            pageview("/x", minutes - 5, visitorId="v3", siteId="blog", eventId=f"x{day}"),
        )
    await stack.derive()


async def keep(stack: Stack, site_id: str, **settings: int) -> None:
    await stack.rows("update sites set settings = $2 where site_id = $1", site_id, settings)


async def sums(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in SUMS:
        rows = await stack.rows(f"select * from {table}")
        for row in rows:
            for name in ("id", "created_at", "updated_at"):
                row.pop(name, None)
        found[table] = sorted(rows, key=str)
    return found


async def days_left(stack: Stack, site_id: str) -> int:
    count: int = await stack.value(
        "select count(distinct received_date) from events_log where site_id = $1", site_id
    )
    return count


async def test_nothing_goes_unless_a_site_wants_it(stack: Stack) -> None:
    await two_weeks(stack)
    removed = await retention.run(stack.pool, stack.clock.now)
    assert (removed.partitions, removed.events, removed.details) == ([], 0, 0)


async def test_a_day_is_dropped_when_no_site_wants_it_and_thinned_before(stack: Stack) -> None:
    await two_weeks(stack)
    before = await sums(stack)
    balance = await stack.rows("select * from ingest_ledger order by 1, 2, 3")
    await keep(stack, "shop", keep_events_days=8)
    first = await retention.run(stack.pool, stack.clock.now)
    assert (first.partitions, first.events) == ([], 4 * 5)
    assert (await days_left(stack, "shop"), await days_left(stack, "blog")) == (9, DAYS)
    await keep(stack, "blog", keep_events_days=10)
    second = await retention.run(stack.pool, stack.clock.now)
    assert second.partitions == [
        "events_log_20260310",
        "events_log_20260311",
        "events_log_20260312",
    ]
    assert (await days_left(stack, "shop"), await days_left(stack, "blog")) == (9, 11)
    third = await retention.run(stack.pool, stack.clock.now)
    assert (third.partitions, third.events) == ([], 0)
    assert await stack.value("select row_count from log_counts") == await stack.value(
        "select count(*) from events_log"
    )
    assert await sums(stack) == before
    assert await stack.rows("select * from ingest_ledger order by 1, 2, 3") == balance
    await stack.send(pageview("/after", 1440 * 13 + 30, visitorId="v1", sessionId="z"))
    assert await stack.derive() == 1


async def test_rebuild_keeps_the_days_that_no_event_tells_of(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id, timezone) values ('shop', 'America/New_York')")
    await two_weeks(stack)
    before = await sums(stack)
    views = await stack.rows("select event_id, session_id from pageviews order by event_id")
    await keep(stack, "shop", keep_events_days=8)
    await keep(stack, "blog", keep_events_days=9)
    removed = await retention.run(stack.pool, stack.clock.now)
    assert removed.partitions
    for _ in range(2):
        await worker.rebuild(stack.pool)
        assert await sums(stack) == before
        assert (
            await stack.rows("select event_id, session_id from pageviews order by event_id")
            == views
        )
    result = await asyncio.to_thread(
        CliRunner().invoke, main, ["rebuild"], env={"DATABASE_URL": stack.database_url}
    )
    assert "shop: retention has removed events from before 2026-03-15" in result.stdout


async def test_details_go_and_sums_stay(stack: Stack) -> None:
    await two_weeks(stack)
    before = await sums(stack)
    await keep(stack, "shop", keep_details_days=8)
    removed = await retention.run(stack.pool, stack.clock.now)
    assert removed.details > 0
    assert (
        await stack.value("select min(start_date)::text from user_sessions where site_id = 'shop'")
        == "2026-03-15"
    )
    for table in ("pageviews", "user_events"):
        assert (
            await stack.value(
                f"select count(*) from {table} t where site_id = 'shop' and not exists"
                " (select from user_sessions s where s.site_id = t.site_id and s.session_id = t.session_id)"
            )
            == 0
        )
    assert await sums(stack) == before
    listed = await asyncio.to_thread(
        CliRunner().invoke, main, ["retention", "show"], env={"DATABASE_URL": stack.database_url}
    )
    assert "shop" in listed.stdout


async def test_verify_takes_removed_details_for_no_difference(stack: Stack) -> None:
    await two_weeks(stack)
    await keep(stack, "shop", keep_details_days=8)
    await retention.run(stack.pool, stack.clock.now)
    assert (await verify(stack.pool, Scope())).differences == []
    # A run without anything to do leaves the floor where it is; a day later it moves on.
    stack.clock.advance(days=1)
    for _ in range(2):
        await retention.run(stack.pool, stack.clock.now)
    assert await stack.value("select details_date::text from retention_floors") == "2026-03-16"
    await stack.rows("update user_sessions set event_count = 9 where site_id = 'shop'")
    found = (await verify(stack.pool, Scope())).differences
    assert {one.day for one in found if one.table == "user_sessions"} == {
        NOON.date() + timedelta(days=day) for day in range(8, DAYS)
    }


async def test_no_append_waits_while_a_day_is_dropped(stack: Stack) -> None:
    """Somebody reads the log for long: the dropping waits for them, and the appends for nobody."""
    await two_weeks(stack)
    for site in ("shop", "blog"):
        await keep(stack, site, keep_events_days=8)
    reader = await asyncpg.connect(stack.database_url)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetchval("select count(*) from events_log")
    dropping = asyncio.create_task(retention.run(stack.pool, stack.clock.now))
    while not await stack.value("select count(*) from pg_locks where not granted"):
        assert not dropping.done()
        await asyncio.sleep(0)
    for number in range(20):
        answer = await stack.post(pageview(f"/{number}", 1440 * 13, eventId=f"late{number}"))
        assert answer.status_code == 202
    assert not dropping.done()
    assert await stack.value("select count(*) from events_log where path ~ '^/[0-9]+$'") == 20
    await transaction.rollback()
    await reader.close()
    assert len((await dropping).partitions) == 5


async def test_a_detaching_that_was_cut_off_is_finished_by_the_next_run(stack: Stack) -> None:
    await two_weeks(stack)
    await stack.rows("insert into retention_floors values ('shop', '2026-03-11')")
    await stack.rows("alter table events_log detach partition events_log_20260310")
    reader = await asyncpg.connect(stack.database_url)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetchval("select count(*) from events_log")
    other = await asyncpg.connect(stack.database_url)
    await other.execute("set lock_timeout = '50ms'; set statement_timeout = '200ms'")
    with pytest.raises(asyncpg.PostgresError):
        await other.execute(
            "alter table events_log detach partition events_log_20260311 concurrently"
        )
    await transaction.rollback()
    removed = await retention.run(stack.pool, stack.clock.now)
    assert sorted(removed.partitions) == ["events_log_20260310", "events_log_20260311"]
    assert await stack.value("select row_count from log_counts") == 5 * (DAYS - 2)
    for connection in (reader, other):
        await connection.close()


async def test_two_runs_at_once_do_the_work_once(stack: Stack) -> None:
    await two_weeks(stack)
    for site in ("shop", "blog"):
        await keep(stack, site, keep_events_days=8)
    runs = await asyncio.gather(*(retention.run(stack.pool, stack.clock.now) for _ in range(3)))
    assert sum(len(one.partitions) for one in runs) == 5
    assert await stack.value("select sum(events_removed) from retention_floors") == 25
