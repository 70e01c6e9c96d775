"""`footfall report`: the questions of database/reports, asked from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.config import Settings
from footfall.embedded.run_file import find_database_url
from footfall.errors import NotFound, Unprocessable
from footfall.reader import open_engine
from footfall.reports.query import Period, make_period
from footfall.reports.render import FORMATS
from footfall.reports.sites import list_sites, timezone_of
from footfall.reports.snapshot import snapshot
from footfall.reports.sqlfile import (
    BOTS,
    Report,
    Table,
    find_report,
    list_reports,
    read_values,
    run_report,
)

DEFAULT_DAYS: Final = 30
STATEMENT_TIMEOUT_MS: Final = 120_000


def _read_settings(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> dict[str, str]:
    settings = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"must be NAME=VALUE, not {one!r}.", context, option)
        settings[name.strip()] = value
    return settings


@click.command(
    epilog="Example: footfall report funnel_by_path --site my-shop --set steps='/ /basket /thanks'"
)
@click.argument("name", required=False)
@click.option("--site", "site_id", metavar="ID", help="May be left out where there is only one.")
@click.option("--from", "first", metavar="DAY", help="First day, as 2026-11-01.")
@click.option("--to", "last", metavar="DAY", help="Last day, as 2026-11-30; today unless told.")
@click.option(
    "--set",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_read_settings,
    help="A parameter of the report's own; psql's -v. May be repeated.",
)
@click.option("--include-bots", is_flag=True, help="Count flagged traffic, too.")
@click.option("--about", is_flag=True, help="Say what the report asks, takes and answers.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
)
def report(
    name: str | None,
    site_id: str | None,
    first: str | None,
    last: str | None,
    given: dict[str, str],
    include_bots: bool,
    about: bool,
    format_name: str,
) -> None:
    """Answer one question about a site; without a NAME, list the questions there are.

    Days are in the site's time zone; without them, the last 30. `footfall example` loads the small site
    `example`, on which each report can be tried.
    """
    if name is None:
        found = list_reports()
        width = max(len(one.name) for one in found)
        for one in found:
            click.echo(f"{one.name.ljust(width)}  {one.question}")
        return
    asked = find_report(name)
    if about:
        click.echo(asked.about)
        return
    if include_bots:
        given = {**given, BOTS: "true"}
    days = (_day("--from", first), _day("--to", last))
    read_values(asked, given)
    table = asyncio.run(_answer(asked, site_id, *days, given))
    click.echo(FORMATS[format_name](table), nl=False)
    if not table.rows:
        click.echo(f"{asked.name}: nothing on these days.", err=True)


async def _answer(
    asked: Report,
    site_id: str | None,
    first: date | None,
    last: date | None,
    given: dict[str, str],
) -> Table:
    engine = open_engine(
        find_database_url(Settings.from_environment()),
        role="report",
        statement_timeout_ms=STATEMENT_TIMEOUT_MS,
    )
    try:
        site_id = site_id if site_id is not None else await _only_site(engine)
        period = await _period(engine, site_id, first, last)
        return await run_report(engine, asked, site_id, period, given)
    finally:
        await engine.dispose()


async def _only_site(engine: AsyncEngine) -> str:
    async with snapshot(engine) as connection:
        names = [site.site_id for site in await list_sites(connection)]
    if not names:
        raise NotFound("There is no site yet: it appears with its first event.")
    if len(names) > 1:
        raise Unprocessable(f"--site must name one of {', '.join(names)}.")
    return names[0]


async def _period(
    engine: AsyncEngine, site_id: str, first: date | None, last: date | None
) -> Period:
    async with snapshot(engine) as connection:
        zone = ZoneInfo(await timezone_of(connection, site_id))
    last = last or datetime.now(UTC).astimezone(zone).date()
    make_period(last, last, names=("--to", "--to"))
    first = first or last - timedelta(days=DEFAULT_DAYS - 1)
    return make_period(first, last, names=("--from", "--to"))


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Unprocessable(f"{option} must be a day as 2026-11-22, not {text!r}.") from None
