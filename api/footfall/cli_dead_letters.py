"""`footfall dead-letters`: what was set aside, why, and taking it up again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click
import orjson

from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.embedded.run_file import find_database_url
from footfall.errors import NotFound
from footfall.eventlog.dead_letters import StoredLetter, find_letters
from footfall.replay import replay as take_up
from footfall.reports.render import FORMATS
from footfall.reports.sqlfile import Table
from footfall.site import SiteDirectory

PIECE: Final = 500
_STAGES: Final = click.Choice(["collect", "derive"])


@click.group("dead-letters")
def dead_letters() -> None:
    """List events that were set aside, and replay them once the reason is gone."""


def _open(settings: Settings) -> Any:
    return open_pool(find_database_url(settings), role="dead-letters", command_timeout_s=None)


@dead_letters.command("list")
@click.option("--site", "site_id", metavar="ID", help="Only of this site.")
@click.option("--stage", type=_STAGES, help="Only what collection or derivation set aside.")
@click.option("--all", "with_resolved", is_flag=True, help="Also what was replayed already.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
)
def list_letters(
    site_id: str | None, stage: str | None, with_resolved: bool, limit: int, format_name: str
) -> None:
    """Say which events were set aside, when and why, in the order in which they came."""

    async def run() -> list[StoredLetter]:
        pool = await _open(Settings.from_environment())
        try:
            async with pool.acquire() as connection:
                return await find_letters(
                    connection,
                    site_id=site_id,
                    stage=stage,
                    with_resolved=with_resolved,
                    limit=limit,
                )
        finally:
            await pool.close()

    letters = asyncio.run(run())
    if not letters and format_name == "table":
        click.echo("No event is set aside.")
        return
    columns = ["id", "received_at", "stage", "site_id", "field", "reason"]
    rows = [tuple(getattr(letter, name) for name in columns) for letter in letters]
    click.echo(FORMATS[format_name](Table(columns, rows)), nl=False)


@dead_letters.command("show")
@click.argument("letter_id", metavar="ID", type=int)
def show(letter_id: int) -> None:
    """Print one of them whole, as JSON."""

    async def run() -> list[StoredLetter]:
        pool = await _open(Settings.from_environment())
        try:
            async with pool.acquire() as connection:
                return await find_letters(connection, ids=[letter_id], with_resolved=True)
        finally:
            await pool.close()

    letters = asyncio.run(run())
    if not letters:
        raise NotFound(f"There is no dead letter {letter_id}.")
    click.echo(orjson.dumps(letters[0], option=orjson.OPT_INDENT_2).decode())


@dead_letters.command("replay")
@click.argument("ids", metavar="[ID]...", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are set aside.")
@click.option("--site", "site_id", metavar="ID", help="Only of this site.")
@click.option("--stage", type=_STAGES, help="Only what collection or derivation set aside.")
def replay(ids: tuple[int, ...], everything: bool, site_id: str | None, stage: str | None) -> None:
    """Try events again that were set aside; those that fail again stay, with the new reason."""
    if bool(ids) == (everything or site_id is not None or stage is not None):
        raise click.UsageError("Name the IDs, or say --all, --site or --stage.")
    settings = Settings.from_environment()

    async def run() -> tuple[int, list[str]]:
        pool: Pool = await _open(settings)
        sites = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
        try:
            async with pool.acquire() as connection:
                letters = await find_letters(
                    connection, ids=ids or None, site_id=site_id, stage=stage
                )
            failed: list[str] = []
            with click.progressbar(length=len(letters), label="Replaying") as bar:
                for start in range(0, len(letters), PIECE):
                    piece = letters[start : start + PIECE]
                    outcomes = await take_up(
                        pool,
                        sites,
                        piece,
                        datetime.now(UTC),
                        max_event_age=timedelta(days=settings.event_age_limit_days),
                    )
                    failed += [f"{o.letter.id}: {o.reason}" for o in outcomes if o.reason]
                    bar.update(len(piece))
            return len(letters), failed
        finally:
            await pool.close()

    tried, failed = asyncio.run(run())
    click.echo(f"Taken up {tried - len(failed):,} of {tried:,}.")
    for line in failed[:20]:
        click.echo(f"  {line}")
    if len(failed) > 20:
        click.echo(f"  … and {len(failed) - 20:,} more; `footfall dead-letters list` has them all.")
