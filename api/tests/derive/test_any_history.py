"""The same events by any way give the same rows in every derived table, and those that the log says.

Ways: order of arrival, size of batches, batches that are broken off and done again, two workers,
rebuilds in between. On days whose clocks change, in zones of half and quarter hours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from conftest import Clock, Stack
from nights import nights
from weeks import weeks_of_events

from build import at
from footfall import worker
from footfall.database import Connection
from footfall.derive import apply as derive
from footfall.eventlog import consumer
from footfall.eventlog.consumer import LogRow
from footfall.tables import DERIVED, events_log
from footfall.verify.run import Scope, verify

# What depends on when and in which order events came.
_OF_ARRIVAL = {"id", "log_id", "created_at", "updated_at", "received_at"}

ZONES = {
    "New York, 25 hours": ("America/New_York", datetime(2026, 11, 2, 12, tzinfo=UTC)),
    "Berlin, 23 hours": ("Europe/Berlin", datetime(2026, 3, 30, 12, tzinfo=UTC)),
    "Lord Howe, 24 and a half hours": ("Australia/Lord_Howe", datetime(2026, 4, 6, 12, tzinfo=UTC)),
    "Kathmandu, 5:45 ahead": ("Asia/Kathmandu", datetime(2026, 3, 10, 12, tzinfo=UTC)),
}


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> str:
    return ZONES[request.param][0]


@pytest.fixture
def clock(zone: str) -> Clock:
    return Clock(next(now for name, now in ZONES.values() if name == zone))


def events_before(now: datetime, seed: int) -> list[dict[str, Any]]:
    """Three weeks until `now`, most visits around the change of clocks a day and a half before."""
    events = weeks_of_events(seed, 200)
    dice = random.Random(seed)
    starts: dict[tuple[Any, ...], str] = {}
    for one in events:
        visit = (one["visitorId"], one.get("sessionId"), one["siteId"], dice.randrange(2))
        if visit not in starts:
            is_near = dice.random() < 0.7
            starts[visit] = (
                at(dice.uniform(-300, 300), now - timedelta(hours=34))
                if is_near
                else at(dice.uniform(-20 * 1440, -80), now)
            )
        start = datetime.fromisoformat(starts[visit])
        one["timestamp"] = at(dice.uniform(0, 75), start)
    return events


async def contents(stack: Stack) -> dict[str, list[str]]:
    """Every derived row but for what tells of its arrival."""
    return {
        table.name: sorted(
            repr({name: value for name, value in row.items() if name not in _OF_ARRIVAL})
            for row in await stack.rows(f"select * from {table.name}")
        )
        for table in DERIVED
        if table.name != "last_events"
    }


async def proved(stack: Stack) -> dict[str, list[str]]:
    report = await verify(stack.pool, Scope())
    assert (report.differences, report.waiting) == ([], 0)
    return await contents(stack)


async def _break_off(connection: Connection, batch: Sequence[LogRow]) -> None:
    await derive.apply(connection, batch)
    raise asyncpg.AdminShutdownError("the server stops")


async def _derive_somehow(stack: Stack, dice: random.Random) -> None:
    """Some of what waits, in batches of any size, some of them broken off, by one worker or two."""
    size = dice.choice([1, 7, 40, 500])
    if dice.random() < 0.3:
        with pytest.raises(asyncpg.AdminShutdownError):
            await consumer.step(stack.pool, derive.CONSUMER, _break_off, batch_size=size)
    steps = [
        consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=size)
        for _ in range(dice.choice([1, 2]))
    ]
    await asyncio.gather(*steps)
    if dice.random() < 0.1:
        await worker.rebuild(stack.pool)


async def test_any_way_gives_the_rows_that_the_log_says(stack: Stack, zone: str) -> None:
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    events = events_before(stack.clock.now, len(zone))
    await stack.send(*events[:100])
    await stack.send(*events[100:])
    await stack.derive()
    expected = await proved(stack)
    assert all(rows for name, rows in expected.items() if name != "midnight_links")
    for seed in range(2):
        dice = random.Random(seed)
        async with stack.pool.acquire() as connection:
            await derive.empty(connection)
            await connection.execute("truncate events_log, log_days")
            await connection.execute("update log_counts set row_count = 0")
        dice.shuffle(events)
        rest = events
        while rest:
            size = dice.choice([1, 5, 60])
            await stack.send(*rest[:size])
            rest = rest[size:]
            await _derive_somehow(stack, dice)
        await stack.derive()
        assert await proved(stack) == expected
        await worker.rebuild(stack.pool)
        assert await contents(stack) == expected


async def test_a_site_that_moves_counts_in_its_new_zone_after_a_rebuild(
    stack: Stack, zone: str
) -> None:
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    events = events_before(stack.clock.now, 5)
    await stack.send(*events[:100])
    await stack.derive()
    before = await proved(stack)
    await stack.rows("update sites set timezone = 'Pacific/Auckland' where site_id = 'shop'")
    await stack.send(*events[100:])
    await stack.derive()
    await worker.rebuild(stack.pool)
    moved = await proved(stack)
    assert moved["daily_rollups"] != before["daily_rollups"]
    await stack.rows("update sites set timezone = $1 where site_id = 'shop'", zone)
    await worker.rebuild(stack.pool)
    assert await proved(stack) != moved


async def test_visitors_without_ids_are_linked_by_any_way(stack: Stack, zone: str) -> None:
    """The log's rows in any order, as when they come from the disk of other processes: nights over midnight UTC."""
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    midnight = stack.clock.now.replace(hour=0) - timedelta(days=2)
    for sending in nights(len(zone), midnight, browsers=9):
        stack.clock.now = sending.received_at
        await stack.post(sending.events, **sending.headers)
    await stack.derive()
    expected = await proved(stack)
    chains = "select count(distinct session_key) as n from midnight_links group by root_key order by n desc"
    assert (await stack.rows(chains))[0]["n"] >= 3
    await stack.rows("create table sent as select * from events_log")
    ids = [row["id"] for row in await stack.rows("select id from sent order by id")]
    for seed in range(2):
        dice = random.Random(seed)
        async with stack.pool.acquire() as connection:
            await derive.empty(connection)
            await connection.execute("truncate events_log, log_days")
        dice.shuffle(ids)
        rest = ids
        while rest:
            size = dice.choice([1, 5, 40])
            await _log_again(stack, rest[:size])
            rest = rest[size:]
            await _derive_somehow(stack, dice)
        await stack.derive()
        assert await proved(stack) == expected
        await worker.rebuild(stack.pool)
        assert await contents(stack) == expected


async def _log_again(stack: Stack, ids: list[int]) -> None:
    columns = ", ".join(column.name for column in events_log.columns if column.name != "id")
    await stack.rows(
        f"""
        with logged as (
            insert into events_log ({columns})
            select {columns} from sent join unnest($1::bigint[]) with ordinality as t (id, place) using (id)
            order by place
            returning id, received_date
        )
        insert into log_days as d (received_date, first_id, last_id)
        select received_date, min(id), max(id) from logged group by 1
        on conflict (received_date) do update set last_id = excluded.last_id
        """,
        ids,
    )
