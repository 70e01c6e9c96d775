"""One site derived again from a day on, in the caller's transaction: after an erasure, or a retention.

What was derived of the days before stays as it is. Sessions that begin before the day and go on into it
are derived again too, so the days that they touched are put by and put back at the end. The caller holds
the consumer's offset: nobody derives meanwhile, and everybody else reads the old numbers until the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Date, Table

from footfall.database import Connection, Pool, transaction
from footfall.derive.apply import CONSUMER, apply, zones_of
from footfall.eventlog import consumer
from footfall.tables import DERIVED, midnight_links, user_sessions

BATCH_SIZE: Final = 2_000
# Times of events may be so much ahead of their receipt (ingest clamps the rest), and a day of receipt
# is UTC's.
SKEW: Final = timedelta(days=1)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The first whole day is surely after the floor in every time zone, with the sessions that go on into it.
FLOOR_MARGIN: Final = timedelta(days=2)


def of_sessions() -> list[str]:
    """Tables whose rows belong to one session each."""
    return [t.name for t in DERIVED if "session_id" in t.columns and t is not user_sessions]


def of_days() -> dict[str, str]:
    """Table to the column with the day that a row counts for, in the site's time zone."""
    days = {}
    for table in DERIVED:
        column = _day_column(table)
        if table is midnight_links:
            # By UTC days, and of no use for a part of a chain.
            continue
        if "session_id" not in table.columns and column is not None:
            days[table.name] = column
    return days


async def rebuild_kept(
    pool: Pool, *, on_progress: Callable[[int], object] = lambda moved: None
) -> int | None:
    """Derive every site anew where retention has removed something; None where it never has.

    Days before a site's oldest whole day keep what was derived of them, since no event tells of them any
    more. One transaction a site; derivation waits meanwhile.
    """
    async with pool.acquire() as connection:
        floors = await read_floors(connection)
        if not floors:
            return None
        rows = await connection.fetch(
            "select site_id from sites union select site_id from last_events"
            " union select site_id from retention_floors order by 1"
        )
    total = 0
    for row in rows:
        floor = floors.get(row["site_id"])
        async with transaction(pool) as connection:
            offset = await consumer.lock_offset(connection, CONSUMER)
            total += await derive_anew(
                connection,
                row["site_id"],
                offset,
                since=None if floor is None else floor + FLOOR_MARGIN,
                floor=floor,
                on_progress=on_progress,
            )
    return total


async def read_floors(connection: Connection) -> dict[str, date]:
    """Site to its first day of receipt whose events are all there, of those that lost some."""
    rows = await connection.fetch(
        "select site_id, floor_date from retention_floors where floor_date > '-infinity'"
    )
    return {row["site_id"]: row["floor_date"] for row in rows}


def _day_column(table: Table) -> str | None:
    # Of two days in a row (rollup_visitors) the first is its own.
    return next((c.name for c in table.columns if isinstance(c.type, Date)), None)


async def derive_anew(
    connection: Connection,
    site_id: str,
    offset: int,
    *,
    since: date | None = None,
    floor: date | None = None,
    on_progress: Callable[[int], object] = lambda moved: None,
) -> int:
    """Derive the site's log up to `offset` again; returns how many rows were read.

    since: the first of the site's days to derive; None: all. floor: the first day of receipt whose
    events are all there; sessions from before it are left alone.
    """
    reach = BEGINNING
    if since is not None:
        zone = (await zones_of(connection, {site_id}))[site_id]
        midnight = datetime.combine(since, time(), tzinfo=zone).astimezone(UTC)
        whole = datetime.combine(floor or date(1970, 1, 2), time(), tzinfo=UTC)
        reach, kept_days = await _choose(connection, site_id, since, midnight, whole)
    else:
        kept_days = None
        await connection.execute(
            "create temp table gone on commit drop as select session_id from user_sessions"
            " where site_id = $1",
            site_id,
        )
    await _put_by(connection, site_id, reach, kept_days, since)
    await _take_away(connection, site_id, since)
    read = await _derive(connection, site_id, offset, reach, on_progress)
    await _put_back(connection, site_id, kept_days, since)
    await _refresh_last_event(connection, site_id, offset)
    await connection.execute(
        f"drop table gone, kept{''.join(f', kept_{name}' for name in of_days())}"
    )
    return read


