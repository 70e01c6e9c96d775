"""Read the log in order and remember how far: one offset per consumer, moved in the same transaction.

A consumer's `apply` gets rows in id order, each event once: copies of an event that were received
again on another day, up to 7 days later, are left out here, so every consumer agrees. A row that
cannot be applied is set aside as a dead letter; too many in a row stop the consumer instead, since a
bad release must not empty the log into the bin.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from footfall.database import TRANSIENT, Connection, Pool, transaction
from footfall.eventlog.dead_letters import keep_dead_letters
from footfall.eventlog.intake import DeadLetter

DUPLICATE_DAYS: Final = 7
DEAD_LETTER_LIMIT: Final = 100

logger = logging.getLogger("footfall.eventlog")


@dataclass(frozen=True, slots=True)
class LogRow:
    """What consumers read of an event. page, browser, event_data: those blocks of raw_event_data."""

    id: int
    event_id: UUID
    event_type: str
    session_id: str | None
    visitor_id: str
    site_id: str
    timestamp: datetime
    received_at: datetime
    url: str | None
    path: str | None
    user_agent: str | None
    referrer: str | None
    referrer_type: str | None
    referrer_platform: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_content: str | None
    utm_term: str | None
    page: Any
    browser: Any
    event_data: Any
    browser_name: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_type: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    channel: str | None = None
    click_id: str | None = None
    search_term: str | None = None
    is_not_found: bool = False
    is_bot: bool = False


Apply = Callable[[Connection, Sequence[LogRow]], Awaitable[None]]

_SELECT: Final = """
    select
        id, event_id, event_type, session_id, visitor_id, site_id, timestamp, received_at, url, path,
        user_agent, referrer, referrer_type, referrer_platform,
        utm_source, utm_medium, utm_campaign, utm_content, utm_term,
        raw_event_data -> 'page' as page,
        raw_event_data -> 'browser' as browser,
        raw_event_data -> 'eventData' as event_data,
        browser, browser_version, os, os_version, device_type, country, region, city,
        channel, click_id, search_term, is_not_found, is_bot
    from events_log
"""
_READ: Final = f"{_SELECT} where id > $1 order by id limit $2"
_READ_ONE: Final = f"{_SELECT} where id = $1"

# Day by day, so that each look-up is one probe of one partition's index (a range of days would scan
# whole indexes before PostgreSQL 18). Days ahead too: a group may commit late, after midnight, and what
# waited on disk comes after what was received later.
_SEEN_BEFORE: Final = """
    select distinct later.id
    from unnest($1::bigint[], $2::text[], $3::uuid[], $4::date[])
        as later (id, site_id, event_id, received_date)
    cross join generate_series(
        -$5::int, least($5::int, greatest(1, current_date - later.received_date))
    ) as away (days)
    cross join lateral (
        select 1
        from events_log as earlier
        where earlier.received_date = later.received_date + away.days
            and earlier.site_id = later.site_id
            and earlier.event_id = later.event_id
            and earlier.id < later.id
        limit 1
    ) as earlier
    where away.days <> 0
"""


class _BatchFailed(Exception):
    """A batch could not be applied; `last_id` is the offset it started from."""

    def __init__(self, last_id: int, cause: Exception) -> None:
        super().__init__(str(cause))
        self.last_id = last_id
        self.cause = cause


async def step(pool: Pool, consumer: str, apply: Apply, *, batch_size: int) -> int:
    """Apply the next batch; returns how many log rows the offset moved over, 0 when there are none.

    Raises TRANSIENT errors as they are; and what `apply` raised when more than DEAD_LETTER_LIMIT rows
    of a batch, and more than half of them, cannot be applied.
    """
    try:
        return await _advance(pool, consumer, apply, batch_size)
    except _BatchFailed as failure:
        logger.warning("batch failed, going row by row", exc_info=failure.cause)
    moved = failed = 0
    while moved < batch_size:
        try:
            one = await _advance(pool, consumer, apply, 1)
        except _BatchFailed as failure:
            failed += 1
            if failed > DEAD_LETTER_LIMIT and failed * 2 > moved:
                raise failure.cause from None
            one = await _set_aside(pool, consumer, failure)
        if one == 0:
            break
        moved += one
    return moved


async def lock_offset(connection: Connection, consumer: str) -> int:
    """The consumer's offset, held until the transaction ends: whoever wants to read on waits."""
    await connection.execute(
        "insert into consumer_offsets (consumer) values ($1) on conflict do nothing", consumer
    )
    last_id: int = await connection.fetchval(
        "select last_id from consumer_offsets where consumer = $1 for update", consumer
    )
    return last_id


async def move_offset(connection: Connection, consumer: str, last_id: int) -> None:
    """Remember that everything up to `last_id` is handled. The offset must be locked."""
    await connection.execute(
        "update consumer_offsets set last_id = $2, updated_at = now() where consumer = $1",
        consumer,
        last_id,
    )


async def _advance(pool: Pool, consumer: str, apply: Apply, batch_size: int) -> int:
    async with transaction(pool) as connection:
        last_id = await lock_offset(connection, consumer)
        records = await connection.fetch(_READ, last_id, batch_size)
        if not records:
            return 0
        rows = [LogRow(*record) for record in records]
        seen_before = await _seen_before(connection, rows)
        fresh = [row for row in rows if row.id not in seen_before]
        try:
            if fresh:
                await apply(connection, fresh)
        except TRANSIENT:
            raise
        except Exception as error:
            raise _BatchFailed(last_id, error) from error
        await move_offset(connection, consumer, rows[-1].id)
        return len(rows)


async def _seen_before(connection: Connection, rows: Sequence[LogRow]) -> set[int]:
    found = await connection.fetch(
        _SEEN_BEFORE,
        [row.id for row in rows],
        [row.site_id for row in rows],
        [row.event_id for row in rows],
        [row.received_at.date() for row in rows],
        DUPLICATE_DAYS,
    )
    return {record["id"] for record in found}


async def read_one(connection: Connection, log_id: int) -> LogRow | None:
    """One row of the log, for a replay; None where it is gone."""
    record = await connection.fetchrow(_READ_ONE, log_id)
    return None if record is None else LogRow(*record)


async def _set_aside(pool: Pool, consumer: str, failure: _BatchFailed) -> int:
    """Skip the row that failed: keep it as a dead letter and move the offset over it.

    Returns 1 without doing anything where another process has moved the offset meanwhile.
    """
    async with transaction(pool) as connection:
        last_id = await lock_offset(connection, consumer)
        record = await connection.fetchrow(
            """
            select id, site_id, received_at, raw_event_data
            from events_log
            where id > $1
            order by id
            limit 1
            """,
            last_id,
        )
        if last_id != failure.last_id or record is None:
            return 1
        reason = f"{type(failure.cause).__name__}: {failure.cause}"[:1000]
        letter = DeadLetter(record["site_id"], "event", reason, record["raw_event_data"])
        await keep_dead_letters(
            connection, "derive", record["received_at"], [letter], log_id=record["id"]
        )
        await move_offset(connection, consumer, record["id"])
        logger.error("event set aside", extra={"offset": record["id"], "reason": reason})
        return 1


async def lag(connection: Connection, consumer: str) -> int:
    """How many ids the consumer is behind the log's newest one (an upper bound of events)."""
    behind: int = await connection.fetchval(
        """
        select greatest(0, coalesce((select max(id) from events_log), 0)
            - coalesce((select last_id from consumer_offsets where consumer = $1), 0))
        """,
        consumer,
    )
    return behind
