"""What is known of a visitor, told to them or erased.

An erasure puts a tombstone first, so that nothing of before comes back; brings in what waits on disk; then
takes the visitor out of the log and derives the site anew from the visitor's first day on, all in one
transaction under the consumer's offset. It may be repeated, and interrupted, and run twice at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Date, Table

from footfall.admin import audit
from footfall.database import Connection, Pool, transaction
from footfall.derive import anew, chains
from footfall.derive.apply import CONSUMER, zones_of
from footfall.errors import Unprocessable
from footfall.eventlog import consumer, erasures, ledger, spool
from footfall.eventlog.dead_letters import LEDGER_SITE
from footfall.eventlog.drain import drain, positions
from footfall.site import SiteDirectory
from footfall.tables import DERIVED, dead_letters, events_log

MAX_ID_CHARACTERS: Final = 200
PIECE_ROWS: Final = 500
SPOOL: Final = "spool"

# Every table whose rows name their visitor.
TABLES: Final = (events_log, *(t for t in DERIVED if "visitor_id" in t.columns))


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one visitor at one site, by table; spool: events that wait on disk."""

    site_id: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def check_visitor(visitor_id: str) -> str:
    """`visitor_id` where it can be one. Raises Unprocessable."""
    if not 1 <= len(visitor_id) <= MAX_ID_CHARACTERS or "\x00" in visitor_id:
        raise Unprocessable(
            f"A visitor id has 1 to {MAX_ID_CHARACTERS} characters.", field="visitor_id"
        )
    return visitor_id


async def preview(pool: Pool, folder: Path, visitor_id: str, site_id: str | None) -> list[Found]:
    """Where something of a visitor is, and how much, by site. Reads the whole log of the site."""
    check_visitor(visitor_id)
    counts: dict[str, Counter[str]] = {}
    async with transaction(pool) as connection:
        for table in TABLES:
            rows = await connection.fetch(
                f"""
                select site_id, count(*) as number from {table.name}
                where visitor_id = $1 and ($2::text is null or site_id = $2)
                group by 1
                """,  # noqa: S608 - tables of the schema
                visitor_id,
                site_id,
            )
            for row in rows:
                counts.setdefault(row["site_id"], Counter())[str(table.name)] = row["number"]
        rows = await connection.fetch(
            f"select coalesce(site_id, $3::text, '') as site_id, count(*) as number {_LETTERS}"
            " group by 1",
            _whole(visitor_id),
            site_id,
            site_id,
        )
        for row in rows:
            counts.setdefault(row["site_id"], Counter())[str(dead_letters.name)] = row["number"]
        for waiting, _ in await _waiting(connection, folder, visitor_id, site_id):
            counts.setdefault(waiting, Counter())[SPOOL] += 1
    return [Found(name, dict(found)) for name, found in sorted(counts.items())]


async def export(
    pool: Pool, folder: Path, visitor_id: str, site_id: str | None, now: datetime
) -> AsyncIterator[bytes]:
    """One JSON document in pieces, of one moment: {"visitor_id", "site_id", "exported_at", "tables"}.

    tables: table to rows, each an object of columns; `spool`: events that wait on disk.
    """
    check_visitor(visitor_id)
    head = {"visitor_id": visitor_id, "site_id": site_id, "exported_at": now}
    yield orjson.dumps(head)[:-1] + b',"tables":{'
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        sources = [
            (
                table.name,
                f"select to_jsonb(t)::text from {table.name} as t"  # noqa: S608
                " where visitor_id = $1 and ($2::text is null or site_id = $2)",
                (visitor_id, site_id),
            )
            for table in TABLES
        ]
        # Rows that belong to the visitor's sessions and do not repeat whose they are.
        sources += [
            (
                name,
                f"select to_jsonb(t)::text from {name} as t join user_sessions as s"  # noqa: S608
                " using (site_id, session_id)"
                " where s.visitor_id = $1 and ($2::text is null or site_id = $2)",
                (visitor_id, site_id),
            )
            for name in anew.of_sessions()
            if name not in {table.name for table in TABLES}
        ]
        sources.append(
            (
                dead_letters.name,
                f"select to_jsonb(dead_letters)::text {_LETTERS}",
                (_whole(visitor_id), site_id),
            )
        )
        for name, query, arguments in sources:
            yield orjson.dumps(str(name)) + b":["
            separator = b""
            async for piece in _pieces(connection, query, arguments):
                yield separator + b",".join(piece)
                separator = b","
            yield b"],\n"
        waiting = await _waiting(connection, folder, visitor_id, site_id)
        yield orjson.dumps(SPOOL) + b":" + orjson.dumps([event for _, event in waiting])
    yield b"}}\n"


