"""The dashboard token: who may read reports until accounts exist."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from footfall.config import Settings
from footfall.database import Connection
from footfall.errors import Misconfigured, Unauthorized, Unavailable

TOKEN_NAME = "dashboard_token"  # noqa: S105 - the name of the row, not a token

_bearer = HTTPBearer(auto_error=False, description="The token that `footfall token` prints.")


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


def require_token(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Refuses callers without the token. Raises Unauthorized (401)."""
    token: Token = request.state.token
    if not token.is_right(credentials.credentials if credentials is not None else ""):
        raise Unauthorized("This needs the dashboard token; `footfall token` prints it.")


def require_token_when_closed(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """As require_token, but lets everybody in while registration is open."""
    settings: Settings = request.state.settings
    if settings.site_registration == "closed":
        require_token(request, credentials)
