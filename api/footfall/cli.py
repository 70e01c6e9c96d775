"""The `footfall` command: one sub-command per thing an operator does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import click
import uvicorn
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

from footfall import __version__, cli_contract, cli_demo, cli_reports, cli_stack, worker
from footfall.app import App
from footfall.config import PROJECT_DIR, Settings
from footfall.database import AWAY, Pool, open_pool
from footfall.edge.auth import load_token
from footfall.errors import FootfallError
from footfall.observe import configure_logging


class _Group(click.Group):
    """Turns expected errors into one sentence and exit status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except FootfallError as error:
            raise click.ClickException(error.detail) from None
        except AWAY as error:
            sentence = f"The database cannot be reached: {error or type(error).__name__}"
            raise click.ClickException(sentence) from None
        except (asyncpg.PostgresError, SQLAlchemyError) as error:
            raise click.ClickException(f"The database refused this: {error}") from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="footfall")
def main() -> None:
    """Footfall: self-hosted web analytics. Settings come from the environment; see docs/configuration.md."""


async def with_pool(role: str, work: Callable[[Settings, Pool], Awaitable[Any]]) -> Any:
    """Run `work(settings, pool)` with a pool that is closed afterwards."""
    settings = Settings.from_environment()
    pool = await open_pool(settings.require_database_url(), role=role, command_timeout_s=None)
    try:
        return await work(settings, pool)
    finally:
        await pool.close()


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date (safe to repeat, and from several places at once)."""
    settings = Settings.from_environment()
    url = settings.require_database_url()

    async def reachable() -> None:
        await (await open_pool(url, role="migrate", max_size=1)).close()

    asyncio.run(reachable())
    config = Config(PROJECT_DIR / "database" / "alembic.ini")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    alembic.upgrade(config, "head")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the API until SIGTERM; what was acknowledged is committed before it ends."""
    settings = Settings.from_environment()
    configure_logging()
    server = uvicorn.Server(
        uvicorn.Config(
            App(settings),
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=20,
        )
    )
    server.run()
    if not server.started:
        sys.exit(1)


@main.command()
def work() -> None:
    """Derive sessions, pageviews and daily metrics from the log until SIGTERM."""
    settings = Settings.from_environment()
    configure_logging()
    asyncio.run(worker.run(settings))


@main.command()
def rebuild() -> None:
    """Drop every derived table's rows and derive them anew from the log."""

    async def run(settings: Settings, pool: Pool) -> None:
        total = await worker.count_log(pool)
        with click.progressbar(length=total, label="Rebuilding") as bar:
            events = await worker.rebuild(pool, on_progress=bar.update)
        click.echo(f"Rebuilt the derived tables from {events:,} events.")

    asyncio.run(with_pool("rebuild", run))


@main.command()
def token() -> None:
    """Print the token that opens the dashboard and the API."""

    async def run(settings: Settings, pool: Pool) -> None:
        async with pool.acquire() as connection:
            click.echo(await load_token(settings, connection))

    asyncio.run(with_pool("token", run))


for _command in (
    *cli_contract.commands,
    *cli_demo.commands,
    cli_reports.report,
    *cli_stack.commands,
):
    main.add_command(_command)
