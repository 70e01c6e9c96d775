"""Append to events_log by group commit, and read it back in order.

Requests that arrive together are COPYed in one transaction and answered after its COMMIT. The
appender holds one advisory lock from before it draws ids until it commits, so id order is commit order
and `id > offset` never skips a slower transaction (docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from footfall.database import AWAY, Connection, Pool
from footfall.errors import Unavailable
from footfall.event import Event
from footfall.observe import (
    APPEND_SECONDS,
    EVENTS_DUPLICATE,
    EVENTS_STORED,
    GROUP_EVENTS,
    QUEUE_EVENTS,
)

APPEND_LOCK: Final = 7_207_003
MAX_GROUP_EVENTS: Final = 2_000
MAX_QUEUED_EVENTS: Final = 20_000

COLUMNS: Final = (
    "event_id",
    "event_type",
    "session_id",
    "visitor_id",
    "site_id",
    "timestamp",
    "timestamp_source",
    "received_at",
    "received_date",
    "url",
    "path",
    "user_agent",
    "referrer",
    "referrer_type",
    "referrer_platform",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "raw_event_data",
)
_TYPES: Final = [
    "uuid",
    "text",
    "text",
    "text",
    "text",
    "timestamptz",
    "text",
    "timestamptz",
    "date",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "text",
    "jsonb",
]

# The path of a group that holds a known id: row by row, in order, duplicates left out.
_INSERT_NEW: Final = f"""
    insert into events_log ({", ".join(COLUMNS)})
    select * from unnest({", ".join(f"${i}::{t}[]" for i, t in enumerate(_TYPES, 1))})
    on conflict (received_date, site_id, event_id) do nothing
    returning site_id, event_id
