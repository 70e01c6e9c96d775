"""Most viewed addresses with everything after the path, which no dimension of the vocabulary keeps."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.reports.buckets import instants
from footfall.reports.query import Period
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import snapshot
from footfall.tables import pageviews


async def top_urls(
    engine: AsyncEngine, site_id: str, period: Period, limit: int
) -> list[tuple[str, int]]:
    """(address, pageviews of people in the period), most views first. Raises NotFound, Unavailable."""
    p = pageviews.c
    views = func.count()
    async with snapshot(engine) as connection:
        zone = ZoneInfo(await timezone_of(connection, site_id))
        first, after = instants(period, zone)
        found = await connection.execute(
            select(p.url, views)
            .where(
                p.site_id == site_id,
                p.view_timestamp >= first,
                p.view_timestamp < after,
                p.is_bot.is_(False),
            )
            .group_by(p.url)
            .order_by(views.desc(), p.url.collate("C"))
            .limit(limit)
        )
        return [(url, count) for url, count in found]
