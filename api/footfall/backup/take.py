"""A backup taken: every table in one snapshot, while collection and derivation go on.

By COPY over the application's own connection, so it needs no pg_dump and suits any PostgreSQL. What is
not in it, and why, says LEFT_OUT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO, Final

from footfall import __version__
from footfall.backup.archive import PIECE_BYTES, Manifest, Position, TableCopy, Writer
from footfall.database import Connection, Pool
from footfall.errors import Misconfigured
from footfall.eventlog.store import partition_days
from footfall.reader import quote_name
from footfall.tables import metadata

# Taken by database/env.py.
MIGRATION_LOCK: Final = 7_207_001

LEFT_OUT: Final = {
    "visitor_salts": "a key that is to be destroyed after 48 hours must not live on in a backup",
    "site_minutes": "of no use after its minute",
    "logins": "who signed out since must not be signed in again; people sign in after a restore",
    "user_links": "a link that was used since must not work again",
}

# How values are written: the same by every server and client.
SESSION: Final = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}

Progress = Callable[[str, int], object]


async def take(
    pool: Pool,
    file: BinaryIO,
    now: datetime,
    *,
    on_start: Callable[[int], object] = lambda rows: None,
    on_progress: Progress = lambda table, rows: None,
) -> Manifest:
    """Write a backup. on_start: about how many rows there are; on_progress: (table, so many rows more).

    Raises Misconfigured where there is no Footfall in the database.
    """
    async with pool.acquire() as connection:
        for name, value in SESSION.items():
            await connection.execute("select set_config($1, $2, false)", name, value)
        # Until this ends, whoever wants to migrate waits.
        await connection.execute(f"select pg_advisory_lock_shared({MIGRATION_LOCK})")
        tables = await _tables(connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # The snapshot begins with the first query, when nobody can drop a table or a partition any more.
            await connection.execute(f"lock table {', '.join(tables)} in access share mode")
            with Writer(file) as writer:
                manifest = await _write(connection, tables, writer, now, on_start, on_progress)
        await connection.execute(f"select pg_advisory_unlock_shared({MIGRATION_LOCK})")
    return manifest


async def _tables(connection: Connection) -> dict[str, list[str]]:
    """Tables with their columns; of an older schema, those that it has."""
    rows = await connection.fetch(
        """
        select name, array_agg(attname::text order by attnum) as columns
        from unnest($1::text[]) with ordinality as wanted (name, place)
        join pg_attribute on attrelid = to_regclass(name) and attnum > 0 and not attisdropped
        group by name, place
        order by place
        """,
        [name for name in metadata.tables if name not in LEFT_OUT],
    )
    found = {row["name"]: row["columns"] for row in rows}
    if not {"events_log", "sites"} <= found.keys():
        raise Misconfigured(
            "There is no Footfall in the database of DATABASE_URL: no table of its own."
        )
    return found


async def _write(
    connection: Connection,
    tables: dict[str, list[str]],
    writer: Writer,
    now: datetime,
    on_start: Callable[[int], object],
    on_progress: Progress,
) -> Manifest:
    rows = 0
    for name in tables:
        rows += await connection.fetchval(f"select count(*) from {name}")  # noqa: S608
    on_start(rows)
    revision = await connection.fetchval("select version_num from alembic_version")
    # Sequences are of no snapshot: they stand where it saw them, or further.
    positions = await _positions(connection, list(tables))
    copies = []
    for name, columns in tables.items():
        copies.append(await _copy(connection, writer, name, columns, on_progress))
    manifest = Manifest(
        footfall=__version__,
        revision=revision,
        created_at=now,
        server=await connection.fetchval("show server_version"),
        tables=tuple(copies),
        positions=tuple(positions),
        days=tuple(await partition_days(connection)),
    )
    writer.finish(manifest)
    return manifest


async def _copy(
    connection: Connection, writer: Writer, name: str, columns: list[str], on_progress: Progress
) -> TableCopy:
    listed = ", ".join(map(quote_name, columns))
    gathered = bytearray()
    with writer.table(name, columns) as table:

        async def write() -> None:
            # In a thread: compression takes longer than all the rest.
            piece = bytes(gathered)
            gathered.clear()
            on_progress(name, await asyncio.to_thread(table.write, piece))

        async def gather(text: bytes) -> None:
            gathered.extend(text)
            if len(gathered) >= PIECE_BYTES:
                await write()

        # A partitioned table is copied by a query only.
        query = f"select {listed} from {name}"  # noqa: S608 - of the catalog
        told = await connection.copy_from_query(query, output=gather, format="text")
        await write()
    copy = table.done()
    if told != f"COPY {copy.rows}":
        raise Misconfigured(
            f"{name}: the server sent {told.removeprefix('COPY ')} rows, and {copy.rows} came."
        )
    return copy


async def _positions(connection: Connection, tables: list[str]) -> list[Position]:
    rows = await connection.fetch(
        """
        select name, attname::text as "column", pg_get_serial_sequence(name, attname) as sequence
        from unnest($1::text[]) as name
        join pg_attribute on attrelid = to_regclass(name) and attidentity <> ''
        order by name
        """,
        tables,
    )
    positions = []
    for row in rows:
        [standing] = await connection.fetch(
            f"select last_value, is_called from {row['sequence']}"  # noqa: S608 - of the catalog
        )
        positions.append(
            Position(
                table=row["name"],
                column=row["column"],
                last_value=standing["last_value"],
                is_called=standing["is_called"],
            )
        )
    return positions
