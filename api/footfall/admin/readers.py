"""Logins for tools that ask in SQL, such as Metabase: members of footfall_reader, with limits.

Logins are the cluster's, so one may also be seen from Footfall's other databases there. Functions run in the
caller's transaction.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

import asyncpg

from footfall import reader
from footfall.admin.audit import COMMAND_LINE, write_down
from footfall.database import Connection
from footfall.errors import Conflict, Misconfigured, NotFound, Unprocessable
from footfall.reader import Login, quote_name

PREFIX: Final = "footfall_reader_"
DEFAULT_STATEMENT_S: Final = 120
# Metabase opens 15.
DEFAULT_CONNECTIONS: Final = 20
IDLE_IN_TRANSACTION_S: Final = 60
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Reader:
    """name: what its operator calls it. database: the one that it was made in. open: sessions it has now."""

    name: str
    role: str
    database: str
    statement_s: int
    connections: int
    open: int


async def create_reader(
    connection: Connection,
    name: str,
    *,
    statement_s: int = DEFAULT_STATEMENT_S,
    connections: int = DEFAULT_CONNECTIONS,
    actor: str = COMMAND_LINE,
) -> Login:
    """Make a login; its password cannot be told again. Raises Unprocessable, Conflict, Misconfigured."""
    if not _NAME.match(name):
        raise Unprocessable(
            "A reader's name has 1 to 40 lower-case letters, digits and underscores, "
            "and begins with a letter.",
            field="name",
        )
    role = PREFIX + name
    if not await reader.prepare(connection):
        raise _may_not()
    if await connection.fetchval("select exists (select from pg_roles where rolname = $1)", role):
        raise Conflict(
            f"There is a reader {name!r} already; "
            f"`footfall reader remove {name}` ends it, to make it anew with another password.",
            field="name",
        )
    login = Login(role, secrets.token_hex(24))
    try:
        await reader.make_login(
            connection,
            login,
            connections=connections,
            settings={
                "statement_timeout": f"{statement_s}s",
                "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_S}s",
            },
        )
        database = await connection.fetchval("select quote_literal(current_database())")
        await connection.execute(f"comment on role {quote_name(role)} is {database}")
    except asyncpg.InsufficientPrivilegeError:
        raise _may_not() from None
    await write_down(
        connection,
        actor,
        "reader.create",
        target=name,
        details={"statement_s": statement_s, "connections": connections},
    )
    return login


async def list_readers(connection: Connection) -> list[Reader]:
    """Every login of this kind in the cluster, by name."""
    rows = await connection.fetch(
        r"""
        select
            rolname as role,
            coalesce(shobj_description(r.oid, 'pg_authid'), '') as database,
            extract(epoch from (
                select substring(setting from 'statement_timeout=(.*)')
                from unnest(rolconfig) as setting
                where setting like 'statement\_timeout=%'
            )::interval)::integer as statement_s,
            rolconnlimit as connections,
            (select count(*)::integer from pg_stat_activity where usename = rolname) as open
        from pg_roles as r
        where rolcanlogin and starts_with(rolname, $1)
        order by rolname collate "C"
        """,
        PREFIX,
    )
    return [Reader(row["role"].removeprefix(PREFIX), *row) for row in rows]


async def remove_reader(connection: Connection, name: str, *, actor: str = COMMAND_LINE) -> None:
    """End a login and its sessions. Raises NotFound, Conflict, Misconfigured."""
    role = PREFIX + name
    if name not in {one.name for one in await list_readers(connection)}:
        raise NotFound(f"There is no reader {name!r}: `footfall reader show`.", field="name")
    quoted = quote_name(role)
    try:
        # Whoever made a role may drop it, but needs its rights to end its sessions.
        await connection.execute(f"grant {quoted} to current_user")
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", role
        )
        await connection.execute(f"drop role {quoted}")
    except asyncpg.InsufficientPrivilegeError:
        raise _may_not() from None
    except asyncpg.DependentObjectsStillExistError as error:
        raise Conflict(
            f"{role} owns objects or has rights beyond a reader's; take them away first: {error.detail}",
            field="name",
        ) from None
    await write_down(connection, actor, "reader.remove", target=name)


def _may_not() -> Misconfigured:
    return Misconfigured(
        f"The user of DATABASE_URL may not make logins that are members of {reader.ROLE}: let the server's"
        f" administrator say `alter role … createrole`, or, where another user has made {reader.ROLE},"
        f" `grant {reader.ROLE} to … with admin option`."
    )
