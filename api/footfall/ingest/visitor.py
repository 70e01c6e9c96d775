"""A visitor id for hits that bring none: a keyed hash of address, browser and site.

The key is random, new every UTC day, kept in visitor_salts and deleted after 48 hours; after that
nobody, the operator included, can tell which address an id came from. The address itself is never
stored anywhere.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from datetime import date, datetime, timedelta
from hashlib import blake2b

from footfall.database import AWAY, Pool, connection_within

logger = logging.getLogger("footfall.ingest")

SALT_BYTES = 32
SHARING_LIMIT_S = 2.0


class Salts:
    """Today's salt, shared by all processes through the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._current: tuple[date, bytes] | None = None
        self._is_shared = False
        self._making = asyncio.Lock()

    async def refresh(self, now: datetime) -> bytes:
        """The salt of `now`'s UTC day, made at the first need; older ones are deleted.

        While the database is away, the first need makes one for this process alone, which share() offers
        to the others later.
        """
        if self._current is None or self._current[0] != now.date():
            async with self._making:
                await self._make(now)
        assert self._current is not None
        return self._current[1]

    async def _make(self, now: datetime) -> None:
        if self._current is not None and self._current[0] == now.date():
            return
        try:
            await self.share(now)
        except AWAY:
            logger.warning("a salt for this process alone: database away")
            self._current = (now.date(), secrets.token_bytes(SALT_BYTES))
            self._is_shared = False

    async def share(self, now: datetime) -> None:
        """Agree with the other processes on today's salt, where that is not done yet. Raises AWAY."""
        if self._is_shared and self._current is not None and self._current[0] == now.date():
            return
        today = now.date()
        mine = self._current[1] if self._current is not None and self._current[0] == today else None
        async with connection_within(self._pool, SHARING_LIMIT_S) as connection:
            await connection.execute(
                "insert into visitor_salts (salt_date, salt) values ($1, $2) on conflict do nothing",
                today,
                mine or secrets.token_bytes(SALT_BYTES),
            )
            await connection.execute(
                "delete from visitor_salts where salt_date < $1", today - timedelta(days=1)
            )
            salt = await connection.fetchval(
                "select salt from visitor_salts where salt_date = $1", today
            )
        self._current = (today, salt)
        self._is_shared = True


def derive_visitor_id(salt: bytes, ip: str, user_agent: str | None, site_id: str) -> str:
    """32 hex digits, the same for one browser at one site on one day."""
    message = "\x1f".join((ip, user_agent or "", site_id)).encode("utf-8", "surrogatepass")
    return blake2b(message, key=salt, digest_size=16).hexdigest()
