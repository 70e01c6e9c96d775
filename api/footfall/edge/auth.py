"""Who is calling, and what they may do: by the dashboard token, a key, or the cookie of somebody signed in."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, NoReturn

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from footfall.admin import keys, logins
from footfall.admin.logins import Login
from footfall.admin.users import ROLES, Role
from footfall.config import Settings
from footfall.database import Connection
from footfall.edge.origin import check_own_page, is_secure
from footfall.edge.transaction import open_transaction
from footfall.errors import Forbidden, Misconfigured, Unauthorized, Unavailable

TOKEN_NAME = "dashboard_token"  # noqa: S105 - the name of the row, not a token

COOKIE: Final = "footfall_login"
_WHO: Final = "Sign in, or send a valid key or the token that `footfall token` prints."

_bearer = HTTPBearer(
    auto_error=False,
    description="The token that `footfall token` prints, or a key of scope read or admin.",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description="As POST /api/session sets it; its name begins with `__Host-` where browsers come by https."
    " Whatever is no GET needs the header X-CSRF-Token, too, with what GET /api/session tells.",
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
    """What a caller may do: the one check of every endpoint.

    everywhere: the role at every site, now and later; an owner everywhere is the administrator of the
    installation. sites: roles at single sites. actor: for the audit log. login: of a person's browser.
    """

    actor: str
    kind: Literal["token", "key", "user"] = "token"
    everywhere: Role | None = None
    sites: Mapping[str, Role] = field(default_factory=dict)
    login: Login | None = None

    def role_at(self, site_id: str) -> Role | None:
        return self.everywhere or self.sites.get(site_id)

    def sites_for(self, role: Role) -> list[str] | None:
        """The sites where the caller has at least this role; None: all."""
        if _reaches(self.everywhere, role):
            return None
        return sorted(site_id for site_id, own in self.sites.items() if _reaches(own, role))

    def check_site(self, site_id: str, role: Role = "viewer") -> None:
        """Raises Forbidden without this role at the site; whether the site exists is not told."""
        own = self.role_at(site_id)
        if own is None:
            what = "This key is for another site." if self.kind == "key" else _NOT_YOURS
            raise Forbidden(what, field="site_id")
        if not _reaches(own, role):
            self._refuse(own, role)

    def check_installation(self, role: Role = "owner") -> None:
        """Raises Forbidden for what concerns every site, without this role at all of them."""
        if _reaches(self.everywhere, role):
            return
        if self.everywhere is not None:
            self._refuse(self.everywhere, role)
        raise Forbidden(
            "This key is for one site only."
            if self.kind == "key"
            else "Only an administrator may do this."
        )

    def check_somewhere(self, role: Role) -> None:
        """Raises Forbidden where the caller has this role nowhere, so that no body need be read."""
        if self.sites_for(role) == []:
            roles = [self.everywhere, *self.sites.values()]
            self._refuse(max((r for r in roles if r), key=ROLES.index, default=None), role)

    def _refuse(self, own: Role | None, role: Role) -> NoReturn:
        if self.kind == "key":
            raise Forbidden("This key only reads.")
        raise Forbidden(f"This needs the role {role}; yours is {own or 'none'}.")


def _reaches(own: Role | None, role: Role) -> bool:
    return own is not None and ROLES.index(own) >= ROLES.index(role)


_NOT_YOURS: Final = "This site is none of yours."
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER: Final = "X-CSRF-Token"
EVERYTHING: Final = Access("token", everywhere="owner")
_ROLE_OF_SCOPE: Final[Mapping[str, Role]] = {"read": "viewer", "admin": "owner"}

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Cookie = Annotated[str | None, Depends(_cookie)]


def cookie_name(request: Request) -> str:
    """`__Host-` binds a cookie to https and to this very host; browsers refuse the prefix without https."""
    return f"__Host-{COOKIE}" if is_secure(request) else COOKIE


async def require_access(request: Request, credentials: Credentials, _: Cookie) -> Access:
    """The caller's access, which reads at least. Raises Unauthorized (401), Forbidden for an ingest key.

    A token or key goes before a cookie, which other pages could make a browser send: with a cookie, whatever
    changes something must come from our own page and show what only that can know.
    """
    if credentials is not None:
        return await _access_by_bearer(request, credentials.credentials)
    cookie = request.cookies.get(cookie_name(request), "")
    if not cookie:
        raise Unauthorized(_WHO)
    async with open_transaction(request) as connection:
        login = await logins.recognise(connection, cookie, request.state.clock())
    if login is None:
        raise Unauthorized("You are signed in no longer: sign in again.")
    if request.method not in _SAFE:
        check_own_page(request)
        if not hmac.compare_digest(
            request.headers.get(CSRF_HEADER, "").encode(), login.csrf.encode()
        ):
            raise Forbidden(
                f"{CSRF_HEADER} is missing or wrong: reload the page.", field=CSRF_HEADER
            )
    return access_of(login)


def access_of(login: Login) -> Access:
    """What somebody who is signed in may do."""
    user = login.user
    return Access(user.actor, "user", "owner" if user.is_admin else None, user.roles, login)


async def _access_by_bearer(request: Request, given: str) -> Access:
    token: Token = request.state.token
    if token.is_right(given):
        return EVERYTHING
    key = None
    if given.startswith(keys.PREFIX):
        async with open_transaction(request) as connection:
            key = await keys.recognise(connection, given, request.state.clock())
    if key is None:
        raise Unauthorized(_WHO)
    if key.scope == "ingest":
        raise Forbidden("An ingest key sends events; it reads nothing.")
    role = _ROLE_OF_SCOPE[key.scope]
    if key.site_id is None:
        return Access(key.key_id, "key", role)
    return Access(key.key_id, "key", sites={key.site_id: role})


Allowed = Annotated[Access, Depends(require_access)]


async def require_editor(access: Allowed) -> Access:
    """Access that may change something at some site; at which one, check_site must say."""
    access.check_somewhere("editor")
    return access


async def require_owner(access: Allowed) -> Access:
    """Access that may hand out keys and roles, or erase, at some site; at which one, check_site must say."""
    access.check_somewhere("owner")
    return access


async def require_administrator(access: Allowed) -> Access:
    """Access to everything: the dashboard token, administrators, admin keys for every site."""
    access.check_installation()
    return access


async def require_administrator_when_closed(
    request: Request, credentials: Credentials, cookie: Cookie
) -> None:
    """As require_administrator, but lets everybody in while registration is open."""
    settings: Settings = request.state.settings
    if settings.site_registration == "closed":
        await require_administrator(await require_access(request, credentials, cookie))
