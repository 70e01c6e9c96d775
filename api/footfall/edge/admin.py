"""Sites, their secrets and keys over HTTP: settings for editors, the rest for owners and administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from footfall.admin import clearing, keys, sites
from footfall.database import AWAY, Connection
from footfall.edge.auth import Access, require_editor
from footfall.edge.reports import WireError, utc
from footfall.edge.transaction import open_transaction
from footfall.errors import NotFound, Unavailable
from footfall.site import SiteDirectory, SiteSettings

router = APIRouter(prefix="/api", tags=["administration"], dependencies=[Depends(require_editor)])

Allowed = Annotated[Access, Depends(require_editor)]


class WireSite(BaseModel):
    """A site with everything that its operator decides; `settings` holds all, defaults included."""

    site_id: str
    timezone: str
    allowed_domains: list[str] = Field(description="Hosts; `*.` for sub-domains. Empty: all.")
    settings: SiteSettings
    has_secret: bool = Field(description="Whether events must be signed.")
    registered_by: str = Field(description="operator, or event where the site made itself.")
    created_at: str
    updated_at: str


class NewSite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(description="Letters, digits, dots, dashes, underscores; at most 200.")
    timezone: str = Field(default="UTC", description="As Europe/Berlin.")
    allowed_domains: list[str] = Field(default=[], description="As example.org, *.example.org.")
    settings: dict[str, Any] = Field(default={}, description="Those of SiteSettings.")


class SitePatch(BaseModel):
    """What is left out stays. A changed time zone counts for days from now on; `footfall rebuild` for all."""

    model_config = ConfigDict(extra="forbid")

    timezone: str | None = None
    allowed_domains: list[str] | None = None
    settings: dict[str, Any] | None = Field(
        default=None, description="Those to change; null brings a default back."
    )


class WireCleared(BaseModel):
    site_id: str
    removed: dict[str, int] = Field(description="Table to rows.")


class WireSecret(BaseModel):
    site_id: str
    secret: str = Field(description="Shown here and never again.")


class WireKey(BaseModel):
    """A key without its text. last_used_at is to the hour."""

    key_id: str
    name: str
    scope: keys.Scope
    site_id: str | None = Field(description="The only site it is for; null: all.")
    created_at: str
    last_used_at: str | None
    revoked_at: str | None


class WireKeys(BaseModel):
    keys: list[WireKey]


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scope: keys.Scope
    site_id: str | None = Field(default=None, description="Needed for an ingest key.")
    name: str = Field(default="", description="For yourself: who has it.")


class WireNewKey(WireKey):
    key: str = Field(description="Shown here and never again.")


def _problem(description: str) -> dict[str, Any]:
    return {"model": WireError, "description": description}


ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    401: _problem("Nobody is signed in, and there is no valid token or key."),
    403: _problem("The role or key is not enough for this, or is for another site."),
    503: _problem("The database is away."),
}
# Retention removes what was stored; see admin.retention.
OWNERS_SETTINGS: Final = frozenset({"keep_events_days", "keep_details_days"})
_NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {404: _problem("No such site or key.")}
WRONG: Final[dict[int | str, dict[str, Any]]] = {
    422: _problem("The body is wrong; `field` says where.")
}

Body = TypeVar("Body", bound=BaseModel)


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI part of a body that read_body() reads."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": model.model_json_schema()}},
        }
    }


async def read_body(request: Request, model: type[Body]) -> Body:
    # Read here and not as a parameter: FastAPI parses those before any dependency has refused.
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None


@asynccontextmanager
async def _change(request: Request) -> AsyncIterator[Connection]:
    """A transaction; after it, this process collects by what it changed. Raises Unavailable."""
    async with open_transaction(request) as connection:
        yield connection
    directory: SiteDirectory = request.state.sites
    with suppress(*AWAY):
        await directory.refresh()


@router.post(
    "/sites",
    status_code=201,
    responses={**ERRORS, **WRONG, 409: _problem("There is such a site already.")},
    openapi_extra=takes(NewSite),
)
async def post_site(request: Request, access: Allowed) -> WireSite:
    """Make a site."""
    access.check_installation()
    body = await read_body(request, NewSite)
    change = sites.SiteChange(body.timezone, body.allowed_domains, body.settings)
    async with _change(request) as connection:
        return _site(await sites.add_site(connection, body.site_id, change, actor=access.actor))


@router.get("/sites/{site_id}", responses=ERRORS | _NOT_FOUND)
async def get_site(request: Request, site_id: str, access: Allowed) -> WireSite:
    """One site with its settings."""
    access.check_site(site_id, "editor")
    async with open_transaction(request) as connection:
        return _site(await sites.read_site(connection, site_id))


@router.patch(
    "/sites/{site_id}",
    responses=ERRORS | _NOT_FOUND | WRONG,
    openapi_extra=takes(SitePatch),
)
async def patch_site(request: Request, site_id: str, access: Allowed) -> WireSite:
    """Change a site: all of the body, or nothing. For how long events are kept is the owner's to say."""
    access.check_site(site_id, "editor")
    body = await read_body(request, SitePatch)
    if OWNERS_SETTINGS & (body.settings or {}).keys():
        access.check_site(site_id, "owner")
    change = sites.SiteChange(body.timezone, body.allowed_domains, body.settings)
    async with _change(request) as connection:
        return _site(await sites.change_site(connection, site_id, change, actor=access.actor))


