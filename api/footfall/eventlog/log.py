"""Append to events_log by group commit, and read it back in order.

Requests that arrive together are COPYed in one transaction and answered after its COMMIT. The
appender holds one advisory lock from before it draws ids until it commits, so id order is commit order
and `id > offset` never skips a slower transaction (docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from footfall.database import TRANSIENT, Connection, Pool
from footfall.errors import Unavailable
from footfall.event import Event
from footfall.observe import (
    APPEND_SECONDS,
    EVENTS_DUPLICATE,
    EVENTS_STORED,
    GROUP_EVENTS,
    QUEUE_BYTES,
)

logger = logging.getLogger("footfall.eventlog")

APPEND_LOCK: Final = 7_207_003
MAX_ATTEMPTS: Final = 3
MAX_GROUP_EVENTS: Final = 2_000
MAX_GROUP_BYTES: Final = 8 * 1024 * 1024
MAX_QUEUED_BYTES: Final = 64 * 1024 * 1024

# Column to type, in the order of _row().
COLUMNS: Final = {
    "event_id": "uuid",
    "event_type": "text",
    "session_id": "text",
    "visitor_id": "text",
    "site_id": "text",
    "timestamp": "timestamptz",
    "timestamp_source": "text",
    "received_at": "timestamptz",
    "received_date": "date",
    "url": "text",
    "path": "text",
    "user_agent": "text",
    "referrer": "text",
    "referrer_type": "text",
    "referrer_platform": "text",
    "utm_source": "text",
    "utm_medium": "text",
    "utm_campaign": "text",
    "utm_content": "text",
    "utm_term": "text",
    "raw_event_data": "jsonb",
    "browser": "text",
    "browser_version": "text",
    "os": "text",
    "os_version": "text",
    "device_type": "text",
    "language": "text",
    "country": "text",
    "region": "text",
    "city": "text",
    "channel": "text",
    "click_id": "text",
    "search_term": "text",
    "is_not_found": "boolean",
    "is_bot": "boolean",
    "bot_score": "smallint",
    "bot_reasons": "text[]",
    "bot_signals": "jsonb",
}

# The path of a group that holds a known id: row by row, in order, duplicates left out.
# An array of arrays would lose its inner ends in unnest: reasons travel as one text.
_INSERT_NEW: Final = f"""
    insert into events_log ({", ".join(COLUMNS)})
    select {", ".join(
        f"string_to_array({name}, ',')" if kind == "text[]" else name
        for name, kind in COLUMNS.items()
    )}
    from unnest({", ".join(
        f"${i}::{kind.removesuffix('[]')}[]" for i, kind in enumerate(COLUMNS.values(), 1)
    )}) as sent ({", ".join(COLUMNS)})
    on conflict (received_date, site_id, event_id) do nothing
    returning site_id, event_id
"""  # noqa: S608 - column names and types are the constants above

Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one request's events: stored now, or in the log already.

    refused: places in the request of events with a value that PostgreSQL does not take, which
    validation should have known; they are dead letters.
    """

    stored: int
    duplicates: int
    refused: tuple[int, ...] = ()


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
    size_bytes: int


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
        event.browser,
        event.browser_version,
        event.os,
        event.os_version,
        event.device_type,
        event.language,
        event.country,
        event.region,
        event.city,
        event.channel,
        event.click_id,
        event.search_term,
        event.is_not_found,
        event.is_bot,
        event.bot_score,
        list(event.bot_reasons) or None,
        event.bot_signals,
    )


