"""Connections as the owner: asyncpg pools, and the address for migrations; reports have theirs in reader.py.

The only module that knows how a DATABASE_URL is spelled for each driver. Nothing here commits on its
own: `transaction()` commits at its end, once, for whoever opened it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
from sqlalchemy.engine import make_url

from footfall.config import plain_url
from footfall.errors import Misconfigured, Unavailable

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Pool = asyncpg.Pool

# What it raises where DATABASE_URL names a user, password or database that the server does not know.
REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)

# What asyncpg raises when the server is away, starting, stopping or out of room: retry, never a bug.
AWAY = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
)

# What the next try may well not meet again: nothing is wrong with what was asked.
TRANSIENT = (
    *AWAY,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)

CONNECT_TIMEOUT_S = 5.0


def sqlalchemy_url(url: str) -> str:
    """`url` as SQLAlchemy reads it, for asyncpg."""
    parsed = make_url(plain_url(url)).set(drivername="postgresql+asyncpg")
    return parsed.render_as_string(hide_password=False)


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01"
        + (value if isinstance(value, bytes) else orjson.dumps(value)),
        decoder=lambda value: orjson.loads(value[1:]),
        schema="pg_catalog",
        format="binary",
    )


async def open_pool(
    url: str,
    *,
    role: str,
    min_size: int = 1,
    max_size: int = 4,
    command_timeout_s: float | None = 30.0,
) -> Pool:
    """A pool whose jsonb values are Python objects (bytes go in as they are).

    With min_size 0 no connection is made yet, so a server that is away is no error. `role` shows in pg_stat_activity as the application's name. Raises Unavailable when the server
    cannot be reached, Misconfigured when the address, the password or the database is wrong.
    """
    try:
        return await asyncpg.create_pool(
            plain_url(url),
            min_size=min_size,
            max_size=max_size,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=command_timeout_s,
            max_inactive_connection_lifetime=300,
            init=_prepare,
            server_settings={
                "application_name": f"footfall-{role}",
                "timezone": "UTC",
                "jit": "off",
                # A 2xx means on disk, however the server at DATABASE_URL is tuned.
                "synchronous_commit": "on",
            },
        )
    except REFUSED as error:
        raise Misconfigured(f"DATABASE_URL is refused by the server: {error}") from None
    except AWAY as error:
        raise Unavailable(
            f"The database cannot be reached: {error or type(error).__name__}"
        ) from None


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """One connection, one transaction; committed at the end, rolled back on any exception."""
    async with pool.acquire() as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def connection_within(pool: Pool, limit_s: float) -> AsyncIterator[Connection]:
    """A connection that is cut off after `limit_s` seconds, whatever the server does then.

    A cancelled query would first ask the server to cancel, and wait for its word; a server that hangs
    gives none. What ran on the connection raises one of AWAY.
    """
    async with pool.acquire(timeout=limit_s) as connection:
        cut_off = asyncio.get_running_loop().call_later(limit_s, connection.terminate)
        try:
            yield connection
        finally:
            cut_off.cancel()
