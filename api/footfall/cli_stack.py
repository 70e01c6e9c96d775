"""The commands that run the whole stack on this machine without Docker: up, down, psql."""

from __future__ import annotations

import os
import signal
import time
from urllib.parse import unquote, urlsplit, urlunsplit

import click

from footfall.config import Settings, plain_url
from footfall.embedded import stack
from footfall.embedded.programs import find_psql
from footfall.embedded.run_file import find_database_url, find_running
from footfall.errors import Misconfigured

DOWN_PATIENCE_S = 400.0


@click.command()
def up() -> None:
    """Run PostgreSQL, API, worker and nginx here until Ctrl-C."""
    stack.run(Settings.from_environment())


@click.command()
def down() -> None:
    """Stop a stack that runs on the same data folder."""
    data_dir = Settings.from_environment().data_dir.absolute()
    run = find_running(data_dir / "run.json")
    if run is None:
        click.echo(f"Footfall is not running on {data_dir}.")
        return
    try:
        os.kill(run.supervisor.pid, signal.SIGTERM)
    except PermissionError:
        raise Misconfigured(
            "The running Footfall belongs to another user: stop it as that user."
        ) from None
    deadline = time.monotonic() + DOWN_PATIENCE_S
    while run.supervisor.is_alive:
        if time.monotonic() > deadline:
            raise Misconfigured(f"Footfall (process {run.supervisor.pid}) has not stopped yet.")
        time.sleep(0.05)
    click.echo("Stopped.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Open psql on the running database, or on DATABASE_URL; ARGUMENTS are psql's own."""
    url, password = without_password(plain_url(find_database_url(Settings.from_environment())))
    program = find_psql()
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    os.execve(program, [str(program), "--dbname", url, *arguments], environment)  # noqa: S606


def without_password(url: str) -> tuple[str, str | None]:
    """The address without its password, which every user could read in the list of processes."""
    parts = urlsplit(url)
    account, at, host = parts.netloc.rpartition("@")
    user, colon, password = account.partition(":")
    bare = urlunsplit(parts._replace(netloc=f"{user}{at}{host}"))
    return bare, unquote(password) if colon else None
