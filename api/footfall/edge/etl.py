"""Seed 003's ETL API for operators: the same names, the worker's own code, and a token before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from footfall.admin import audit, etl, retention
from footfall.database import AWAY, transaction
from footfall.edge.admin import ERRORS
from footfall.edge.auth import Allowed, require_administrator
from footfall.edge.reports import utc
from footfall.edge.transaction import open_transaction
from footfall.errors import Conflict, Unavailable

router = APIRouter(
    prefix="/etl", tags=["operations"], dependencies=[Depends(require_administrator)]
)

BatchSize = Annotated[int, Query(ge=1, le=etl.MAX_BATCH)]
RUNNING: Final = "Another clean-up is running; ask again when it is done."


class Poison(BaseModel):
    """A row of the log that cannot be derived: `footfall dead-letters show ID`."""

    id: int
    log_id: int | None
    site_id: str | None
    reason: str
    received_at: str


class Waiting(BaseModel):
    event_type: str
    count: int
    oldest: str
    newest: str


class EtlStatus(BaseModel):
    status: str = Field(description="healthy, or poison where rows are set aside.")
    unprocessed_events: list[Waiting] = Field(description="Of the next 100,000, by type.")
    analytics_table_counts: dict[str, int] = Field(description="Over 100,000: estimated.")
    latest_daily_metrics_date: date | None
    poison: list[Poison] = Field(description="The first hundred that are set aside.")
    timestamp: str


class Step(BaseModel):
    step_name: str
    records_processed: int
    execution_time: float = Field(description="Seconds.")


class EtlRun(BaseModel):
    status: str = Field(
        description="completed, or partial after 25 s: ask again, or let the worker."
    )
    total_records_processed: int
    steps: list[Step]
    poison: list[Poison]
    timestamp: str


class EtlDaily(BaseModel):
    status: str
    target_date: date
    sites_processed: int = Field(description="Sites with a row for that day.")
    timestamp: str


class EtlCleanup(BaseModel):
    status: str
    events_deleted: int
    details_deleted: int
    metrics_deleted: int = Field(description="Always 0: sums stay.")
    partitions_dropped: list[str]
    retention_days: int | None
    timestamp: str


@router.get("/status", responses=ERRORS)
async def get_status(request: Request) -> EtlStatus:
    """What waits to be derived, what cannot be, and how much there is."""
    async with open_transaction(request) as connection:
        waiting = await etl.list_waiting(connection)
        counts = await etl.count_tables(connection)
        latest = await etl.latest_day(connection)
    poison = await _poison(request)
    return EtlStatus(
        status="poison" if poison else "healthy",
        unprocessed_events=[
            Waiting(
                event_type=row["event_type"],
                count=row["count"],
                oldest=utc(row["oldest"]),
                newest=utc(row["newest"]),
            )
            for row in waiting
        ],
        analytics_table_counts=counts,
        latest_daily_metrics_date=latest,
        poison=poison,
        timestamp=utc(request.state.clock()),
    )


@router.post("/run", responses=ERRORS)
async def post_run(request: Request, batch_size: BatchSize = 1_000) -> EtlRun:
    """Derive what waits, now; the worker does so all the time. Each event counts once, whoever is faster."""
    done = await _derive(request, batch_size)
    step = Step(
        step_name="derive", records_processed=done.rows, execution_time=round(done.seconds, 3)
    )
    return EtlRun(
        status="completed" if done.is_done else "partial",
        total_records_processed=done.rows,
        steps=[step],
        poison=await _poison(request),
        timestamp=utc(request.state.clock()),
    )


@router.post("/daily", responses=ERRORS)
async def post_daily(
    request: Request,
    target_date: Annotated[date | None, Query(description="Default: yesterday, UTC.")] = None,
) -> EtlDaily:
    """Bring a day's metrics up to date: derive what waits. The metrics follow each event by themselves."""
    day = target_date or request.state.clock().date() - timedelta(days=1)
    done = await _derive(request, 1_000)
    async with open_transaction(request) as connection:
        sites = await etl.count_sites(connection, day)
    return EtlDaily(
        status="completed" if done.is_done else "partial",
        target_date=day,
        sites_processed=sites,
        timestamp=utc(request.state.clock()),
    )


@router.post("/cleanup", responses=ERRORS)
async def post_cleanup(
    request: Request,
    access: Allowed,
    retention_days: Annotated[
        int | None,
        Query(ge=8, le=36_500, description="Every site keeps at most so many days of raw events."),
    ] = None,
) -> EtlCleanup:
    """Remove what sites keep no longer, as `footfall retention run`; only derived events go, sums stay."""
    now = request.state.clock()
    try:
        removed = await retention.run(request.state.pool, now, events_days=retention_days)
        if removed.is_running:
            raise Conflict(RUNNING)
        async with transaction(request.state.pool) as connection:
            await audit.write_down(
                connection,
                access.actor,
                "log.cleanup",
                details={
                    "retention_days": retention_days,
                    "events": removed.events,
                    "details": removed.details,
                },
            )
    except AWAY as error:
        raise Unavailable("The database is away.") from error
    return EtlCleanup(
        status="completed",
        events_deleted=removed.events,
        details_deleted=removed.details,
        metrics_deleted=0,
        partitions_dropped=removed.partitions,
        retention_days=retention_days,
        timestamp=utc(now),
    )


async def _derive(request: Request, batch_size: int) -> etl.Derived:
    try:
        return await etl.derive_waiting(request.state.pool, batch_size)
    except AWAY as error:
        raise Unavailable("The database is away.") from error


async def _poison(request: Request) -> list[Poison]:
    async with open_transaction(request) as connection:
        letters = await etl.find_poison(connection)
    return [
        Poison(
            id=one.id,
            log_id=one.log_id,
            site_id=one.site_id,
            reason=one.reason,
            received_at=utc(one.received_at),
        )
        for one in letters
    ]
