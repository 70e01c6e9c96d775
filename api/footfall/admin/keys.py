"""Keys: made, listed, revoked and recognised. Of a key only its hash is kept, so it is shown once.

Ingest keys are checked by edge against site.Site, without a query; this is for the other two scopes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import asyncpg

from footfall.admin.audit import COMMAND_LINE, write_down
from footfall.admin.sites import read_site
from footfall.database import Connection
from footfall.errors import NotFound, Unprocessable
from footfall.site import hash_key

Scope = Literal["ingest", "read", "admin"]

PREFIX: Final = "ff_"
SCOPES: Final[tuple[Scope, ...]] = ("ingest", "read", "admin")
MAX_NAME_CHARACTERS: Final = 100
# last_used_at says "this week, or never again?"; finer would be a write with each request.
USE_RESOLUTION: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Key:
    """site_id: the only site it is for; None, for all. last_used_at: to the hour."""

    key_id: str
    name: str
    scope: Scope
    site_id: str | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create_key(
    connection: Connection,
    scope: Scope,
    site_id: str | None,
    name: str,
    *,
    actor: str = COMMAND_LINE,
) -> tuple[Key, str]:
    """A new key and its text, which nobody can be told again. Raises NotFound, Unprocessable."""
    name = name.strip()
    if not name.isprintable() or len(name) > MAX_NAME_CHARACTERS:
        raise Unprocessable(
            f"A key's name has at most {MAX_NAME_CHARACTERS} printable characters.", field="name"
        )
    if site_id is not None:
        await read_site(connection, site_id)
    elif scope == "ingest":
        raise Unprocessable("An ingest key is for one site: name it.", field="site_id")
    text = PREFIX + secrets.token_urlsafe(32)
    key_id = secrets.token_hex(6)
    await connection.execute(
        "insert into api_keys (key_id, key_hash, name, scope, site_id) values ($1, $2, $3, $4, $5)",
        key_id,
        bytes.fromhex(hash_key(text)),
        name,
        scope,
        site_id,
    )
    await write_down(
        connection,
        actor,
        "key.create",
        site_id,
        target=key_id,
        details={"scope": scope, "name": name},
    )
    return await read_key(connection, key_id), text


async def list_keys(connection: Connection, site_id: str | None = None) -> list[Key]:
    """Keys of one site, or all; oldest first, the revoked ones too."""
    rows = await connection.fetch(
        f"{_SELECT} where $1::text is null or site_id = $1 order by created_at, key_id",
        site_id,
    )
    return [_key(row) for row in rows]


async def read_key(connection: Connection, key_id: str) -> Key:
    """One key by its id. Raises NotFound."""
    row = (
        await connection.fetchrow(f"{_SELECT} where key_id = $1", key_id)
        if "\x00" not in key_id
        else None
    )
    if row is None:
        raise NotFound(f"There is no key {key_id!r}.", field="key_id")
    return _key(row)


async def revoke_key(
    connection: Connection, key_id: str, now: datetime, *, actor: str = COMMAND_LINE
) -> Key:
    """End a key; to do it twice changes nothing. Raises NotFound."""
    key = await read_key(connection, key_id)
    if key.revoked_at is None:
        await write_down(connection, actor, "key.revoke", key.site_id, target=key_id)
    await connection.execute(
        "update api_keys set revoked_at = coalesce(revoked_at, $2) where key_id = $1", key_id, now
    )
    return await read_key(connection, key_id)


async def recognise(connection: Connection, text: str, now: datetime) -> Key | None:
    """The valid key that `text` is, noting its use."""
    if not text.startswith(PREFIX):
        return None
    row = await connection.fetchrow(
        f"{_SELECT} where key_hash = $1 and revoked_at is null",
        bytes.fromhex(hash_key(text)),
    )
    if row is None:
        return None
    key = _key(row)
    if key.last_used_at is None or key.last_used_at < now - USE_RESOLUTION:
        await connection.execute(
            "update api_keys set last_used_at = $2 where key_id = $1", key.key_id, now
        )
    return key


def _key(row: asyncpg.Record) -> Key:
    return Key(**dict(row))


_SELECT: Final = """
    select key_id, name, scope, site_id, created_at, last_used_at, revoked_at
    from api_keys
"""
