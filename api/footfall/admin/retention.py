"""What is kept no longer: raw events and details of days that no site wants any more; sums stay.

A day's partition goes whole once every site with events in it is done with it: detached concurrently, so
that no append waits, and dropped. Where another site wants the day longer, rows go in small batches.
Only what is derived goes. Safe to interrupt; a second run at the same time does nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from footfall.admin.sites import SiteRecord, list_sites
from footfall.database import Connection, Pool
from footfall.derive import anew
from footfall.derive.apply import CONSUMER
from footfall.eventlog import consumer

logger = logging.getLogger("footfall.retention")

LOCK: Final = 7_207_006
BATCH_ROWS: Final = 2_000
PARTITION: Final = "events_log_"


@dataclass(slots=True)
class Removed:
    """What a run took away. is_running: another run was at it, so this one did nothing."""

    partitions: list[str] = field(default_factory=list)
    events: int = 0
    details: int = 0
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What a site keeps, in days (None: for ever), and what was removed so far."""

    site_id: str
    events_days: int | None
    details_days: int | None
    floor_date: date | None
    events_removed: int
    details_removed: int


async def show(connection: Connection) -> list[Kept]:
    """Each site's choice and what came of it, by name."""
    rows = await connection.fetch("select * from retention_floors")
    floors = {row["site_id"]: row for row in rows}
    return [
        Kept(
            site.site_id,
            site.settings.keep_events_days,
            site.settings.keep_details_days,
            floor["floor_date"] if (floor := floors.get(site.site_id)) else None,
            floor["events_removed"] if floor else 0,
            floor["details_removed"] if floor else 0,
        )
        for site in await list_sites(connection)
    ]


async def read_removed(connection: Connection) -> tuple[int, int]:
    """(events, rows of details) that retention has removed so far, at all sites."""
    [row] = await connection.fetch(
        "select coalesce(sum(events_removed), 0), coalesce(sum(details_removed), 0)"
        " from retention_floors"
    )
    return int(row[0]), int(row[1])


async def run(pool: Pool, now: datetime, *, events_days: int | None = None) -> Removed:
    """Remove what sites no longer want. events_days: for this run every site keeps at most so many."""
    removed = Removed()
    async with pool.acquire() as connection:
        if not await connection.fetchval(f"select pg_try_advisory_lock({LOCK})"):
            return Removed(is_running=True)
        try:
            await _finish_interrupted(connection, removed)
            sites = await list_sites(connection)
            today = now.astimezone(UTC).date()
            await _remove_events(connection, _cutoffs(sites, today, events_days), removed)
            for site in sites:
                if site.settings.keep_details_days is not None:
                    day = today - timedelta(days=site.settings.keep_details_days)
                    await _remove_details(connection, site.site_id, day, removed)
        finally:
            await connection.fetchval(f"select pg_advisory_unlock({LOCK})")
    logger.info(
        "retention",
        extra={
            "partitions": removed.partitions,
            "events": removed.events,
            "details": removed.details,
        },
    )
    return removed


def _cutoffs(sites: list[SiteRecord], today: date, events_days: int | None) -> dict[str, date]:
    """Site to the first day of receipt that it keeps."""
    cutoffs = {}
    for site in sites:
        wishes = [d for d in (site.settings.keep_events_days, events_days) if d is not None]
        if wishes:
            cutoffs[site.site_id] = today - timedelta(days=min(wishes))
    return cutoffs


async def _remove_events(
    connection: Connection, cutoffs: dict[str, date], removed: Removed
) -> None:
    if not cutoffs:
        return
    offset = await connection.fetchval(
        "select coalesce((select last_id from consumer_offsets where consumer = $1), 0)", CONSUMER
    )
    days = await connection.fetch(
        "select received_date from log_days where last_id <= $1 and received_date < $2 order by 1",
        offset,
        max(cutoffs.values()),
    )
    for row in days:
        day: date = row["received_date"]
        there = await _sites_of(connection, day)
        done = [one for one in there if one in cutoffs and day < cutoffs[one]]
        # The floor first: whoever derives anew meanwhile must not count on this day any more.
        await connection.executemany(
            """
            insert into retention_floors as f (site_id, floor_date) values ($1, $2)
            on conflict (site_id) do update set
                floor_date = greatest(f.floor_date, excluded.floor_date), updated_at = now()
            """,
            [(one, cutoffs[one]) for one in done],
        )
        if len(done) == len(there):
            name = f"{PARTITION}{day:%Y%m%d}"
            # Concurrently, a detach waits for those who use the log, and nobody waits for it.
            await connection.execute(f"alter table events_log detach partition {name} concurrently")
            await _drop(connection, name, removed)
        else:
            for one in done:
                await _delete(connection, day, one, removed)


