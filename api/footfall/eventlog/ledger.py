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
