"""Single sessions for whoever may read the site: a list, the list as CSV, and what happened in one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from footfall.edge.auth import require_access
from footfall.edge.query import CSV, csv_answer
from footfall.edge.reports import ERRORS, NO_SITE, Allowed, WireError, utc
from footfall.edge.wire_query import WireFilter, WirePeriod, read_body, to_filters
from footfall.reports.filters import MAX_CONDITIONS
from footfall.reports.query import make_period
from footfall.reports.sessions import (
    DEFAULT_SESSIONS,
    MAX_SESSIONS,
    ListQuery,
    list_sessions,
    read_name,
    stream_sessions,
)
from footfall.reports.timeline import DEFAULT_STEPS, MAX_STEPS, read_timeline

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "newest": {
        "summary": "The newest sessions of November that came from Google and viewed the prices",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "filters": [
                {"dimension": "source", "operator": "is", "values": ["google"]},
                {"dimension": "page", "operator": "is", "values": ["/pricing"]},
            ],
            "limit": 20,
        },
    },
    "following": {
        "summary": "Those behind them: `after` is the `next` of the answer before",
        "value": {
            "site_id": "demo",
            "start_date": "2026-11-01",
            "end_date": "2026-11-30",
            "after": "1795996800000000-0cc175b9c0f1b6a8",
        },
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/WireSessionsQuery"},
                "examples": EXAMPLES,
            }
        },
    }
}
_CSV_CONTENT: Final[dict[str, Any]] = {
    CSV: {"schema": {"type": "string"}, "example": "id,visitor,seen_before,started_at\r\n"}
}
_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    422: {"model": WireError, "description": "The body is wrong; `field` says where."},
    **ERRORS,
    **NO_SITE,
}


class WireSessionsQuery(WirePeriod):
    """The body of POST /api/sessions. The sessions are those that /api/query counts for this range."""

    site_id: str
    filters: list[WireFilter] = Field(
        default=[],
        max_length=MAX_CONDITIONS,
        description="Only sessions that meet all of them; /api/vocabulary says how.",
    )
    include_bots: bool = Field(
        default=False, description="Whether traffic that is flagged as no person's comes, too."
    )
    after: str | None = Field(
        default=None, description="The `next` of the answer before: sessions behind that one."
    )
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MAX_SESSIONS,
        description=f"Sessions at most; {DEFAULT_SESSIONS} unless told, and as CSV all of them.",
    )


class WireVisit(BaseModel):
    """One session. Where it came from, the place and the browser are those of its first pageview."""

    id: str = Field(description="Names the session in other requests; not the id that was sent.")
    visitor: str = Field(
        description="A name made of a hash of the visitor's id, as Teal Otter 3f9c."
    )
    seen_before: bool = Field(description="Whether an earlier session of the visitor's id is kept.")
    started_at: datetime
    ended_at: datetime
    duration_s: int = Field(description="Seconds from the first event to the last.")
    engaged_ms: int = Field(description="Milliseconds that its pages were visible and in use.")
    pageviews: int
    events: int = Field(description="Events other than pageviews.")
    bounce: bool
    entry_page: str | None
    exit_page: str | None
    source: str
    referrer: str | None
    channel: str | None
    utm_campaign: str | None
    country: str | None
    region: str | None
    city: str | None
    browser: str | None
    os: str | None
    device: str | None
    is_bot: bool


class WireVisits(BaseModel):
    """`query` as it was understood. sessions: the newest first. next: `after` of the next page; null after the
    last."""

    query: WireSessionsQuery
    timezone: str
    now: datetime
    sessions: list[WireVisit]
    next: str | None


class WireStep(BaseModel):
    """A pageview or another event; what does not apply is null."""

    id: str
    kind: Literal["pageview", "event"]
    at: datetime
    name: str = Field(description="`pageview`, or the event's name.")
    path: str | None
    title: str | None
    referrer: str | None
    search_term: str | None
    is_not_found: bool
    time_on_page_s: int | None
    engaged_ms: int | None = Field(description="Of a pageview in all, of an event by then.")
    scroll_percentage: int | None
    link_url: str | None
    is_outbound: bool
    is_download: bool
    form_id: str | None
    field_names: list[str] | None = Field(
        description="Of a submitted form; never what was written."
    )
    web_vital: str | None
    web_vital_value: float | None = Field(description="Milliseconds; of CLS a number without unit.")
    properties: dict[str, Any] | None = Field(description="As sent, secrets redacted.")


class WireTimeline(BaseModel):
    """steps: the oldest first. next: `after` of the next steps; null after the last. others: the visitor's
    newest other sessions; more_others: whether there are more."""

    timezone: str
    now: datetime
    session: WireVisit
    steps: list[WireStep]
    next: str | None
    others: list[WireVisit]
    more_others: bool


async def _read(request: Request, _: Allowed) -> WireSessionsQuery:
    return await read_body(WireSessionsQuery, request)


Asked = Annotated[WireSessionsQuery, Depends(_read)]


@router.post(
    "/sessions",
    response_model=None,
    responses={200: {"model": WireVisits}, **_REFUSED},
    openapi_extra=_BODY,
)
async def post_sessions(request: Request, access: Allowed, body: Asked) -> Response:
    """Single sessions of a range of days, the newest first, page by page.

    They are exactly the sessions that /api/query counts under the same filters. Visitors have names instead
    of ids.
    """
    access.check_site(body.site_id)
    found = await list_sessions(request.state.engine, _to_query(body))
    return JSONResponse(
        {
            "query": body.model_copy(update={"limit": body.limit or DEFAULT_SESSIONS}).model_dump(
                mode="json", by_alias=True
            ),
            "timezone": found.timezone,
            "now": utc(request.state.clock()),
            "sessions": [_told(session) for session in found.sessions],
            "next": None if found.next is None else str(found.next),
        }
    )


@router.post(
    "/sessions.csv",
    response_model=None,
    responses={200: {"content": _CSV_CONTENT, "description": "A header and the rows."}, **_REFUSED},
    openapi_extra=_BODY,
)
async def post_sessions_csv(request: Request, access: Allowed, body: Asked) -> Response:
    """The same as CSV (RFC 4180, UTF-8) with a header, streamed; all sessions unless a limit is given."""
    access.check_site(body.site_id)
    chunks = stream_sessions(request.state.engine, _to_query(body))
    return await csv_answer(chunks, f"{body.site_id}-sessions-{body.start_date}-{body.end_date}")


@router.get(
    "/sessions/{session}",
    response_model=None,
    responses={
        200: {"model": WireTimeline},
        404: {"model": WireError, "description": "No such site or session."},
        422: {"model": WireError, "description": "Not the id of a session, or a wrong place."},
        **ERRORS,
    },
)
async def get_session(
    request: Request,
    access: Allowed,
    session: str,
    site_id: str,
    after: Annotated[str | None, Query(description="The `next` of the answer before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_STEPS, description="Steps at most.")] = DEFAULT_STEPS,
) -> Response:
    """What happened in one session, in order, page by page, and the visitor's other sessions.

    `session` is an `id` of /api/sessions, as 1795996800000000-0cc175b9c0f1b6a8.
    """
    access.check_site(site_id)
    name = read_name(session, field="session")
    found = await read_timeline(request.state.engine, site_id, name, after=after, limit=limit)
    return JSONResponse(
        {
            "timezone": found.timezone,
            "now": utc(request.state.clock()),
            "session": _told(found.session),
            "steps": [_told(step) for step in found.steps],
            "next": found.next,
            "others": [_told(session) for session in found.others],
            "more_others": found.more_others,
        }
    )


def _to_query(body: WireSessionsQuery) -> ListQuery:
    return ListQuery(
        site_id=body.site_id,
        period=make_period(body.start_date, body.end_date),
        filters=to_filters(body.filters, "filters"),
        include_bots=body.include_bots,
        after=None if body.after is None else read_name(body.after, field="after"),
        limit=body.limit,
    )


def _told(value: Any) -> dict[str, Any]:
    """A frozen value as JSON has it, times in UTC to the millisecond."""
    return {
        name: (
            found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            if isinstance(found, datetime)
            else found
        )
        for name, found in asdict(value).items()
    }
