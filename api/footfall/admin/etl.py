"""Derivation and retention on an operator's word, by seed 003's names; the worker does the same unasked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from footfall.database import Connection, Pool
from footfall.derive import apply as derive
from footfall.errors import Unavailable
from footfall.eventlog import consumer
from footfall.eventlog.dead_letters import StoredLetter, find_letters

MAX_BATCH: Final = 10_000
# An answer must come before nginx gives up; what is left is done by the next call, or by the worker.
LIMIT_S: Final = 25.0
COUNTED_ROWS: Final = 100_000
POISON_ROWS: Final = 100
TABLES: Final = (
    "user_sessions",
    "pageviews",
    "user_events",
    "form_submissions",
    "daily_site_metrics",
)


@dataclass(frozen=True, slots=True)
class Derived:
    """rows: of the log that the offset moved over. is_done: nothing was left."""

    rows: int
    seconds: float
    is_done: bool


async def derive_waiting(pool: Pool, batch_size: int) -> Derived:
    """Derive what the log holds, for at most LIMIT_S; beside the worker, each row once.

    Raises Unavailable where nothing can be derived at all.
    """
    clock = asyncio.get_running_loop().time
    started = clock()
    total = 0
    try:
        while moved := await consumer.step(
            pool, derive.CONSUMER, derive.apply, batch_size=batch_size
        ):
            total += moved
            if clock() - started > LIMIT_S:
                return Derived(total, clock() - started, is_done=False)
    except consumer.Broken as error:
        raise Unavailable(f"Nothing can be derived, and nothing was set aside: {error}") from error
    return Derived(total, clock() - started, is_done=True)


async def find_poison(connection: Connection) -> list[StoredLetter]:
    """Rows of the log that could not be derived, the first hundred."""
    return await find_letters(connection, stage="derive", limit=POISON_ROWS)


async def list_waiting(connection: Connection) -> list[dict[str, Any]]:
    """Events that are not derived yet by type, of the next 100,000: count, oldest and newest receipt."""
    days = await connection.fetch(
        """
        select received_date from log_days
        where last_id > coalesce((select last_id from consumer_offsets where consumer = $1), 0)
        """,
        derive.CONSUMER,
    )
    if not days:
        return []
    literals = ", ".join(f"date '{day['received_date']}'" for day in days)
    rows = await connection.fetch(
        f"""
        with waiting as (
            select event_type, received_at
            from events_log
            where received_date in ({literals})
                and id > coalesce((select last_id from consumer_offsets where consumer = $1), 0)
            limit $2
        )
        select event_type, count(*) as count, min(received_at) as oldest, max(received_at) as newest
        from waiting
        group by 1
        order by 1
        """,  # noqa: S608 - dates of the database
        derive.CONSUMER,
        COUNTED_ROWS,
    )
    return [dict(row) for row in rows]


async def count_tables(connection: Connection) -> dict[str, int]:
    """Rows of seed 003's tables; of large ones as PostgreSQL estimates them."""
    counts = {}
    for name in TABLES:
        estimate = await connection.fetchval(
            "select reltuples::bigint from pg_class where oid = $1::regclass", name
        )
        counts[name] = (
            estimate
            if estimate > COUNTED_ROWS
            else await connection.fetchval(f"select count(*) from {name}")  # noqa: S608
        )
    return counts


async def latest_day(connection: Connection) -> date | None:
    """The newest day of daily_site_metrics."""
    day: date | None = await connection.fetchval("select max(metric_date) from daily_site_metrics")
    return day


async def count_sites(connection: Connection, day: date) -> int:
    """Sites with a row of daily_site_metrics for the day."""
    number: int = await connection.fetchval(
        "select count(*) from daily_site_metrics where metric_date = $1", day
    )
    return number