"""  # noqa: S608 - column names and types are the constants above

Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one request's events: stored now, or in the log already."""

    stored: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A rejected event of a request whose other events are kept; stored in the same transaction."""

    site_id: str | None
    field: str
    reason: str
    payload: Any


@dataclass(slots=True)
class _Entry:
    events: Sequence[Event]
    dead_letters: Sequence[DeadLetter]
    done: asyncio.Future[Appended]


def _row(event: Event) -> tuple[Any, ...]:
    return (
        event.event_id,
        event.event_type,
        event.session_id,
        event.visitor_id,
        event.site_id,
        event.timestamp,
        event.timestamp_source.value,
        event.received_at,
        event.received_at.date(),
        event.url,
        event.path,
        event.user_agent,
        event.referrer,
        event.referrer_type,
        event.referrer_platform,
        event.utm_source,
        event.utm_medium,
        event.utm_campaign,
        event.utm_content,
        event.utm_term,
        event.raw,
    )


class EventLog:
    """The appender of one API process. `run()` is its only writer; `append()` waits for it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: deque[_Entry] = deque()
        self._queued_events = 0
        self._wake = asyncio.Event()
        self._closing = False

    async def append(
        self, events: Sequence[Event], dead_letters: Sequence[DeadLetter] = ()
    ) -> Appended:
        """Store `events`; returns after their COMMIT. May block; safe to repeat (ids count once).

        Raises Unavailable when the database is away or too many events wait: nothing was stored then,
        or it is not known whether it was, and sending again with the same ids is right in both cases.
        """
        if self._closing:
            raise Unavailable("The server is shutting down.", retry_after_s=2)
        if self._queued_events + len(events) > MAX_QUEUED_EVENTS:
            raise Unavailable("Too many events are waiting for the database.", retry_after_s=2)
        entry = _Entry(events, dead_letters, asyncio.get_running_loop().create_future())
        self._queue.append(entry)
        self._queued_events += len(events)
        QUEUE_EVENTS.set(self._queued_events)
        self._wake.set()
        return await entry.done

    async def run(self) -> None:
        """Commit groups until `close()` was called and the queue is empty."""
        while True:
            if not self._queue:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            group = self._take_group()
            started = time.perf_counter()
            try:
                outcomes = await self._commit(group)
            except AWAY as error:
                self._fail(group, Unavailable(f"The database is away: {type(error).__name__}"))
            except asyncpg.PostgresError as error:
                await self._commit_apart(group, error)
            else:
                self._answer(group, outcomes)
            APPEND_SECONDS.observe(time.perf_counter() - started)

    def close(self) -> None:
        """Refuse new events; `run()` ends when those already waiting are committed."""
        self._closing = True
        self._wake.set()

    def _take_group(self) -> list[_Entry]:
        group: list[_Entry] = []
        size = 0
        while self._queue and (not group or size + len(self._queue[0].events) <= MAX_GROUP_EVENTS):
            entry = self._queue.popleft()
            group.append(entry)
            size += len(entry.events)
        self._queued_events -= size
        QUEUE_EVENTS.set(self._queued_events)
        GROUP_EVENTS.observe(size)
        return group

    async def _commit_apart(self, group: list[_Entry], error: asyncpg.PostgresError) -> None:
        """A value that validation let through is refused by PostgreSQL: only its request fails."""
        if len(group) == 1:
            self._fail(group, error)
            return
        for entry in group:
            try:
                self._answer([entry], await self._commit([entry]))
            except AWAY as away:
                self._fail([entry], Unavailable(f"The database is away: {type(away).__name__}"))
            except asyncpg.PostgresError as own_error:
                self._fail([entry], own_error)

    @staticmethod
    def _fail(group: list[_Entry], error: Exception) -> None:
        for entry in group:
            if not entry.done.done():
                entry.done.set_exception(error)

    @staticmethod
    def _answer(group: list[_Entry], outcomes: list[Appended]) -> None:
        for entry, outcome in zip(group, outcomes, strict=True):
            EVENTS_STORED.inc(outcome.stored)
            EVENTS_DUPLICATE.inc(outcome.duplicates)
            if not entry.done.done():
                entry.done.set_result(outcome)

    async def _commit(self, group: list[_Entry]) -> list[Appended]:
        """Store one group in one transaction. COPY first; a known id sends it the slower way."""
        async with self._pool.acquire() as connection:
            try:
                return await self._store(connection, group, copy=True)
            except asyncpg.UniqueViolationError:
                return await self._store(connection, group, copy=False)
            except asyncpg.CheckViolationError as error:
                if "no partition" not in str(error):
                    raise
                days = [event.received_at.date() for entry in group for event in entry.events]
                await ensure_partitions(connection, min(days), max(days))
                return await self._store(connection, group, copy=True)

    async def _store(
        self, connection: Connection, group: list[_Entry], *, copy: bool
    ) -> list[Appended]:
        seen: set[Key] = set()
        rows: list[tuple[Any, ...]] = []
        for entry in group:
            for event in entry.events:
                key = (event.site_id, event.event_id)
                if key not in seen:
                    seen.add(key)
                    rows.append(_row(event))
        async with connection.transaction():
            await connection.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
            known = await self._known_on_neighbour_days(connection, rows)
            if known:
                rows = [row for row in rows if (row[4], row[0]) not in known]
            if rows and copy:
                await connection.copy_records_to_table("events_log", records=rows, columns=COLUMNS)
                stored = seen - known
            elif rows:
                inserted = await connection.fetch(
                    _INSERT_NEW, *(list(column) for column in zip(*rows, strict=True))
                )
                stored = {(row["site_id"], row["event_id"]) for row in inserted}
            else:
                stored = set()
            dead_letters = [letter for entry in group for letter in entry.dead_letters]
            if dead_letters:
                await keep_dead_letters(connection, "collect", dead_letters)
            if stored:
                await connection.execute(
                    f"update log_counts set row_count = row_count + {len(stored)}"  # noqa: S608 - an int
                    " where log = 'events_log'"
                )
        return [_outcome(entry, stored) for entry in group]

    @staticmethod
    async def _known_on_neighbour_days(
        connection: Connection, rows: list[tuple[Any, ...]]
    ) -> set[Key]:
        """Ids of `rows` in the partition of the day before (or after: a group may commit late)."""
        by_day: dict[date, list[tuple[Any, ...]]] = {}
        for row in rows:
            by_day.setdefault(row[8], []).append(row)
        known: set[Key] = set()
        for day, day_rows in by_day.items():
            found = await connection.fetch(
                """
                select site_id, event_id
                from events_log
                join unnest($1::text[], $2::uuid[]) as sent (site_id, event_id) using (site_id, event_id)
                where received_date in ($3, $4)
                """,
                [row[4] for row in day_rows],
                [row[0] for row in day_rows],
                day - timedelta(days=1),
                day + timedelta(days=1),
            )
            known.update((row["site_id"], row["event_id"]) for row in found)
        return known


def _outcome(entry: _Entry, stored: set[Key]) -> Appended:
    """Count an entry's events; the first entry of a group that holds a new id gets it."""
    fresh = 0
    for event in entry.events:
        key = (event.site_id, event.event_id)
        if key in stored:
            stored.discard(key)
            fresh += 1
    return Appended(stored=fresh, duplicates=len(entry.events) - fresh)


async def ensure_partitions(connection: Connection, first: date, last: date) -> int:
    """Make the day partitions first..last that are missing; returns how many were made."""
    made: int = await connection.fetchval(
        "select ensure_events_log_partitions($1, $2)", first, last
    )
    return made


async def keep_dead_letters(
    connection: Connection, stage: str, letters: Sequence[DeadLetter]
) -> None:
    """Set rejected events aside with their reasons; payloads are redacted already."""
    await connection.executemany(
        """
        insert into dead_letters (received_at, stage, site_id, field, reason, payload)
        values (now(), $1, $2, $3, $4, $5)
        """,
        [(stage, x.site_id, x.field, x.reason, x.payload) for x in letters],
    )


async def count(connection: Connection) -> int:
    """Events ever stored, in constant time: the appender keeps the sum in its own transaction."""
    total: int = await connection.fetchval(
        "select row_count from log_counts where log = 'events_log'"
    )
    return total


async def recent(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest `limit` events, newest first, with seed 003's keys and no content."""
    rows = await connection.fetch(
        """
        select id, event_type, session_id, site_id, timestamp, created_at
        from events_log
        order by id desc
        limit $1
        """,
        limit,
    )
    return [dict(row) for row in rows]
