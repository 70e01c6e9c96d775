"""The long form of api/tests/proof: ninety days of many events through collection and derivation, compared cell by
cell with a recount by DuckDB, and by `footfall verify`. Ends with 1 where anything differs.

It has a PostgreSQL of its own and takes it away again. `make prove EVENTS=1000000` runs it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "api" / "tests"), str(ROOT / "api" / "tests" / "proof")]

import httpx  # noqa: E402
from alembic import command  # noqa: E402
from asgi_lifespan import LifespanManager  # noqa: E402
from comparison import compare, recount  # noqa: E402 - from the tests' folders, as are those below
from conftest import Clock, alembic_config, execute, settings_for  # noqa: E402
from ninety_days import FIRST, write  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from sending import add_sites, send  # noqa: E402

from footfall import worker  # noqa: E402
from footfall.app import App  # noqa: E402
from footfall.database import Pool, open_pool  # noqa: E402


@click.command()
@click.option("--events", default=1_000_000, show_default=True, type=click.IntRange(min=1_000))
@click.option("--derive-every", default=10_000, show_default=True, type=click.IntRange(min=1))
def main(events: int, derive_every: int) -> None:
    """Prove that the figures of a data set of so many events are right."""
    with TemporaryDirectory(prefix="footfall-prove-") as folder, database() as url:
        deliveries = Path(folder) / "deliveries.ndjson"
        with told(f"Writing {events:,} events of 90 days"):
            count = write(deliveries, events)
        asyncio.run(fill(url, deliveries, count, derive_every))
        is_equal = asyncio.run(compare_all(url, deliveries))
        click.echo("\nfootfall verify:")
        verdict = subprocess.run(
            [str(Path(sys.executable).with_name("footfall")), "verify"],
            env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT / "api")},
            check=False,
        )
    if not is_equal or verdict.returncode != 0:
        click.echo("\nNot proved: figures differ.")
        sys.exit(1)
    click.echo("\nProved.")


@contextmanager
def database() -> Iterator[str]:
    """A migrated database on a server that lives as long as the context."""
    server = PostgresServer(os.environ.get("TEST_POSTGRES_MAJOR", "18"))
    try:
        server.create()
        server.start()
        asyncio.run(execute(server.url("postgres"), "create database footfall"))
        command.upgrade(alembic_config(server.url("footfall")), "head")
        yield server.url("footfall")
    finally:
        server.destroy()


@contextmanager
def told(what: str) -> Iterator[None]:
    click.echo(f"{what} ...", nl=False)
    started = time.monotonic()
    yield
    click.echo(f" {time.monotonic() - started:.0f} s")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(url, role="prove", max_size=4, command_timeout_s=None)
    try:
        yield pool
    finally:
        await pool.close()


async def fill(url: str, deliveries: Path, count: int, derive_every: int) -> None:
    """Collect and derive, in turn."""
    clock = Clock(FIRST)
    app = App(settings_for(url, max_event_age_days=100), clock)
    started = time.monotonic()
    derived = deriving_s = 0.0
    async with (
        opened(url) as pool,
        LifespanManager(app, startup_timeout=60, shutdown_timeout=60) as manager,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(manager.app, client=("127.0.0.1", 5)),
            base_url="http://footfall.test",
        ) as client,
    ):
        await add_sites(pool)

        async def derive() -> None:
            nonlocal derived, deriving_s
            before = time.monotonic()
            derived += await worker.catch_up(pool)
            deriving_s += time.monotonic() - before

        label = f"Collecting and deriving {count:,} deliveries"
        with click.progressbar(length=count, label=label) as bar:
            await send(
                client,
                deliveries,
                at=lambda now: setattr(clock, "now", now),
                derive=derive,
                derive_every=derive_every,
                on_progress=bar.update,
            )
    collecting_s = time.monotonic() - started - deriving_s
    click.echo(
        f"Collected in {collecting_s:,.0f} s ({count / collecting_s:,.0f}/s),"
        f" derived in {deriving_s:,.0f} s ({derived / deriving_s:,.0f}/s)"
    )


async def compare_all(url: str, deliveries: Path) -> bool:
    with told("Recounting by DuckDB"):
        memory = recount(deliveries)
    click.echo(f"{'table':<20} {'stored rows':>14} {'recounted':>14} {'cells':>14}  differences")
    is_equal = True
    cells = 0
    async with opened(url) as pool:
        async for one in compare(pool, memory):
            is_equal = is_equal and one.is_equal
            cells += one.cells
            click.echo(
                f"{one.table:<20} {one.rows[0]:>14,} {one.rows[1]:>14,} {one.cells:>14,}  {one.different:,}"
            )
            for line in one.shown:
                click.echo(f"    {line}")
    click.echo(f"{'':<50} {cells:>14,}")
    return is_equal


if __name__ == "__main__":
    main()
