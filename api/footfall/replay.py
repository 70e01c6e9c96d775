"""Dead letters taken up again, after a new release or a new setting has removed the reason.

A letter of collection goes through the pipeline as on the day it came, by what its context tells; one of
derivation is derived again. Either is settled in the transaction that stores it, so that it counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import orjson

from footfall.database import TRANSIENT, Connection, Pool, transaction
from footfall.derive import apply as derive
from footfall.errors import FootfallError
from footfall.event import Dropped
from footfall.eventlog import consumer, ledger
from footfall.eventlog.dead_letters import LEDGER_SITE, StoredLetter, give_reason, settle
from footfall.eventlog.intake import Intake
from footfall.eventlog.store import store
from footfall.ingest import pipeline, wire
from footfall.site import SiteDirectory

LIMIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """reason: why it stays set aside; None where it was taken up."""

    letter: StoredLetter
    reason: str | None


class _SettledMeanwhile(Exception):
    """Somebody else took the letter up; the transaction must end without effect."""


async def replay(
    pool: Pool,
    sites: SiteDirectory,
    letters: Sequence[StoredLetter],
    now: datetime,
    *,
    max_event_age: timedelta,
) -> list[Outcome]:
    """Try each letter once more; those that fail again stay, with what stood in the way this time.

    Raises TRANSIENT errors; what was taken up before stays so.
    """
    outcomes = []
    for letter in letters:
        try:
            if letter.stage == "derive":
                reason = await _derive(pool, letter, now)
            else:
                reason = await _collect(pool, sites, letter, now, max_event_age)
        except _SettledMeanwhile:
            continue
        if reason is not None:
            async with transaction(pool) as connection:
                await give_reason(connection, letter.id, reason)
        outcomes.append(Outcome(letter, reason))
    return outcomes


async def _derive(pool: Pool, letter: StoredLetter, now: datetime) -> str | None:
    assert letter.log_id is not None
    try:
        async with transaction(pool) as connection:
            # As a consumer, one at a time.
            await consumer.lock_offset(connection, derive.CONSUMER)
            row = await consumer.read_one(connection, letter.log_id)
            if row is None:
                return "its row of the log is gone"
            if not await settle(connection, letter.id, now):
                raise _SettledMeanwhile
            await derive.apply(connection, [row])
    except (*TRANSIENT, _SettledMeanwhile):
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


async def _collect(
    pool: Pool,
    sites: SiteDirectory,
    letter: StoredLetter,
    now: datetime,
    max_event_age: timedelta,
) -> str | None:
    try:
        parsed = wire.parse(orjson.dumps(letter.payload))
    except FootfallError as error:
        return error.detail
    if parsed.rejections or not parsed.hits:
        return parsed.rejections[0].reason if parsed.rejections else "holds no event"
    agent, visitor = letter.context.get("user_agent"), letter.context.get("visitor_id")
    hits = [hit for _, hit in parsed.hits]
    around = pipeline.Surroundings(
        received_at=letter.received_at,
        ip="unknown",
        user_agent=agent if isinstance(agent, str) else None,
        salt=b"replayed",
        sites=await sites.find({s for hit in hits if (s := pipeline.site_id_of(hit))}),
        max_event_age=max_event_age,
    )
    events = []
    for hit in hits:
        outcome = pipeline.run(replace(hit, visitor_id=hit.visitor_id or visitor), around)
        if isinstance(outcome, Dropped):
            return f"{outcome.field} {outcome.detail}"
        if hit.session_id is None and hit.visitor_id is None:
            outcome = replace(outcome, midnight_id=letter.context.get("midnight_id"))
        events.append(outcome)
    before = str(letter.context.get(LEDGER_SITE, ledger.UNKNOWN_SITE))
    tallies = Counter({(before, ledger.DEAD_LETTER): -1, (before, ledger.RECEIVED): -1})
    for event in events:
        tallies[event.site_id, ledger.RECEIVED] += 1

    async def mark(connection: Connection) -> None:
        if not await settle(connection, letter.id, now):
            raise _SettledMeanwhile

    try:
        intake = Intake(letter.received_at, events, (), tallies)
        [appended] = await store(pool, [intake], limit_s=LIMIT_S, within=mark)
    except asyncpg.PostgresError as error:
        return str(error)
    return "set aside anew: the database refuses it" if appended.refused else None
