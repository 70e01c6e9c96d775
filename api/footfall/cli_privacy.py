"""`footfall privacy` and `footfall audit`: what is known of a visitor, its erasure, and who changed what."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import click
import orjson

from footfall.admin import privacy as subjects
from footfall.admin.audit import COMMAND_LINE, AuditRow, list_audit
from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.embedded.run_file import find_database_url
from footfall.reports.render import FORMATS
from footfall.reports.sqlfile import Table
from footfall.site import SiteDirectory

Result = TypeVar("Result")

_site = click.option("--site", "site_id", metavar="ID", help="Only at this site; else --all-sites.")
_all_sites = click.option("--all-sites", is_flag=True, help="At every site.")


def _run(work: Callable[[Settings, Pool], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        settings = Settings.from_environment()
        pool = await open_pool(find_database_url(settings), role="privacy", command_timeout_s=None)
        try:
            return await work(settings, pool)
        finally:
            await pool.close()

    return asyncio.run(run())


@click.group()
def privacy() -> None:
    """What is kept of one visitor: show it all, or erase it."""


def _check_sites(site_id: str | None, all_sites: bool) -> None:
    if (site_id is None) != all_sites:
        raise click.UsageError("Say either --site ID or --all-sites.")


@privacy.command(epilog="Example: footfall privacy export 5f2c…9a --site my-shop > visitor.json")
@click.argument("visitor_id", metavar="VISITOR")
@_site
@_all_sites
def export(visitor_id: str, site_id: str | None, all_sites: bool) -> None:
    """Print everything that is kept of a visitor, as JSON."""
    _check_sites(site_id, all_sites)

    async def run(settings: Settings, pool: Pool) -> None:
        now = datetime.now(UTC)
        async for piece in subjects.export(pool, settings.spool_folder, visitor_id, site_id, now):
            sys.stdout.write(piece.decode())

    _run(run)


@privacy.command(epilog="Example: footfall privacy erase 5f2c…9a --site my-shop")
@click.argument("visitor_id", metavar="VISITOR")
@_site
@_all_sites
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(visitor_id: str, site_id: str | None, all_sites: bool, yes: bool) -> None:
    """Erase what a visitor did until now, and keep out what of it comes late."""
    _check_sites(site_id, all_sites)
    found = _run(
        lambda settings, pool: subjects.preview(pool, settings.spool_folder, visitor_id, site_id)
    )
    _show(found, "Nothing is kept of this visitor.")
    if not yes:
        click.confirm("Erase this, and whatever of before now comes late?", abort=True, err=True)

    async def run(settings: Settings, pool: Pool) -> list[subjects.Found]:
        sites = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
        return await subjects.erase(
            pool,
            settings.spool_folder,
            sites,
            visitor_id,
            site_id,
            datetime.now(UTC),
            actor=COMMAND_LINE,
        )

    total = sum(one.total for one in _run(run))
    click.echo(f"Erased {total:,} rows; the audit log keeps that it was done.")


def _show(found: Sequence[subjects.Found], empty: str) -> None:
    for one in found:
        counts = ", ".join(f"{number:,} {name}" for name, number in one.counts.items())
        click.echo(f"{one.site_id or '(no site)'}: {counts}")
    if not found:
        click.echo(empty)


@click.command(epilog="Example: footfall audit --site my-shop --limit 20")
@click.option("--site", "site_id", metavar="ID", help="Only of this site.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
)
def audit(site_id: str | None, limit: int, format_name: str) -> None:
    """Say who changed sites and keys, erased visitors or cleaned up, newest first."""

    async def run(settings: Settings, pool: Pool) -> list[AuditRow]:
        async with pool.acquire() as connection:
            return await list_audit(connection, site_id=site_id, limit=limit)

    rows = _run(run)
    if not rows and format_name == "table":
        click.echo("Nothing is written down yet.")
        return
    columns = ["at", "actor", "action", "site", "target", "details"]
    cells = [
        (r.at, r.actor, r.action, r.site, r.target, orjson.dumps(r.details).decode()) for r in rows
    ]
    click.echo(FORMATS[format_name](Table(columns, cells)), nl=False)
