"""daily_site_metrics by addition: what a batch changes in each site's days, never a recount.

A session counts on the day it starts in the site's time zone, a pageview and an event on their own
day, a visitor on every day with an event (derive/visitors.py tells who is new there). All of these are of people;
flagged traffic has three sums of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from footfall.database import Connection
from footfall.derive.sessions import Session
from footfall.derive.visitors import Appearance

SUMS: Final = (
    "unique_visitors",
    "total_sessions",
    "total_pageviews",
    "total_events",
    "direct_sessions",
    "search_sessions",
    "social_sessions",
    "referral_sessions",
    "other_sessions",
    "bounced_sessions",
    "duration_seconds_sum",
    "session_pageviews_sum",
    "bot_sessions",
    "bot_pageviews",
    "bot_events",
)

_TYPE_COLUMN: Final = {
    None: "direct_sessions",
    "direct": "direct_sessions",
    "search": "search_sessions",
    "social": "social_sessions",
    "referral": "referral_sessions",
}

_ADD: Final = f"""
    insert into daily_site_metrics as d (site_id, metric_date, created_at, updated_at, {", ".join(SUMS)})
    select site_id, metric_date, at, at, {", ".join(SUMS)}
    from unnest($1::text[], $2::date[], $3::timestamptz[],
        {", ".join(f"${i}::bigint[]" for i in range(4, 4 + len(SUMS)))})
        as t (site_id, metric_date, at, {", ".join(SUMS)})
    on conflict (site_id, metric_date) do update set
        updated_at = greatest(d.updated_at, excluded.updated_at),
        {", ".join(f"{name} = d.{name} + excluded.{name}" for name in SUMS)}
"""  # noqa: S608 - column names are the constants above

_AVERAGE: Final = """
    update daily_site_metrics d
    set bounce_rate = bounced_sessions::numeric / nullif(total_sessions, 0),
        avg_session_duration_seconds = round(duration_seconds_sum::numeric / nullif(total_sessions, 0)),
        avg_pages_per_session = session_pageviews_sum::numeric / nullif(total_sessions, 0)
    from unnest($1::text[], $2::date[]) as t (site_id, metric_date)
    where d.site_id = t.site_id and d.metric_date = t.metric_date
"""

Day = tuple[str, date]


class DailyChanges:
    """What one batch adds to (and takes from) each site's days."""

    def __init__(self) -> None:
        self._sums: dict[Day, dict[str, int]] = {}
        self._received: dict[Day, datetime] = {}

    def _add(self, day: Day, name: str, amount: int) -> None:
        sums = self._sums.setdefault(day, dict.fromkeys(SUMS, 0))
        sums[name] += amount

    def seen(self, day: Day, received_at: datetime) -> None:
        """The day's row tells when its newest event was received."""
        known = self._received.get(day)
        if known is None or received_at > known:
            self._received[day] = received_at

    def count_event(
        self, day: Day, *, is_pageview: bool, is_bot: bool, received_at: datetime
    ) -> None:
        name = "pageviews" if is_pageview else "events"
        self._add(day, f"bot_{name}" if is_bot else f"total_{name}", 1)
        self.seen(day, received_at)

    def count_visitors(self, days: Iterable[Day]) -> None:
        for day in days:
            self._add(day, "unique_visitors", 1)

    def count_session(self, session: Session, sign: int) -> None:
        """Add (sign 1) or take back (sign -1) a session as it is stored."""
        assert session.start_date is not None
        day = (session.site_id, session.start_date)
        if sign > 0:
            self.seen(day, session.last_received_at)
        if session.is_bot:
            self._add(day, "bot_sessions", sign)
            return
        type_column = _TYPE_COLUMN.get(session.entry.referrer_type, "other_sessions")
        self._add(day, "total_sessions", sign)
        self._add(day, type_column, sign)
        self._add(day, "bounced_sessions", sign * session.is_bounce)
        self._add(day, "duration_seconds_sum", sign * session.duration_s)
        self._add(day, "session_pageviews_sum", sign * session.pageview_count)

    async def save(self, connection: Connection) -> None:
        """Add the changes to the table, days in one order so that two writers cannot deadlock."""
        days = sorted(self._sums)
        if not days:
            return
        fallback = max(self._received.values())
        site_ids, dates = [day[0] for day in days], [day[1] for day in days]
        await connection.execute(
            _ADD,
            site_ids,
            dates,
            [self._received.get(day, fallback) for day in days],
            *([self._sums[day][name] for day in days] for name in SUMS),
        )
        await connection.execute(_AVERAGE, site_ids, dates)


async def add_visitor_days(connection: Connection, visits: Iterable[Appearance]) -> None:
    """Remember who was seen anywhere on a site's day; nobody ever vanishes, since events stay."""
    await connection.copy_records_to_table(
        "visitor_days",
        columns=["site_id", "visit_date", "visitor_id"],
        records=sorted((one.place.site_id, one.day, one.visitor_id) for one in visits),
    )
