"""Every site that the caller may read, at a glance: what the dashboard begins with."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from footfall.edge.auth import require_access
from footfall.edge.reports import ERRORS, Allowed, Moment, utc
from footfall.reports.overview import MAX_SITES, overview

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])


class WireGlance(BaseModel):
    """Of people. The days are the site's own, the last one is today there."""

    site_id: str
    timezone: str
    start_date: date
    end_date: date
    visitors: int = Field(description="Distinct visitors of these 30 days.")
    visitors_before: int = Field(description="Distinct visitors of the 30 days before.")
    current_visitors: int = Field(
        description="Distinct visitors with any event in the last 5 minutes."
    )
    visitors_by_day: list[int] = Field(description="Distinct visitors of each day, 30 of them.")
    last_event_at: Moment | None = Field(
        description="When its newest event was received; null before the first."
    )


class WireOverview(BaseModel):
    """total_sites: how many the caller may read; no more than 1,000 are told."""

    now: Moment
    sites: list[WireGlance] = Field(
        max_length=MAX_SITES, description="Those heard from last are the first."
    )
    total_sites: int


@router.get("/overview", responses=ERRORS)
async def get_overview(request: Request, access: Allowed) -> WireOverview:
    """The last 30 days of every site that the caller may read, and who is there now."""
    now = request.state.clock()
    found = await overview(request.state.engine, now, access.sites_for("viewer"))
    return WireOverview(
        now=utc(now),
        sites=[
            WireGlance(
                site_id=glance.site.site_id,
                timezone=glance.site.timezone,
                start_date=glance.start,
                end_date=glance.end,
                visitors=glance.visitors,
                visitors_before=glance.visitors_before,
                current_visitors=glance.current_visitors,
                visitors_by_day=list(glance.visitors_by_day),
                last_event_at=(
                    None if glance.site.last_event_at is None else utc(glance.site.last_event_at)
                ),
            )
            for glance in found.glances
        ],
        total_sites=found.total_sites,
    )
