"""Tombstones: whose events from before which time are not stored any more, wherever they come from.

The appender asks in the transaction that stores; a tombstone is put while the appender waits, so that no
event slips through beside it. Only a hash of the visitor is kept. A tombstone of a whole site has none, and
is for what was received before, whenever it happened.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from footfall.database import Connection, Pool
from footfall.eventlog.intake import DeadLetter

APPEND_LOCK: Final = 7_207_003
# In place of a visitor's hash.
WHOLE_SITE: Final = b""

_FIND: Final = """
    with sent as (
        select *
        from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) with ordinality
            as sent (site_id, visitor_id, at, received_at, place)
    )
    select sent.place
    from sent
    join erasures as e
        on e.site_id = sent.site_id
        and e.visitor_hash = sha256(convert_to(sent.site_id || chr(31) || sent.visitor_id, 'UTF8'))
        and sent.at < e.erased_before
    union all
    select sent.place
    from sent
    join erasures as e
        on e.site_id = sent.site_id and e.visitor_hash = '' and sent.received_at < e.erased_before
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a visitor that wants to be stored. at: the earlier of its own time and of its receipt.

    visitor_id: empty where nobody knows whose it is.
    """

    site_id: str
    visitor_id: str
    at: datetime
    received_at: datetime


def hash_visitor(site_id: str, visitor_id: str) -> bytes:
    """What a tombstone and the audit log keep of a visitor."""
    return sha256(f"{site_id}\x1f{visitor_id}".encode()).digest()


async def find_erased(connection: Connection, traces: Sequence[Trace]) -> set[int]:
    """The places of `traces` that a tombstone is for."""
    if not traces:
        return set()
    found = await connection.fetch(
        _FIND,
        [trace.site_id for trace in traces],
        [trace.visitor_id for trace in traces],
        [trace.at for trace in traces],
        [trace.received_at for trace in traces],
    )
    return {row["place"] - 1 for row in found}


async def put_tombstones(
    connection: Connection, site_ids: Sequence[str], visitor_id: str, actor: str, now: datetime
) -> None:
    """Store nothing more of this visitor from before `now`. Ends the wait of no appender until committed."""
    await connection.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
    await connection.executemany(
        """
        insert into erasures as e (site_id, visitor_hash, erased_before, requested_by, requested_at)
        values ($1, $2, $4, $3, $4)
        on conflict (site_id, visitor_hash) do update set
            erased_before = greatest(e.erased_before, excluded.erased_before),
            requested_by = excluded.requested_by,
            requested_at = excluded.requested_at,
            finished_at = null
        """,
        [(site_id, hash_visitor(site_id, visitor_id), actor, now) for site_id in sorted(site_ids)],
    )


async def put_site_tombstone(
    connection: Connection, site_id: str, actor: str, now: datetime
) -> None:
    """Store nothing more of this site that was received before `now`."""
    await connection.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
    await connection.execute(
        """
        insert into erasures as e (site_id, visitor_hash, erased_before, requested_by, requested_at)
        values ($1, $2, $4, $3, $4)
        on conflict (site_id, visitor_hash) do update set
            erased_before = greatest(e.erased_before, excluded.erased_before),
            requested_by = excluded.requested_by,
            requested_at = excluded.requested_at,
            finished_at = null
        """,
        site_id,
        WHOLE_SITE,
        actor,
        now,
    )


async def lift_site_tombstone(connection: Connection, site_id: str) -> None:
    """For events that are loaded with times of receipt of long ago."""
    await connection.execute(
        "delete from erasures where site_id = $1 and visitor_hash = $2", site_id, WHOLE_SITE
    )


async def find_cleared(pool: Pool, site_ids: Collection[str]) -> dict[str, datetime]:
    """Those of the sites that have a tombstone of their own, and before when it is."""
    rows = await pool.fetch(
        "select site_id, erased_before from erasures where visitor_hash = $2 and site_id = any($1::text[])",
        list(site_ids),
        WHOLE_SITE,
    )
    return {row["site_id"]: row["erased_before"] for row in rows}


async def finish(
    connection: Connection,
    site_id: str,
    visitor_id: str | None,
    counts: Mapping[str, int],
    now: datetime,
) -> None:
    """Note that nothing is left, and how many rows there were. visitor_id: None for the whole site."""
    await connection.execute(
        "update erasures set finished_at = $3, counts = $4 where site_id = $1 and visitor_hash = $2",
        site_id,
        WHOLE_SITE if visitor_id is None else hash_visitor(site_id, visitor_id),
        now,
        dict(counts),
    )


def trace_of(letter: DeadLetter, received_at: datetime) -> Trace | None:
    """Whose a rejected event is, as far as it says so; of several times, the earliest counts."""
    payload: Any = letter.payload if isinstance(letter.payload, dict) else {}
    visitor_id = payload.get("visitorId") or letter.context.get("visitor_id")
    if letter.site_id is None:
        return None
    return Trace(
        _storable(letter.site_id),
        _storable(visitor_id) if isinstance(visitor_id, str) else "",
        min(received_at, _time(payload.get("timestamp")) or received_at),
        received_at,
    )


def _storable(text: str) -> str:
    # PostgreSQL's text holds no NUL and no half characters; such an id is nobody's.
    return text.replace("\0", "").encode(errors="replace").decode()


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
