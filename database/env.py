"""Alembic's environment: connects with DATABASE_URL and compares against footfall.tables.

Takes one advisory lock for the whole run, so that two `footfall migrate` at once wait for each other. A restore gives its own connection, and
migrates in its own transaction.
"""

import asyncio
import os
from typing import Any

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from footfall.database import sqlalchemy_url
from footfall.tables import metadata

# Taken by footfall/backup, too.
MIGRATION_LOCK = 7_207_001


def is_ours(thing: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Day partitions are made by the worker, not by migrations."""
    return not (kind == "table" and name is not None and name.startswith("events_log_2"))


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=is_ours,
        transaction_per_migration=True,
    )
    if connection.in_transaction():
        # Whoever opened it holds the lock, and commits.
        context.run_migrations()
        return
    connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"]
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run())
else:
    migrate(given)
