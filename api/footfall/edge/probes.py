"""Health, readiness, metrics, and seed 003's /events endpoints."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from footfall.admin import retention
from footfall.config import Settings
from footfall.database import AWAY, Pool, connection_within
from footfall.derive.apply import CONSUMER
from footfall.edge.auth import require_administrator, require_administrator_when_closed
from footfall.edge.caller import find_caller, forwarded_for
from footfall.errors import Unavailable
from footfall.eventlog.consumer import lag
from footfall.eventlog.dead_letters import count_letters
from footfall.eventlog.log import EventLog, count, recent
from footfall.observe import DEAD_LETTERS, DERIVE_LAG, REGISTRY, RETENTION_REMOVED

router = APIRouter()

PROBE_TIMEOUT_S = 3.0


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def _database_answers(pool: Pool) -> bool:
    try:
        async with pool.acquire(timeout=PROBE_TIMEOUT_S) as connection:
            await connection.fetchval("select 1 from log_counts limit 1", timeout=PROBE_TIMEOUT_S)
    except AWAY:
        return False
    return True


@router.get("/healthz", response_class=PlainTextResponse, tags=["health"])
async def healthz() -> str:
    """200 while the process serves, whatever its surroundings."""
    return "ok"


@router.get(
    "/readyz",
    tags=["health"],
    responses={503: {"description": "The database is away and the spool full."}},
)
async def readyz(request: Request) -> Response:
    """200 when events can be stored, in the database or in the spool; 503 when not."""
    if await _database_answers(request.state.pool):
        return PlainTextResponse("ready")
    log: EventLog = request.state.log
    if log.has_room:
        return PlainTextResponse("ready, spooling: the database is away")
    return PlainTextResponse("database away, spool full", 503, {"Retry-After": "5"})


@router.get("/health", tags=["health"], responses={503: {"description": "The database is away."}})
async def health(request: Request) -> Response:
    """Seed 003's health answer."""
    if await _database_answers(request.state.pool):
        return JSONResponse({"status": "healthy", "database": "connected", "timestamp": _now()})
    return JSONResponse({"detail": "Database unavailable"}, 503, {"Retry-After": "5"})


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus text format; nginx does not pass this on."""
    try:
        async with connection_within(request.state.pool, PROBE_TIMEOUT_S) as connection:
            DERIVE_LAG.set(await lag(connection, CONSUMER))
            DEAD_LETTERS.set(await count_letters(connection))
            events, details = await retention.read_removed(connection)
            RETENTION_REMOVED.labels("events").set(events)
            RETENTION_REMOVED.labels("details").set(details)
    except AWAY:
        # What cannot be read now must not look as if it had been.
        DERIVE_LAG.set(math.nan)
        DEAD_LETTERS.set(math.nan)
        for kind in ("events", "details"):
            RETENTION_REMOVED.labels(kind).set(math.nan)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


class Reached(BaseModel):
    """How a request came here, for whoever sets up proxies."""

    address: str = Field(
        description="Who sent it; what visitors are told apart by, and never stored."
    )
    through: list[str] = Field(description="The trusted proxies that it came by, the nearest last.")
    ignored: list[str] = Field(
        description="What X-Forwarded-For claims besides, which nobody vouches for."
    )
    scheme: str = Field(description="http or https, as the nearest proxy says.")
    sentence: str


@router.get(
    "/api/connection",
    tags=["operations"],
    dependencies=[Depends(require_administrator)],
    responses={
        401: {"description": "Nobody is signed in, and there is no valid token or key."},
        403: {"description": "The role or key is for something else."},
    },
)
async def connection(request: Request) -> Reached:
    """You reach me as this address, through these proxies: the check of FOOTFALL_TRUSTED_PROXIES."""
    settings: Settings = request.state.settings
    peer = request.client.host if request.client else None
    caller = find_caller(peer, forwarded_for(request.scope["headers"]), settings.trusted_proxies)
    sentence = f"You reach me as {caller.address}"
    sentence += f" through {', '.join(caller.through)}." if caller.through else ", directly."
    if caller.ignored:
        sentence += (
            f" X-Forwarded-For also claims {', '.join(caller.ignored)}: if {caller.address} is a proxy"
            " of yours, add it to FOOTFALL_TRUSTED_PROXIES."
        )
    return Reached(
        address=caller.address,
        through=list(caller.through),
        ignored=list(caller.ignored),
        scheme=request.headers.get("x-forwarded-proto", request.url.scheme),
        sentence=sentence,
    )


@router.get(
    "/events/count", tags=["events"], dependencies=[Depends(require_administrator_when_closed)]
)
async def events_count(request: Request) -> dict[str, Any]:
    """Events ever stored, in constant time."""
    pool: Pool = request.state.pool
    try:
        async with pool.acquire() as connection:
            return {"total_events": await count(connection), "timestamp": _now()}
    except AWAY as error:
        raise Unavailable("The database is away.") from error


@router.get(
    "/events/recent", tags=["events"], dependencies=[Depends(require_administrator_when_closed)]
)
async def events_recent(
    request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> dict[str, Any]:
    """The newest events, newest first, without their content."""
    pool: Pool = request.state.pool
    try:
        async with pool.acquire() as connection:
            events = await recent(connection, limit)
    except AWAY as error:
        raise Unavailable("The database is away.") from error
    return {"events": events, "count": len(events)}
