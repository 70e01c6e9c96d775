"""`footfall retention`: what sites keep, and removing what they keep no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from footfall.admin import retention as keeping
from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.embedded.run_file import find_database_url
from footfall.reports.render import FORMATS
from footfall.reports.sqlfile import Table

Result = TypeVar("Result")


def _run(work: Callable[[Pool], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        url = find_database_url(Settings.from_environment())
        pool = await open_pool(url, role="retention", command_timeout_s=None)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


@click.group()
def retention() -> None:
    """How long sites keep events and details; the worker removes what is older once a day."""


@retention.command(epilog="Example: footfall site set my-shop --setting keep_events_days=400")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
)
def show(format_name: str) -> None:
    """List each site's choice (days; none: for ever), its oldest whole day, and what was removed."""

    async def run(pool: Pool) -> list[keeping.Kept]:
        async with pool.acquire() as connection:
            return await keeping.show(connection)

    columns = list(keeping.Kept.__slots__)
    rows = [tuple(getattr(one, name) for name in columns) for one in _run(run)]
    click.echo(FORMATS[format_name](Table(columns, rows)), nl=False)


@retention.command(epilog="Example: footfall retention run")
def run() -> None:
    """Remove now what the sites keep no longer."""
    removed = _run(lambda pool: keeping.run(pool, datetime.now(UTC)))
    if removed.is_running:
        click.echo("Another run is at it.")
        return
    click.echo(
        f"Removed {removed.events:,} events ({len(removed.partitions)} whole days dropped)"
        f" and {removed.details:,} rows of details."
    )