async def erase(
    pool: Pool,
    folder: Path,
    sites: SiteDirectory,
    visitor_id: str,
    site_id: str | None,
    now: datetime,
    *,
    actor: str,
) -> list[Found]:
    """Erase what a visitor did before `now`, at one site or at all; returns what was removed by site.

    What they do later is stored again. The derivation of all sites waits while it runs.
    """
    before = await preview(pool, folder, visitor_id, site_id)
    async with transaction(pool) as connection:
        wanted = {found.site_id for found in before if found.site_id}
        if site_id is not None:
            wanted.add(site_id)
        else:
            rows = await connection.fetch("select site_id from sites")
            wanted.update(row["site_id"] for row in rows)
        await erasures.put_tombstones(connection, sorted(wanted), visitor_id, actor, now)
    while await drain(pool, folder, sites, now):
        pass
    removed = []
    for name in sorted(wanted):
        async with transaction(pool) as connection:
            counts = await _erase_at(connection, name, visitor_id, now)
            await erasures.finish(connection, name, visitor_id, counts, now)
            if counts or name == site_id:
                await audit.write_down(
                    connection,
                    actor,
                    "visitor.erase",
                    name,
                    target=erasures.hash_visitor(name, visitor_id).hex(),
                    details=counts,
                )
        if counts:
            removed.append(Found(name, counts))
    return removed


async def _erase_at(
    connection: Connection, site_id: str, visitor_id: str, before: datetime
) -> dict[str, int]:
    """Rows removed by table. Whoever appends waits only for the last statements."""
    offset = await consumer.lock_offset(connection, CONSUMER)
    removed: Counter[str] = Counter()
    moved: ledger.Counts = Counter()
    events = await connection.fetch(
        """
        delete from events_log
        where site_id = $1 and visitor_id = $2 and least(timestamp, received_at) < $3
        returning id, timestamp, received_at
        """,
        site_id,
        visitor_id,
        before,
    )
    removed[str(events_log.name)] = len(events)
    for event in events:
        _move(moved, site_id, event["received_at"], ledger.STORED)
    await _erase_letters(connection, site_id, visitor_id, before, removed, moved)
    zone = (await zones_of(connection, {site_id}))[site_id]
    days = [e["timestamp"].astimezone(zone).date() for e in events if e["id"] <= offset]
    floor = (await anew.read_floors(connection)).get(site_id)
    cut = await chains.cut(connection, site_id, visitor_id)
    # A session that others began on a day before changes, too, and what it adds to that day.
    begun = await connection.fetchval(_FIRST_DATE, site_id, [event["id"] for event in events])
    given = [day for day in (*days, begun, cut.first_date) if day is not None]
    since = min(given, default=before.astimezone(zone).date())
    if floor is not None:
        since = max(since, floor + anew.FLOOR_MARGIN)
        await chains.rename_before(connection, site_id, cut, since)
    for table in DERIVED:
        if "visitor_id" in table.columns:
            removed[str(table.name)] = await connection.fetchval(
                f"select count(*) from {table.name} where {_of_before(table)}",  # noqa: S608
                site_id,
                visitor_id,
                before,
            )
    if days or cut.is_any:
        await anew.derive_anew(connection, site_id, offset, since=since, floor=floor)
    await _erase_kept(connection, site_id, visitor_id, before, since)
    await connection.execute(f"select pg_advisory_xact_lock({erasures.APPEND_LOCK})")
    await connection.execute(
        "update log_counts set row_count = row_count - $1 where log = 'events_log'", len(events)
    )
    await ledger.add(connection, moved)
    return {name: number for name, number in removed.items() if number}


