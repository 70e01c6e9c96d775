"""Sites and installation check for the dashboard, for whoever may read the site."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from footfall.config import Settings
from footfall.edge.auth import Access, require_access
from footfall.reports.sites import last_event_of, list_sites
from footfall.reports.snapshot import snapshot

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

Allowed = Annotated[Access, Depends(require_access)]


class WireError(BaseModel):
    error: str
    detail: str
    field: str | None = None


ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    401: {
        "model": WireError,
        "description": "Nobody is signed in, and there is no valid token or key.",
    },
    403: {"model": WireError, "description": "Another site, or a key of another scope."},
    503: {"model": WireError, "description": "The database is away, or the query took too long."},
}
NO_SITE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": WireError, "description": "No such site."}
}


def utc(at: datetime) -> str:
    """`at` to the second, as in 2026-11-22T20:41:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class WireSiteStatus(BaseModel):
    """last_event_at: when its newest event was received; null before the first. first_date: its first day
    of which there are figures, in its time zone; null before."""

    site_id: str
    timezone: str
    created_at: Moment
    last_event_at: Moment | None
    first_date: date | None


class WireSites(BaseModel):
    sites: list[WireSiteStatus]


class WireLastEvent(BaseModel):
    event_type: str
    path: str | None
    received_at: Moment


class WireInstallation(BaseModel):
    """snippet: the element to put on every page of the site."""

    site_id: str
    snippet: str
    last_event: WireLastEvent | None


@router.get("/sites", responses=ERRORS)
async def get_sites(request: Request, access: Allowed) -> WireSites:
    """Every site that the caller may read, with the time of its newest event."""
    async with snapshot(request.state.engine) as connection:
        found = await list_sites(connection, access.sites_for("viewer"))
    return WireSites(
        sites=[
            WireSiteStatus(
                site_id=site.site_id,
                timezone=site.timezone,
                created_at=utc(site.created_at),
                last_event_at=None if site.last_event_at is None else utc(site.last_event_at),
                first_date=site.first_date,
            )
            for site in found
        ]
    )


@router.get("/sites/{site_id}/installation", responses=ERRORS | NO_SITE)
async def get_installation(request: Request, site_id: str, access: Allowed) -> WireInstallation:
    """The snippet to put on a site's pages, and whether its events arrive."""
    access.check_site(site_id)
    async with snapshot(request.state.engine) as connection:
        last = await last_event_of(connection, site_id)
    return WireInstallation(
        site_id=site_id,
        snippet=snippet(_public_url(request), site_id),
        last_event=(
            None
            if last is None
            else WireLastEvent(
                event_type=last.event_type, path=last.path, received_at=utc(last.received_at)
            )
        ),
    )


def snippet(public_url: str, site_id: str) -> str:
    """The element to put on every page of a site."""
    source = html.escape(f"{public_url}/tracking.js")
    return f'<script defer src="{source}" data-site="{html.escape(site_id)}"></script>'


def _public_url(request: Request) -> str:
    """Where browsers reach nginx: as configured, else as this request came (nginx passes both on)."""
    settings: Settings = request.state.settings
    if settings.public_url is not None:
        return settings.public_url
    forwarded = request.headers.get("x-forwarded-proto", request.url.scheme)
    scheme: Literal["http", "https"] = "https" if forwarded == "https" else "http"
    return f"{scheme}://{request.headers.get('host', 'localhost')}"
