"""Users: the accounts of people who open the dashboard, and their roles at sites. Never visitors.

Functions run in the caller's transaction and write the audit log. Passwords come hashed (admin.passwords);
who is signed in is admin.logins', links that work once are admin.links'.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import asyncpg

from footfall.admin.audit import COMMAND_LINE, write_down
from footfall.admin.sites import read_site
from footfall.database import Connection
from footfall.errors import Conflict, NotFound, Unprocessable

Role = Literal["viewer", "editor", "owner"]

# The lesser first; each may do what those before it may.
ROLES: Final[tuple[Role, ...]] = ("viewer", "editor", "owner")
MAX_NAME_CHARACTERS: Final = 254
# last_login_at says "this week, or never again?"; the audit log has each sign-in.
LOGIN_RESOLUTION: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class User:
    """roles: site to role; an administrator (is_admin) needs none. last_login_at: to the hour."""

    user_id: int
    name: str
    is_admin: bool
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    roles: dict[str, Role] = field(default_factory=dict)

    @property
    def can_administer(self) -> bool:
        """Whether it can sign in and do everything."""
        return self.is_admin and self.has_password and self.disabled_at is None

    @property
    def actor(self) -> str:
        """How the audit log names this user; no other actor has a colon."""
        return f"user:{self.name}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    user_id: int
    password_hash: str | None
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class UserChange:
    """What is to be different; None leaves as it is. roles: those to change; None takes one away."""

    is_admin: bool | None = None
    is_disabled: bool | None = None
    roles: Mapping[str, Role | None] = field(default_factory=dict)


def name_key(name: str) -> str:
    """A name as it is compared."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


async def has_administrator(connection: Connection) -> bool:
    """Whether anybody can sign in and do everything; until then a set-up link may make somebody who can."""
    found: bool = await connection.fetchval("""
        select exists (
            select 1
            from users
            where is_admin
                and disabled_at is null
                and password_hash is not null
        )
        """)
    return found


