"""The commands of the demo traffic: demo fills three sites with a month of visits, demo-clear empties them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import TypeVar

import click

from footfall.admin.clearing import Installation, delete_sites
from footfall.config import CLOSED_MAX_EVENT_AGE_DAYS, Settings
from footfall.database import Pool, open_pool, transaction
from footfall.demo import calendar, visit
from footfall.demo.delivery import Endpoint, Tally, deliver
from footfall.demo.sites import SITE_IDS, SITES
from footfall.embedded.run_file import RunFile, find_running
from footfall.errors import Misconfigured
from footfall.site import SiteDirectory

Result = TypeVar("Result")


@click.command()
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(1, 366),
    help="Days of history, today included.",
)
@click.option(
    "--visits",
    default=7_000,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="About how many visits in all.",
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    help="Another seed makes other visits; the same, the same.",
)
@click.option("--api-url", help="Address of the API.  [default: the running stack's]")
def demo(days: int, visits: int, seed: int, api_url: str | None) -> None:
    """Send a month of synthetic visits to the sites demo-shop, demo-blog and demo-docs.

    They go through the API like anybody's. Running this again adds only what has happened since.
    """
    settings = Settings.from_environment()
    run = _running(settings)
    database_url = _database_url(settings, run)
    with closing(Endpoint(_api_url(settings, run, api_url))) as endpoint:
        _check_age(settings, days, is_closed=endpoint.check())
        asyncio.run(_with_pool(database_url, register))
        now = datetime.now(UTC)
        arrivals = calendar.arrivals(SITES, seed=seed, now=now, days=days, visits=visits)
        with click.progressbar(length=len(arrivals), label="Sending visits") as bar:
            tally = deliver(
                (visit.make(arrival, seed=seed, until=now) for arrival in arrivals),
                endpoint,
                on_progress=bar.update,
            )
    _report(tally, run, settings)
    if not tally.is_complete:
        sys.exit(130)


@click.command("demo-clear")
@click.option("--yes", is_flag=True, help="Do not ask.")
def demo_clear(yes: bool) -> None:
    """Remove the sites that `footfall demo` filled, with everything about them."""
    settings = Settings.from_environment()
    database_url = _database_url(settings, _running(settings))
    names = ", ".join(SITE_IDS)
    if sys.stdin.isatty() and not yes:
        click.confirm(f"Remove the sites {names} and all their events?", abort=True)

    async def clear(pool: Pool) -> dict[str, int]:
        directory = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
        where = Installation(pool, settings.spool_folder, directory)
        return await delete_sites(where, SITE_IDS, datetime.now(UTC))

    removed = asyncio.run(_with_pool(database_url, clear))
    if not removed:
        click.echo(f"There is nothing to remove: no events of {names}.")
        return
    click.echo(
        f"Removed {_count(removed.get('sites', 0), 'site')} ({names}): "
        f"{_count(removed.get('events_log', 0), 'event')}, "
        f"{_count(removed.get('user_sessions', 0), 'session')} and "
        f"{_count(removed.get('pageviews', 0), 'pageview')}."
    )


def _running(settings: Settings) -> RunFile | None:
    return find_running(settings.data_dir.absolute() / "run.json")


def _api_url(settings: Settings, run: RunFile | None, given: str | None) -> str:
    if given is not None:
        return given
    if settings.api_port is not None:
        return f"http://127.0.0.1:{settings.api_port}"
    if run is not None:
        return run.api_url
    raise Misconfigured(_not_running(settings, "--api-url"))


def _database_url(settings: Settings, run: RunFile | None) -> str:
    if settings.database_url is None and run is not None and run.database_url:
        return run.database_url
    if settings.database_url is None:
        raise Misconfigured(_not_running(settings, "DATABASE_URL"))
    return settings.require_database_url()


def _not_running(settings: Settings, other_way: str) -> str:
    return (
        f"Footfall is not running on {settings.data_dir.absolute()}: "
        f"start it with `make up`, or set {other_way}."
    )


def _check_age(settings: Settings, days: int, *, is_closed: bool) -> None:
    """The server would move older visits to today. Raises Misconfigured."""
    limit = settings.event_age_limit_days
    if is_closed and settings.max_event_age_days is None:
        limit = CLOSED_MAX_EVENT_AGE_DAYS
    if days > limit:
        raise Misconfigured(
            f"This installation takes events of the last {limit} days only: "
            f"ask for fewer with --days {limit}, or start it with FOOTFALL_MAX_EVENT_AGE={days}."
        )


async def register(pool: Pool) -> None:
    """Before the first event, so that days are counted in each site's own time zone."""
    async with transaction(pool) as connection:
        await connection.executemany(
            "insert into sites (site_id, timezone) values ($1, $2) on conflict do nothing",
            [(site.site_id, site.time_zone) for site in SITES],
        )


async def _with_pool(url: str, work: Callable[[Pool], Awaitable[Result]]) -> Result:
    pool = await open_pool(url, role="demo", max_size=2, command_timeout_s=None)
    try:
        return await work(pool)
    finally:
        await pool.close()


def _report(tally: Tally, run: RunFile | None, settings: Settings) -> None:
    begun = "Sent" if tally.is_complete else "Stopped. Sent so far:"
    click.echo(
        f"{begun} {_count(tally.visits, 'visit')} with {_count(tally.sent, 'event')}: "
        f"{tally.stored:,} new, {tally.duplicates:,} known already, {tally.refused:,} refused."
    )
    if tally.refused:
        click.echo(f"The first reason: {tally.reason}.", err=True)
    if not tally.is_complete:
        click.echo("Run it again to send the rest; what is there counts once.")
    address = settings.public_url or (run.url if run is not None else None)
    if address is not None:
        click.echo(f"Look at {address}/dashboard/?site={SITE_IDS[0]}")
    click.echo("`make demo-clear` removes it all again.")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
