"""The dashboard token and the keys: who may read and change what, until accounts exist."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from footfall.admin import keys
from footfall.config import Settings
from footfall.database import AWAY, Connection, transaction
from footfall.errors import Forbidden, Misconfigured, Unauthorized, Unavailable

TOKEN_NAME = "dashboard_token"  # noqa: S105 - the name of the row, not a token

_bearer = HTTPBearer(
    auto_error=False,
    description="The token that `footfall token` prints, or a key of scope read or admin.",
)


async def load_token(settings: Settings, connection: Connection) -> str:
    """The token from the settings, else the one in the database, made at the first need."""
    if settings.token is not None:
        return settings.token.get_secret_value()
    if settings.token_file is not None:
        try:
            token = settings.token_file.read_text().strip()
        except OSError as error:
            raise Misconfigured(f"FOOTFALL_TOKEN_FILE cannot be read: {error.strerror}.") from None
        if len(token) < 16:
            raise Misconfigured("FOOTFALL_TOKEN_FILE must hold at least 16 characters.")
        return token
    await connection.execute(
        "insert into secrets (name, value) values ($1, $2) on conflict do nothing",
        TOKEN_NAME,
        secrets.token_urlsafe(24),
    )
    stored: str = await connection.fetchval("select value from secrets where name = $1", TOKEN_NAME)
    return stored


class Token:
    """The token of a serving process, which may start before its database."""

    def __init__(self) -> None:
        self._value: str | None = None

    async def load(self, settings: Settings, connection: Connection) -> None:
        """Know it from now on; the first time decides."""
        if self._value is None:
            self._value = await load_token(settings, connection)

    def is_right(self, given: str) -> bool:
        """Whether `given` is it, in constant time. Raises Unavailable while the database is away."""
        if self._value is None:
            raise Unavailable("The database is away.")
        return hmac.compare_digest(given.encode(), self._value.encode())


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may do; site_id: only there, None: everywhere. actor: for the audit log."""

    scope: Literal["read", "admin"]
    site_id: str | None = None
    actor: str = "token"

    def check_site(self, site_id: str) -> None:
        """Raises Forbidden where the key is another site's."""
        if self.site_id is not None and self.site_id != site_id:
            raise Forbidden("This key is for another site.", field="site_id")

    def check_installation(self) -> None:
        """Raises Forbidden for what concerns more than one site."""
        if self.site_id is not None:
            raise Forbidden("This key is for one site only.")


EVERYTHING = Access("admin")

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def require_access(request: Request, credentials: Credentials) -> Access:
    """The caller's access, which reads at least. Raises Unauthorized (401), Forbidden for an ingest key."""
    token: Token = request.state.token
    given = credentials.credentials if credentials is not None else ""
    if token.is_right(given):
        return EVERYTHING
    key = None
    if given.startswith(keys.PREFIX):
        try:
            async with transaction(request.state.pool) as connection:
                key = await keys.recognise(connection, given, request.state.clock())
        except AWAY as error:
            raise Unavailable("The database is away.") from error
    if key is None:
        raise Unauthorized(
            "This needs the dashboard token, which `footfall token` prints, or a valid key."
        )
    if key.scope == "ingest":
        raise Forbidden("An ingest key sends events; it reads nothing.")
    return Access(key.scope, key.site_id, key.key_id)


async def require_admin(access: Annotated[Access, Depends(require_access)]) -> Access:
    """Access that may change things. Raises Unauthorized, Forbidden (403)."""
    if access.scope != "admin":
        raise Forbidden("This key only reads.")
    return access


async def require_token(access: Annotated[Access, Depends(require_admin)]) -> None:
    """Refuses all but the dashboard token and admin keys for every site. Raises as require_admin."""
    access.check_installation()


async def require_token_when_closed(request: Request, credentials: Credentials) -> None:
    """As require_token, but lets everybody in while registration is open."""
    settings: Settings = request.state.settings
    if settings.site_registration == "closed":
        await require_token(await require_admin(await require_access(request, credentials)))
