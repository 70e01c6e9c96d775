"""What an operator does to the database: migrate, rebuild, token. Without DATABASE_URL: the running stack's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import click
from alembic import command as alembic
from alembic.config import Config

from footfall import worker
from footfall.config import PROJECT_DIR, Settings
from footfall.database import Pool, open_pool
from footfall.derive.anew import FLOOR_MARGIN, read_floors
from footfall.edge.auth import load_token
from footfall.embedded.run_file import find_database_url


async def _with_pool(role: str, work: Callable[[Settings, Pool], Awaitable[Any]]) -> Any:
    settings = Settings.from_environment()
    pool = await open_pool(find_database_url(settings), role=role, command_timeout_s=None)
    try:
        return await work(settings, pool)
    finally:
        await pool.close()


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date (safe to repeat, and from several places at once)."""
    url = find_database_url(Settings.from_environment())

    async def reachable() -> None:
        await (await open_pool(url, role="migrate", max_size=1)).close()

    asyncio.run(reachable())
    config = Config(PROJECT_DIR / "database" / "alembic.ini")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    alembic.upgrade(config, "head")


async def _floors(pool: Pool) -> dict[str, date]:
    async with pool.acquire() as connection:
        return await read_floors(connection)


@click.command()
def rebuild() -> None:
    """Drop every derived table's rows and derive them anew from the log."""

    async def run(settings: Settings, pool: Pool) -> None:
        total = await worker.count_log(pool)
        with click.progressbar(length=total, label="Rebuilding") as bar:
            await worker.rebuild(pool, on_progress=bar.update)
            floors = await _floors(pool)
            # A running worker joins in and does its share.
            bar.update(max(0, total - bar.pos))
        click.echo(f"Rebuilt the derived tables from {total:,} events.")
        for site_id, floor in sorted(floors.items()):
            click.echo(
                f"{site_id}: retention has removed events from before {floor}; sums and rows of days"
                f" before {floor + FLOOR_MARGIN} stay as they were."
            )

    asyncio.run(_with_pool("rebuild", run))


@click.command()
def token() -> None:
    """Print the token that opens the dashboard and the API."""

    async def run(settings: Settings, pool: Pool) -> None:
        async with pool.acquire() as connection:
            click.echo(await load_token(settings, connection))

    asyncio.run(_with_pool("token", run))
