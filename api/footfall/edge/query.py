"""The query API: figures over a range of days, as JSON or as CSV; everything needs the token or a key."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from footfall.edge.auth import Access, require_access
from footfall.edge.reports import ERRORS, NO_SITE, Allowed, WireError, utc
from footfall.edge.wire_query import WireAnswer, WireQuery, read_body, to_query
from footfall.reports.download import stream_csv
from footfall.reports.run import run
from footfall.reports.vocabulary import (
    ANY_PROPERTY,
    DIMENSIONS,
    FILTERS,
    METRICS,
    OPERATORS,
    DimensionKind,
    Operator,
    Unit,
)

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

CSV: Final = "text/csv"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "totals": {
        "summary": "One row of totals, beside those of the month before",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "metrics": ["visitors", "sessions", "pageviews", "bounce_rate"],
            "comparison": {"start_date": "2026-10-01", "end_date": "2026-10-31"},
        },
    },
    "series": {
        "summary": "A series over time of the sessions that came from Google",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "metrics": ["visitors", "bounce_rate"],
            "dimensions": ["time:day"],
            "filters": [{"dimension": "source", "operator": "is", "values": ["google"]}],
        },
    },
    "breakdown": {
        "summary": "Pages that were viewed on phones, or by those who came from a campaign; the third ten",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "metrics": ["visitors", "pageviews", "time_on_page_s"],
            "dimensions": ["page"],
            "filters": [
                {
                    "or": [
                        {"dimension": "device", "operator": "is", "values": ["mobile"]},
                        {"dimension": "utm_campaign", "operator": "matches", "values": ["."]},
                    ]
                }
            ],
            "order": {"by": "pageviews", "direction": "desc"},
            "limit": 10,
            "offset": 20,
        },
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/WireQuery"},
                "examples": EXAMPLES,
            }
        },
    }
}
_CSV_CONTENT: Final[dict[str, Any]] = {
    CSV: {
        "schema": {"type": "string"},
        "example": "source,visitors,bounce_rate\r\ngoogle,120,0.4\r\n",
    }
}
_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    422: {"model": WireError, "description": "The body is wrong; `field` says where."},
    **ERRORS,
    **NO_SITE,
}


class WireMetric(BaseModel):
    name: str
    unit: Unit
    definition: str


class WireDimension(BaseModel):
    """metrics: those that can be told by it. filter: which sessions a condition on it chooses."""

    name: str
    kind: DimensionKind
    definition: str
    metrics: list[str]
    filter: str


class WireOperator(BaseModel):
    name: Operator
    definition: str


class WireVocabulary(BaseModel):
    """filters: what a filter means, in words."""

    metrics: list[WireMetric]
    dimensions: list[WireDimension]
    operators: list[WireOperator]
    filters: str


@router.get("/vocabulary", responses=ERRORS)
async def get_vocabulary() -> WireVocabulary:
    """What can be asked for: metrics with unit and definition, dimensions with their metrics, filters."""
    return WireVocabulary.model_validate(
        {
            "metrics": [asdict(metric) for metric in METRICS.values()],
            "dimensions": [asdict(one) for one in (*DIMENSIONS.values(), ANY_PROPERTY)],
            "operators": [{"name": name, "definition": told} for name, told in OPERATORS.items()],
            "filters": FILTERS,
        }
    )


async def _read(request: Request, _: Allowed) -> WireQuery:
    return await read_body(WireQuery, request)


Asked = Annotated[WireQuery, Depends(_read)]


@router.post(
    "/query",
    response_model=None,
    responses={200: {"model": WireAnswer, "content": _CSV_CONTENT}, **_REFUSED},
    openapi_extra=_BODY,
)
async def post_query(request: Request, access: Allowed, body: Asked) -> Response:
    """Figures over a range of days: totals, a series over time, or a breakdown.

    With `Accept: text/csv` the answer is that of /api/query.csv.
    """
    if request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip() == CSV:
        return await _answer_csv(request, access, body)
    access.check_site(body.site_id)
    query = to_query(body)
    answer = await run(request.state.engine, query)
    echo = body.model_copy(update={"limit": query.limit})
    return JSONResponse(
        {
            "query": echo.model_dump(mode="json", by_alias=True),
            "timezone": answer.timezone,
            "now": utc(request.state.clock()),
            "rows": [asdict(row) for row in answer.rows],
            "total_rows": answer.total_rows,
        }
    )


@router.post(
    "/query.csv",
    response_model=None,
    responses={200: {"content": _CSV_CONTENT, "description": "A header and the rows."}, **_REFUSED},
    openapi_extra=_BODY,
)
async def post_query_csv(request: Request, access: Allowed, body: Asked) -> Response:
    """The same as CSV (RFC 4180, UTF-8) with a header, streamed; all rows unless a limit is given.

    Columns: the dimension, the metrics, and `comparison_` and each metric where a comparison is asked for.
    A figure that is not known is empty. Control characters of a key are escaped, and a key that a
    spreadsheet would take for a formula has an apostrophe before it.
    """
    return await _answer_csv(request, access, body)


async def _answer_csv(request: Request, access: Access, body: WireQuery) -> Response:
    access.check_site(body.site_id)
    query = to_query(body, default_limit=None)
    what = query.dimension.name if query.dimension else "totals"
    name = f"{query.site_id}-{what}-{query.period.start}-{query.period.end}"
    return await csv_answer(stream_csv(request.state.engine, query), name)


async def csv_answer(chunks: AsyncGenerator[str, None], name: str) -> StreamingResponse:
    """Text in pieces as a file of CSV. name: what is no letter or digit becomes a dash."""
    # What can go wrong goes wrong before the first rows, while the status is still open.
    first = await anext(chunks)
    file_name = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:150] + ".csv"
    return StreamingResponse(
        _continued(first, chunks),
        media_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


async def _continued(first: str, chunks: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    try:
        yield first
        async for chunk in chunks:
            yield chunk
    finally:
        await chunks.aclose()
