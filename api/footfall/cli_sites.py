"""`footfall site` and `footfall key`: who may send to which site, and who may read it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from footfall.admin import clearing, keys, sites
from footfall.admin.clearing import Extent, Installation
from footfall.admin.sites import SiteChange, SiteRecord
from footfall.cli_transaction import in_transaction
from footfall.config import Settings
from footfall.database import Pool, open_pool
from footfall.edge.reports import snippet
from footfall.embedded.run_file import find_database_url, find_running
from footfall.errors import NotFound, Unprocessable
from footfall.site import SiteDirectory

Result = TypeVar("Result")

_DELAY = f"A running Footfall follows within {SiteDirectory.REFRESH_S:.0f} seconds."


def _change_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--setting",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="As privacy=gdpr or script.storage=none; nothing after = brings the default back.",
        ),
        click.option(
            "--domain",
            "domains",
            multiple=True,
            metavar="DOMAIN",
            help="A host whose pages may send, as example.org or *.example.org. May be repeated.",
        ),
        click.option(
            "--timezone", metavar="ZONE", help="In which days are counted, as Asia/Tokyo."
        ),
    ):
        command = option(command)
    return command


@click.group()
def site() -> None:
    """Sites: who may send to them, and their settings."""


@site.command(
    "list",
    epilog="Example: footfall site list",
)
def list_() -> None:
    """List the sites: id, time zone, allowed domains, how it came to be."""
    rows = [
        (
            found.site_id,
            found.timezone,
            ", ".join(found.allowed_domains) or "all domains",
            "registered itself" if found.registered_by == "event" else "added",
        )
        for found in in_transaction(sites.list_sites)
    ]
    _print_columns(rows, "There is no site yet: add one, or let its first event do it.")


@site.command(
    epilog="Example: footfall site add my-shop --timezone Europe/Berlin --domain example.org "
    "--domain '*.example.org' --setting requires_key=true"
)
@click.argument("site_id", metavar="ID")
@_change_options
def add(
    site_id: str, timezone: str | None, domains: tuple[str, ...], settings: tuple[str, ...]
) -> None:
    """Make a site, and print what to put on its pages."""
    change = SiteChange(timezone, domains, _read_settings(settings))
    _show(in_transaction(lambda connection: sites.add_site(connection, site_id, change)))


@site.command(
    "set",
    epilog="Example: footfall site set my-shop --domain example.org --setting script.storage=none",
)
@click.argument("site_id", metavar="ID")
@_change_options
@click.option("--all-domains", is_flag=True, help="Let pages of every domain send.")
def set_(
    site_id: str,
    timezone: str | None,
    domains: tuple[str, ...],
    settings: tuple[str, ...],
    all_domains: bool,
) -> None:
    """Change a site; --domain replaces the whole list."""
    if all_domains and domains:
        raise Unprocessable("--all-domains and --domain exclude each other.")
    change = SiteChange(
        timezone, domains if domains or all_domains else None, _read_settings(settings)
    )
    _show(in_transaction(lambda connection: sites.change_site(connection, site_id, change)))
    if timezone is not None:
        click.echo("Days counted until now keep the old zone until `footfall rebuild`.", err=True)
    click.echo(_DELAY, err=True)


@site.command(epilog="Example: footfall site show my-shop")
@click.argument("site_id", metavar="ID")
def show(site_id: str) -> None:
    """Print a site's settings, and what to put on its pages."""
    _show(in_transaction(lambda connection: sites.read_site(connection, site_id)))


