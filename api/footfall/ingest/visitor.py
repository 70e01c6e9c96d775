"""Ids for hits that bring none: keyed hashes of address, browser and site.

The key (salt) is random, new every UTC day, kept in visitor_salts and deleted after 48 hours; after that
nobody, the operator included, can tell which address an id came from. The address itself is never
stored anywhere.

A visitor id is of one day. So that a session may go on over midnight, a hit near it has a midnight id too:
another hash, under the older day's salt on both sides, that tells nothing but that these are one browser
(docs/decisions/0009).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final

from footfall.database import AWAY, Pool, connection_within
from footfall.event import SESSION_GAP

logger = logging.getLogger("footfall.ingest")

SALT_BYTES: Final = 32
SHARING_LIMIT_S: Final = 2.0
DAY: Final = timedelta(days=1)
# What comes up to a gap late may follow, after midnight, on something another gap earlier.
BEFORE_MIDNIGHT: Final = 2 * SESSION_GAP
AFTER_MIDNIGHT: Final = SESSION_GAP


@dataclass(frozen=True, slots=True)
class DaySalts:
    """The salts of a UTC day and of the one before it; None where that is known no more."""

    today: bytes
    yesterday: bytes | None


class Salts:
    """Today's and yesterday's salt, shared by all processes through the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: dict[date, DaySalts] = {}
        self._shared: date | None = None
        self._making = asyncio.Lock()

    async def refresh(self, now: datetime) -> DaySalts:
        """The salts of `now`'s UTC day, today's made at the first need; older ones are deleted.

        The database is asked at the first need of a day only. While it is away, that makes a salt for this
        process alone, which share() offers to the others later; yesterday's is what the process remembers.
        """
        known = self._known.get(now.date())
        if known is None:
            async with self._making:
                await self._make(now)
            known = self._known[now.date()]
        return known

    async def _make(self, now: datetime) -> None:
        if now.date() in self._known:
            return
        try:
            await self.share(now)
        except AWAY:
            logger.warning("a salt for this process alone: database away")
            self._keep(now.date(), secrets.token_bytes(SALT_BYTES), self._own(now.date() - DAY))

    async def share(self, now: datetime) -> None:
        """Agree with the other processes on today's and yesterday's salt, where that is not done. Raises AWAY."""
        today = now.date()
        if self._shared == today and today in self._known:
            return
        yesterday = today - DAY
        offered = {today: self._own(today) or secrets.token_bytes(SALT_BYTES)}
        before = self._own(yesterday)
        if before is not None:
            offered[yesterday] = before
        async with connection_within(self._pool, SHARING_LIMIT_S) as connection:
            await connection.execute(
                "insert into visitor_salts (salt_date, salt)"
                " select * from unnest($1::date[], $2::bytea[]) on conflict do nothing",
                list(offered),
                list(offered.values()),
            )
            await connection.execute("delete from visitor_salts where salt_date < $1", yesterday)
            rows = await connection.fetch(
                "select salt_date, salt from visitor_salts where salt_date = any($1::date[])",
                [today, yesterday],
            )
        agreed = {row["salt_date"]: row["salt"] for row in rows}
        self._keep(today, agreed[today], agreed.get(yesterday))
        self._shared = today

    def _own(self, day: date) -> bytes | None:
        known = self._known.get(day)
        return None if known is None else known.today

    def _keep(self, today: date, salt: bytes, before: bytes | None) -> None:
        # A request that was received before midnight may ask for its day after others ask for the next.
        kept = {day: salts for day, salts in self._known.items() if day == today - DAY}
        self._known = {**kept, today: DaySalts(salt, before)}


def derive_visitor_id(salt: bytes, ip: str, user_agent: str | None, site_id: str) -> str:
    """32 hex digits, the same for one browser at one site on one day."""
    return _hash(salt, ip, user_agent, site_id, b"")


def derive_midnight_id(salt: bytes, ip: str, user_agent: str | None, site_id: str) -> str:
    """32 hex digits, the same for one browser at one site on both sides of the midnight after `salt`'s day."""
    return _hash(salt, ip, user_agent, site_id, b"midnight")


def midnight_salt(
    happened_at: datetime, received_at: datetime, today: bytes, yesterday: bytes | None
) -> bytes | None:
    """The salt for a hit's midnight id; None where no midnight of its day of receipt is near.

    Near is the hour before and the half hour after, by the hit's own time or by its receipt: a clock that
    is wrong is wrong on both sides of midnight, so what is received in time is near by its receipt; what
    comes later is near by its time. No two events of a session have a midnight between their receipts
    without both being near it, but for those that come more than half an hour late.
    """
    midnight = received_at.replace(hour=0, minute=0, second=0, microsecond=0)
    for at in (happened_at, received_at):
        since_midnight = at - midnight
        if abs(since_midnight) <= AFTER_MIDNIGHT:
            return yesterday
        if -AFTER_MIDNIGHT <= DAY - since_midnight <= BEFORE_MIDNIGHT:
            return today
    return None


def _hash(salt: bytes, ip: str, user_agent: str | None, site_id: str, use: bytes) -> str:
    message = "\x1f".join((ip, user_agent or "", site_id)).encode("utf-8", "surrogatepass")
    return blake2b(message, key=salt, digest_size=16, person=use).hexdigest()
