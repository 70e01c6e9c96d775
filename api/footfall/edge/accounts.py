"""Signing in and out, one's own password, and links that work once. What strangers may ask is all here.

Nothing tells whether a name is somebody's: an unknown one takes as long, counts as many tries and gets the
same answer as a wrong password.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from footfall.admin import links, logins, passwords, users
from footfall.admin.audit import write_down
from footfall.admin.users import Role, User
from footfall.config import Settings
from footfall.database import Connection
from footfall.edge.admin import WRONG, read_body, takes
from footfall.edge.attempts import Attempts, Hashing
from footfall.edge.auth import Access, Allowed, access_of, cookie_name
from footfall.edge.caller import client_ip, forwarded_for
from footfall.edge.origin import check_own_page, is_secure
from footfall.edge.reports import WireError, utc
from footfall.edge.transaction import open_transaction
from footfall.errors import Forbidden, Unauthorized, Unprocessable
from footfall.observe import SIGN_INS

router = APIRouter(prefix="/api", tags=["accounts"])

SETUP_ACTOR: Final = "set-up link"
LINK_ACTOR: Final = "link"
_WRONG: Final = "The name or the password is wrong."

# Longer ones are read, so that the answer can say what is wrong; much longer ones are not.
Name = Annotated[str, StringConstraints(max_length=users.MAX_NAME_CHARACTERS)]
Password = Annotated[str, StringConstraints(max_length=passwords.MAX_CHARACTERS)]
Secret = Annotated[str, StringConstraints(max_length=200)]


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    password: Password


class WireSession(BaseModel):
    """Who is calling, and what they may do: everywhere, or else at single sites."""

    kind: Literal["user", "key", "token"]
    name: str | None = Field(description="The user's name, else null.")
    everywhere: Role | None = Field(
        description="The role at every site; owner: an administrator of the installation."
    )
    sites: dict[str, Role] = Field(description="Site to role.")
    csrf: str | None = Field(
        description="With the cookie, whatever is no GET must send this as X-CSRF-Token."
    )
    expires_at: str | None = Field(description="When the browser must sign in again at the latest.")


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current: Password
    password: Password = Field(description="At least 10 characters.")


class WireSetup(BaseModel):
    needs_administrator: bool = Field(
        description="Whether a set-up link may make the first administrator."
    )


class GivenLink(BaseModel):
    model_config = ConfigDict(extra="forbid")

    link: Secret = Field(description="What stands behind setup= or password= in the link.")


class WireLink(BaseModel):
    purpose: links.Purpose
    name: str | None = Field(description="Whose password; null for the set-up.")


class UsedLink(GivenLink):
    password: Password = Field(description="At least 10 characters.")
    name: Name | None = Field(
        default=None, description="Of the first administrator; only for the set-up."
    )


def _problem(description: str) -> dict[str, Any]:
    return {"model": WireError, "description": description}


_FOREIGN: Final[dict[int | str, dict[str, Any]]] = {
    403: _problem("It came from a page of another address, or without the right X-CSRF-Token."),
    503: _problem("The database is away."),
}
_STRANGER: Final[dict[int | str, dict[str, Any]]] = {
    401: _problem("Nobody is signed in, and there is no valid token or key.")
}
_MANY: Final[dict[int | str, dict[str, Any]]] = {
    429: _problem("Too many wrong passwords for the account or from the address.")
}
_ENDED: Final[dict[int | str, dict[str, Any]]] = {404: _problem("The link works no longer.")}


@router.post(
    "/session",
    response_model=WireSession,
    responses={401: _problem("The name or the password is wrong."), **_FOREIGN, **_MANY, **WRONG},
    openapi_extra=takes(SignIn),
)
async def post_session(request: Request) -> Response:
    """Sign in: sets the cookie, another one each time."""
    check_own_page(request)
    body = await read_body(request, SignIn)
    now: datetime = request.state.clock()
    attempts: Attempts = request.state.attempts
    account, address = users.name_key(body.name), _address(request)
    is_last = attempts.count(account, address, now)
    async with open_transaction(request) as connection:
        found = await users.find_credentials(connection, body.name)
    right = await _verify(request, found, body.password)
    fresh = None
    if right and found and found.password_hash and passwords.is_outdated(found.password_hash):
        fresh = await _hash(request, body.password)
    async with open_transaction(request) as connection:
        user = None
        if right and found is not None:
            user = await users.note_login(connection, found, fresh, now)
        if user is not None:
            await logins.close_login(connection, request.cookies.get(cookie_name(request), ""))
            answer = await _signed_in(request, connection, user, now)
        elif is_last and found is not None:
            tried = await users.read_user(connection, found.user_id)
            await write_down(connection, "stranger", "user.too_many_tries", target=tried.name)
    SIGN_INS.labels("wrong" if user is None else "right").inc()
    if user is None:
        raise Unauthorized(_WRONG)
    attempts.forgive(account, address)
    return answer


@router.get("/session", responses={**_STRANGER, **_FOREIGN})
async def get_session(access: Allowed, response: Response) -> WireSession:
    """Who is calling, and what they may do."""
    response.headers["Cache-Control"] = "no-store"
    return _session(access)


@router.delete("/session", status_code=204, responses={**_STRANGER, **_FOREIGN})
async def delete_session(request: Request, access: Allowed) -> Response:
    """Sign out. A token or key has no session to end."""
    if access.login is not None:
        async with open_transaction(request) as connection:
            await logins.close_login(connection, request.cookies[cookie_name(request)])
            await write_down(connection, access.actor, "user.sign_out")
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(
        cookie_name(request), secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


@router.put(
    "/session/password",
    response_model=WireSession,
    responses={**_STRANGER, **_FOREIGN, **_MANY, **WRONG},
    openapi_extra=takes(NewPassword),
)
async def put_password(request: Request, access: Allowed) -> Response:
    """Change one's own password; every other browser of the account is signed out."""
    if access.login is None:
        raise Forbidden("Only who is signed in has a password.")
    user = access.login.user
    body = await read_body(request, NewPassword)
    passwords.check_password(body.password)
    now: datetime = request.state.clock()
    attempts: Attempts = request.state.attempts
    account, address = users.name_key(user.name), _address(request)
    attempts.count(account, address, now)
    async with open_transaction(request) as connection:
        found = await users.find_credentials(connection, user.name)
    if not await _verify(request, found, body.current):
        raise Forbidden("The current password is wrong.", field="current")
    attempts.forgive(account, address)
    password_hash = await _hash(request, body.password)
    async with open_transaction(request) as connection:
        await users.set_password(connection, user, password_hash, actor=user.actor)
        return await _signed_in(request, connection, user, now)


