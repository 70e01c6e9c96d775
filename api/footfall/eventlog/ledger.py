"""The loss ledger: events by site, hour of receipt and outcome, counted in the transaction that stores them.

For each site and hour, received = stored + duplicate + dropped_* + dead_letter; what waits in the spool
is in none of them yet. `received` is counted where a request is taken apart, the others where each ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from footfall.database import Connection

RECEIVED: Final = "received"
STORED: Final = "stored"
DUPLICATE: Final = "duplicate"
DEAD_LETTER: Final = "dead_letter"
DROPPED: Final = "dropped_"
# Of a visitor who was erased: taken away after it was stored, or from before that and late.
ERASED: Final = "dropped_erased"
# Events that name no site which exists.
UNKNOWN_SITE: Final = "(unknown)"

# (site id, hour, outcome) to a number of events.
Counts = Counter[tuple[str, datetime, str]]

_ADD: Final = """
    insert into ingest_ledger as l (site_id, hour, outcome, event_count)
    select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::bigint[])
    on conflict (site_id, hour, outcome) do update set event_count = l.event_count + excluded.event_count
"""


async def add(connection: Connection, counts: Mapping[tuple[str, datetime, str], int]) -> None:
    """Count, in the caller's transaction; rows in one order so that two writers cannot deadlock."""
    keys = sorted(key for key, number in counts.items() if number)
    if keys:
        await connection.execute(
            _ADD,
            [key[0] for key in keys],
            [key[1] for key in keys],
            [key[2] for key in keys],
            [counts[key] for key in keys],
        )


async def read(
    connection: Connection, first: datetime, last: datetime, site_id: str | None = None
) -> Counts:
    """What was counted in the hours from `first` on and before `last`, of one site or of all."""
    rows = await connection.fetch(
        """
        select site_id, hour, outcome, event_count
        from ingest_ledger
        where hour >= $1 and hour < $2 and ($3::text is null or site_id = $3)
        """,
        first,
        last,
        site_id,
    )
    return Counter({(r["site_id"], r["hour"], r["outcome"]): r["event_count"] for r in rows})


def imbalance(counts: Mapping[tuple[str, datetime, str], int]) -> dict[tuple[str, datetime], int]:
    """(site id, hour) to received minus everything that became of it, where that is not 0."""
    left: Counter[tuple[str, datetime]] = Counter()
    for (site_id, hour, outcome), number in counts.items():
        left[site_id, hour] += number if outcome == RECEIVED else -number
    return {key: number for key, number in left.items() if number}


# Sequence numbers count from 1 on each load of a page, and the loads of a session are not told apart.
# But where n loads got to number k, n events carry each smaller one: what is missing of that was lost.
# A page's last events and whole loads leave no gap, so it is a lower bound.
_MISSING: Final = """
    with sent as (
        select site_id, session_id, (raw_event_data ->> 'sequence')::int as number, count(*) as events
        from events_log
        where received_date >= ($1::timestamptz at time zone 'UTC')::date
            and received_date <= ($2::timestamptz at time zone 'UTC')::date
            and received_at >= $1 and received_at < $2
            and ($3::text is null or site_id = $3)
            and not is_bot
            and session_id is not null
            and raw_event_data ->> 'sequence' ~ '^[0-9]{1,4}$'
        group by 1, 2, 3
    ),
    expected as (
        select
            *,
            number - coalesce(lag(number) over numbers, 0) - 1 as skipped,
            max(events) over (
                partition by site_id, session_id order by number
                rows between current row and unbounded following
            ) as later
        from sent
        window numbers as (partition by site_id, session_id order by number)
    )
    select site_id, sum(skipped * later + later - events)::bigint as missing, sum(events)::bigint as arrived
    from expected
    where number > 0
    group by 1
"""


async def missing(
    connection: Connection, first: datetime, last: datetime, site_id: str | None = None
) -> dict[str, tuple[int, int]]:
    """Site id to (events that trackers numbered and that never came, at least; numbered events that came)."""
    rows = await connection.fetch(_MISSING, first, last, site_id)
    return {row["site_id"]: (row["missing"], row["arrived"]) for row in rows}
