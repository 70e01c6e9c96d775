"""A site emptied of its events and all that was derived of them, or taken away with everything of it.

A tombstone of the site comes first: what was received before is not stored any more, wherever it still is.
What waits on disk is brought in, and counted as erased; the log, the letters and the sessions go in small
batches. Last, under the consumer's offset, the rest goes, and what was received since is derived anew. May
be interrupted, repeated, and run twice at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from footfall.admin import audit
from footfall.admin.sites import read_site
from footfall.database import Connection, Pool, transaction
from footfall.derive import anew
from footfall.derive.apply import CONSUMER
from footfall.errors import NotFound
from footfall.eventlog import consumer, erasures, ledger
from footfall.eventlog.dead_letters import LEDGER_SITE
from footfall.eventlog.drain import drain
from footfall.eventlog.store import partition_days
from footfall.site import SiteDirectory
from footfall.tables import (
    DERIVED,
    dead_letters,
    events_log,
    ingest_ledger,
    metadata,
    retention_floors,
    sites,
)

BATCH_EVENTS: Final = 2_000
BATCH_SESSIONS: Final = 500
# The last transaction may have much to delete, whatever limit the connection has.
PATIENCE_S: Final = 3_600.0
FIRST_ID: Final = UUID(int=0)

# What is left of a site that was deleted: what visitors had erased must not come back under its name.
KEPT: Final = ("erasures",)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is of a site. days: of its own time zone, with anything on them."""

    events: int
    sessions: int
    days: int


@dataclass(frozen=True, slots=True)
class Installation:
    """Where sites are cleared. folder: the spool's."""

    pool: Pool
    folder: Path
    directory: SiteDirectory


Progress = Callable[[int], object]


async def measure(connection: Connection, site_id: str) -> Extent:
    """What would go. Reads an index of each day of the log."""
    events = 0
    for day in await partition_days(connection):
        events += await connection.fetchval(
            f"select count(*) from events_log where received_date = date '{day}' and site_id = $1",  # noqa: S608
            site_id,
        )
    [row] = await connection.fetch(
        """
        select
            (select count(*) from user_sessions where site_id = $1) as sessions,
            (select count(*) from daily_site_metrics where site_id = $1) as days
        """,
        site_id,
    )
    return Extent(events, row["sessions"], row["days"])


async def reset_site(
    where: Installation,
    site_id: str,
    now: datetime,
    *,
    actor: str = audit.COMMAND_LINE,
    on_progress: Progress = lambda events: None,
) -> dict[str, int]:
    """Take away what was received before `now`; settings, keys and tracking tag stay. Raises NotFound.

    Returns how many rows went, by table. on_progress: so many events more are gone.
    """
    async with where.pool.acquire() as connection:
        await read_site(connection, site_id)
    return await _clear(where, site_id, now, actor, on_progress, is_deleted=False)


async def delete_site(
    where: Installation,
    site_id: str,
    now: datetime,
    *,
    actor: str = audit.COMMAND_LINE,
    on_progress: Progress = lambda events: None,
) -> dict[str, int]:
    """Take a site away, with everything that was received before `now`. Raises NotFound, as if it never was.

    Of a site that is gone, what is left: an interrupted deletion, or what a process still took for it.
    """
    async with where.pool.acquire() as connection:
        if not await exists(connection, site_id):
            raise NotFound(f"There is no site {site_id!r}.", field="site_id")
    return await _clear(where, site_id, now, actor, on_progress, is_deleted=True)


async def delete_sites(
    where: Installation, site_ids: Sequence[str], now: datetime, *, actor: str = audit.COMMAND_LINE
) -> dict[str, int]:
    """Delete those of the sites that there are; returns how many rows went, by table."""
    removed: Counter[str] = Counter()
    for site_id in site_ids:
        async with where.pool.acquire() as connection:
            there = await exists(connection, site_id)
        if there:
            removed.update(await delete_site(where, site_id, now, actor=actor))
    return dict(removed)


