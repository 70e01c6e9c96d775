"""`footfall verify`: whether the derived tables say what the log says."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

import click

from footfall.config import Settings
from footfall.database import open_pool
from footfall.embedded.run_file import find_database_url
from footfall.errors import Unprocessable
from footfall.verify.run import Report, Scope
from footfall.verify.run import verify as compare

_SHOWN: int = 50
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(epilog="Example: footfall verify --site my-shop --from 2026-11-01")
@click.option("--site", "site_id", metavar="ID", help="Only of this site.")
@click.option("--from", "first", type=_DAY, metavar="DAY", help="First day, as 2026-11-01.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="Last day, in the site's zone.")
def verify(site_id: str | None, first: datetime | None, last: datetime | None) -> None:
    """Recompute the derived tables from the log and print each figure that differs.

    Nothing is changed; the worker may go on meanwhile. Ends with 1 where anything differs: then
    `footfall rebuild` mends it.
    """
    scope = Scope(site_id, first.date() if first else None, last.date() if last else None)
    if scope.first and scope.last and scope.first > scope.last:
        raise Unprocessable(f"--from: {scope.first} is after --to, {scope.last}.", field="from")
    report = asyncio.run(_run(scope))
    _print(report)
    if report.differences:
        raise SystemExit(1)


async def _run(scope: Scope) -> Report:
    shows = sys.stderr.isatty()

    def on_progress(table: str, done: int, of: int) -> None:
        if shows:
            click.echo(f"\r\033[K{table}: {done:,} of {of:,}", nl=False, err=True)

    settings = Settings.from_environment()
    pool = await open_pool(find_database_url(settings), role="verify", command_timeout_s=None)
    try:
        return await compare(pool, scope, on_progress=on_progress)
    finally:
        await pool.close()
        if shows:
            click.echo("\r\033[K", nl=False, err=True)


def _print(report: Report) -> None:
    waiting = f"; {report.waiting:,} wait for the worker" if report.waiting else ""
    click.echo(f"Compared with the log up to id {report.offset}{waiting}.")
    for table, count in report.compared.items():
        own = [one for one in report.differences if one.table == table]
        verdict = "equal" if not own else f"{len(own)}{'+' * (table in report.cut)} differences"
        click.echo(f"  {table:<20} {count:>12,} rows  {verdict}")
    for table in report.compared:
        own = [one for one in report.differences if one.table == table]
        for one in own[:_SHOWN]:
            where = " ".join(str(part) for part in (one.site_id, one.day, one.key) if part)
            told = f"{where}: {one.column}: stored {one.stored}, recomputed {one.recomputed}"
            click.echo(f"{table}: {_printable(told)}")
        if len(own) > _SHOWN:
            click.echo(f"{table}: and {len(own) - _SHOWN} more")


def _printable(text: str) -> str:
    """What a visitor's browser sent, without what a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
