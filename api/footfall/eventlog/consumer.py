"""Read the log in order and remember how far: one offset per consumer, moved in the same transaction.

A consumer's `apply` gets rows in id order, each event once: copies of an event that were received
again on another day, up to 7 days later, are left out here, so every consumer agrees. A row that
cannot be applied is set aside as a dead letter and the others go on. Where nothing can be applied, not
even events that are surely good, the consumer stops: a bad release must not empty the log into the bin.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from footfall.database import TRANSIENT, Connection, Pool, transaction
from footfall.eventlog.dead_letters import keep_dead_letters
from footfall.eventlog.intake import DeadLetter

DUPLICATE_DAYS: Final = 7
# So many failures of one batch are worth a proof that it is the rows and not the code or the database.
DEAD_LETTER_LIMIT: Final = 100
CANARY: Final = "(canary)"

logger = logging.getLogger("footfall.eventlog")


class LogRow(NamedTuple):
    """What consumers read of an event. page, browser, event_data: those blocks of raw_event_data.

    A tuple, since one is made for each event: a frozen dataclass of so many fields takes three times as long.
    """

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
    midnight_id: str | None = None


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
        channel, click_id, search_term, is_not_found, is_bot, midnight_id
    from events_log
"""
# The days stand in the text: only so does PostgreSQL leave the other partitions alone.
_READ: Final = (
    f"{_SELECT} where received_date in ({{days}}) and id > $1 and id < $2 order by id limit $3"
)
_READ_ONE: Final = f"{_SELECT} where id = $1"
_READ_SITE: Final = f"""
    {_SELECT}
    where received_date >= date '{{first}}' and site_id = $1 and id > $2 and id <= $3 and timestamp >= $4
    order by id
    limit $5
"""

# Days with rows of ids before the batch's last one: copies come later, so no other day can hold an original.
_DAYS_BEFORE: Final = """
    select received_date
    from log_days
    where received_date between $1 and $2 and first_id < $3
    order by received_date
"""
# One probe of one partition's index for each row and day. The day stands in the text, so that PostgreSQL
# knows the partition when it plans: finding it anew for each row cost five times as much. In the order of
# the index, which costs less for large partitions.
_SENT: Final = """
    with sent as materialized (
        select *
        from unnest($1::bigint[], $2::text[], $3::uuid[], $4::date[])
            as sent (id, site_id, event_id, received_date)
        order by site_id, event_id
    )
"""
_SEEN_ON: Final = """
    select sent.id
    from sent
    cross join lateral (
        select
        from events_log as earlier
        where earlier.received_date = date '{day}'
            and earlier.site_id = sent.site_id
            and earlier.event_id = sent.event_id
            and earlier.id < sent.id
        limit 1
    ) as earlier
    where sent.received_date <> date '{day}'
        and sent.received_date - date '{day}' between -$5::int and $5::int
"""


# What a crash takes back is derived again, since it takes back the offset, too: the same transaction moves
# it. So the commit need not wait for the disk; and a later one that does wait, as retention's, saves this
# one with it.
#
# A batch touches a few rows of large tables, always by an index. A plan that was made while the tables were
# small, or for any number of rows, may read them as a whole: ten times the CPU time (docs/decisions/0010).
_FOR_BATCHES: Final = """
    set local synchronous_commit = off;
    set local plan_cache_mode = force_custom_plan;
    set local enable_seqscan = off;
    set local enable_hashjoin = off;
    set local enable_mergejoin = off
"""


class Broken(Exception):
    """Nothing can be applied: the code or the database is at fault, not the events. Nothing was moved."""


class _Undone(Exception):
    """Ends a savepoint whose work shall not stay."""


async def step(pool: Pool, consumer: str, apply: Apply, *, batch_size: int) -> int:
    """Apply the next batch; returns how many log rows the offset moved over, 0 when there are none.

    Rows that cannot be applied are set aside in the same transaction. Raises TRANSIENT errors as they
    are, and Broken when it is not the rows.
    """
    async with transaction(pool) as connection:
        await connection.execute(_FOR_BATCHES)
        last_id = await lock_offset(connection, consumer)
        rows = await read_after(connection, last_id, batch_size)
        if not rows:
            return 0
        await apply_good(connection, apply, await without_copies(connection, rows))
        await move_offset(connection, consumer, rows[-1].id)
        return len(rows)


async def apply_good(connection: Connection, apply: Apply, rows: Sequence[LogRow]) -> None:
    """Apply the rows that can be applied, in order; set the others aside. Halves what fails.

    A batch of n rows with k bad ones costs about k log n attempts more. Raises Broken.
    """
    poison: list[tuple[LogRow, Exception]] = []
    pending = [rows] if rows else []
    is_proved = False
    while pending:
        part = pending.pop()
        error = await _attempt(connection, apply, part)
        if error is None:
            continue
        if not is_proved and (len(part) == len(rows) or len(poison) >= DEAD_LETTER_LIMIT):
            logger.warning("batch failed, looking for the rows", exc_info=error)
            await _prove(connection, apply, error)
            is_proved = True
        if len(part) == 1:
            poison.append((part[0], error))
        else:
            middle = len(part) // 2
            pending += [part[middle:], part[:middle]]
    for row, error in poison:
        await _set_aside(connection, row, error)


