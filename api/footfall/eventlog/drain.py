"""What waited on disk into PostgreSQL: the worker's part of the spool, in the order it was written.

How far a segment was read is committed together with its events, so that nothing is counted twice; the
events themselves have ids and would be stored once anyway.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from footfall.database import Connection, Pool
from footfall.eventlog import ledger, spool
from footfall.eventlog.dead_letters import LEDGER_SITE
from footfall.eventlog.erasures import find_cleared
from footfall.eventlog.intake import DeadLetter, Intake
from footfall.eventlog.store import store
from footfall.site import SiteDirectory

logger = logging.getLogger("footfall.eventlog")

PIECE_BYTES: Final = 2 * 1024 * 1024
LIMIT_S: Final = 60.0


async def drain(pool: Pool, folder: Path, sites: SiteDirectory, now: datetime) -> int:
    """Store the next piece of the oldest segment that has one; returns how many events, 0 when none waits.

    Safe to repeat, and from several processes at once: a segment's position is locked while it is read.
    Raises TRANSIENT errors; then the piece is read again.
    """
    for segment in spool.list_segments(folder):
        moved = await _drain_piece(pool, segment, sites, now)
        if moved:
            return moved
    return 0


async def _drain_piece(pool: Pool, segment: Path, sites: SiteDirectory, now: datetime) -> int:
    try:
        position = await _position(pool, segment.name)
        lines = await asyncio.to_thread(
            lambda: list(spool.read_lines(segment, position, PIECE_BYTES))
        )
        if not lines:
            if await asyncio.to_thread(spool.remove_if_ended, segment, position):
                await _forget_old(pool, segment.parent)
            return 0
    except FileNotFoundError:
        # Another process has taken it away.
        return 0
    group = [line.intake or _damaged(line.text, segment.name, now) for line in lines]
    group = await _registered(pool, group, sites)

    async def move(connection: Connection) -> None:
        moved = await connection.execute(
            """
            insert into spool_positions as s (segment, byte_position) values ($1, $3)
            on conflict (segment) do update set byte_position = $3, updated_at = now()
            where s.byte_position = $2
            """,
            segment.name,
            position,
            lines[-1].end,
        )
        if moved == "INSERT 0 0":
            raise _MovedMeanwhile

    try:
        await store(pool, group, limit_s=LIMIT_S, within=move)
    except _MovedMeanwhile:
        return 0
    count = sum(len(intake.events) for intake in group)
    logger.info("stored what had waited on disk", extra={"events": count})
    return max(1, count)


class _MovedMeanwhile(Exception):
    """Another process stored this piece; the transaction must end without effect."""


async def positions(connection: Connection) -> dict[str, int]:
    """How far each segment was read."""
    rows = await connection.fetch("select segment, byte_position from spool_positions")
    return {row["segment"]: row["byte_position"] for row in rows}


async def _position(pool: Pool, segment: str) -> int:
    position: int | None = await pool.fetchval(
        "select byte_position from spool_positions where segment = $1", segment
    )
    return position or 0


async def _forget_old(pool: Pool, folder: Path) -> None:
    """Positions of files that are gone for a day: a worker that still holds such a file's lines must
    find the position, or it would store them again."""
    await pool.execute(
        "delete from spool_positions"
        " where updated_at < now() - interval '1 day' and segment <> all($1::text[])",
        [path.name for path in spool.list_segments(folder)],
    )


async def _registered(pool: Pool, group: Sequence[Intake], sites: SiteDirectory) -> list[Intake]:
    """`group` with its sites registered; events of those that cannot be are dead letters.

    What is not stored any more, since its site was cleared after it came, registers no site anew.
    """
    named = {event.site_id for intake in group for event in intake.events}
    cleared = await find_cleared(pool, named)
    gone = [
        {one for one, before in cleared.items() if intake.received_at < before} for intake in group
    ]
    wanted = {
        event.site_id
        for intake, of_old in zip(group, gone, strict=True)
        for event in intake.events
        if event.site_id not in of_old
    }
    known = await sites.find(wanted)
    if wanted <= known.keys():
        return list(group)
    return [
        _without_unknown(intake, known.keys() | of_old)
        for intake, of_old in zip(group, gone, strict=True)
    ]


def _without_unknown(intake: Intake, known: set[str]) -> Intake:
    homeless = [event for event in intake.events if event.site_id not in known]
    letters = [
        DeadLetter(
            event.site_id,
            "siteId",
            "is not registered here",
            event.raw,
            {
                LEDGER_SITE: event.site_id,
                "user_agent": event.user_agent,
                "visitor_id": event.visitor_id,
            },
        )
        for event in homeless
    ]
    tallies = Counter(intake.tallies)
    for event in homeless:
        tallies[event.site_id, ledger.DEAD_LETTER] += 1
    return replace(
        intake,
        events=[event for event in intake.events if event.site_id in known],
        dead_letters=[*intake.dead_letters, *letters],
        tallies=tallies,
    )


def _damaged(text: bytes, segment: str, now: datetime) -> Intake:
    """A line that the disk changed, or a release we do not know: kept as it is, to be looked at."""
    letter = DeadLetter(
        None,
        "spool",
        f"unreadable line in {segment}",
        text.decode(errors="replace").replace("\0", ""),
    )
    tallies = {
        (ledger.UNKNOWN_SITE, ledger.RECEIVED): 1,
        (ledger.UNKNOWN_SITE, ledger.DEAD_LETTER): 1,
    }
    return Intake(now, (), [letter], tallies)
