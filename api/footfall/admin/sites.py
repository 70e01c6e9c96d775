"""Sites as their operator sees and changes them; collection learns of it through site.SiteDirectory.

Functions run in the caller's transaction. What an event says of a site is never asked here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import available_timezones

import asyncpg
from pydantic import ValidationError

from footfall.admin.audit import COMMAND_LINE, write_down
from footfall.database import Connection
from footfall.errors import Conflict, NotFound, Unprocessable
from footfall.site import SiteSettings, read_host, read_settings

MAX_DOMAINS: Final = 200
# What an operator names; an event may make a site of any name up to 200 characters.
_SITE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """registered_by: operator, or event for sites that registered themselves."""

    site_id: str
    timezone: str
    allowed_domains: tuple[str, ...]
    settings: SiteSettings
    has_secret: bool
    registered_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SiteChange:
    """What is to be different; None leaves as it is. A setting that is None goes back to its default."""

    timezone: str | None = None
    allowed_domains: Sequence[str] | None = None
    settings: Mapping[str, Any] | None = None


async def list_sites(connection: Connection) -> list[SiteRecord]:
    """Every site, by name."""
    rows = await connection.fetch(f'{_SELECT} order by site_id collate "C"')
    return [_record(row) for row in rows]


async def read_site(connection: Connection, site_id: str) -> SiteRecord:
    """One site. Raises NotFound."""
    # PostgreSQL's text holds no NUL, so such a name is nobody's.
    found = (
        await connection.fetchrow(f"{_SELECT} where site_id = $1", site_id)
        if "\x00" not in site_id
        else None
    )
    if found is None:
        raise NotFound(f"There is no site {site_id!r}.", field="site_id")
    return _record(found)


async def add_site(
    connection: Connection, site_id: str, change: SiteChange, *, actor: str = COMMAND_LINE
) -> SiteRecord:
    """Make a site. Raises Conflict where it exists, Unprocessable for what is not valid."""
    if not _SITE_ID.match(site_id):
        raise Unprocessable(
            "A site id has 1 to 200 letters, digits, dots, dashes and underscores, "
            "and begins with a letter or digit.",
            field="site_id",
        )
    made = await connection.fetchval(
        "insert into sites (site_id) values ($1) on conflict do nothing returning true", site_id
    )
    if not made:
        raise Conflict(f"There is a site {site_id!r} already.", field="site_id")
    return await change_site(connection, site_id, change, actor=actor, action="site.add")


async def change_site(
    connection: Connection,
    site_id: str,
    change: SiteChange,
    *,
    actor: str = COMMAND_LINE,
    action: str = "site.change",
) -> SiteRecord:
    """Apply `change`; whole or, by the caller's transaction, not at all. Raises as add_site, and NotFound."""
    before = await read_site(connection, site_id)
    timezone = before.timezone
    if change.timezone is not None:
        timezone = await _check_timezone(connection, change.timezone)
    domains: Sequence[str] = before.allowed_domains
    if change.allowed_domains is not None:
        domains = check_domains(change.allowed_domains)
    settings = before.settings
    if change.settings is not None:
        settings = merge_settings(before.settings, change.settings)
    await connection.execute(
        """
        update sites
        set timezone = $2, allowed_domains = $3, settings = $4, updated_at = now()
        where site_id = $1
        """,
        site_id,
        timezone,
        list(domains),
        _stored(settings),
    )
    after = await read_site(connection, site_id)
    await write_down(connection, actor, action, site_id, details=_difference(before, after))
    return after


def _difference(before: SiteRecord, after: SiteRecord) -> dict[str, Any]:
    """Name to what it is now, of what was changed."""
    names = ("timezone", "allowed_domains", "settings")
    old, new = (
        [one.timezone, list(one.allowed_domains), _stored(one.settings)] for one in (before, after)
    )
    return {n: b for n, a, b in zip(names, old, new, strict=True) if a != b}


async def rotate_secret(connection: Connection, site_id: str, *, actor: str = COMMAND_LINE) -> str:
    """Give the site a new HMAC secret, which the old one ends with. Raises NotFound."""
    secret = secrets.token_urlsafe(32)
    await _put_secret(connection, site_id, secret)
    await write_down(connection, actor, "secret.rotate", site_id)
    return secret


async def remove_secret(connection: Connection, site_id: str, *, actor: str = COMMAND_LINE) -> None:
    """Ask for no signatures any more. Raises NotFound."""
    await _put_secret(connection, site_id, None)
    await write_down(connection, actor, "secret.remove", site_id)


def check_domains(given: Sequence[str]) -> tuple[str, ...]:
    """Domains as they are compared, each once, in order. Raises Unprocessable."""
    if len(given) > MAX_DOMAINS:
        raise Unprocessable(
            f"A site may list at most {MAX_DOMAINS} domains.", field="allowed_domains"
        )
    return tuple(dict.fromkeys(_check_domain(text) for text in given))


def merge_settings(before: SiteSettings, change: Mapping[str, Any]) -> SiteSettings:
    """Settings with `change` over them; an object goes into the one there is. Raises Unprocessable."""
    merged = _stored(before)
    for name, value in change.items():
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, Mapping):
            value = {k: v for k, v in {**old, **value}.items() if v is not None}
        if value is None and name in SiteSettings.model_fields:
            merged.pop(name, None)
        else:
            merged[name] = value
    try:
        return SiteSettings.model_validate(merged)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(("settings", *map(str, first["loc"])))
        if first["type"] == "extra_forbidden":
            raise Unprocessable(f"There is no {field}.", field=field) from None
        raise Unprocessable(f"{field}: {first['msg']}.", field=field) from None


def _stored(settings: SiteSettings) -> dict[str, Any]:
    """Only what differs from the defaults, so that a better default reaches those who never chose."""
    return settings.model_dump(mode="json", exclude_defaults=True)


def _check_domain(text: str) -> str:
    wildcard = "*." if text.strip().startswith("*.") else ""
    host = read_host(text.strip().removeprefix(wildcard))
    if host is None:
        raise Unprocessable(
            f"{text[:300]!r} is no domain: write example.org or *.example.org, without https://, "
            "port and path; no domain at all allows every page.",
            field="allowed_domains",
        )
    return wildcard + host


async def _check_timezone(connection: Connection, name: str) -> str:
    if name in available_timezones():
        try:
            async with connection.transaction():
                await connection.fetchval("select now() at time zone $1::text", name)
        except asyncpg.InvalidParameterValueError:
            pass
        else:
            return name
    raise Unprocessable(
        f"{name[:100]!r} is no time zone: write one as Europe/Berlin or UTC.", field="timezone"
    )


async def _put_secret(connection: Connection, site_id: str, secret: str | None) -> None:
    await read_site(connection, site_id)
    await connection.execute(
        "update sites set hmac_secret = $2, updated_at = now() where site_id = $1", site_id, secret
    )


def _record(row: asyncpg.Record) -> SiteRecord:
    return SiteRecord(
        row["site_id"],
        row["timezone"],
        tuple(row["allowed_domains"]),
        read_settings(row["settings"]),
        row["has_secret"],
        row["registered_by"],
        row["created_at"],
        row["updated_at"],
    )


_SELECT: Final = """
    select
        site_id, timezone, allowed_domains, settings, hmac_secret is not null as has_secret,
        registered_by, created_at, updated_at
    from sites
"""