async def _attempt(
    connection: Connection, apply: Apply, rows: Sequence[LogRow]
) -> Exception | None:
    try:
        async with connection.transaction():
            await apply(connection, rows)
    except TRANSIENT:
        raise
    except Exception as error:
        return error
    return None


async def _prove(connection: Connection, apply: Apply, cause: Exception) -> None:
    """Apply events that are surely good, and undo it. Raises Broken where that fails."""
    try:
        async with connection.transaction():
            await apply(connection, _canaries())
            raise _Undone
    except _Undone:
        return
    except TRANSIENT:
        raise
    except Exception:
        raise Broken(f"{type(cause).__name__}: {cause}") from cause


def _canaries() -> list[LogRow]:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    absent: dict[str, Any] = dict.fromkeys(_ABSENT)
    return [
        LogRow(
            id=number,
            event_id=UUID(int=number),
            event_type=event_type,
            session_id=CANARY,
            visitor_id=CANARY,
            site_id=CANARY,
            timestamp=at + timedelta(seconds=number),
            received_at=at + timedelta(seconds=number),
            url="https://canary.invalid/",
            path="/",
            page={},
            browser={},
            event_data={},
            **absent,
        )
        for number, event_type in enumerate(("pageview", "click", "form_submit", "page_exit"), 1)
    ]


_ABSENT: Final = (
    *("user_agent", "referrer", "referrer_type", "referrer_platform"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
)


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


async def read_after(connection: Connection, last_id: int, limit: int) -> list[LogRow]:
    """The first rows after `last_id`, in id order; asks only the partitions that can hold them."""
    days = await connection.fetch(
        "select received_date, first_id from log_days where last_id > $1 order by first_id", last_id
    )
    while days:
        # A day whose first id is further away than a batch cannot be in it, unless rows were deleted.
        reach = max(last_id, days[0]["first_id"]) + limit
        near = [day for day in days if day["first_id"] <= reach]
        end = days[len(near)]["first_id"] if len(near) < len(days) else _MAX_ID
        literals = ", ".join(f"date '{day['received_date']}'" for day in near)
        records = await connection.fetch(_READ.format(days=literals), last_id, end, limit)
        if records:
            return [LogRow._make(record) for record in records]
        days = days[len(near) :]
    return []


_MAX_ID: Final = 2**63 - 1


async def read_site(
    connection: Connection,
    site_id: str,
    *,
    after: int,
    until: int,
    since: datetime,
    first_date: date,
    limit: int,
) -> list[LogRow]:
    """A site's rows of ids after..until, of event times from `since` on, received from first_date on."""
    records = await connection.fetch(
        _READ_SITE.format(first=first_date), site_id, after, until, since, limit
    )
    return [LogRow._make(record) for record in records]


async def without_copies(connection: Connection, rows: Sequence[LogRow]) -> list[LogRow]:
    """`rows` without the copies of events that came earlier."""
    if not rows:
        return []
    dates = [row.received_at.astimezone(UTC).date() for row in rows]
    span = timedelta(days=DUPLICATE_DAYS)
    records = await connection.fetch(
        _DAYS_BEFORE, min(dates) - span, max(dates) + span, max(row.id for row in rows)
    )
    # Within a day the log holds no id twice.
    days = [
        record["received_date"] for record in records if {record["received_date"]} != set(dates)
    ]
    if not days:
        return list(rows)
    found = await connection.fetch(
        _SENT + " union all ".join(_SEEN_ON.format(day=day) for day in days),
        [row.id for row in rows],
        [row.site_id for row in rows],
        [row.event_id for row in rows],
        dates,
        DUPLICATE_DAYS,
    )
    seen = {record["id"] for record in found}
    return [row for row in rows if row.id not in seen]


async def read_one(connection: Connection, log_id: int) -> LogRow | None:
    """One row of the log, for a replay; None where it is gone."""
    record = await connection.fetchrow(_READ_ONE, log_id)
    return None if record is None else LogRow._make(record)


async def _set_aside(connection: Connection, row: LogRow, error: Exception) -> None:
    payload = await connection.fetchval(
        "select raw_event_data from events_log where id = $1 and received_date = $2",
        row.id,
        row.received_at.astimezone(UTC).date(),
    )
    reason = f"{type(error).__name__}: {error}"[:1000]
    letter = DeadLetter(row.site_id, "event", reason, payload)
    await keep_dead_letters(connection, "derive", row.received_at, [letter], log_id=row.id)
    logger.error("event set aside", extra={"log_id": row.id, "reason": reason})


async def lag(connection: Connection, consumer: str) -> int:
    """How many ids the consumer is behind the log's newest one (an upper bound of events)."""
    behind: int = await connection.fetchval(
        """
        select greatest(0, coalesce((select max(last_id) from log_days), 0)
            - coalesce((select last_id from consumer_offsets where consumer = $1), 0))
        """,
        consumer,
    )
    return behind