async def add_user(
    connection: Connection,
    name: str,
    *,
    is_admin: bool = False,
    roles: Mapping[str, Role] | None = None,
    password_hash: str | None = None,
    actor: str = COMMAND_LINE,
) -> User:
    """Make an account. Raises Conflict where the name is taken, NotFound for a site, Unprocessable."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name or not name.isprintable() or len(name) > MAX_NAME_CHARACTERS:
        raise Unprocessable(
            f"A name has 1 to {MAX_NAME_CHARACTERS} printable characters; an e-mail address is fine.",
            field="name",
        )
    await _lock(connection)
    user_id = await connection.fetchval(
        """
        insert into users (name, name_key, password_hash, is_admin)
        values ($1, $2, $3, $4)
        on conflict do nothing
        returning user_id
        """,
        name,
        name_key(name),
        password_hash,
        is_admin,
    )
    if user_id is None:
        raise Conflict(f"There is a user {name!r} already.", field="name")
    details = {"is_admin": True} if is_admin else {}
    await write_down(connection, actor, "user.add", target=name, details=details)
    return await change_user(connection, user_id, UserChange(roles=dict(roles or {})), actor=actor)


async def list_users(connection: Connection, site_id: str | None = None) -> list[User]:
    """Every account, or those with a role at the site, by name."""
    rows = await connection.fetch(f'{_SELECT} order by name_key collate "C"')
    found = [_user(row) for row in rows]
    return [user for user in found if site_id is None or site_id in user.roles]


async def read_user(connection: Connection, user_id: int) -> User:
    """One account by its number. Raises NotFound."""
    row = await connection.fetchrow(f"{_SELECT} where user_id = $1", user_id)
    if row is None:
        raise NotFound(f"There is no user {user_id}.", field="user_id")
    return _user(row)


async def find_user(connection: Connection, name: str) -> User:
    """One account by its name. Raises NotFound."""
    key = name_key(name)
    row = (
        await connection.fetchrow(f"{_SELECT} where name_key = $1", key)
        if key.isprintable()
        else None
    )
    if row is None:
        raise NotFound(f"There is no user {name!r}.", field="name")
    return _user(row)


async def find_credentials(connection: Connection, name: str) -> Credentials | None:
    """What a sign-in under this name is checked against; None for a name that nobody has."""
    key = name_key(name)
    if not key.isprintable():
        return None
    row = await connection.fetchrow(
        """
        select user_id, password_hash, disabled_at is not null as is_disabled
        from users
        where name_key = $1
        """,
        key,
    )
    return None if row is None else Credentials(**dict(row))


async def change_user(
    connection: Connection, user_id: int, change: UserChange, *, actor: str = COMMAND_LINE
) -> User:
    """Apply `change`. Raises NotFound, Unprocessable, and Conflict where no administrator would be left."""
    await _lock(connection)
    before = await read_user(connection, user_id)
    await connection.execute(
        """
        update users
        set
            is_admin = coalesce($2, is_admin),
            disabled_at = case
                when $3 then coalesce(disabled_at, now())
                when not $3 then null
                else disabled_at
            end
        where user_id = $1
        """,
        user_id,
        change.is_admin,
        change.is_disabled,
    )
    for site_id, role in change.roles.items():
        await _put_role(connection, before, site_id, role, actor)
    after = await read_user(connection, user_id)
    details: dict[str, Any] = {}
    if before.is_admin != after.is_admin:
        details["is_admin"] = after.is_admin
    if (before.disabled_at is None) != (after.disabled_at is None):
        details["disabled"] = after.disabled_at is not None
    if details:
        await write_down(connection, actor, "user.change", target=after.name, details=details)
    if after.disabled_at is not None:
        await connection.execute("delete from logins where user_id = $1", user_id)
    if before.can_administer and not after.can_administer:
        await _check_administrator_left(connection, before)
    if not before.has_password and (details or before.roles != after.roles):
        # Whoever holds a link from before must not get by it what is given now.
        await _end_links(connection, user_id)
    return after


async def set_password(
    connection: Connection, user: User, password_hash: str, *, actor: str = COMMAND_LINE
) -> None:
    """Give an account a password; whoever was signed in with the one before, is no more."""
    await connection.execute(
        "update users set password_hash = $2 where user_id = $1", user.user_id, password_hash
    )
    await connection.execute("delete from logins where user_id = $1", user.user_id)
    await _end_links(connection, user.user_id)
    await write_down(connection, actor, "user.password", target=user.name)


async def note_login(
    connection: Connection, credentials: Credentials, password_hash: str | None, now: datetime
) -> User | None:
    """The user who signs in; None where the account changed since it was looked at.

    password_hash: the same password with today's parameters, to be kept instead.
    """
    is_same = await connection.fetchval(
        """
        update users
        set
            password_hash = coalesce($3, password_hash),
            last_login_at = case
                when last_login_at > $4::timestamptz - $5::interval then last_login_at
                else $4
            end
        where user_id = $1
            and password_hash = $2
            and disabled_at is null
        returning true
        """,
        credentials.user_id,
        credentials.password_hash,
        password_hash,
        now,
        LOGIN_RESOLUTION,
    )
    return await read_user(connection, credentials.user_id) if is_same else None


async def remove_user(connection: Connection, user_id: int, *, actor: str = COMMAND_LINE) -> User:
    """Forget an account with its roles and logins; the audit log keeps its name. Raises as change_user."""
    await _lock(connection)
    user = await read_user(connection, user_id)
    await connection.execute("delete from users where user_id = $1", user_id)
    await write_down(connection, actor, "user.remove", target=user.name)
    if user.can_administer:
        await _check_administrator_left(connection, user)
    return user


async def _put_role(
    connection: Connection, user: User, site_id: str, role: Role | None, actor: str
) -> None:
    if user.roles.get(site_id) == role:
        return
    if role is None:
        await connection.execute(
            "delete from user_sites where user_id = $1 and site_id = $2", user.user_id, site_id
        )
    else:
        await read_site(connection, site_id)
        await connection.execute(
            """
            insert into user_sites (user_id, site_id, role)
            values ($1, $2, $3)
            on conflict (user_id, site_id) do update set role = excluded.role
            """,
            user.user_id,
            site_id,
            role,
        )
    await write_down(
        connection, actor, "user.role", site_id, target=user.name, details={"role": role}
    )


async def _lock(connection: Connection) -> None:
    """One change of accounts at a time, or two would each count on the other's administrator."""
    await connection.execute("lock table users in share row exclusive mode")


async def _check_administrator_left(connection: Connection, user: User) -> None:
    others = await connection.fetchval(
        "select count(*) from users where user_id <> $1", user.user_id
    )
    if others and not await has_administrator(connection):
        raise Conflict(
            f"{user.name} is the only administrator: make another one first.", field="is_admin"
        )


async def _end_links(connection: Connection, user_id: int) -> None:
    await connection.execute(
        "delete from user_links where user_id = $1 and used_at is null", user_id
    )


def _user(row: asyncpg.Record) -> User:
    return User(**dict(row))


_SELECT: Final = """
    select
        user_id, name, is_admin, password_hash is not null as has_password, created_at, disabled_at,
        last_login_at,
        coalesce(
            (select jsonb_object_agg(site_id, role) from user_sites as r where r.user_id = u.user_id),
            '{}'
        ) as roles
    from users as u
"""