async def exists(connection: Connection, site_id: str) -> bool:
    """Whether there is a site of this name, or anything of one."""
    if "\x00" in site_id:
        return False
    for table in (sites, *_belongings(), *DERIVED, ingest_ledger):
        there: bool = await connection.fetchval(
            f"select exists (select from {table.name} where site_id = $1)", site_id  # noqa: S608
        )
        if there:
            return True
    return await _has_events(connection, site_id)


async def _has_events(connection: Connection, site_id: str) -> bool:
    for day in await partition_days(connection):
        there: bool = await connection.fetchval(
            f"select exists (select from events_log where received_date = date '{day}' and site_id = $1)",  # noqa: S608
            site_id,
        )
        if there:
            return True
    return False


async def _clear(
    where: Installation,
    site_id: str,
    now: datetime,
    actor: str,
    on_progress: Progress,
    *,
    is_deleted: bool,
) -> dict[str, int]:
    pool = where.pool
    await _in_transaction(pool, erasures.put_site_tombstone, site_id, actor, now)
    while await drain(pool, where.folder, where.directory, now):
        pass
    removed: Counter[str] = Counter()
    async with pool.acquire() as connection:
        days = await partition_days(connection)
    for day in days:
        event_id: UUID | None = FIRST_ID
        while event_id is not None:
            gone, event_id = await _in_transaction(pool, _clear_events, site_id, now, day, event_id)
            removed[str(events_log.name)] += gone
            on_progress(gone)
    removed[str(dead_letters.name)] += await _in_transaction(pool, _clear_letters, site_id, now)
    session_id: str | None = ""
    while session_id is not None:
        rows, session_id = await _in_transaction(pool, _clear_sessions, site_id, now, session_id)
        removed.update(rows)
    counts: dict[str, int] = await _in_transaction(
        pool, _finish, site_id, now, actor, removed, is_deleted
    )
    return counts


async def _in_transaction(
    pool: Pool, work: Callable[..., Awaitable[Any]], *arguments: object
) -> Any:
    """Again where an appender that brings an event which is being deleted met us halfway."""
    while True:
        try:
            async with transaction(pool) as connection:
                return await work(connection, *arguments)
        except asyncpg.DeadlockDetectedError:
            continue


async def _clear_events(
    connection: Connection, site_id: str, now: datetime, day: date, start: UUID
) -> tuple[int, UUID | None]:
    """(events deleted, where to go on), along the index of the day's partition."""
    ids = await connection.fetch(
        f"""
        select event_id from events_log
        where received_date = date '{day}' and site_id = $1 and event_id >= $2
        order by event_id
        limit $3
        """,  # noqa: S608 - a date of the catalog
        site_id,
        start,
        BATCH_EVENTS,
    )
    if not ids:
        return 0, None
    last: UUID = ids[-1]["event_id"]
    rows = await connection.fetch(
        f"""
        with gone as (
            delete from events_log
            where received_date = date '{day}' and site_id = $1 and event_id between $2 and $3
                and received_at < $4
            returning received_at
        )
        select date_trunc('hour', received_at, 'UTC') as hour, count(*) as events
        from gone
        group by 1
        """,  # noqa: S608
        site_id,
        start,
        last,
        now,
    )
    counts = {row["hour"]: row["events"] for row in rows}
    events = sum(counts.values())
    moved: ledger.Counts = Counter()
    for hour, number in counts.items():
        _move(moved, site_id, hour, ledger.STORED, number)
    # From here on, whoever appends waits.
    await connection.execute(f"select pg_advisory_xact_lock({erasures.APPEND_LOCK})")
    await connection.execute(
        "update log_counts set row_count = row_count - $1 where log = 'events_log'", events
    )
    await ledger.add(connection, moved)
    return events, last if len(ids) == BATCH_EVENTS else None


