"""Core Web Vitals of a site for whoever may read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from footfall.edge.auth import require_access
from footfall.edge.reports import ERRORS, NO_SITE, Allowed, Moment, WireError, utc
from footfall.edge.wire_query import Names, WireFilter, WirePeriod, read_body, to_filters, to_period
from footfall.reports.filters import MAX_CONDITIONS
from footfall.reports.query import MAX_OFFSET, make_period
from footfall.reports.vitals import (
    DEFAULT_ROWS,
    MAX_ROWS,
    VITALS,
    OrderBy,
    VitalsQuery,
    make_vitals_query,
    tell_vitals,
)

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "totals": {
        "summary": "Every vital on phones, beside the month before",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "filters": [{"dimension": "device", "operator": "is", "values": ["mobile"]}],
            "comparison": {"start_date": "2026-10-01", "end_date": "2026-10-31"},
        },
    },
    "slowest": {
        "summary": "The ten pages with the slowest LCP",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "vitals": ["LCP"],
            "dimensions": ["page"],
            "order_by": "p75",
            "limit": 10,
        },
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/WireVitalsQuery"},
                "examples": EXAMPLES,
            }
        },
    }
}


class WireVitalsQuery(WirePeriod):
    """The body of POST /api/web-vitals. Dimensions and filters are those of /api/vocabulary."""

    site_id: str
    vitals: Names = Field(
        default=[],
        description=f"Some of {', '.join(VITALS)}; all unless told. A breakdown takes one.",
    )
    dimensions: Names = Field(
        default=[],
        description="None for a row a vital, or one name: `time:day`, `time:week` or `time:month` for every "
        "bucket of the range, `page` or a property of sessions for a row a value.",
    )
    filters: list[WireFilter] = Field(
        default=[],
        max_length=MAX_CONDITIONS,
        description="Only measurements of sessions that meet all of them, and where they ask for pages, on these.",
    )
    include_bots: bool = Field(
        default=False, description="Whether traffic that is flagged as no person's counts, too."
    )
    comparison: WirePeriod | None = Field(
        default=None,
        description="A second range: series are lined up by position, other rows by equal key.",
    )
    order_by: OrderBy = Field(
        default="measurements", description="Of a breakdown: the largest first; ties by key."
    )
    limit: int | None = Field(
        default=None, ge=1, le=MAX_ROWS, description=f"Of a breakdown; {DEFAULT_ROWS} unless told."
    )
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)


class WireVital(BaseModel):
    """A value up to good_to is good, one above poor_above is poor; what is between needs improvement."""

    name: str
    unit: str = Field(description="milliseconds or none, of values, percentiles and thresholds.")
    good_to: float
    poor_above: float
    definition: str


class WireMeasured(BaseModel):
    """Percentiles in the vital's unit, shares from 0 to 1; null without a measurement."""

    model_config = ConfigDict(from_attributes=True)

    measurements: int
    p50: float | None
    p75: float | None
    p90: float | None
    good_share: float | None
    needs_improvement_share: float | None
    poor_share: float | None


class WireVitalsRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    dimensions: list[str]
    vital: str
    figures: WireMeasured
    comparison: WireMeasured | None


class WireVitalsAnswer(BaseModel):
    """`query` as it was understood; `now` is the server's time; vitals says what each is and its thresholds."""

    query: WireVitalsQuery
    timezone: str
    now: Moment
    vitals: list[WireVital]
    rows: list[WireVitalsRow]
    total_rows: int


async def _read(request: Request, _: Allowed) -> WireVitalsQuery:
    return await read_body(WireVitalsQuery, request)


Asked = Annotated[WireVitalsQuery, Depends(_read)]


@router.post(
    "/web-vitals",
    responses={
        422: {"model": WireError, "description": "The body is wrong; `field` says where."},
        **ERRORS,
        **NO_SITE,
    },
    openapi_extra=_BODY,
)
async def post_web_vitals(request: Request, access: Allowed, body: Asked) -> WireVitalsAnswer:
    """Core Web Vitals: percentiles, and how many measurements are good, middling and poor by web.dev's thresholds.

    Exact percentiles over single measurements, interpolated as percentile_cont of SQL does.
    """
    access.check_site(body.site_id)
    query = _to_query(body)
    answer = await tell_vitals(request.state.engine, query)
    return WireVitalsAnswer(
        query=body.model_copy(update={"limit": query.limit, "vitals": list(query.vitals)}),
        timezone=answer.timezone,
        now=utc(request.state.clock()),
        vitals=[WireVital(**asdict(vital)) for vital in VITALS.values()],
        rows=[WireVitalsRow.model_validate(row) for row in answer.rows],
        total_rows=answer.total_rows,
    )


def _to_query(body: WireVitalsQuery) -> VitalsQuery:
    return make_vitals_query(
        site_id=body.site_id,
        period=make_period(body.start_date, body.end_date),
        comparison=None if body.comparison is None else to_period(body.comparison, "comparison"),
        vitals=body.vitals,
        dimensions=body.dimensions,
        filters=to_filters(body.filters, "filters"),
        include_bots=body.include_bots,
        order_by=body.order_by,
        limit=body.limit,
        offset=body.offset,
    )
