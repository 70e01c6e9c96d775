"""A visitor id for hits that bring none: a keyed hash of address, browser and site.

The key is random, new every UTC day, kept in visitor_salts and deleted after 48 hours; after that
nobody, the operator included, can tell which address an id came from. The address itself is never
stored anywhere.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from hashlib import blake2b

from footfall.database import Pool

SALT_BYTES = 32


class Salts:
    """Today's salt, shared by all processes through the database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._current: tuple[date, bytes] | None = None

    async def refresh(self, now: datetime) -> bytes:
        """The salt of `now`'s UTC day, made at the first need; older ones are deleted."""
        today = now.date()
        current = self._current
        if current is None or current[0] != today:
            async with self._pool.acquire() as connection:
                await connection.execute(
                    "insert into visitor_salts (salt_date, salt) values ($1, $2) on conflict do nothing",
                    today,
                    secrets.token_bytes(SALT_BYTES),
                )
                await connection.execute(
                    "delete from visitor_salts where salt_date < $1", today - timedelta(days=1)
                )
                salt = await connection.fetchval(
                    "select salt from visitor_salts where salt_date = $1", today
                )
            self._current = current = (today, salt)
        return current[1]


def derive_visitor_id(salt: bytes, ip: str, user_agent: str | None, site_id: str) -> str:
    """32 hex digits, the same for one browser at one site on one day."""
    message = "\x1f".join((ip, user_agent or "", site_id)).encode("utf-8", "surrogatepass")
    return blake2b(message, key=salt, digest_size=16).hexdigest()