class EventLog:
    """The appender of one API process. `run()` is its only writer; `append()` waits for it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._queue: deque[_Entry] = deque()
        self._queued_bytes = 0
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
        size_bytes = sum(len(event.raw) for event in events)
        if self._queued_bytes + size_bytes > MAX_QUEUED_BYTES:
            raise Unavailable("Too much is waiting for the database.", retry_after_s=2)
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._queue.append(_Entry(events, dead_letters, done, size_bytes))
        self._queued_bytes += size_bytes
        QUEUE_BYTES.set(self._queued_bytes)
        self._wake.set()
        return await done

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
                self._answer(group, await self._commit(group))
            except TRANSIENT as error:
                self._fail(group, _away(error))
            except asyncpg.PostgresError:
                await self._commit_apart(group)
            except Exception as error:
                # Whatever it was, those who wait must hear of it, and the next group gets its turn.
                logger.exception("group commit failed")
                self._fail(group, _away(error))
            APPEND_SECONDS.observe(time.perf_counter() - started)

    def close(self) -> None:
        """Refuse new events; `run()` ends when those already waiting are committed."""
        self._closing = True
        self._wake.set()

    def _take_group(self) -> list[_Entry]:
        group: list[_Entry] = []
        size_bytes = count = 0
        while self._queue:
            entry = self._queue[0]
            if group and (
                count + len(entry.events) > MAX_GROUP_EVENTS
                or size_bytes + entry.size_bytes > MAX_GROUP_BYTES
            ):
                break
            group.append(self._queue.popleft())
            count += len(entry.events)
            size_bytes += entry.size_bytes
        self._queued_bytes -= size_bytes
        QUEUE_BYTES.set(self._queued_bytes)
        GROUP_EVENTS.observe(count)
        return group

    async def _commit_apart(self, group: list[_Entry]) -> None:
        """PostgreSQL refuses a value that validation let through: only its own event is set aside."""
        for entry in group:
            try:
                try:
                    outcomes = await self._commit([entry])
                except TRANSIENT:
                    raise
                except asyncpg.PostgresError:
                    outcomes = [await self._commit_singly(entry)]
                self._answer([entry], outcomes)
            except Exception as error:
                logger.warning("request not stored", exc_info=error)
                self._fail([entry], _away(error))

    async def _commit_singly(self, entry: _Entry) -> Appended:
        stored = duplicates = 0
        refused: list[int] = []
        letters = list(entry.dead_letters)
        for place, event in enumerate(entry.events):
            single = _Entry((event,), (), entry.done, entry.size_bytes)
            try:
                [outcome] = await self._commit([single])
                stored += outcome.stored
                duplicates += outcome.duplicates
            except TRANSIENT:
                raise
            except asyncpg.PostgresError as error:
                refused.append(place)
                reason = f"the database refuses it: {error}"[:1000]
                letters.append(DeadLetter(event.site_id, "event", reason, event.raw))
        async with self._pool.acquire() as connection:
            await keep_dead_letters(connection, "collect", letters)
        return Appended(stored, duplicates, tuple(refused))

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
            copy = True
            for _ in range(MAX_ATTEMPTS):
                try:
                    return await self._store(connection, group, copy=copy)
                except asyncpg.UniqueViolationError:
                    copy = False
                except asyncpg.CheckViolationError as error:
                    # A named constraint is a wrong value; without a name it is a missing partition.
                    if error.constraint_name:
                        raise
                    for day in {e.received_at.date() for entry in group for e in entry.events}:
                        await ensure_partitions(connection, day, day)
            return await self._store(connection, group, copy=False)

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
                await connection.copy_records_to_table(
                    "events_log", records=rows, columns=tuple(COLUMNS)
                )
                stored = seen - known
            elif rows:
                inserted = await connection.fetch(
                    _INSERT_NEW,
                    *(
                        (
                            [",".join(item) if item else None for item in column]
                            if kind == "text[]"
                            else list(column)
                        )
                        for column, kind in zip(
                            zip(*rows, strict=True), COLUMNS.values(), strict=True
                        )
                    ),
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
                select sent.site_id, sent.event_id
                from unnest($1::text[], $2::uuid[]) as sent (site_id, event_id)
                cross join unnest($3::date[]) as neighbour (received_date)
                cross join lateral (
                    select 1
                    from events_log as known
                    where known.received_date = neighbour.received_date
                        and known.site_id = sent.site_id
                        and known.event_id = sent.event_id
                    limit 1
                ) as known
                """,
                [row[4] for row in day_rows],
                [row[0] for row in day_rows],
                [day - timedelta(days=1), day + timedelta(days=1)],
            )
            known.update((row["site_id"], row["event_id"]) for row in found)
        return known


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"The events could not be stored now: {type(error).__name__}")


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
