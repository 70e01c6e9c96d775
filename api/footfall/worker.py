"""The worker process: consumers of the log, and the one table of scheduled tasks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from footfall.admin import logins, retention
from footfall.config import Settings
from footfall.database import TRANSIENT, Connection, Pool, open_pool, transaction
from footfall.derive import apply as derive
from footfall.derive.anew import rebuild_kept
from footfall.errors import Unavailable
from footfall.eventlog import consumer
from footfall.eventlog.drain import drain
from footfall.eventlog.log import count
from footfall.eventlog.store import ensure_partitions
from footfall.site import SiteDirectory

logger = logging.getLogger("footfall.worker")

BATCH_SIZE: Final = 2_000
IDLE_POLL_S: Final = 0.25
AWAY_PAUSE_S: Final = 1.0
BROKEN_PAUSE_S: Final = 60.0
RETENTION_PERIOD: Final = timedelta(days=1)
SPOOL_POLL_S: Final = 1.0
PARTITION_DAYS_AHEAD: Final = 7


@dataclass(frozen=True, slots=True)
class Task:
    """Something the worker does every `period`, besides reading the log. Safe to repeat."""

    description: str
    period: timedelta
    work: Callable[[Connection, datetime], Awaitable[None]]


async def _make_partitions(connection: Connection, now: datetime) -> None:
    today = now.date()
    await ensure_partitions(
        connection, today - timedelta(days=1), today + timedelta(days=PARTITION_DAYS_AHEAD)
    )


async def _destroy_salts(connection: Connection, now: datetime) -> None:
    await connection.execute(
        "delete from visitor_salts where salt_date < $1", now.date() - timedelta(days=1)
    )


async def _forget_minutes(connection: Connection, now: datetime) -> None:
    await connection.execute(
        "delete from site_minutes where minute < $1", now - timedelta(minutes=10)
    )


TASKS: Final = (
    Task("forget the counts of past minutes", timedelta(minutes=10), _forget_minutes),
    Task("make the log's partitions of the coming days", timedelta(hours=1), _make_partitions),
    Task("destroy visitor salts after 48 hours", timedelta(hours=1), _destroy_salts),
    Task("forget logins and links that are over", timedelta(hours=1), logins.forget_ended),
)


def _spare_collector() -> None:
    """Let Python look for cycles less often.

    A batch makes hundreds of thousands of objects, none in a cycle, which all go when it ends. By default
    each 700 new ones cost a look at the young ones, and now and then at all: a third of derivation's CPU
    time in Python (docs/decisions/0010).
    """
    gc.set_threshold(50_000, 20, 100)


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; the batch in hand is finished, the offset never runs ahead."""
    _spare_collector()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    url = settings.require_database_url()
    pool = await _open_when_there(url, stop)
    if pool is None:
        return
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_consume(pool, stop), name="derive")
            group.create_task(_retain(pool, stop), name="retention")
            group.create_task(_drain(pool, settings, stop), name="drain")
            for task in TASKS:
                group.create_task(_repeat(pool, task, stop), name=task.description)
            logger.info("working")
    finally:
        await pool.close()
        logger.info("stopped")


async def _open_when_there(url: str, stop: asyncio.Event) -> Pool | None:
    while not stop.is_set():
        try:
            return await open_pool(url, role="worker", max_size=4, command_timeout_s=None)
        except Unavailable as error:
            logger.warning("database away", extra={"detail": error.detail})
            await _pause(stop, AWAY_PAUSE_S)
    return None


async def _consume(pool: Pool, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            moved = await consumer.step(pool, derive.CONSUMER, derive.apply, batch_size=BATCH_SIZE)
        except TRANSIENT as error:
            logger.warning("derivation postponed", extra={"detail": type(error).__name__})
            await _pause(stop, AWAY_PAUSE_S)
            continue
        except consumer.Broken as error:
            # Collection, the spool and the tasks go on; what is not derived yet stays in the log.
            logger.exception(
                "derivation stopped: no event at all can be derived; this release or the database is at"
                " fault, nothing was set aside, next try in a minute",
                extra={"detail": str(error)},
            )
            await _pause(stop, BROKEN_PAUSE_S)
            continue
        if moved == 0:
            await _pause(stop, IDLE_POLL_S)


async def _drain(pool: Pool, settings: Settings, stop: asyncio.Event) -> None:
    """Bring in what the API put on disk while PostgreSQL was away; whatever fails, later again."""
    sites = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
    while not stop.is_set():
        try:
            moved = await drain(pool, settings.spool_folder, sites, datetime.now(UTC))
        except (*TRANSIENT, asyncpg.PostgresError) as error:
            logger.warning("spool postponed", extra={"detail": type(error).__name__})
            await _pause(stop, AWAY_PAUSE_S)
            continue
        if moved == 0:
            await _pause(stop, SPOOL_POLL_S)


async def _retain(pool: Pool, stop: asyncio.Event) -> None:
    """Once a day, remove what sites keep no longer. No task of the table: it needs many transactions."""
    while not stop.is_set():
        pause_s = RETENTION_PERIOD.total_seconds()
        try:
            await retention.run(pool, datetime.now(UTC))
        except TRANSIENT as error:
            logger.warning("retention postponed", extra={"detail": str(error)})
            pause_s = AWAY_PAUSE_S
        except asyncpg.PostgresError:
            logger.exception("retention failed")
        await _pause(stop, pause_s)


async def _repeat(pool: Pool, task: Task, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            async with transaction(pool) as connection:
                await task.work(connection, datetime.now(UTC))
        except TRANSIENT as error:
            logger.warning("task postponed", extra={"task": task.description, "detail": str(error)})
            await _pause(stop, AWAY_PAUSE_S)
            continue
        except asyncpg.PostgresError:
            # One task must not end the others; its next turn comes.
            logger.exception("task failed", extra={"task": task.description})
        await _pause(stop, task.period.total_seconds())


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def count_log(pool: Pool) -> int:
    """Events in the log, for progress bars."""
    async with pool.acquire() as connection:
        return await count(connection)


async def catch_up(pool: Pool, *, on_progress: Callable[[int], object] = lambda moved: None) -> int:
    """Derive everything that is in the log now; returns how many rows the offset moved over."""
    total = 0
    while moved := await consumer.step(pool, derive.CONSUMER, derive.apply, batch_size=BATCH_SIZE):
        total += moved
        on_progress(moved)
    return total


async def rebuild(pool: Pool, *, on_progress: Callable[[int], object] = lambda moved: None) -> int:
    """Derive the whole log again; a running worker just joins in.

    The derived tables are emptied first. Where retention has removed events, what was derived of the days
    before stays instead, and each site is derived anew from its first whole day on (derive/anew.py).
    """
    _spare_collector()
    kept = await rebuild_kept(pool, on_progress=on_progress)
    if kept is not None:
        return kept + await catch_up(pool, on_progress=on_progress)
    while True:
        try:
            async with transaction(pool) as connection:
                await derive.empty(connection)
            break
        except asyncpg.DeadlockDetectedError:
            # Somebody read the tables in another order; they go on, and so do we.
            continue
    return await catch_up(pool, on_progress=on_progress)
