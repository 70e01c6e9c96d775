"""Logins: who is signed in, by a random cookie of which only the hash is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from footfall.admin.users import User, read_user
from footfall.database import Connection
from footfall.site import hash_key

# Without use, and in any case.
IDLE: Final = timedelta(days=7)
LIFE: Final = timedelta(days=30)
# Finer would be a write with each request.
USE_RESOLUTION: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who is signed in. csrf: what a page must show to change anything; it tells not the cookie."""

    login_hash: bytes
    user: User
    expires_at: datetime
    csrf: str


async def open_login(connection: Connection, user: User, now: datetime) -> tuple[str, Login]:
    """Sign a user in; returns the cookie's value, which nobody can be told again, and the login."""
    text = secrets.token_urlsafe(32)
    login = Login(_hash(text), user, now + LIFE, _csrf_of(text))
    await connection.execute(
        """
        insert into logins (login_hash, user_id, created_at, last_used_at, expires_at)
        values ($1, $2, $3, $3, $4)
        """,
        login.login_hash,
        user.user_id,
        now,
        login.expires_at,
    )
    return text, login


async def recognise(connection: Connection, text: str, now: datetime) -> Login | None:
    """The login that a cookie is of, noting its use; None where it is over."""
    row = await connection.fetchrow(
        """
        select user_id, last_used_at, expires_at
        from logins
        join users using (user_id)
        where login_hash = $1
            and expires_at > $2
            and last_used_at > $3
            and disabled_at is null
        """,
        _hash(text),
        now,
        now - IDLE,
    )
    if row is None:
        return None
    if row["last_used_at"] < now - USE_RESOLUTION:
        await connection.execute(
            "update logins set last_used_at = $2 where login_hash = $1", _hash(text), now
        )
    user = await read_user(connection, row["user_id"])
    return Login(_hash(text), user, row["expires_at"], _csrf_of(text))


def _csrf_of(text: str) -> str:
    """What goes with this cookie, for pages of our own origin, which alone can read it."""
    return hash_key(f"csrf:{text}")


async def close_login(connection: Connection, text: str) -> None:
    """Sign out; nothing where nobody is signed in by it."""
    await connection.execute("delete from logins where login_hash = $1", _hash(text))


async def forget_ended(connection: Connection, now: datetime) -> None:
    """Remove what is over: logins, and links that can be used no more."""
    await connection.execute(
        "delete from logins where expires_at <= $1 or last_used_at <= $2", now, now - IDLE
    )
    await connection.execute(
        "delete from user_links where expires_at <= $1 or used_at is not null", now
    )


def _hash(text: str) -> bytes:
    return bytes.fromhex(hash_key(text))