@router.post("/sites/{site_id}/reset", responses=ERRORS | _NOT_FOUND)
async def post_reset(request: Request, site_id: str, access: Allowed) -> WireCleared:
    """Take away all events that a site received until now, and what was derived of them.

    Its settings, keys and tracking tag stay. Takes as long as it takes; to ask again is harmless.
    """
    access.check_site(site_id, "owner")
    return await _cleared(request, site_id, access, clearing.reset_site)


@router.delete("/sites/{site_id}", responses=ERRORS | _NOT_FOUND)
async def delete_site(request: Request, site_id: str, access: Allowed) -> WireCleared:
    """Take a site away with everything of it: events, what was derived of them, keys, settings.

    With open registration its next event makes it anew. Takes as long as it takes; to ask again is harmless.
    """
    access.check_site(site_id, "owner")
    return await _cleared(request, site_id, access, clearing.delete_site)


async def _cleared(
    request: Request, site_id: str, access: Access, clear: Callable[..., Awaitable[dict[str, int]]]
) -> WireCleared:
    state = request.state
    where = clearing.Installation(state.pool, state.settings.spool_folder, state.sites)
    try:
        removed = await clear(where, site_id, state.clock(), actor=access.actor)
    except AWAY as error:
        raise Unavailable("The database is away; ask again for the rest.") from error
    with suppress(*AWAY):
        await where.directory.refresh()
    return WireCleared(site_id=site_id, removed=removed)


@router.post("/sites/{site_id}/secret", responses=ERRORS | _NOT_FOUND)
async def post_secret(request: Request, site_id: str, access: Allowed) -> WireSecret:
    """Ask for signed events, by a new secret; an old one ends."""
    access.check_site(site_id, "owner")
    async with _change(request) as connection:
        secret = await sites.rotate_secret(connection, site_id, actor=access.actor)
    return WireSecret(site_id=site_id, secret=secret)


@router.delete("/sites/{site_id}/secret", status_code=204, responses=ERRORS | _NOT_FOUND)
async def delete_secret(request: Request, site_id: str, access: Allowed) -> None:
    """Ask for no signatures any more."""
    access.check_site(site_id, "owner")
    async with _change(request) as connection:
        await sites.remove_secret(connection, site_id, actor=access.actor)


@router.get("/keys", responses=ERRORS)
async def get_keys(request: Request, access: Allowed) -> WireKeys:
    """Every key that the caller may manage, the revoked ones too; never a key's text."""
    access.check_somewhere("owner")
    mine = access.sites_for("owner")
    async with open_transaction(request) as connection:
        found = await keys.list_keys(connection)
    return WireKeys(
        keys=[WireKey(**_key(key)) for key in found if mine is None or key.site_id in mine]
    )


@router.post(
    "/keys",
    status_code=201,
    responses=ERRORS | _NOT_FOUND | WRONG,
    openapi_extra=takes(NewKey),
)
async def post_key(request: Request, access: Allowed) -> WireNewKey:
    """Make a key. The owner of a site makes keys for that site only."""
    access.check_somewhere("owner")
    body = await read_body(request, NewKey)
    if body.site_id is None:
        access.check_installation()
    else:
        access.check_site(body.site_id, "owner")
    async with _change(request) as connection:
        key, text = await keys.create_key(
            connection, body.scope, body.site_id, body.name, actor=access.actor
        )
    return WireNewKey(**_key(key), key=text)


@router.delete("/keys/{key_id}", status_code=204, responses=ERRORS | _NOT_FOUND)
async def delete_key(request: Request, key_id: str, access: Allowed) -> None:
    """Revoke a key; to do it twice changes nothing."""
    access.check_somewhere("owner")
    mine = access.sites_for("owner")
    async with _change(request) as connection:
        key = await keys.read_key(connection, key_id)
        if mine is not None and key.site_id not in mine:
            raise NotFound(f"There is no key {key_id!r}.", field="key_id")
        await keys.revoke_key(connection, key_id, request.state.clock(), actor=access.actor)


def _site(site: sites.SiteRecord) -> WireSite:
    return WireSite(
        site_id=site.site_id,
        timezone=site.timezone,
        allowed_domains=list(site.allowed_domains),
        settings=site.settings,
        has_secret=site.has_secret,
        registered_by=site.registered_by,
        created_at=utc(site.created_at),
        updated_at=utc(site.updated_at),
    )


def _key(key: keys.Key) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scope": key.scope,
        "site_id": key.site_id,
        "created_at": utc(key.created_at),
        "last_used_at": _utc_or_none(key.last_used_at),
        "revoked_at": _utc_or_none(key.revoked_at),
    }


def _utc_or_none(at: datetime | None) -> str | None:
    return None if at is None else utc(at)
