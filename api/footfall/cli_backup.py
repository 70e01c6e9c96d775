"""`footfall backup` and `footfall restore`: everything into one file, and back."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from footfall.admin.audit import COMMAND_LINE
from footfall.backup import restore as restoring
from footfall.backup import staying
from footfall.backup.archive import Manifest, Reader, opened_for_reading, opened_for_writing
from footfall.backup.take import take
from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.embedded.run_file import find_database_url
from footfall.errors import Conflict
from footfall.eventlog import spool
from footfall.site import SiteDirectory

# The standard output, or input.
PIPE: Final = "-"


@click.command(
    epilog="Example: footfall backup /var/backups/footfall.zip. In containers: "
    "docker compose exec -T api footfall backup - > footfall.zip"
)
@click.argument("file", required=False)
def backup(file: str | None) -> None:
    """Write everything into FILE while Footfall runs; - is the standard output.

    Without FILE: footfall-TIME.zip, in this folder. It holds keys and the dashboard's token, so nobody else may
    read it. `footfall restore` puts it back.
    """
    now = datetime.now(UTC)
    if file == PIPE and sys.stdout.isatty():
        raise click.UsageError(
            "A backup is no text: say where to, as in `footfall backup - > FILE`."
        )
    path = None if file == PIPE else Path(file or f"footfall-{now:%Y%m%dT%H%M%SZ}.zip")
    started = time.monotonic()
    with opened_for_writing(path) as output:
        manifest = asyncio.run(_take(output, now))
    size = "" if path is None else f"{path.stat().st_size / 1e6:,.1f} MB, "
    click.echo(
        f"Wrote {path or 'the backup'}: {_described(manifest)} "
        f"({size}{time.monotonic() - started:.1f} s).",
        err=True,
    )


async def _take(output: BinaryIO, now: datetime) -> Manifest:
    url = find_database_url(Settings.from_environment())
    pool = await open_pool(url, role="backup", max_size=1, command_timeout_s=None)
    try:
        with _progress("Reading") as (begin, step):
            return await take(pool, output, now, on_start=begin, on_progress=step)
    finally:
        await pool.close()


@click.command(
    epilog="Example: footfall restore footfall-20261124T030000Z.zip. In containers: "
    "docker compose exec -T api footfall restore - --yes < footfall.zip"
)
@click.argument("file")
@click.option(
    "--check", is_flag=True, help="Only say whether the file is whole, and what is in it."
)
@click.option("--replace", is_flag=True, help="Put it in the place of what the database holds now.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: str, check: bool, replace: bool, yes: bool) -> None:
    """Bring the database back to what it was when the backup FILE was written; - is the standard input.

    The file is read as a whole first. Then everything happens in one transaction, or nothing.
    """
    settings = Settings.from_environment()
    path = None if file == PIPE else Path(file)
    with opened_for_reading(path, settings.spool_folder) as reader:
        manifest = reader.manifest
        restoring.check_revision(manifest, reader.name)
        with _progress("Checking") as (begin, step):
            begin(sum(table.rows for table in manifest.tables))
            reader.check(lambda rows: step("Checking", rows))
        click.echo(
            f"{reader.name} is whole: {_described(manifest)}, of {manifest.created_at:%Y-%m-%d %H:%M UTC},"
            f" Footfall {manifest.footfall}, schema {manifest.revision}, PostgreSQL {manifest.server}.",
            err=True,
        )
        if check:
            return
        url = find_database_url(settings)
        there = asyncio.run(_look(url))
        if not there.is_empty:
            if not replace:
                raise Conflict(f"{there.described} --replace puts the backup in its place.")
            if not yes:
                if path is None:
                    raise click.UsageError(
                        "Where the backup comes by the standard input, say --yes."
                    )
                click.confirm(
                    f"{there.described} Put the backup in its place?", abort=True, err=True
                )
        asyncio.run(_restore(settings, url, reader, replace=replace))


async def _look(url: str) -> restoring.Present:
    pool = await open_pool(url, role="restore", max_size=1)
    try:
        async with pool.acquire() as connection:
            return await restoring.look(connection)
    finally:
        await pool.close()


async def _restore(settings: Settings, url: str, reader: Reader, *, replace: bool) -> None:
    started = time.monotonic()
    now = datetime.now(UTC)
    with _progress("Restoring") as (begin, step):
        begin(sum(table.rows for table in reader.manifest.tables))
        await restoring.restore(
            url, reader, now, replace=replace, actor=COMMAND_LINE, on_progress=step
        )
    pool = await open_pool(url, role="restore", command_timeout_s=None)
    try:
        erased = await _erase_again(settings, pool, now)
    finally:
        await pool.close()
    click.echo(
        f"Restored {_described(reader.manifest)} in {time.monotonic() - started:.1f} s.", err=True
    )
    if erased:
        click.echo(f"Erased again what {erased} visitors had erased since.", err=True)
    if waiting := len(spool.list_segments(settings.spool_folder)):
        click.echo(
            f"Events wait in {waiting} files of {settings.spool_folder}: the worker brings them in, and"
            " each counts once.",
            err=True,
        )
    click.echo(
        "Restart the API and the worker (`make down`, `make up`), which know what was before.",
        err=True,
    )


async def _erase_again(settings: Settings, pool: Pool, now: datetime) -> int:
    sites = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
    return await staying.erase_again(pool, settings.spool_folder, sites, now, actor=COMMAND_LINE)


def _described(manifest: Manifest) -> str:
    events, sites = manifest.rows_of("events_log"), manifest.rows_of("sites")
    return (
        f"{events:,} event{'s' * (events != 1)} of {sites:,} site{'s' * (sites != 1)}"
        f" in {len(manifest.tables)} tables"
    )


@contextmanager
def _progress(
    label: str,
) -> Iterator[tuple[Callable[[int], object], Callable[[str, int], object]]]:
    """(to be told how many rows there are, to be told table and rows done); shown on a terminal only."""
    if not sys.stderr.isatty():
        yield (lambda rows: None), (lambda table, rows: None)
        return
    bar: Any = click.progressbar(length=1, label=label, file=sys.stderr, width=30)

    def begin(rows: int) -> None:
        bar.length = max(rows, 1)

    def step(table: str, rows: int) -> None:
        bar.label = f"{label} {table}".ljust(34)
        bar.update(rows)

    with bar:
        yield begin, step
