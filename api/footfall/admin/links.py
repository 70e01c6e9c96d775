"""Links that work once: to make the first administrator, or to choose a password. Only a hash is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from footfall.admin.audit import COMMAND_LINE, write_down
from footfall.admin.users import User, has_administrator, read_user
from footfall.database import Connection
from footfall.errors import Conflict, NotFound
from footfall.site import hash_key

Purpose = Literal["setup", "password"]

LIFE: Final = timedelta(days=3)
_ENDED: Final = (
    "This link works no longer: it was used, is over three days old, or a newer one was made. "
    "`footfall user link` makes another."
)


@dataclass(frozen=True, slots=True)
class Link:
    """user: whose password it sets; None for the set-up."""

    link_hash: bytes
    purpose: Purpose
    user: User | None


async def make_setup_link(connection: Connection, now: datetime) -> str:
    """The secret of a new set-up link, which ends those before. Raises Conflict where an administrator is."""
    if await has_administrator(connection):
        raise Conflict("There is an administrator already: name the user whose link you want.")
    await connection.execute("delete from user_links where purpose = 'setup' and used_at is null")
    return await _insert(connection, "setup", None, now)


async def make_password_link(
    connection: Connection, user: User, now: datetime, *, actor: str = COMMAND_LINE
) -> str:
    """The secret of a new link for the user's password, which ends those before; the password stays until then."""
    await connection.execute(
        "delete from user_links where user_id = $1 and used_at is null", user.user_id
    )
    await write_down(connection, actor, "user.link", target=user.name)
    return await _insert(connection, "password", user.user_id, now)


async def read_link(connection: Connection, secret: str, now: datetime) -> Link:
    """What a link is for; until the transaction ends nobody else can use it. Raises NotFound."""
    row = await connection.fetchrow(
        """
        select link_hash, purpose, user_id
        from user_links
        where link_hash = $1
            and used_at is null
            and expires_at > $2
        for update
        """,
        bytes.fromhex(hash_key(secret)),
        now,
    )
    if row is None:
        raise NotFound(_ENDED, field="link")
    user = None if row["user_id"] is None else await read_user(connection, row["user_id"])
    if (user is None and await has_administrator(connection)) or (user and user.disabled_at):
        raise NotFound(_ENDED, field="link")
    return Link(row["link_hash"], row["purpose"], user)


async def use_up(connection: Connection, link: Link, now: datetime) -> None:
    """It works no more."""
    await connection.execute(
        "update user_links set used_at = $2 where link_hash = $1", link.link_hash, now
    )


async def _insert(
    connection: Connection, purpose: Purpose, user_id: int | None, now: datetime
) -> str:
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        """
        insert into user_links (link_hash, purpose, user_id, created_at, expires_at)
        values ($1, $2, $3, $4, $5)
        """,
        bytes.fromhex(hash_key(secret)),
        purpose,
        user_id,
        now,
        now + LIFE,
    )
    return secret
