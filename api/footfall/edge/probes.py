"""Health, readiness, metrics, and seed 003's /events endpoints."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from footfall.database import AWAY, Pool
from footfall.edge.auth import require_token_when_closed
from footfall.errors import Unavailable
from footfall.eventlog.log import EventLog, count, recent
from footfall.observe import REGISTRY

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
async def metrics() -> Response:
    """Prometheus text format; nginx does not pass this on."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


@router.get("/events/count", tags=["events"], dependencies=[Depends(require_token_when_closed)])
async def events_count(request: Request) -> dict[str, Any]:
    """Events ever stored, in constant time."""
    pool: Pool = request.state.pool
    try:
        async with pool.acquire() as connection:
            return {"total_events": await count(connection), "timestamp": _now()}
    except AWAY as error:
        raise Unavailable("The database is away.") from error


@router.get("/events/recent", tags=["events"], dependencies=[Depends(require_token_when_closed)])
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
