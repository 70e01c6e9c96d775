"""`footfall user`: who may open the dashboard, and links that work once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from footfall.admin import links, passwords, users
from footfall.admin.users import ROLES, Role, User, UserChange
from footfall.cli_transaction import in_transaction
from footfall.config import Settings
from footfall.database import Connection
from footfall.embedded.run_file import find_public_url
from footfall.errors import Unprocessable

# Where the containers are tried out; nobody told them their address.
LIKELY_URL = "http://localhost"
_DAYS = f"It works once, within {links.LIFE.days} days."


@click.group()
def user() -> None:
    """Users: the accounts that open the dashboard, and their roles at sites."""


_roles = click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="SITE=ROLE",
    help=f"{', '.join(ROLES[:-1])} or {ROLES[-1]} at a site. May be repeated.",
)


@user.command(
    epilog="Example: footfall user add ada@example.org --role my-shop=viewer --link. Without a terminal "
    "the password is the first line of standard input."
)
@click.argument("name", metavar="NAME")
@_roles
@click.option("--admin", "is_admin", is_flag=True, help="May do everything, at every site.")
@click.option(
    "--link", "by_link", is_flag=True, help="Ask no password; print a link to choose one."
)
def add(name: str, roles: tuple[str, ...], is_admin: bool, by_link: bool) -> None:
    """Make an account; asks for its password, or prints a link."""
    given = _read_roles(roles)
    password_hash = None if by_link else passwords.hash_password(_ask_password())

    async def work(connection: Connection) -> tuple[User, str | None]:
        made = await users.add_user(
            connection, name, is_admin=is_admin, roles=given, password_hash=password_hash
        )
        if not by_link:
            return made, None
        return made, await links.make_password_link(connection, made, datetime.now(UTC))

    made, secret = in_transaction(work)
    click.echo(f"Added {made.name}: {_rights(made)}.", err=secret is not None)
    if secret is not None:
        _print_link("password", secret)


@user.command("list", epilog="Example: footfall user list --site my-shop")
@click.option("--site", "site_id", metavar="ID", help="Those with a role at this site only.")
def list_(site_id: str | None) -> None:
    """List the accounts: name, what each may do, last sign-in, state."""
    rows = [
        (
            found.name,
            _rights(found),
            f"signed in {_hour(found.last_login_at)}" if found.last_login_at else "never signed in",
            _state(found),
        )
        for found in in_transaction(lambda connection: users.list_users(connection, site_id))
    ]
    _print_columns(rows, "There is no account yet: `footfall user link` prints a set-up link.")


@user.command(
    "set",
    epilog="Example: footfall user set ada@example.org --role my-shop=owner --no-role old-shop",
)
@click.argument("name", metavar="NAME")
@_roles
@click.option(
    "--no-role", "ended", multiple=True, metavar="SITE", help="Take the role at a site away."
)
@click.option("--admin/--no-admin", "is_admin", default=None, help="May do everything, or not.")
@click.option("--disable/--enable", "is_disabled", default=None, help="Whether it may sign in.")
@click.option("--password", "with_password", is_flag=True, help="Ask for a new password.")
def set_(
    name: str,
    roles: tuple[str, ...],
    ended: tuple[str, ...],
    is_admin: bool | None,
    is_disabled: bool | None,
    with_password: bool,
) -> None:
    """Change what an account may do, or its password; it holds at once."""
    change = UserChange(is_admin, is_disabled, {**_read_roles(roles), **dict.fromkeys(ended)})
    in_transaction(lambda connection: users.find_user(connection, name))
    password_hash = passwords.hash_password(_ask_password()) if with_password else None

    async def work(connection: Connection) -> User:
        found = await users.find_user(connection, name)
        if password_hash is not None:
            await users.set_password(connection, found, password_hash)
        return await users.change_user(connection, found.user_id, change)

    after = in_transaction(work)
    click.echo(f"{after.name}: {_rights(after)}, {_state(after)}.")


@user.command(epilog="Example: footfall user remove ada@example.org")
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Forget an account and sign it out; the audit log keeps its name."""
    found = in_transaction(lambda connection: users.find_user(connection, name))
    if not yes:
        click.confirm(f"Remove {found.name} ({_rights(found)})", abort=True)
    in_transaction(lambda connection: users.remove_user(connection, found.user_id))
    click.echo(f"Removed {found.name}.")


@user.command(epilog="Example: footfall user link ada@example.org")
@click.argument("name", metavar="[NAME]", required=False)
@click.option(
    "--if-needed", is_flag=True, help="Print nothing where an administrator can sign in already."
)
def link(name: str | None, if_needed: bool) -> None:
    """Print a link that works once: for NAME to choose a password; without NAME, to set Footfall up."""
    if name is not None and if_needed:
        raise click.UsageError("--if-needed is for the set-up link, without NAME.")

    async def work(connection: Connection) -> str | None:
        now = datetime.now(UTC)
        if name is not None:
            found = await users.find_user(connection, name)
            return await links.make_password_link(connection, found, now)
        if if_needed and await users.has_administrator(connection):
            return None
        return await links.make_setup_link(connection, now)

    secret = in_transaction(work)
    if secret is not None:
        _print_link("setup" if name is None else "password", secret)


def _print_link(purpose: links.Purpose, secret: str) -> None:
    url = find_public_url(Settings.from_environment())
    click.echo(f"{url or LIKELY_URL}/dashboard/#{purpose}={secret}")
    click.echo(_DAYS, err=True)
    if url is None:
        click.echo(
            f"Where your Footfall is not at {LIKELY_URL}, put its address there; FOOTFALL_PUBLIC_URL sets it.",
            err=True,
        )


def _ask_password() -> str:
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    passwords.check_password(password)
    return password


def _read_roles(given: Sequence[str]) -> dict[str, Role]:
    read: dict[str, Role] = {}
    for word in given:
        site_id, _, role = word.rpartition("=")
        if not site_id or role not in ROLES:
            raise Unprocessable(
                f"--role must look like SITE=ROLE, with a role of {', '.join(ROLES)}, not {word!r}."
            )
        read[site_id] = role
    return read


def _rights(found: User) -> str:
    if found.is_admin:
        return "administrator"
    roles = (f"{role} of {site_id}" for site_id, role in sorted(found.roles.items()))
    return ", ".join(roles) or "no site"


def _state(found: User) -> str:
    if found.disabled_at is not None:
        return "disabled"
    return "active" if found.has_password else "no password yet"


def _print_columns(rows: Sequence[Sequence[str]], empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def _hour(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
