"""A backup put back: checked as a whole first, then everything in one transaction, or nothing.

The tables are emptied, the schema is brought to what it was when the backup was taken, the tables are filled
by COPY, and the schema is brought to this release's. Tables that are there are kept, since to drop a partition
takes some thirty locks, and to empty it five. API and worker may run: they wait, and events go to the
spool. What stays of the database before: staying.py.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import orjson
from alembic import command as alembic
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from footfall.backup import staying
from footfall.backup.archive import Manifest, Reader
from footfall.backup.take import MIGRATION_LOCK, SESSION, Progress
from footfall.config import PROJECT_DIR
from footfall.database import Connection, sqlalchemy_url
from footfall.errors import Conflict, Misconfigured, Unavailable, Unprocessable
from footfall.eventlog.erasures import APPEND_LOCK
from footfall.reader import quote_name
from footfall.tables import metadata

# What the next try may well not meet again.
_IN_USE: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

logger = logging.getLogger("footfall.backup")

MAX_ATTEMPTS: Final = 5
LOCK_PATIENCE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Present:
    """What a database holds now: rows, of events, sites and keys. revision: None where nothing is there."""

    revision: str | None
    events: int = 0
    sites: int = 0
    keys: int = 0

    @property
    def is_empty(self) -> bool:
        return self.events == self.sites == self.keys == 0

    @property
    def described(self) -> str:
        return f"The database holds {self.events:,} events, {self.sites:,} sites and {self.keys:,} keys."


def check_revision(manifest: Manifest, name: str) -> None:
    """Raises Unprocessable where this release does not know the backup's schema."""
    if manifest.revision not in _known_revisions():
        raise Unprocessable(
            f"{name} was made by Footfall {manifest.footfall} with the schema {manifest.revision}, which this"
            " one does not know: update Footfall first."
        )


async def look(connection: Connection) -> Present:
    """What is there. Raises Misconfigured where a newer release has been at it."""
    if await connection.fetchval("select to_regclass('alembic_version') is null"):
        return Present(None)
    revision = await connection.fetchval("select version_num from alembic_version")
    if revision is None:
        return Present(None)
    if revision not in _known_revisions():
        raise Misconfigured(
            f"The database has the schema {revision} of a newer Footfall: update this one first."
        )
    # As counted by the appender: looking through the log could take minutes.
    events = await connection.fetchval(
        "select coalesce(sum(row_count), 0)::bigint from log_counts where log = 'events_log'"
    )
    sites = await connection.fetchval("select count(*) from sites")
    has_keys = await connection.fetchval("select to_regclass('api_keys') is not null")
    keys = await connection.fetchval("select count(*) from api_keys") if has_keys else 0
    return Present(revision, events, sites, keys)