@router.get("/setup", responses={503: _problem("The database is away.")})
async def get_setup(request: Request) -> WireSetup:
    """Whether an administrator is missing still, for the page that asks people to sign in."""
    async with open_transaction(request) as connection:
        return WireSetup(needs_administrator=not await users.has_administrator(connection))


@router.post(
    "/setup/link", responses={**_ENDED, **_FOREIGN, **WRONG}, openapi_extra=takes(GivenLink)
)
async def post_link(request: Request) -> WireLink:
    """What a link is for, and whether it works still."""
    check_own_page(request)
    body = await read_body(request, GivenLink)
    async with open_transaction(request) as connection:
        link = await links.read_link(connection, body.link, request.state.clock())
    return WireLink(purpose=link.purpose, name=None if link.user is None else link.user.name)


@router.post(
    "/setup",
    response_model=WireSession,
    responses={**_ENDED, **_FOREIGN, **WRONG, 409: _problem("The name is taken.")},
    openapi_extra=takes(UsedLink),
)
async def post_setup(request: Request) -> Response:
    """Use a link up: make the first administrator, or set a password. Signs in, too."""
    check_own_page(request)
    body = await read_body(request, UsedLink)
    passwords.check_password(body.password)
    now: datetime = request.state.clock()
    async with open_transaction(request) as connection:
        # Looked at before the hash is made, which costs a stranger nothing and us a tenth of a second.
        await links.read_link(connection, body.link, now)
    password_hash = await _hash(request, body.password)
    async with open_transaction(request) as connection:
        link = await links.read_link(connection, body.link, now)
        await links.use_up(connection, link, now)
        if link.user is None:
            user = await users.add_user(
                connection,
                body.name or "",
                is_admin=True,
                password_hash=password_hash,
                actor=SETUP_ACTOR,
            )
        else:
            if body.name is not None:
                raise Unprocessable("name: the account has its name already.", field="name")
            user = link.user
            await users.set_password(connection, user, password_hash, actor=LINK_ACTOR)
        return await _signed_in(request, connection, user, now)


async def _signed_in(
    request: Request, connection: Connection, user: User, now: datetime
) -> Response:
    """The answer that makes a browser the user's, by a cookie that was nobody's before."""
    cookie, login = await logins.open_login(connection, user, now)
    await write_down(connection, user.actor, "user.sign_in")
    answer = JSONResponse(
        _session(access_of(login)).model_dump(), headers={"Cache-Control": "no-store"}
    )
    answer.set_cookie(
        cookie_name(request),
        cookie,
        max_age=int(logins.LIFE.total_seconds()),
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return answer


def _session(access: Access) -> WireSession:
    login = access.login
    return WireSession(
        kind=access.kind,
        name=None if login is None else login.user.name,
        everywhere=access.everywhere,
        sites=dict(access.sites),
        csrf=None if login is None else login.csrf,
        expires_at=None if login is None else utc(login.expires_at),
    )


async def _verify(request: Request, found: users.Credentials | None, password: str) -> bool:
    """Whether it is the account's password; as slow for nobody's, and for one that may not sign in."""
    hashing: Hashing = request.state.hashing
    kept = None if found is None or found.is_disabled else found.password_hash
    return await hashing.run(passwords.verify_password, kept, password)


async def _hash(request: Request, password: str) -> str:
    hashing: Hashing = request.state.hashing
    return await hashing.run(passwords.hash_password, password)


def _address(request: Request) -> str:
    settings: Settings = request.state.settings
    peer = request.client.host if request.client else None
    return client_ip(peer, forwarded_for(request.scope["headers"]), settings.trusted_proxies)
