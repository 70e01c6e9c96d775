"""The loss ledger as JSON: what was received in each hour, and what became of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from footfall.config import Settings
from footfall.database import AWAY, Pool
from footfall.edge.auth import Access, require_access
from footfall.errors import Unavailable
from footfall.eventlog import ledger
from footfall.eventlog.drain import positions
from footfall.eventlog.spool import count_waiting, opened

router = APIRouter(prefix="/api", tags=["operations"], dependencies=[Depends(require_access)])

MAX_DAYS: Final = 31


class Balance(BaseModel):
    """received = stored + duplicate + dropped + dead_letter + waiting; difference is what that leaves."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    received: int = 0
    stored: int = 0
    duplicate: int = Field(default=0, description="Came again, and counts once.")
    dropped: dict[str, int] = Field(default_factory=dict, description="Reason to events.")
    dead_letter: int = Field(default=0, description="Set aside: `footfall dead-letters list`.")
    waiting: int = Field(default=0, description="In the spool, until the database is back.")
    difference: int = 0


class HourBalance(Balance):
    site_id: str = Field(description="(unknown): no site that exists was named.")
    hour: datetime


class MissingEvents(BaseModel):
    """By the numbers that trackers give their events; a lower bound."""

    site_id: str
    arrived: int
    missing: int


class Ledger(BaseModel):
    start: datetime
    end: datetime
    balanced: bool
    total: Balance
    hours: list[HourBalance]
    missing: list[MissingEvents]


@router.get(
    "/ledger",
    responses={
        401: {"description": "Nobody is signed in, and there is no valid token or key."},
        403: {"description": "Another site; whoever reads single sites only must name one."},
    },
)
async def get_ledger(
    request: Request,
    access: Annotated[Access, Depends(require_access)],
    site_id: str | None = None,
    hours: Annotated[int, Query(ge=1, le=MAX_DAYS * 24, description="How far back.")] = 24,
) -> Ledger:
    """What was received in the last hours, and where each event is now."""
    if site_id is None:
        access.check_installation("viewer")
    else:
        access.check_site(site_id)
    pool: Pool = request.state.pool
    settings: Settings = request.state.settings
    now: datetime = request.state.clock()
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    start = end - timedelta(hours=hours)
    with opened(settings.spool_folder) as segments:
        try:
            async with (
                pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read"),
            ):
                counts = await ledger.read(connection, start, end, site_id)
                read_up_to = await positions(connection)
                missing = await ledger.missing(connection, start, end, site_id)
        except AWAY as error:
            raise Unavailable("The database is away.") from error
        waiting = await asyncio.to_thread(count_waiting, segments, read_up_to)
    rows = _by_hour(counts)
    for (site, hour, _), number in waiting.items():
        if start <= hour < end and site_id in (None, site):
            row = rows[site, hour]
            row.received += number
            row.waiting += number
    total = Balance()
    for row in rows.values():
        row.difference = _difference(row)
        _add(total, row)
    return Ledger(
        start=start,
        end=end,
        balanced=all(row.difference == 0 for row in rows.values()),
        total=total,
        hours=[rows[key] for key in sorted(rows, key=lambda key: (key[1], key[0]))],
        missing=[
            MissingEvents(site_id=site, arrived=arrived, missing=lost)
            for site, (lost, arrived) in sorted(missing.items())
        ],
    )


class _Rows(defaultdict[tuple[str, datetime], HourBalance]):
    def __missing__(self, key: tuple[str, datetime]) -> HourBalance:
        self[key] = row = HourBalance(site_id=key[0], hour=key[1])
        return row


def _by_hour(counts: ledger.Counts) -> _Rows:
    rows = _Rows()
    for (site_id, hour, outcome), number in counts.items():
        row = rows[site_id, hour]
        if outcome.startswith(ledger.DROPPED):
            row.dropped[outcome.removeprefix(ledger.DROPPED)] = number
        else:
            setattr(row, outcome, number)
    return rows


def _difference(row: Balance) -> int:
    ends = row.stored + row.duplicate + row.dead_letter + row.waiting + sum(row.dropped.values())
    return row.received - ends


def _add(total: Balance, row: Balance) -> None:
    for name in ("received", "stored", "duplicate", "dead_letter", "waiting", "difference"):
        setattr(total, name, getattr(total, name) + getattr(row, name))
    for reason, number in row.dropped.items():
        total.dropped[reason] = total.dropped.get(reason, 0) + number
