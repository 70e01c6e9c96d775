"""Accounts over HTTP: all of them for administrators, those of a site for its owners."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from footfall.admin import links, users
from footfall.admin.sites import read_site
from footfall.admin.users import Role, User, UserChange
from footfall.edge.accounts import Name
from footfall.edge.admin import ERRORS, WRONG, read_body, takes
from footfall.edge.auth import Access, require_administrator, require_owner
from footfall.edge.reports import WireError, utc
from footfall.edge.transaction import open_transaction
from footfall.errors import NotFound

router = APIRouter(
    prefix="/api/users", tags=["accounts"], dependencies=[Depends(require_administrator)]
)
site_router = APIRouter(
    prefix="/api/sites/{site_id}/users", tags=["accounts"], dependencies=[Depends(require_owner)]
)

Administrator = Annotated[Access, Depends(require_administrator)]
Owner = Annotated[Access, Depends(require_owner)]
UserId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class WireUser(BaseModel):
    user_id: int
    name: str
    is_admin: bool = Field(description="Whether it may do everything, at every site.")
    has_password: bool = Field(description="Whether a link was used to choose one.")
    roles: dict[str, Role] = Field(description="Site to role.")
    created_at: str
    disabled_at: str | None
    last_login_at: str | None = Field(description="To the hour.")


class WireUsers(BaseModel):
    users: list[WireUser]


class NewUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="An e-mail address or any name.")
    is_admin: bool = False
    roles: dict[str, Role] = {}


class WireInvitation(BaseModel):
    """link: the secret that stands behind /dashboard/#password= in the link; shown here and never again."""

    user: WireUser
    link: str


class UserPatch(BaseModel):
    """What is left out stays."""

    model_config = ConfigDict(extra="forbid")

    is_admin: bool | None = None
    disabled: bool | None = None
    roles: dict[str, Role | None] = Field(
        default={}, description="Those to change; null takes one away."
    )


class WireSiteUser(BaseModel):
    user_id: int
    name: str
    role: Role
    has_password: bool


class WireSiteUsers(BaseModel):
    users: list[WireSiteUser]


class SiteUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role


class WireSiteInvitation(WireSiteUser):
    link: str | None = Field(
        description="Where the account is new: the secret behind /dashboard/#password= in its link."
    )


_TAKEN: Final[dict[int | str, dict[str, Any]]] = {
    409: {
        "model": WireError,
        "description": "The name is taken, or no administrator would be left.",
    }
}
_MISSING: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": WireError, "description": "No such user or site."}
}


@router.get("", responses=ERRORS)
async def get_users(request: Request) -> WireUsers:
    """Every account."""
    async with open_transaction(request) as connection:
        found = await users.list_users(connection)
    return WireUsers(users=[_user(user) for user in found])


@router.post(
    "",
    status_code=201,
    responses=ERRORS | WRONG | _TAKEN | _MISSING,
    openapi_extra=takes(NewUser),
)
async def post_user(request: Request, access: Administrator) -> WireInvitation:
    """Make an account, and a link by which its person chooses a password within three days."""
    body = await read_body(request, NewUser)
    async with open_transaction(request) as connection:
        user = await users.add_user(
            connection, body.name, is_admin=body.is_admin, roles=body.roles, actor=access.actor
        )
        link = await links.make_password_link(
            connection, user, request.state.clock(), actor=access.actor
        )
    return WireInvitation(user=_user(user), link=link)


@router.patch(
    "/{user_id}",
    responses=ERRORS | WRONG | _TAKEN | _MISSING,
    openapi_extra=takes(UserPatch),
)
async def patch_user(request: Request, access: Administrator, user_id: UserId) -> WireUser:
    """Change what an account may do; a disabled one is signed out."""
    body = await read_body(request, UserPatch)
    change = UserChange(body.is_admin, body.disabled, body.roles)
    async with open_transaction(request) as connection:
        return _user(await users.change_user(connection, user_id, change, actor=access.actor))


@router.delete("/{user_id}", status_code=204, responses=ERRORS | _TAKEN | _MISSING)
async def delete_user(request: Request, access: Administrator, user_id: UserId) -> None:
    """Forget an account; the audit log keeps its name."""
    async with open_transaction(request) as connection:
        await users.remove_user(connection, user_id, actor=access.actor)


@router.post("/{user_id}/link", status_code=201, responses=ERRORS | _MISSING)
async def post_user_link(
    request: Request, access: Administrator, user_id: UserId
) -> WireInvitation:
    """A link by which the user chooses a new password; the old one works until then."""
    async with open_transaction(request) as connection:
        user = await users.read_user(connection, user_id)
        link = await links.make_password_link(
            connection, user, request.state.clock(), actor=access.actor
        )
    return WireInvitation(user=_user(user), link=link)


@site_router.get("", responses=ERRORS)
async def get_site_users(request: Request, site_id: str, access: Owner) -> WireSiteUsers:
    """Who has a role at the site. Administrators need none, and are not listed."""
    access.check_site(site_id, "owner")
    async with open_transaction(request) as connection:
        await read_site(connection, site_id)
        found = await users.list_users(connection, site_id)
    return WireSiteUsers(users=[WireSiteUser(**_site_user(user, site_id)) for user in found])


@site_router.put("", responses=ERRORS | WRONG | _MISSING, openapi_extra=takes(SiteUser))
async def put_site_user(request: Request, site_id: str, access: Owner) -> WireSiteInvitation:
    """Give somebody a role at the site. A name that is nobody's becomes an account, with a link for its person."""
    access.check_site(site_id, "owner")
    body = await read_body(request, SiteUser)
    roles = {site_id: body.role}
    link = None
    async with open_transaction(request) as connection:
        try:
            user = await users.find_user(connection, body.name)
        except NotFound:
            user = await users.add_user(connection, body.name, roles=roles, actor=access.actor)
            # Only a new account's: whoever has a link can become its user.
            link = await links.make_password_link(
                connection, user, request.state.clock(), actor=access.actor
            )
        else:
            user = await users.change_user(
                connection, user.user_id, UserChange(roles=roles), actor=access.actor
            )
    return WireSiteInvitation(**_site_user(user, site_id), link=link)


@site_router.delete("/{user_id}", status_code=204, responses=ERRORS | _MISSING)
async def delete_site_user(request: Request, site_id: str, access: Owner, user_id: UserId) -> None:
    """Take somebody's role at the site away; the account stays."""
    access.check_site(site_id, "owner")
    async with open_transaction(request) as connection:
        user = await users.read_user(connection, user_id)
        if site_id not in user.roles:
            raise NotFound(f"There is no user {user_id} at this site.", field="user_id")
        change = UserChange(roles={site_id: None})
        await users.change_user(connection, user_id, change, actor=access.actor)


def _user(user: User) -> WireUser:
    return WireUser(
        user_id=user.user_id,
        name=user.name,
        is_admin=user.is_admin,
        has_password=user.has_password,
        roles=user.roles,
        created_at=utc(user.created_at),
        disabled_at=None if user.disabled_at is None else utc(user.disabled_at),
        last_login_at=None if user.last_login_at is None else utc(user.last_login_at),
    )


def _site_user(user: User, site_id: str) -> dict[str, Any]:
    return {
        "user_id": user.user_id,
        "name": user.name,
        "role": user.roles[site_id],
        "has_password": user.has_password,
    }