async def _clear_letters(connection: Connection, site_id: str, now: datetime) -> int:
    letters = await connection.fetch(
        """
        delete from dead_letters
        where site_id = $1 and received_at < $2
        returning stage, context, resolved_at, date_trunc('hour', received_at, 'UTC') as hour
        """,
        site_id,
        now,
    )
    moved: ledger.Counts = Counter()
    for letter in letters:
        if letter["stage"] == "collect" and letter["resolved_at"] is None:
            counted_as = str(letter["context"].get(LEDGER_SITE, ledger.UNKNOWN_SITE))
            _move(moved, counted_as, letter["hour"], ledger.DEAD_LETTER, 1)
    await connection.execute(f"select pg_advisory_xact_lock({erasures.APPEND_LOCK})")
    await ledger.add(connection, moved)
    return len(letters)


def _move(moved: ledger.Counts, site_id: str, hour: datetime, outcome: str, number: int) -> None:
    moved[site_id, hour, outcome] -= number
    moved[site_id, hour, ledger.ERASED] += number


async def _clear_sessions(
    connection: Connection, site_id: str, now: datetime, start: str
) -> tuple[dict[str, int], str | None]:
    """(rows deleted by table, where to go on): sessions that began before, with what belongs to them."""
    # As whoever derives, so that no session is in two hands.
    await consumer.lock_offset(connection, CONSUMER)
    rows = await connection.fetch(
        "select session_id, created_at < $3 as is_old from user_sessions"
        " where site_id = $1 and session_id >= $2 order by session_id limit $4",
        site_id,
        start,
        now,
        BATCH_SESSIONS,
    )
    old = [row["session_id"] for row in rows if row["is_old"]]
    removed = {
        str(name): await _deleted(
            connection,
            f"delete from {name} where site_id = $1 and session_id = any($2::text[])",  # noqa: S608
            site_id,
            old,
        )
        for name in (*anew.of_sessions(), "user_sessions")
        if old
    }
    return removed, rows[-1]["session_id"] if len(rows) == BATCH_SESSIONS else None


async def _finish(
    connection: Connection,
    site_id: str,
    now: datetime,
    actor: str,
    before: Counter[str],
    is_deleted: bool,
) -> dict[str, int]:
    """What is left, and the site itself; what was received since is derived again. Returns all that went."""
    removed = before.copy()
    offset = await consumer.lock_offset(connection, CONSUMER)
    gone = [*DERIVED, *(_belongings() if is_deleted else ()), *((sites,) if is_deleted else ())]
    for table in dict.fromkeys((*gone, retention_floors)):
        removed[str(table.name)] += await _deleted(
            connection, f"delete from {table.name} where site_id = $1", site_id  # noqa: S608
        )
    await anew.derive_anew(connection, site_id, offset)
    counts = {name: number for name, number in removed.items() if number}
    await erasures.finish(connection, site_id, None, counts, now)
    action = "site.delete" if is_deleted else "site.reset"
    await audit.write_down(connection, actor, action, site_id, details=counts)
    if is_deleted:
        await connection.execute(f"select pg_advisory_xact_lock({erasures.APPEND_LOCK})")
        await _forget_counts(connection, site_id, now)
    return counts


async def _forget_counts(connection: Connection, site_id: str, now: datetime) -> None:
    """The ledger's rows of the hours of which nothing can be stored any more."""
    await connection.execute(
        "delete from ingest_ledger where site_id = $1 and ($3 or hour < $2)",
        site_id,
        now.astimezone(UTC).replace(minute=0, second=0, microsecond=0),
        not await _has_events(connection, site_id),
    )


def _belongings() -> list[Table]:
    """Tables of which a site's rows go when it is deleted: those of later releases too."""
    kept = {*KEPT, events_log.name, ingest_ledger.name, sites.name, dead_letters.name}
    kept.update(table.name for table in DERIVED)
    tables = reversed(metadata.sorted_tables)
    return [t for t in tables if "site_id" in t.columns and t.name not in kept]


async def _deleted(connection: Connection, statement: str, *arguments: object) -> int:
    status: str = await connection.execute(statement, *arguments, timeout=PATIENCE_S)
    return int(status.rpartition(" ")[2])
