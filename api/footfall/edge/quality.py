"""The data-quality page as JSON: checks of a site's last hours, for whoever may read the site."""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from footfall.config import Settings
from footfall.edge.auth import Access, require_access
from footfall.edge.caller import find_caller, forwarded_for
from footfall.edge.reports import ERRORS, NO_SITE, Allowed, Moment, utc
from footfall.reports.quality.check import Check, Verdict
from footfall.reports.quality.delivery import Arrival
from footfall.reports.quality.facts import SAMPLE, read_facts
from footfall.reports.quality.verdicts import judge
from footfall.reports.snapshot import snapshot

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

MAX_DAYS: Final = 31


class WireExample(BaseModel):
    label: str
    count: int
    at: Moment | None = Field(description="The newest of them, where that is told.")


class WireCheck(BaseModel):
    """finding: a sentence with the figure, which is count out of `of`."""

    name: str
    title: str
    verdict: Verdict = Field(
        description="fine; look: look at it; problem; unknown: not enough data to tell."
    )
    finding: str
    meaning: str
    advice: str = Field(description="What to do; empty where all is well.")
    count: int | None
    of: int | None
    examples: list[WireExample]


class WireQuality(BaseModel):
    """since: how far back the newest events that were looked at reach; start, unless there are many."""

    site_id: str
    start: Moment
    since: Moment
    end: Moment
    looked_at: int = Field(description=f"Events, the newest {SAMPLE:,} at most.")
    checks: list[WireCheck]


_EXAMPLE: Final[dict[str, Any]] = {
    "site_id": "demo",
    "start": "2026-11-23T12:00:00Z",
    "since": "2026-11-23T12:00:00Z",
    "end": "2026-11-24T12:00:00Z",
    "looked_at": 1280,
    "checks": [
        {
            "name": "doubles",
            "title": "Tag twice on a page",
            "verdict": "look",
            "finding": "14 of 310 (4.5%) pageviews follow another one of the same page and visit within a second.",
            "meaning": "Two tags on a page count each page twice.",
            "advice": "Look at the source of the pages below for tracking.js and keep one of them.",
            "count": 14,
            "of": 310,
            "examples": [{"label": "/pricing", "count": 14, "at": None}],
        }
    ],
}


@router.get(
    "/sites/{site_id}/quality",
    responses={
        **ERRORS,
        **NO_SITE,
        200: {"content": {"application/json": {"example": _EXAMPLE}}},
    },
)
async def get_quality(
    request: Request,
    site_id: str,
    access: Allowed,
    hours: Annotated[int, Query(ge=1, le=MAX_DAYS * 24, description="How far back.")] = 24,
) -> WireQuality:
    """Whether the site's data can be trusted: each check with a verdict, the figure, and what to do."""
    access.check_site(site_id)
    now: datetime = request.state.clock()
    async with snapshot(request.state.engine) as connection:
        facts = await read_facts(connection, site_id, hours, now)
    return WireQuality(
        site_id=site_id,
        start=utc(facts.start),
        since=utc(facts.since),
        end=utc(now),
        looked_at=facts.looked_at,
        checks=[_check(check) for check in judge(facts, _arrival(request, access))],
    )


def _arrival(request: Request, access: Access) -> Arrival:
    """How the caller came here; the address itself only for whom /api/connection tells it."""
    settings: Settings = request.state.settings
    peer = request.client.host if request.client else None
    caller = find_caller(peer, forwarded_for(request.scope["headers"]), settings.trusted_proxies)
    try:
        is_private = not ipaddress.ip_address(caller.address).is_global
    except ValueError:
        is_private = True
    return Arrival(
        is_private,
        len(caller.ignored),
        caller.address if access.everywhere == "owner" else None,
    )


def _check(check: Check) -> WireCheck:
    document = asdict(check)
    document["examples"] = [
        WireExample(
            label=example.label,
            count=example.count,
            at=None if example.at is None else utc(example.at),
        )
        for example in check.examples
    ]
    return WireCheck(**document)
