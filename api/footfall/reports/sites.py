"""Which sites there are, and whether their events arrive."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall.errors import NotFound
from footfall.tables import daily_site_metrics, last_events, sites


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """last_event_at: when the newest derived event was received, None before the first. first_date: the
    site's first day of which there are figures, None where there is none.
    """

    site_id: str
    timezone: str
    created_at: datetime
    last_event_at: datetime | None
    first_date: date | None


@dataclass(frozen=True, slots=True)
class LastEvent:
    event_type: str
    path: str | None
    received_at: datetime


async def list_sites(
    connection: AsyncConnection, only: Collection[str] | None = None
) -> list[SiteStatus]:
    """Every site, or those of `only`, by name."""
    first_date = (
        select(func.min(daily_site_metrics.c.metric_date))
        .where(daily_site_metrics.c.site_id == sites.c.site_id)
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(
            sites.c.site_id,
            sites.c.timezone,
            sites.c.created_at,
            last_events.c.received_at,
            first_date,
        )
        .outerjoin(last_events, last_events.c.site_id == sites.c.site_id)
        .where(true() if only is None else sites.c.site_id.in_(only))
        .order_by(sites.c.site_id.collate("C"))
    )
    return [SiteStatus(*row) for row in rows]


async def timezone_of(connection: AsyncConnection, site_id: str) -> str:
    """The name of the site's time zone. Raises NotFound."""
    # PostgreSQL's text holds no NUL, so such a name is nobody's.
    if "\x00" not in site_id:
        found = await connection.scalar(select(sites.c.timezone).where(sites.c.site_id == site_id))
        if found is not None:
            return str(found)
    raise NotFound(f"There is no site {site_id!r}.", field="site_id")


async def last_event_of(connection: AsyncConnection, site_id: str) -> LastEvent | None:
    """The site's newest derived event, None before the first. Raises NotFound."""
    await timezone_of(connection, site_id)
    found = await connection.execute(
        select(last_events.c.event_type, last_events.c.path, last_events.c.received_at).where(
            last_events.c.site_id == site_id
        )
    )
    row = found.one_or_none()
    return None if row is None else LastEvent(*row)