@site.command(epilog="Example: footfall site reset my-shop")
@click.argument("site_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(site_id: str, yes: bool) -> None:
    """Take away all events of a site, and all that was derived of them; settings, keys and tag stay.

    What was received until now goes, from the spool too; what comes from now on counts. May be interrupted, and
    said again for the rest.
    """
    _clear(site_id, yes, "goes. Settings, keys and tracking tag stay", clearing.reset_site)
    click.echo(f"Reset {site_id}: it counts what comes from now on.")


@site.command(epilog="Example: footfall site delete my-shop")
@click.argument("site_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(site_id: str, yes: bool) -> None:
    """Take a site away with everything of it: events, what was derived of them, keys, settings.

    May be interrupted, and said again for the rest. The audit log keeps that it was done.
    """
    _clear(site_id, yes, "goes, with its settings and keys", clearing.delete_site)
    click.echo(f"Deleted {site_id}. With SITE_REGISTRATION=open its next event makes it anew.")
    click.echo(_DELAY, err=True)


def _clear(
    site_id: str, yes: bool, what: str, work: Callable[..., Awaitable[dict[str, int]]]
) -> None:
    """Say what there is, ask for the site's name, and do `work` with its progress."""

    async def run(do: Callable[[Settings, Pool], Awaitable[Result]]) -> Result:
        settings = Settings.from_environment()
        pool = await open_pool(
            find_database_url(settings), role="admin", max_size=4, command_timeout_s=None
        )
        try:
            return await do(settings, pool)
        finally:
            await pool.close()

    async def look(_: Settings, pool: Pool) -> Extent:
        async with pool.acquire() as connection:
            if not await clearing.exists(connection, site_id):
                raise NotFound(f"There is no site {site_id!r}.", field="site_id")
            return await clearing.measure(connection, site_id)

    found = asyncio.run(run(look))
    click.echo(
        f"{site_id}: {_count(found.events, 'event')}, {_count(found.sessions, 'session')},"
        f" {_count(found.days, 'day')}; all of it {what}.",
        err=True,
    )
    if not yes and click.prompt("Type the site's name to go on", err=True) != site_id:
        raise Unprocessable("That is not its name; nothing was changed.")

    async def clear(settings: Settings, pool: Pool) -> None:
        directory = SiteDirectory(pool, registers_unknown=settings.site_registration == "open")
        where = Installation(pool, settings.spool_folder, directory)
        with click.progressbar(length=found.events, label="Removing", file=sys.stderr) as bar:
            await work(where, site_id, datetime.now(UTC), on_progress=bar.update)

    asyncio.run(run(clear))


@site.command(
    epilog="Example: footfall site secret my-shop --rotate. A sender then adds the header "
    "X-TA-Signature: the lower-case hexadecimal HMAC-SHA256 of the body."
)
@click.argument("site_id", metavar="ID")
@click.option("--rotate", "action", flag_value="rotate", help="Make a new one; the old one ends.")
@click.option("--remove", "action", flag_value="remove", help="Take unsigned events again.")
def secret(site_id: str, action: str | None) -> None:
    """Ask for signed events, by a secret that is shown once; without an option: say whether there is one."""
    if action == "remove":
        in_transaction(lambda connection: sites.remove_secret(connection, site_id))
        click.echo(f"{site_id} takes unsigned events.")
        return
    found = in_transaction(lambda connection: sites.read_site(connection, site_id))
    if action is None and found.has_secret:
        click.echo(f"{site_id} has a secret, which nobody can show; --rotate makes another.")
        return
    if action is None:
        click.echo(f"{site_id} has no secret and takes unsigned events; --rotate makes one.")
        return
    click.echo(in_transaction(lambda connection: sites.rotate_secret(connection, site_id)))
    click.echo(f"Shown once; unsigned events for {site_id} are refused from now on.", err=True)
    click.echo(_DELAY, err=True)


@click.group()
def key() -> None:
    """Keys: to send events, to read one site's reports, to administer."""


@key.command("list", epilog="Example: footfall key list --site my-shop")
@click.option("--site", "site_id", metavar="ID", help="Keys of this site only.")
def list_keys(site_id: str | None) -> None:
    """List the keys: id, scope, site, name, last use, revocation. Their text is kept nowhere."""
    rows = [
        (
            found.key_id,
            found.scope,
            found.site_id or "all sites",
            found.name or "-",
            f"used {_day(found.last_used_at)}" if found.last_used_at else "never used",
            f"revoked {_day(found.revoked_at)}" if found.revoked_at else "valid",
        )
        for found in in_transaction(lambda connection: keys.list_keys(connection, site_id))
    ]
    _print_columns(rows, "There is no key.")


@key.command(
    epilog="Example: footfall key create --scope ingest --site my-shop --name 'shop server'"
)
@click.option(
    "--scope",
    type=click.Choice(keys.SCOPES),
    required=True,
    help="ingest: send events. read: read reports. admin: change sites and keys, too.",
)
@click.option("--site", "site_id", metavar="ID", help="The only site it is for; else all.")
@click.option("--name", default="", metavar="TEXT", help="For yourself: who has it.")
def create(scope: keys.Scope, site_id: str | None, name: str) -> None:
    """Make a key and print it: this once, since only its hash is kept."""
    made, text = in_transaction(
        lambda connection: keys.create_key(connection, scope, site_id, name)
    )
    click.echo(text)
    click.echo(f"Shown once. `footfall key revoke {made.key_id}` ends it.", err=True)


@key.command(epilog="Example: footfall key revoke 3f9c2a7b1d04")
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End a key, by the id that `footfall key list` shows."""
    in_transaction(lambda connection: keys.revoke_key(connection, key_id, datetime.now(UTC)))
    click.echo(f"Revoked {key_id}.")
    click.echo(_DELAY, err=True)


def _read_settings(given: tuple[str, ...]) -> dict[str, Any]:
    """NAME=VALUE words as an object: values are JSON where they can be, else text."""
    read: dict[str, Any] = {}
    for word in given:
        name, separator, text = word.partition("=")
        if not separator:
            raise Unprocessable(f"--setting must look like NAME=VALUE, not {word!r}.")
        try:
            value = json.loads(text) if text else None
        except ValueError:
            value = text
        outer, dot, inner = name.partition(".")
        if not dot:
            read[name] = value
        elif isinstance(within := read.setdefault(outer, {}), dict):
            within[inner] = value
    return read


def _show(found: SiteRecord) -> None:
    chosen = found.settings.model_dump(mode="json", exclude_none=True)
    rows = [
        ("site", found.site_id),
        ("time zone", found.timezone),
        ("allowed domains", ", ".join(found.allowed_domains) or "all"),
        ("signed events", "required" if found.has_secret else "not required"),
        *((f"setting {name}", json.dumps(value)) for name, value in chosen.items()),
    ]
    _print_columns(rows, "")
    url = _public_url()
    click.echo("\nFor the head of every page:\n")
    click.echo(snippet(url, found.site_id))


def _public_url() -> str:
    settings = Settings.from_environment()
    if settings.public_url is not None:
        return settings.public_url
    run = find_running(settings.data_dir.absolute() / "run.json")
    return run.url.rstrip("/") if run is not None else "https://YOUR-FOOTFALL"


def _print_columns(rows: Sequence[Sequence[str]], empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _day(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