async def _choose(
    connection: Connection, site_id: str, since: date, midnight: datetime, whole: datetime
) -> tuple[datetime, date]:
    """Fill `gone` with the sessions to derive again; returns (their first time, the first day touched)."""
    await connection.execute(
        """
        create temp table gone on commit drop as
        select session_id, session_start, start_date
        from user_sessions
        where site_id = $1 and (start_date >= $2 or (session_end >= $3 and session_start >= $4))
        """,
        site_id,
        since,
        midnight,
        whole,
    )
    [first] = await connection.fetch("select min(session_start), min(start_date) from gone")
    return min(first[0] or midnight, midnight), min(first[1] or since, since)


async def _put_by(
    connection: Connection, site_id: str, reach: datetime, first: date | None, since: date | None
) -> None:
    """Copy what stays: the events of other sessions, and the days before."""
    await connection.execute("analyze gone")
    events = " union all ".join(
        f"select event_id from {name} as t where site_id = $1 and {at} >= $2"  # noqa: S608
        " and not exists (select from gone where gone.session_id = t.session_id)"
        for name, at in (("pageviews", "view_timestamp"), ("user_events", "event_timestamp"))
    )
    await connection.execute(f"create temp table kept on commit drop as {events}", site_id, reach)
    await connection.execute("create index on kept (event_id)")
    for name, day in of_days().items():
        await connection.execute(
            f"create temp table kept_{name} on commit drop as select * from {name}"  # noqa: S608
            f" where site_id = $1 and {day} >= $2 and {day} < $3",
            site_id,
            first or date.max,
            since or date.min,
        )


async def _take_away(connection: Connection, site_id: str, since: date | None) -> None:
    for name in (*of_sessions(), user_sessions.name):
        await connection.execute(
            f"delete from {name} as t using gone"  # noqa: S608
            " where t.site_id = $1 and t.session_id = gone.session_id",
            site_id,
        )
    for name, day in of_days().items():
        await connection.execute(
            f"delete from {name} where site_id = $1 and ($2::date is null or {day} >= $2)",  # noqa: S608
            site_id,
            since,
        )
    if since is None:
        await connection.execute("delete from midnight_links where site_id = $1", site_id)
    await connection.execute(
        "delete from dead_letters where stage = 'derive' and site_id = $1", site_id
    )


async def _derive(
    connection: Connection,
    site_id: str,
    offset: int,
    reach: datetime,
    on_progress: Callable[[int], object],
) -> int:
    read = last_id = 0
    first_date = (reach - SKEW).date()
    while rows := await consumer.read_site(
        connection,
        site_id,
        after=last_id,
        until=offset,
        since=reach,
        first_date=first_date,
        limit=BATCH_SIZE,
    ):
        last_id = rows[-1].id
        fresh = await consumer.without_copies(connection, rows)
        kept = await connection.fetch(
            "select event_id from kept where event_id = any($1::uuid[])",
            [row.event_id for row in fresh],
        )
        ids = {record["event_id"] for record in kept}
        await consumer.apply_good(connection, apply, [r for r in fresh if r.event_id not in ids])
        read += len(rows)
        on_progress(len(rows))
    return read


async def _put_back(
    connection: Connection, site_id: str, first: date | None, since: date | None
) -> None:
    if first is None or since is None or first >= since:
        return
    for name, day in of_days().items():
        await connection.execute(
            f"delete from {name} where site_id = $1 and {day} >= $2 and {day} < $3",  # noqa: S608
            site_id,
            first,
            since,
        )
        await connection.execute(f"insert into {name} overriding system value table kept_{name}")


async def _refresh_last_event(connection: Connection, site_id: str, offset: int) -> None:
    """The newest of the site's events that is still there; nothing where there is none."""
    await connection.execute("delete from last_events where site_id = $1", site_id)
    days = await connection.fetch("select received_date from log_days order by last_id desc")
    for day in days:
        rows = await connection.fetch(
            f"""
            select id, event_id, event_type, path, received_at
            from events_log
            where received_date = date '{day["received_date"]}' and site_id = $1 and id <= $2
            order by id desc
            limit 1
            """,  # noqa: S608 - a date of the database
            site_id,
            offset,
        )
        if rows:
            await connection.execute(
                "insert into last_events (site_id, event_type, path, received_at, log_id)"
                " values ($1, $2, $3, $4, $5)",
                site_id,
                rows[0]["event_type"],
                rows[0]["path"],
                rows[0]["received_at"],
                rows[0]["id"],
            )
            return
