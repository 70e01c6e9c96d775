"""Intakes into events_log, the ledger and dead_letters: one transaction for all of a group.

The writer's side of PostgreSQL, used by the group commit (log.py) and by whoever brings in what waited on
disk (drain.py). Whoever calls decides what a failure means.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from footfall.database import Connection, Pool, connection_within
from footfall.event import Event
from footfall.eventlog import ledger
from footfall.eventlog.dead_letters import LEDGER_SITE, keep_dead_letters
from footfall.eventlog.erasures import APPEND_LOCK, Trace, find_erased, trace_of
from footfall.eventlog.intake import Appended, DeadLetter, Intake

logger = logging.getLogger("footfall.eventlog")

MAX_ATTEMPTS: Final = 3

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
    "midnight_id": "text",
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

# What PostgreSQL says to a value; anything else it says is about its own state, not about the event.
_VALUE_REFUSED: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)

Key = tuple[str, UUID]
Within = Callable[[Connection], Awaitable[None]]


async def _nothing_more(connection: Connection) -> None:
    pass


async def store(
    pool: Pool, group: Sequence[Intake], *, limit_s: float, within: Within = _nothing_more
) -> list[Appended]:
    """Store a group in one transaction, `within` in the same one; returns what became of each intake.

    Where PostgreSQL refuses a value, only its own event is set aside. Raises any other error of
    PostgreSQL, and one of AWAY when it takes longer than limit_s seconds; then nothing is stored, or it
    is not known whether it is.
    """
    try:
        return await _commit(pool, group, limit_s, within)
    except _VALUE_REFUSED as error:
        logger.warning("a value is refused, going request by request", exc_info=error)
    outcomes = []
    for intake in group:
        try:
            outcomes += await _commit(pool, [intake], limit_s)
        except _VALUE_REFUSED:
            outcomes.append(await _commit_singly(pool, intake, limit_s))
    async with connection_within(pool, limit_s) as connection:
        await within(connection)
    return outcomes


async def _commit_singly(pool: Pool, intake: Intake, limit_s: float) -> Appended:
    """Event by event; each is counted as received with its own outcome, so the ledger balances throughout."""
    stored = duplicates = erased = 0
    refused: list[int] = []
    letters = list(intake.dead_letters)
    tallies = Counter(intake.tallies)
    for place, event in enumerate(intake.events):
        received = {(event.site_id, ledger.RECEIVED): 1}
        single = Intake(intake.received_at, (event,), (), received)
        try:
            [outcome] = await _commit(pool, [single], limit_s)
        except _VALUE_REFUSED as error:
            refused.append(place)
            reason = f"the database refuses it: {error}"[:1000]
            context = {
                LEDGER_SITE: event.site_id,
                "user_agent": event.user_agent,
                "visitor_id": event.visitor_id,
            }
            if event.midnight_id is not None:
                context["midnight_id"] = event.midnight_id
            letters.append(DeadLetter(event.site_id, "event", reason, event.raw, context))
            tallies[event.site_id, ledger.DEAD_LETTER] += 1
            continue
        stored += outcome.stored
        erased += outcome.erased
        duplicates += outcome.duplicates
        tallies.subtract(received)
    await _commit(pool, [Intake(intake.received_at, (), letters, tallies)], limit_s)
    return Appended(stored, duplicates, tuple(refused), erased=erased)


async def _commit(
    pool: Pool, group: Sequence[Intake], limit_s: float, within: Within = _nothing_more
) -> list[Appended]:
    """COPY first; a known id sends the group the slower way."""
    async with connection_within(pool, limit_s) as connection:
        copy = True
        for _ in range(MAX_ATTEMPTS):
            try:
                return await _insert(connection, group, within, copy=copy)
            except asyncpg.UniqueViolationError:
                copy = False
            except asyncpg.CheckViolationError as error:
                # A named constraint is a wrong value; without a name it is a missing partition.
                if error.constraint_name:
                    raise
                for day in {
                    event.received_at.date() for intake in group for event in intake.events
                }:
                    await ensure_partitions(connection, day, day)
        return await _insert(connection, group, within, copy=False)


async def _insert(
    connection: Connection, group: Sequence[Intake], within: Within, *, copy: bool
) -> list[Appended]:
    seen: set[Key] = set()
    traces: dict[Key, Trace] = {}
    rows: list[tuple[Any, ...]] = []
    for intake in group:
        for event in intake.events:
            key = (event.site_id, event.event_id)
            if key not in seen:
                seen.add(key)
                rows.append(_row(event))
                at = min(event.timestamp, event.received_at)
                traces[key] = Trace(event.site_id, event.visitor_id, at, event.received_at)
    async with connection.transaction():
        await connection.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
        group, erased = await _without_erased(connection, group, traces)
        rows = [row for row in rows if (row[4], row[0]) not in erased]
        known = await _known_on_neighbour_days(connection, rows)
        if known:
            rows = [row for row in rows if (row[4], row[0]) not in known]
        if rows and copy:
            await connection.copy_records_to_table(
                "events_log", records=rows, columns=tuple(COLUMNS)
            )
            stored = seen - known - erased
        elif rows:
            stored = await _insert_new(connection, rows)
        else:
            stored = set()
        if stored:
            days = {row[8] for row in rows if (row[4], row[0]) in stored}
            await _note(connection, len(stored), len(rows), days)
        counts: ledger.Counts = Counter()
        outcomes = [_count(intake, stored, erased, counts) for intake in group]
        await ledger.add(connection, counts)
        for intake in group:
            if intake.dead_letters:
                await keep_dead_letters(
                    connection, "collect", intake.received_at, intake.dead_letters
                )
        await within(connection)
    return outcomes


async def _note(connection: Connection, stored: int, drawn: int, days: Collection[date]) -> None:
    """Count the new rows, and note which ids their days hold: nobody else draws ids meanwhile."""
    await connection.execute(
        """
        with counted as (
            update log_counts set row_count = row_count + $1 where log = 'events_log'
        )
        insert into log_days as d (received_date, first_id, last_id)
        select day, newest.id - $2 + 1, newest.id
        from unnest($3::date[]) as day
        cross join (select last_value as id from events_log_id_seq) as newest
        on conflict (received_date) do update set last_id = excluded.last_id
        """,
        stored,
        drawn,
        sorted(days),
    )


async def _insert_new(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> set[Key]:
    inserted = await connection.fetch(
        _INSERT_NEW,
        *(
            (
                [",".join(item) if item else None for item in column]
                if kind == "text[]"
                else list(column)
            )
            for column, kind in zip(zip(*rows, strict=True), COLUMNS.values(), strict=True)
        ),
    )
    return {(row["site_id"], row["event_id"]) for row in inserted}


async def _without_erased(
    connection: Connection, group: Sequence[Intake], traces: Mapping[Key, Trace]
) -> tuple[Sequence[Intake], set[Key]]:
    """(`group` without the dead letters of erased visitors, the keys of erased visitors' events)."""
    letters = [
        (place, letter, trace)
        for place, intake in enumerate(group)
        for letter in intake.dead_letters
        if (trace := trace_of(letter, intake.received_at)) is not None
    ]
    found = await find_erased(connection, [*traces.values(), *(trace for _, _, trace in letters)])
    if not found:
        return group, set()
    gone: dict[int, list[DeadLetter]] = {}
    for number, (place, letter, _) in enumerate(letters, len(traces)):
        if number in found:
            gone.setdefault(place, []).append(letter)
    keys = {key for number, key in enumerate(traces) if number in found}
    return [_without_letters(one, gone.get(n, [])) for n, one in enumerate(group)], keys


def _without_letters(intake: Intake, gone: Sequence[DeadLetter]) -> Intake:
    if not gone:
        return intake
    tallies = Counter(intake.tallies)
    for letter in gone:
        site_id = str(letter.context.get(LEDGER_SITE, ledger.UNKNOWN_SITE))
        tallies[site_id, ledger.DEAD_LETTER] -= 1
        tallies[site_id, ledger.ERASED] += 1
    kept = [x for x in intake.dead_letters if all(x is not letter for letter in gone)]
    return replace(intake, dead_letters=kept, tallies=tallies)


def _count(intake: Intake, stored: set[Key], erased: set[Key], counts: ledger.Counts) -> Appended:
    """Count an intake; the first of a group that holds a new id gets it."""
    hour = intake.hour
    for (site_id, outcome), number in intake.tallies.items():
        counts[site_id, hour, outcome] += number
    fresh = dropped = 0
    for event in intake.events:
        key = (event.site_id, event.event_id)
        if key in erased:
            dropped += 1
            counts[event.site_id, hour, ledger.ERASED] += 1
            continue
        is_new = key in stored
        stored.discard(key)
        fresh += is_new
        counts[event.site_id, hour, ledger.STORED if is_new else ledger.DUPLICATE] += 1
    return Appended(fresh, len(intake.events) - fresh - dropped, erased=dropped)


async def _known_on_neighbour_days(connection: Connection, rows: list[tuple[Any, ...]]) -> set[Key]:
    """Ids of `rows` in the partition of the day before (or after: a group may commit late)."""
    by_day: dict[date, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_day.setdefault(row[8], []).append(row)
    known: set[Key] = set()
    for day, day_rows in by_day.items():
        before, after = day - timedelta(days=1), day + timedelta(days=1)
        found = await connection.fetch(
            f"""
            select sent.site_id, sent.event_id
            from unnest($1::text[], $2::uuid[]) as sent (site_id, event_id)
            cross join unnest($3::date[]) as neighbour (received_date)
            cross join lateral (
                select 1
                from events_log as known
                where known.received_date = neighbour.received_date
                    and known.received_date in (date '{before}', date '{after}')
                    and known.site_id = sent.site_id
                    and known.event_id = sent.event_id
                limit 1
            ) as known
            """,  # noqa: S608 - dates
            [row[4] for row in day_rows],
            [row[0] for row in day_rows],
            [before, after],
        )
        known.update((row["site_id"], row["event_id"]) for row in found)
    return known


async def partition_days(connection: Connection) -> list[date]:
    """The days that the log has a partition for, in order."""
    rows = await connection.fetch(r"""
        select to_date(right(relname, 8), 'YYYYMMDD') as day
        from pg_inherits join pg_class on oid = inhrelid
        where inhparent = 'events_log'::regclass and relname ~ '^events_log_\d{8}$'
        order by 1
        """)
    return [row["day"] for row in rows]


async def ensure_partitions(connection: Connection, first: date, last: date) -> int:
    """Make the day partitions first..last that are missing; returns how many were made."""
    made: int = await connection.fetchval(
        "select ensure_events_log_partitions($1, $2)", first, last
    )
    return made


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
        event.midnight_id,
    )
