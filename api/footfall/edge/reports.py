"""Sites, installation check and the query API for the dashboard, for whoever may read the site."""

from __future__ import annotations

import html
import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.config import Settings
from footfall.edge.auth import Access, require_access
from footfall.reports.query import MAX_LIMIT, MAX_OFFSET, Period, make_period, make_query
from footfall.reports.run import run
from footfall.reports.sites import last_event_of, list_sites
from footfall.reports.snapshot import snapshot
from footfall.reports.vocabulary import DIMENSIONS, METRICS

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

Allowed = Annotated[Access, Depends(require_access)]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day, as in 2026-11-22")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value} is not a day of the calendar") from None


Day = Annotated[date, BeforeValidator(_iso_day)]
Names = Annotated[list[str], Field(max_length=100)]


class WirePeriod(BaseModel):
    """Days, both inclusive, in the site's time zone."""

    model_config = ConfigDict(strict=True, extra="forbid")

    start_date: Day
    end_date: Day


class WireQuery(WirePeriod):
    """The body of POST /api/query. Names of metrics and dimensions are those of /api/vocabulary."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "site_id": "demo",
                "start_date": "2026-11-01",
                "end_date": "2026-11-22",
                "metrics": ["visitors", "bounce_rate"],
                "dimensions": ["source"],
                "limit": 10,
            }
        }
    )

    site_id: str
    metrics: Names
    dimensions: Names = Field(default=[], description="None for one row of totals, or one name.")
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MAX_LIMIT,
        description="Rows at most; 100 unless told. A series over time is whole unless told.",
    )
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)
    include_bots: bool = Field(
        default=False, description="Whether traffic that is flagged as no person's counts, too."
    )
    comparison: WirePeriod | None = Field(
        default=None,
        description="A second range: series are lined up by position, other rows by equal key.",
    )


class WireRow(BaseModel):
    dimensions: list[str]
    metrics: list[float | None]
    comparison: list[float | None] | None


class WireAnswer(BaseModel):
    """`query` as it was understood; `now` is the server's time, for marking unfinished buckets."""

    query: WireQuery
    timezone: str
    now: datetime
    rows: list[WireRow]
    total_rows: int


class WireError(BaseModel):
    error: str
    detail: str
    field: str | None = None


_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    401: {
        "model": WireError,
        "description": "Nobody is signed in, and there is no valid token or key.",
    },
    403: {"model": WireError, "description": "Another site, or a key of another scope."},
    503: {"model": WireError, "description": "The database is away, or the query took too long."},
}
_NO_SITE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": WireError, "description": "No such site."}
}


def utc(at: datetime) -> str:
    """`at` to the second, as in 2026-11-22T20:41:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@router.get("/sites", responses=_ERRORS)
async def get_sites(request: Request, access: Allowed) -> dict[str, Any]:
    """Every site that the caller may read, with the time of its newest event."""
    mine = access.sites_for("viewer")
    async with snapshot(request.state.engine) as connection:
        found = await list_sites(connection)
    return {
        "sites": [
            {
                "site_id": site.site_id,
                "timezone": site.timezone,
                "created_at": utc(site.created_at),
                "last_event_at": None if site.last_event_at is None else utc(site.last_event_at),
            }
            for site in found
            if mine is None or site.site_id in mine
        ]
    }


@router.get("/sites/{site_id}/installation", responses=_ERRORS | _NO_SITE)
async def get_installation(request: Request, site_id: str, access: Allowed) -> dict[str, Any]:
    """The snippet to put on a site's pages, and whether its events arrive."""
    access.check_site(site_id)
    async with snapshot(request.state.engine) as connection:
        last = await last_event_of(connection, site_id)
    return {
        "site_id": site_id,
        "snippet": snippet(_public_url(request), site_id),
        "last_event": (
            None if last is None else {**asdict(last), "received_at": utc(last.received_at)}
        ),
    }


@router.get("/vocabulary", responses=_ERRORS)
async def get_vocabulary() -> dict[str, Any]:
    """What can be asked for: metrics with unit and definition, dimensions with their metrics."""
    return {
        "metrics": [asdict(metric) for metric in METRICS.values()],
        "dimensions": [asdict(dimension) for dimension in DIMENSIONS.values()],
    }


async def _read_query(request: Request, _: Allowed) -> WireQuery:
    # Read here and not as a parameter: FastAPI parses those before any dependency has refused.
    try:
        return WireQuery.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None


@router.post(
    "/query",
    responses={
        200: {"model": WireAnswer},
        422: {"model": WireError, "description": "The body is wrong; `field` says where."},
        **_ERRORS,
        **_NO_SITE,
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WireQuery"}}},
        }
    },
)
async def post_query(
    request: Request, access: Allowed, body: Annotated[WireQuery, Depends(_read_query)]
) -> JSONResponse:
    """Figures over a range of days: totals, a series over time, or a breakdown."""
    access.check_site(body.site_id)
    query = make_query(
        site_id=body.site_id,
        period=make_period(body.start_date, body.end_date),
        metrics=body.metrics,
        dimensions=body.dimensions,
        limit=body.limit,
        offset=body.offset,
        comparison=_comparison(body),
        include_bots=body.include_bots,
    )
    engine: AsyncEngine = request.state.engine
    answer = await run(engine, query)
    echo = body.model_copy(update={"limit": query.limit})
    return JSONResponse(
        {
            "query": echo.model_dump(mode="json"),
            "timezone": answer.timezone,
            "now": utc(request.state.clock()),
            "rows": [asdict(row) for row in answer.rows],
            "total_rows": answer.total_rows,
        }
    )


def _comparison(body: WireQuery) -> Period | None:
    if body.comparison is None:
        return None
    other = body.comparison
    return make_period(
        other.start_date, other.end_date, names=("comparison.start_date", "comparison.end_date")
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