async def _erase_letters(
    connection: Connection,
    site_id: str,
    visitor_id: str,
    before: datetime,
    removed: Counter[str],
    moved: ledger.Counts,
) -> None:
    letters = await connection.fetch(
        f"""
        delete from dead_letters
        where id in (select id {_LETTERS} and received_at < $3)
        returning stage, received_at, context, resolved_at
        """,  # noqa: S608 - the condition is a constant
        _whole(visitor_id),
        site_id,
        before,
    )
    removed[str(dead_letters.name)] = len(letters)
    for letter in letters:
        if letter["stage"] == "collect" and letter["resolved_at"] is None:
            site = str(letter["context"].get(LEDGER_SITE, ledger.UNKNOWN_SITE))
            _move(moved, site, letter["received_at"], ledger.DEAD_LETTER)


def _move(moved: ledger.Counts, site_id: str, received_at: datetime, outcome: str) -> None:
    hour = received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    moved[site_id, hour, outcome] -= 1
    moved[site_id, hour, ledger.ERASED] += 1


async def _erase_kept(
    connection: Connection, site_id: str, visitor_id: str, before: datetime, since: date
) -> None:
    """Rows of days that the log no longer tells of, or that nobody derives again."""
    await connection.execute(
        "create temp table erased on commit drop as select session_id from user_sessions"
        " where site_id = $1 and visitor_id = $2 and session_start < $3 and start_date < $4",
        site_id,
        visitor_id,
        before,
        since,
    )
    for name in (*anew.of_sessions(), "user_sessions"):
        await connection.execute(
            f"delete from {name} where site_id = $1"  # noqa: S608
            " and session_id in (select session_id from erased)",
            site_id,
        )
    await connection.execute("drop table erased")
    for table in DERIVED:
        if "visitor_id" in table.columns:
            own_day = f" and {_time_column(table)} < $4" if _is_by_day(table) else ""
            await connection.execute(
                f"delete from {table.name} where {_of_before(table)}{own_day}",  # noqa: S608
                *(site_id, visitor_id, before),
                *((since,) if own_day else ()),
            )


def _is_by_day(table: Table) -> bool:
    return "session_id" not in table.columns


def _time_column(table: Table) -> str:
    if _is_by_day(table):
        return next(c.name for c in table.columns if isinstance(c.type, Date))
    return next(
        name
        for name in ("session_start", "view_timestamp", "event_timestamp", "submit_timestamp")
        if name in table.columns
    )


def _of_before(table: Table) -> str:
    """The condition for rows of a site ($1) and visitor ($2) of before $3; a day counts whole."""
    column = _time_column(table)
    limit = (
        "$3::timestamptz" if not _is_by_day(table) else "($3::timestamptz + interval '1 day')::date"
    )
    return f"site_id = $1 and visitor_id = $2 and {column} < {limit}"


# The first day on which a session of these log rows started.
_FIRST_DATE: Final = """
    select min(start_date)
    from user_sessions
    join (
        select site_id, session_id from pageviews where site_id = $1 and id = any($2::bigint[])
        union
        select site_id, session_id from user_events where site_id = $1 and id = any($2::bigint[])
    ) as held using (site_id, session_id)
"""

_LETTERS: Final = """
    from dead_letters
    where (payload::text ~ $1 or context::text ~ $1 or reason ~ $1)
        and ($2::text is null or site_id = $2 or site_id is null)
"""


def _whole(text: str) -> str:
    """A regular expression for `text` inside JSON, not as a part of a longer id."""
    quoted = orjson.dumps(text)[1:-1].decode()
    return rf"(^|[^A-Za-z0-9_-]){re.escape(quoted)}($|[^A-Za-z0-9_-])"


async def _waiting(
    connection: Connection, folder: Path, visitor_id: str, site_id: str | None
) -> list[tuple[str, dict[str, Any]]]:
    """(site id, event) of what waits on disk."""
    read = await positions(connection)
    found = []
    for segment in spool.list_segments(folder):
        try:
            lines = list(spool.read_lines(segment, read.get(segment.name, 0), 2**63))
        except FileNotFoundError:
            continue
        for line in lines:
            for event in line.intake.events if line.intake else ():
                if event.visitor_id == visitor_id and site_id in (None, event.site_id):
                    found.append((event.site_id, orjson.loads(event.raw)))
    return found


async def _pieces(
    connection: Connection, query: str, arguments: tuple[Any, ...]
) -> AsyncIterator[list[bytes]]:
    cursor = await connection.cursor(query, *arguments)
    while rows := await cursor.fetch(PIECE_ROWS):
        yield [row[0].encode() for row in rows]
