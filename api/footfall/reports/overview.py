"""Every site at a glance: the last 30 days of each, from rollups, and who is there now.

A fixed number of statements, however many sites. Only sites that were heard from within minutes are asked
for current visitors; the others have none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Date, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.reports.realtime import CURRENT
from footfall.reports.sites import SiteStatus, list_sites
from footfall.reports.snapshot import snapshot

DAYS: Final = 30
MAX_SITES: Final = 1_000
# What happened within CURRENT came within this: a client's clock may be 5 minutes ahead.
HEARD: Final = CURRENT + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SiteGlance:
    """visitors: distinct ones of 30 days up to `end`, today at the site; visitors_before: of the 30 before.

    visitors_by_day: distinct ones of each day, the oldest first.
    """

    site: SiteStatus
    start: date
    end: date
    visitors: int
    visitors_before: int
    current_visitors: int
    visitors_by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """glances: the sites heard from last first, those never heard from last. total_sites: before MAX_SITES."""

    glances: list[SiteGlance]
    total_sites: int


_SITES: Final = (
    bindparam("site_ids", type_=ARRAY(Text)),
    bindparam("starts", type_=ARRAY(Date)),
)
# As reports.figures: those of a range have a day in it, and the day before outside.
_VISITORS: Final = text("""
    select
        w.site_id,
        coalesce(sum(v.visitor_count) filter (
            where v.visit_date >= w.start and v.previous_date < w.start
        ), 0)::bigint as visitors,
        coalesce(sum(v.visitor_count) filter (
            where v.visit_date < w.start and v.previous_date < w.start - cast(:days as integer)
        ), 0)::bigint as visitors_before
    from unnest(:site_ids, :starts) as w (site_id, start)
    join rollup_visitors as v
        on v.site_id = w.site_id
            and v.dimension = 'total'
            and v.visit_date >= w.start - cast(:days as integer)
            and v.visit_date < w.start + cast(:days as integer)
    group by w.site_id
""").bindparams(*_SITES)
_BY_DAY: Final = text("""
    select w.site_id, d.metric_date - w.start as place, d.unique_visitors
    from unnest(:site_ids, :starts) as w (site_id, start)
    join daily_site_metrics as d
        on d.site_id = w.site_id
            and d.metric_date >= w.start
            and d.metric_date < w.start + cast(:days as integer)
""").bindparams(*_SITES)
_CURRENT: Final = text("""
    select w.site_id, count(distinct seen.visitor_id) as visitors
    from unnest(:site_ids) as w (site_id)
    cross join lateral (
        select visitor_id
        from pageviews
        where site_id = w.site_id and view_timestamp > :since and not is_bot
        union all
        select visitor_id
        from user_events
        where site_id = w.site_id and event_timestamp > :since and not is_bot
    ) as seen
    group by w.site_id
""").bindparams(_SITES[0])


async def overview(engine: AsyncEngine, now: datetime, only: Collection[str] | None) -> Overview:
    """The sites in `only`, or all where it is None. Raises Unavailable."""
    async with snapshot(engine) as connection:
        known = await list_sites(connection, only)
        # Sorting keeps equals in order: by name.
        known.sort(
            key=lambda s: s.last_event_at.timestamp() if s.last_event_at else 0, reverse=True
        )
        shown = known[:MAX_SITES]
        ends = {site.site_id: now.astimezone(ZoneInfo(site.timezone)).date() for site in shown}
        starts = {site_id: end - timedelta(days=DAYS - 1) for site_id, end in ends.items()}
        asked = {"site_ids": list(starts), "starts": list(starts.values()), "days": DAYS}
        sums = {
            site_id: (visitors, before)
            for site_id, visitors, before in await connection.execute(_VISITORS, asked)
        }
        by_day = {site_id: [0] * DAYS for site_id in starts}
        for site_id, place, visitors in await connection.execute(_BY_DAY, asked):
            by_day[site_id][place] = visitors
        heard = [s.site_id for s in shown if s.last_event_at and s.last_event_at > now - HEARD]
        current: dict[str, int] = {}
        if heard:
            asked_now = {"site_ids": heard, "since": now - CURRENT}
            current = dict([tuple(row) for row in await connection.execute(_CURRENT, asked_now)])
    glances = [
        SiteGlance(
            site=site,
            start=starts[site.site_id],
            end=ends[site.site_id],
            visitors=sums.get(site.site_id, (0, 0))[0],
            visitors_before=sums.get(site.site_id, (0, 0))[1],
            current_visitors=current.get(site.site_id, 0),
            visitors_by_day=tuple(by_day[site.site_id]),
        )
        for site in shown
    ]
    return Overview(glances, len(known))