async def _sites_of(connection: Connection, day: date) -> list[str]:
    """The sites with events of a day, by one look at the index for each."""
    rows = await connection.fetch(f"""
        with recursive there as (
            (select site_id from events_log where received_date = date '{day}' order by 1 limit 1)
            union all
            select (
                select e.site_id from events_log as e
                where e.received_date = date '{day}' and e.site_id > there.site_id
                order by 1 limit 1
            )
            from there where there.site_id is not null
        )
        select site_id from there where site_id is not null
        """)  # noqa: S608 - a date of the database
    return [row["site_id"] for row in rows]


async def _finish_interrupted(connection: Connection, removed: Removed) -> None:
    """Days whose detaching, or dropping, was cut off."""
    pending = await connection.fetch(
        "select inhrelid::regclass::text as name from pg_inherits"
        " where inhparent = 'events_log'::regclass and inhdetachpending"
    )
    for row in pending:
        await connection.execute(f"alter table events_log detach partition {row['name']} finalize")
    detached = await connection.fetch(r"""
        select c.oid::regclass::text as name
        from pg_class as c
        where c.relkind = 'r' and not c.relispartition and c.relname ~ '^events_log_\d{8}$'
            and c.relnamespace = (select relnamespace from pg_class where oid = 'events_log'::regclass)
        """)
    for row in detached:
        await _drop(connection, row["name"], removed)


async def _drop(connection: Connection, name: str, removed: Removed) -> None:
    async with connection.transaction():
        query = f"select site_id, count(*) from {name} group by 1"  # noqa: S608 - of the catalog
        rows = await connection.fetch(query)
        await connection.execute(f"drop table {name}")
        await connection.execute(
            "delete from log_days where received_date = to_date(right($1, 8), 'YYYYMMDD')", name
        )
        await _count(connection, Counter({row[0]: row[1] for row in rows}))
    removed.partitions.append(name)
    removed.events += sum(row[1] for row in rows)


async def _delete(connection: Connection, day: date, site_id: str, removed: Removed) -> None:
    number = BATCH_ROWS
    while number == BATCH_ROWS:
        async with connection.transaction():
            status: str = await connection.execute(
                f"""
                delete from events_log
                where received_date = date '{day}' and id in (
                    select id from events_log
                    where received_date = date '{day}' and site_id = $1 limit $2
                )
                """,  # noqa: S608 - a date of the database
                site_id,
                BATCH_ROWS,
            )
            number = int(status.rpartition(" ")[2])
            await _count(connection, Counter({site_id: number}))
        removed.events += number


async def _count(connection: Connection, events: Counter[str]) -> None:
    """Last in a transaction: from here on, whoever appends waits."""
    await connection.executemany(
        "update retention_floors set events_removed = events_removed + $2 where site_id = $1",
        sorted(events.items()),
    )
    await connection.execute(
        "update log_counts set row_count = row_count - $1 where log = 'events_log'", events.total()
    )


async def _remove_details(
    connection: Connection, site_id: str, day: date, removed: Removed
) -> None:
    """Sessions that began before the day, with what belongs to them."""
    while True:
        async with connection.transaction():
            # As whoever derives, so that no session is in two hands.
            await consumer.lock_offset(connection, CONSUMER)
            sessions = await connection.fetch(
                "select session_id from user_sessions where site_id = $1 and start_date < $2 limit $3",
                site_id,
                day,
                BATCH_ROWS,
            )
            if not sessions:
                # Whose they were over midnight; a site's day begins on the UTC day before at the earliest.
                await connection.execute(
                    "delete from midnight_links where site_id = $1 and key_date < $2",
                    site_id,
                    day - timedelta(days=1),
                )
                return
            number = 0
            for name in (*anew.of_sessions(), "user_sessions"):
                status: str = await connection.execute(
                    f"delete from {name} where site_id = $1 and session_id = any($2::text[])",  # noqa: S608
                    site_id,
                    [row["session_id"] for row in sessions],
                )
                number += int(status.rpartition(" ")[2])
            await connection.execute(
                """
                insert into retention_floors as f (site_id, floor_date, details_date, details_removed)
                values ($1, '-infinity', $2, $3)
                on conflict (site_id) do update set
                    details_date = greatest(f.details_date, excluded.details_date),
                    details_removed = f.details_removed + excluded.details_removed, updated_at = now()
                """,
                site_id,
                day,
                number,
            )
        removed.details += number