async def restore(
    url: str,
    reader: Reader,
    now: datetime,
    *,
    replace: bool,
    actor: str,
    on_progress: Progress = lambda table, rows: None,
) -> None:
    """Put the backup, which was checked, in the place of what is there.

    Raises Conflict where that is more than nothing and `replace` is not said, Unavailable where those who use
    the tables do not let go of them; then nothing has changed.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            async with _transaction(url) as connection:
                await _restore(connection, reader, now, replace, actor, on_progress)
            break
        except (asyncpg.PostgresError, DBAPIError) as error:
            cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
            if isinstance(cause, asyncpg.OutOfMemoryError):
                raise Misconfigured(
                    f"PostgreSQL has no room for the locks of so many days: {cause.hint or cause} Then restart"
                    " it, and try again. Nothing was changed."
                ) from None
            if not isinstance(cause, _IN_USE):
                raise
            logger.info("restore tries again", extra={"detail": str(cause)})
            if attempt == MAX_ATTEMPTS:
                raise Unavailable(
                    "The tables are in use and nobody lets go of them: end long queries, or stop the API"
                    " and the worker, and try again. Nothing was changed."
                ) from None
    async with _transaction(url) as connection:
        driver = await _driver(connection)
        for table in reader.manifest.tables:
            await driver.execute(f"analyze {quote_name(table.name)}")


async def _restore(
    connection: AsyncConnection,
    reader: Reader,
    now: datetime,
    replace: bool,
    actor: str,
    on_progress: Progress,
) -> None:
    manifest = reader.manifest
    driver = await _driver(connection)
    for name, value in SESSION.items():
        await driver.execute("select set_config($1, $2, true)", name, value)
    await _lock(driver)
    there = await look(driver)
    if not there.is_empty and not replace:
        raise Conflict(f"{there.described} --replace puts the backup in its place.")
    if there.revision is not None:
        await staying.set_by(driver, manifest.created_at, now)
        await _empty(driver)
    await connection.run_sync(_bring_to, there.revision, manifest.revision)
    await _fill(driver, reader, on_progress)
    await connection.run_sync(lambda sync: alembic.upgrade(_alembic_config(sync), "head"))
    if there.revision is not None:
        await staying.put_back(driver)
    told = {"created_at": manifest.created_at, "events": manifest.rows_of("events_log")}
    await driver.execute(
        "insert into audit_log (at, actor, action, details) values ($1, $2, 'restore', $3::text::jsonb)",
        now,
        actor,
        orjson.dumps(told).decode(),
    )


async def _lock(driver: Connection) -> None:
    """Everything at once, so that nobody is met halfway: who migrates, who appends, who derives, who reads."""
    await driver.execute(f"set local lock_timeout = '{LOCK_PATIENCE_S}s'")
    await driver.execute(f"select pg_advisory_xact_lock({MIGRATION_LOCK})")
    await driver.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
    if names := await _tables(driver):
        await driver.execute(f"lock table {', '.join(names)} in access exclusive mode")


async def _tables(driver: Connection) -> list[str]:
    """Those that are there, in the order in which deriving locks them."""
    rows = await driver.fetch(
        "select name from unnest($1::text[]) with ordinality as wanted (name, place)"
        " where to_regclass(name) is not null order by place",
        ["consumer_offsets", *sorted(set(metadata.tables) - {"consumer_offsets"})],
    )
    return [row["name"] for row in rows]


async def _empty(driver: Connection) -> None:
    # The audit log refuses to be emptied, but for this.
    has_audit = await driver.fetchval("select to_regclass('audit_log') is not null")
    if has_audit:
        await driver.execute("alter table audit_log disable trigger append_only")
    await driver.execute(f"truncate {', '.join(await _tables(driver))} restart identity")
    if has_audit:
        await driver.execute("alter table audit_log enable trigger append_only")


def _bring_to(connection: SyncConnection, before: str | None, revision: str) -> None:
    config = _alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    older = {one.revision for one in scripts.iterate_revisions(before, "base")} if before else set()
    if revision in older:
        alembic.downgrade(config, revision)
    else:
        alembic.upgrade(config, revision)


async def _fill(driver: Connection, reader: Reader, on_progress: Progress) -> None:
    manifest = reader.manifest
    await driver.execute(
        "select ensure_events_log_partitions(day, day) from unnest($1::date[]) as day",
        manifest.days,
    )
    for table in manifest.tables:
        name = quote_name(table.name)
        if await driver.fetchval(f"select exists (select from {name})"):  # noqa: S608 - quoted
            # A migration has put something there.
            await driver.execute(f"delete from {name}")  # noqa: S608

        async def text(table_name: str = table.name) -> AsyncIterator[bytes]:
            for piece in reader.text_of(table_name):
                yield piece
                on_progress(table_name, piece.count(b"\n"))

        told = await driver.copy_to_table(
            table.name, source=text(), columns=table.columns, format="text"
        )
        if told != f"COPY {table.rows}":
            raise Unprocessable(f"{table.name}: {told} instead of {table.rows} rows.")
    for position in manifest.positions:
        await driver.execute(
            "select setval(pg_get_serial_sequence($1, $2), $3, $4)",
            quote_name(position.table),
            position.column,
            position.last_value,
            position.is_called,
        )


@asynccontextmanager
async def _transaction(url: str) -> AsyncIterator[AsyncConnection]:
    """One that Alembic and COPY share."""
    engine = create_async_engine(
        sqlalchemy_url(url),
        poolclass=NullPool,
        # Tables come and go: no plan of before may be used.
        connect_args={
            "prepared_statement_cache_size": 0,
            "statement_cache_size": 0,
            "server_settings": {"application_name": "footfall-restore"},
        },
    )
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _driver(connection: AsyncConnection) -> asyncpg.Connection:
    """asyncpg's own connection, inside SQLAlchemy's transaction."""
    await connection.exec_driver_sql("select 1")
    raw = await connection.get_raw_connection()
    assert isinstance(raw.driver_connection, asyncpg.Connection)
    return raw.driver_connection


def _alembic_config(connection: SyncConnection | None = None) -> Config:
    config = Config(PROJECT_DIR / "database" / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def _known_revisions() -> set[str]:
    scripts = ScriptDirectory.from_config(_alembic_config())
    return {one.revision for one in scripts.walk_revisions()}
