"""Append to events_log by group commit; to disk while PostgreSQL is away, slow or full.

Requests that arrive together are COPYed in one transaction and answered after its COMMIT, or after the
fsync of the spool. The appender holds one advisory lock from before it draws ids until it commits, so id
order is commit order and `id > offset` never skips a slower transaction (docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from footfall.database import AWAY, Connection, Pool, connection_within
from footfall.errors import Unavailable
from footfall.eventlog.intake import Appended, Intake
from footfall.eventlog.spool import Spool
from footfall.eventlog.store import store
from footfall.observe import (
    APPEND_FAILURES,
    EVENTS,
    FLUSH_SECONDS,
    GROUP_EVENTS,
    INGEST_SECONDS,
    QUEUE_BYTES,
    QUEUE_DEPTH,
    SPOOL_BYTES,
)

logger = logging.getLogger("footfall.eventlog")

MAX_GROUP_EVENTS: Final = 2_000
MAX_GROUP_BYTES: Final = 8 * 1024 * 1024
MAX_QUEUED_BYTES: Final = 64 * 1024 * 1024
# A commit that takes longer counts as none: callers give up at about twice that.
SLOW_S: Final = 5.0
PROBE_LIMIT_S: Final = 2.0
PROBE_PAUSE_S: Final = 0.5


@dataclass(slots=True)
class _Entry:
    intake: Intake
    done: asyncio.Future[Appended]
    size_bytes: int


class EventLog:
    """The appender of one API process. `run()` is its only writer; `append()` waits for it."""

    def __init__(self, pool: Pool, spool: Spool) -> None:
        self._pool = pool
        self._spool = spool
        self._spooling = asyncio.Lock()
        self._queue: deque[_Entry] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._probe: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        """Whether events go to disk now, because PostgreSQL does not answer."""
        return self._probe is not None

    @property
    def has_room(self) -> bool:
        """Whether the spool would take events."""
        return self._spool.has_room()

    async def append(self, intake: Intake) -> Appended:
        """Store `intake`; returns after its COMMIT or fsync. Safe to repeat (ids count once).

        Raises Unavailable when the spool is full or too many events wait: nothing was stored then, or
        it is not known whether it was, and sending again with the same ids is right in both cases.
        """
        if self._closing:
            raise Unavailable("The server is shutting down.", retry_after_s=2)
        size_bytes = intake.size_bytes
        if self._queued_bytes + size_bytes > MAX_QUEUED_BYTES:
            raise Unavailable("Too much is waiting for the database.", retry_after_s=2)
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._queue.append(_Entry(intake, done, size_bytes))
        self._queued_bytes += size_bytes
        QUEUE_BYTES.set(self._queued_bytes)
        QUEUE_DEPTH.set(len(self._queue))
        self._wake.set()
        with INGEST_SECONDS.time():
            return await done

    async def run(self) -> None:
        """Commit groups until `close()` was called and the queue is empty."""
        try:
            while True:
                if self._queue:
                    await self._append_group(self._take_group())
                elif self._closing:
                    return
                else:
                    self._wake.clear()
                    await self._wake.wait()
        finally:
            if self._probe is not None:
                self._probe.cancel()
            self._spool.close()

    def close(self) -> None:
        """Refuse new events; `run()` ends when those already waiting are stored."""
        self._closing = True
        self._wake.set()

    def _take_group(self) -> list[_Entry]:
        group: list[_Entry] = []
        size_bytes = count = 0
        while self._queue:
            entry = self._queue[0]
            if group and (
                count + len(entry.intake.events) > MAX_GROUP_EVENTS
                or size_bytes + entry.size_bytes > MAX_GROUP_BYTES
            ):
                break
            group.append(self._queue.popleft())
            count += len(entry.intake.events)
            size_bytes += entry.size_bytes
        self._queued_bytes -= size_bytes
        QUEUE_BYTES.set(self._queued_bytes)
        QUEUE_DEPTH.set(len(self._queue))
        GROUP_EVENTS.observe(count)
        return group

    async def _append_group(self, group: list[_Entry]) -> None:
        started = time.perf_counter()
        intakes = [entry.intake for entry in group]
        try:
            if self.is_away:
                outcomes = await self._to_spool(intakes)
            else:
                try:
                    outcomes = await store(self._pool, intakes, limit_s=SLOW_S)
                except (*AWAY, asyncpg.PostgresError) as error:
                    self._note_away(error)
                    outcomes = await self._to_spool(intakes)
            for entry, outcome in zip(group, outcomes, strict=True):
                _count(entry.intake, outcome)
                if not entry.done.done():
                    entry.done.set_result(outcome)
        except Exception as error:
            # Whatever it was, those who wait must hear of it, and the next group gets its turn.
            APPEND_FAILURES.labels("refused").inc()
            if not isinstance(error, Unavailable):
                logger.exception("group commit failed")
                error = Unavailable(f"The events could not be stored now: {type(error).__name__}")
            for entry in group:
                if not entry.done.done():
                    entry.done.set_exception(error)
        FLUSH_SECONDS.observe(time.perf_counter() - started)

    async def _to_spool(self, intakes: list[Intake]) -> list[Appended]:
        """On disk they count as stored; what was known already shows when they come to PostgreSQL."""
        async with self._spooling:
            await asyncio.to_thread(self._spool.write, intakes)
        SPOOL_BYTES.set(self._spool.used_bytes())
        return [Appended(len(intake.events), 0, spooled=True) for intake in intakes]

    def _note_away(self, error: BaseException) -> None:
        APPEND_FAILURES.labels("database").inc()
        if self._probe is None:
            logger.warning("database away, spooling", extra={"detail": type(error).__name__})
            self._probe = asyncio.create_task(self._wait_for_database(), name="probe")

    async def _wait_for_database(self) -> None:
        while True:
            await asyncio.sleep(PROBE_PAUSE_S)
            try:
                async with connection_within(self._pool, PROBE_LIMIT_S) as connection:
                    await connection.execute("select 1")
            except (*AWAY, asyncpg.PostgresError):
                continue
            break
        self._probe = None
        async with self._spooling:
            self._spool.close()
        logger.info("database back")


def _count(intake: Intake, outcome: Appended) -> None:
    for (_, name), number in intake.tallies.items():
        EVENTS.labels(name).inc(number)
    EVENTS.labels("spooled" if outcome.spooled else "stored").inc(outcome.stored)
    EVENTS.labels("duplicate").inc(outcome.duplicates)
    EVENTS.labels("dead_letter").inc(len(outcome.refused))
    if outcome.erased:
        EVENTS.labels("dropped_erased").inc(outcome.erased)


async def count(connection: Connection) -> int:
    """Events ever stored, in constant time: the appender keeps the sum in its own transaction."""
    total: int = await connection.fetchval(
        "select row_count from log_counts where log = 'events_log'"
    )
    return total


async def recent(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The newest `limit` events, newest first, with seed 003's keys and no content."""
    days = await connection.fetch("select received_date from log_days order by last_id desc")
    rows: list[Any] = []
    # The newest day nearly always holds enough, so the other partitions are left alone; what a day
    # before it got later (from the spool) is a day or two away.
    for count_of_days in (3, len(days)):
        literals = ", ".join(f"date '{day['received_date']}'" for day in days[:count_of_days])
        if len(rows) < limit and literals:
            rows = await connection.fetch(
                f"""
                select id, event_type, session_id, site_id, timestamp, created_at
                from events_log
                where received_date in ({literals})
                order by id desc
                limit $1
                """,  # noqa: S608 - dates of the database
                limit,
            )
    return [dict(row) for row in rows]
