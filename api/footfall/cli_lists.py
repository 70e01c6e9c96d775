"""`footfall lists`: which public lists are in use, and fetching newer ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click
import maxminddb

from footfall.admin.lists import Progress, remove_list, update_list
from footfall.config import PROJECT_DIR, Settings
from footfall.errors import NotFound, Unavailable
from footfall.ingest.bots import ISBOT_FILE, SPAM_REFERRERS
from footfall.ingest.public_lists import PUBLIC_LISTS, PublicList, read_record
from footfall.ingest.source_table import shipped_sources, shipped_text
from footfall.reports.render import FORMATS
from footfall.reports.sqlfile import Table

_COLUMNS: Final = ["list", "tells", "entries", "date", "licence", "origin"]
_DATE: Final = "Date: "


@click.group(invoke_without_command=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
)
@click.pass_context
def lists(context: click.Context, format_name: str) -> None:
    """Say which public lists collection looks things up in, from where and of which day."""
    if context.invoked_subcommand is None:
        rows = [*_shipped(), *_fetched(Settings.from_environment().lists_folder)]
        click.echo(FORMATS[format_name](Table(_COLUMNS, rows)), nl=False)


@lists.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def update(names: Sequence[str]) -> None:
    """Fetch newer lists, all or those named; a running API takes them up within a minute.

    Each replaces the one before only once it has been read as a whole.
    """
    folder = Settings.from_environment().lists_folder
    failed = False
    for one in _find(names):
        try:
            fetched = update_list(one, folder, datetime.now(UTC), _progress(one))
        except Unavailable as error:
            failed = True
            click.echo(f"{error.detail}. What was in use stays.", err=True)
            continue
        click.echo(f"{one.name}: {fetched.entry_count:,} entries from {fetched.origin}")
    if failed:
        raise SystemExit(1)


@lists.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def remove(names: Sequence[str]) -> None:
    """Go back to what came with Footfall."""
    folder = Settings.from_environment().lists_folder
    for one in _find(names):
        remove_list(one, folder)
        click.echo(f"{one.name}: what came with Footfall is in use again")


def _find(names: Sequence[str]) -> list[PublicList]:
    known = {one.name: one for one in PUBLIC_LISTS}
    for name in names:
        if name not in known:
            raise NotFound(f"There is no list {name!r} to fetch; there are {', '.join(known)}.")
    return [known[name] for name in names or known]


def _progress(one: PublicList) -> Progress:
    """One line that overwrites itself on a terminal, nothing elsewhere."""

    def show(received: int, total: int | None) -> None:
        of = f" of {total / 1e6:.1f}" if total else ""
        is_last = received == total
        sys.stderr.write(f"\r{one.name}: {received / 1e6:.1f}{of} MB" + "\r\x1b[K" * is_last)
        sys.stderr.flush()

    return show if sys.stderr.isatty() else lambda received, total: None


def _fetched(folder: Path) -> list[tuple[object, ...]]:
    known = {one.name: one for one in PUBLIC_LISTS}
    return [
        (
            name,
            known[name].description,
            fetched.entry_count,
            fetched.fetched_at.date().isoformat(),
            f"{known[name].licence}, {known[name].credit}",
            fetched.origin,
        )
        for name, fetched in read_record(folder).items()
        if name in known
    ]


def _shipped() -> list[tuple[object, ...]]:
    """What comes with Footfall, as its own files and packages tell of themselves."""
    heading = next(line for line in shipped_text().splitlines() if _DATE in line)
    dated = heading.partition(_DATE)[2].partition(".")[0]
    table = shipped_sources()
    rows: list[tuple[object, ...]] = [
        ("sources", "sources by host", len(table.hosts) + len(table.only), dated, "CC0-1.0", "Footfall"),
        ("spam", "hosts known for referrer spam", len(SPAM_REFERRERS), dated, "CC0-1.0", "Footfall"),
    ]  # fmt: skip
    if ISBOT_FILE.is_file():
        isbot = json.loads(ISBOT_FILE.read_bytes())
        rows.append(
            ("isbot", "robots by User-Agent", len(isbot["patterns"]), None, "Unlicense", isbot["origin"])
        )  # fmt: skip
    crawlers = f"crawler-user-agents {version('crawler-user-agents')}"
    rows.append(("crawlers", "name and kind of robots", None, None, "MIT", crawlers))
    countries = PROJECT_DIR / "lists" / "dist" / "dbip-country.mmdb"
    if countries.is_file():
        with maxminddb.open_database(countries) as reader:
            built = reader.metadata()
        day = datetime.fromtimestamp(built.build_epoch, UTC).date().isoformat()
        rows.append(
            ("countries", "country by address", built.node_count, day,
             "CC-BY-4.0, IP Geolocation by DB-IP, https://db-ip.com", "DB-IP lite")
        )  # fmt: skip
    return rows
