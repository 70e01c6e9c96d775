"""`footfall reader`: logins for tools that ask in SQL, such as Metabase, Grafana and DBeaver."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import click

from footfall.admin import readers
from footfall.cli_transaction import in_transaction
from footfall.config import Settings
from footfall.embedded.run_file import find_database_url, find_running


@click.group()
def reader() -> None:
    """Logins to the database that read reports and no secrets: for Metabase, Grafana, DBeaver, psql."""


@reader.command(epilog="Example: footfall reader create metabase --timeout 300")
@click.argument("name")
@click.option(
    "--timeout",
    "statement_s",
    type=click.IntRange(1, 86_400),
    default=readers.DEFAULT_STATEMENT_S,
    show_default=True,
    metavar="SECONDS",
    help="A statement that takes longer is stopped.",
)
@click.option(
    "--connections",
    type=click.IntRange(1, 1_000),
    default=readers.DEFAULT_CONNECTIONS,
    show_default=True,
    metavar="NUMBER",
    help="At most so many at once.",
)
def create(name: str, statement_s: int, connections: int) -> None:
    """Make a login and print the address to connect to: this once, since it holds the password."""
    login = in_transaction(
        lambda connection: readers.create_reader(
            connection, name, statement_s=statement_s, connections=connections
        )
    )
    owner_url, way_in = _way_in()
    click.echo(login.url(owner_url))
    click.echo(f"Shown once. `footfall reader remove {name}` ends it.{way_in}", err=True)


@reader.command(epilog="Example: footfall reader show")
def show() -> None:
    """List the logins: name, user, database, limits, open connections. Passwords are kept nowhere."""
    found = in_transaction(readers.list_readers)
    if not found:
        click.echo("There is no reader: `footfall reader create NAME` makes one.")
        return
    rows = [
        (
            one.name,
            one.role,
            f"made for {one.database}",
            f"{one.statement_s} s a statement",
            f"{one.open} of {one.connections} connections",
        )
        for one in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@reader.command(epilog="Example: footfall reader remove metabase")
@click.argument("name")
def remove(name: str) -> None:
    """End a login and its open connections."""
    in_transaction(lambda connection: readers.remove_reader(connection, name))
    click.echo(f"Removed {name}.")


def _way_in() -> tuple[str, str]:
    """(the owner's address as a tool would reach the server, what there is to say of it)."""
    settings = Settings.from_environment()
    url = find_database_url(settings)
    if settings.database_url is not None:
        return url, ""
    run = find_running(settings.data_dir.absolute() / "run.json")
    if run is None or run.database_port is None:
        return url, (
            " This PostgreSQL listens on a private socket only: to let tools in by 127.0.0.1, start"
            " with FOOTFALL_DATABASE_PORT=5433 make up, and put 127.0.0.1:5433 in place of ?host=…"
        )
    parts = urlsplit(url)
    account = parts.netloc.rpartition("@")[0]
    host = f"127.0.0.1:{run.database_port}"
    return urlunsplit(parts._replace(netloc=f"{account}@{host}", query="")), ""
