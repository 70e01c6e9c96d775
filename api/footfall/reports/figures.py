"""Which table tells which figure, and which of its rows count: by the day, by the hour, by the moment.

The smallest tables that answer exactly: daily_site_metrics and the rollups, which hold people only; sessions
and single events for everything else. compile.py puts them together; narrowed.py tells figures under filters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    select,
    union,
)

from footfall.event import DIRECT_SOURCE
from footfall.reports.buckets import instants
from footfall.reports.query import Period
from footfall.reports.vocabulary import DimensionKind
from footfall.tables import (
    daily_site_metrics,
    hourly_rollups,
    pageviews,
    rollup_visitors,
    user_events,
    user_sessions,
)

Column = ColumnElement[Any]
Measures = dict[str, Column]

TOTAL: Final = "total"
# user_sessions is indexed by session_start; its start_date is the same instant's local day.
ZONE_MARGIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What every statement is bounded by."""

    site_id: str
    period: Period
    zone: ZoneInfo
    include_bots: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that tell some metrics: their table, which of them count, and the bucket each falls into."""

    rows: FromClause
    where: Column
    bucket: Column | None
    measures: Measures


def share(part: Column, whole: Column) -> Column:
    return cast(part, Float(53)) / func.nullif(whole, 0)


def add_up(column: Column) -> Column:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def of_rollups(sums: Any) -> Measures:
    return {
        "sessions": add_up(sums.sessions),
        "pageviews": add_up(sums.pageviews),
        "events": add_up(sums.events),
        "bounce_rate": share(add_up(sums.bounced_sessions), add_up(sums.sessions)),
        "session_duration_s": share(add_up(sums.duration_seconds_sum), add_up(sums.sessions)),
        "views_per_session": share(add_up(sums.session_pageviews_sum), add_up(sums.sessions)),
        "time_on_page_s": share(
            add_up(sums.time_on_page_seconds_sum), add_up(sums.timed_pageviews)
        ),
    }


# How each table tells a metric; built once, since building costs as much as a small query.
_OF_DAYS: Final[Measures] = {
    "sessions": add_up(daily_site_metrics.c.total_sessions),
    "pageviews": add_up(daily_site_metrics.c.total_pageviews),
    "events": add_up(daily_site_metrics.c.total_events),
    "bounce_rate": share(
        add_up(daily_site_metrics.c.bounced_sessions), add_up(daily_site_metrics.c.total_sessions)
    ),
    "session_duration_s": share(
        add_up(daily_site_metrics.c.duration_seconds_sum),
        add_up(daily_site_metrics.c.total_sessions),
    ),
    "views_per_session": share(
        add_up(daily_site_metrics.c.session_pageviews_sum),
        add_up(daily_site_metrics.c.total_sessions),
    ),
}

_OF_HOURS: Final[Measures] = of_rollups(hourly_rollups.c)

_OF_RETURNS: Final[Measures] = {"visitors": add_up(rollup_visitors.c.visitor_count)}

_OF_SESSIONS: Final[Measures] = {
    "visitors": func.count(distinct(user_sessions.c.visitor_id)),
    "sessions": func.count(),
    "pageviews": add_up(user_sessions.c.pageview_count),
    "bounce_rate": share(add_up(case((user_sessions.c.bounce, 1), else_=0)), func.count()),
    "session_duration_s": share(add_up(user_sessions.c.duration_seconds), func.count()),
    "views_per_session": share(add_up(user_sessions.c.pageview_count), func.count()),
}

_OF_VIEWS: Final[Measures] = {
    "visitors": func.count(distinct(pageviews.c.visitor_id)),
    "pageviews": func.count(),
    "time_on_page_s": cast(func.avg(pageviews.c.time_on_page_seconds), Float(53)),
}

_OF_EVENTS: Final[Measures] = {
    "visitors": func.count(distinct(user_events.c.visitor_id)),
    "events": func.count(),
}


def _days(scope: Scope, bucket: str | None) -> Source:
    """daily_site_metrics, which adds up over days."""
    d = daily_site_metrics.c
    return Source(
        daily_site_metrics,
        and_(d.site_id == scope.site_id, d.metric_date.between(*bounds_of(scope))),
        _date_bucket(bucket, d.metric_date),
        _OF_DAYS,
    )


def _hours(scope: Scope, bucket: str | None) -> Source:
    """hourly_rollups of the whole site: everything by the hour but its visitors."""
    h = hourly_rollups.c
    return Source(
        hourly_rollups,
        and_(
            h.site_id == scope.site_id,
            h.dimension == TOTAL,
            h.rollup_date.between(*bounds_of(scope)),
        ),
        h.rollup_date + func.make_interval(0, 0, 0, 0, h.hour),
        _OF_HOURS,
    )


def _returns(scope: Scope, bucket: str | None) -> Source:
    """Distinct visitors of the range or of each bucket: those who were not in it on a day before."""
    v = rollup_visitors.c
    start = literal(scope.period.start, Date)
    found = _date_bucket(bucket, v.visit_date)
    return Source(
        rollup_visitors,
        and_(
            v.site_id == scope.site_id,
            v.dimension == TOTAL,
            v.visit_date.between(*bounds_of(scope)),
            v.previous_date < (start if found is None else func.greatest(start, found)),
        ),
        found,
        _OF_RETURNS,
    )


def _sessions(scope: Scope, bucket: str | None) -> Source:
    return Source(
        user_sessions,
        sessions_of(scope),
        bucket_of(bucket, user_sessions.c.session_start, scope),
        _OF_SESSIONS,
    )


def sessions_of(scope: Scope) -> Column:
    """Which rows of user_sessions are those that started in the scope."""
    s = user_sessions.c
    first, after = instants(scope.period, scope.zone)
    return and_(
        s.site_id == scope.site_id,
        s.start_date.between(*bounds_of(scope)),
        s.session_start >= first - ZONE_MARGIN,
        s.session_start < after + ZONE_MARGIN,
        *_people(s.is_bot, scope),
    )


def _views(scope: Scope, bucket: str | None) -> Source:
    p = pageviews.c
    return Source(
        pageviews,
        and_(
            p.site_id == scope.site_id,
            _within(p.view_timestamp, scope),
            *_people(p.is_bot, scope),
        ),
        bucket_of(bucket, p.view_timestamp, scope),
        _OF_VIEWS,
    )


def _events(scope: Scope, bucket: str | None) -> Source:
    e = user_events.c
    return Source(
        user_events,
        and_(
            e.site_id == scope.site_id,
            _within(e.event_timestamp, scope),
            *_people(e.is_bot, scope),
        ),
        bucket_of(bucket, e.event_timestamp, scope),
        _OF_EVENTS,
    )


def _presence(scope: Scope, bucket: str | None) -> Source:
    """Who was there in which bucket: visitors of pageviews and of every other event together."""
    arms = []
    for table, at in (
        (pageviews, pageviews.c.view_timestamp),
        (user_events, user_events.c.event_timestamp),
    ):
        found = bucket_of(bucket, at, scope)
        columns = [table.c.visitor_id] if found is None else [table.c.visitor_id, found.label("at")]
        arms.append(
            select(*columns).where(
                table.c.site_id == scope.site_id,
                _within(at, scope),
                *_people(table.c.is_bot, scope),
            )
        )
    seen = union(*arms).subquery("seen")
    return Source(seen, literal(True), seen.c.get("at"), {"visitors": func.count()})


_SESSION_METRICS: Final = ("sessions", "bounce_rate", "session_duration_s", "views_per_session")

Plan = tuple[tuple[Callable[[Scope, str | None], Source], tuple[str, ...]], ...]

BY_DAY: Final[Plan] = (
    (_days, (*_SESSION_METRICS, "pageviews", "events")),
    (_returns, ("visitors",)),
)
BY_HOUR: Final[Plan] = (
    (_hours, (*_SESSION_METRICS, "pageviews", "events")),
    (_presence, ("visitors",)),
)
BY_MOMENT: Final[Plan] = (
    (_sessions, _SESSION_METRICS),
    (_views, ("pageviews",)),
    (_events, ("events",)),
    (_presence, ("visitors",)),
)

# Where a breakdown comes from when the rollups cannot tell it.
MOMENTS: Final = {
    DimensionKind.PAGE: _views,
    DimensionKind.EVENT: _events,
    DimensionKind.SESSION: _sessions,
}

PROPERTIES: Final[Measures] = {
    "page": pageviews.c.path,
    "event": user_events.c.event_type,
    "entry_page": user_sessions.c.entry_path,
    "exit_page": user_sessions.c.exit_path,
    "source": func.coalesce(
        user_sessions.c.utm_source,
        # A visit that starts from the site's own page, after a pause, came from nowhere else.
        case(
            (
                user_sessions.c.referrer_type.is_distinct_from("internal"),
                user_sessions.c.referrer_platform,
            )
        ),
        DIRECT_SOURCE,
    ),
    "referrer_type": func.coalesce(user_sessions.c.referrer_type, "direct"),
    "utm_source": user_sessions.c.utm_source,
    "utm_medium": user_sessions.c.utm_medium,
    "utm_campaign": user_sessions.c.utm_campaign,
    "utm_content": user_sessions.c.utm_content,
    "utm_term": user_sessions.c.utm_term,
    "channel": user_sessions.c.channel,
    "country": user_sessions.c.country,
    "region": user_sessions.c.region,
    "city": user_sessions.c.city,
    "browser": user_sessions.c.browser,
    "os": user_sessions.c.os,
    "device": user_sessions.c.device_type,
    "browser_version": user_sessions.c.browser
    + literal_column("' '", Text)
    + user_sessions.c.browser_version,
    # Null where one of them is, and where a client sends none as 0.
    "screen": cast(func.nullif(user_sessions.c.screen_width, literal_column("0")), Text)
    + literal_column("'x'", Text)
    + cast(func.nullif(user_sessions.c.screen_height, literal_column("0")), Text),
}


def keyed(statement: Select[Any], key: Column) -> Select[Any]:
    """`statement` with a first column `key`, grouped by it."""
    columns = list(statement.selected_columns)
    return statement.with_only_columns(key.label("key"), *columns).group_by(by_name("key"))


def by_name(column: str) -> Column:
    """An output column by its name: its expression written again would have parameters of its own."""
    found: Column = literal_column(column)
    return found


def bounds_of(scope: Scope) -> tuple[Any, Any]:
    return scope.period.start, scope.period.end


def _date_bucket(dimension: str | None, column: Column) -> Column | None:
    if dimension in ("time:week", "time:month"):
        return cast(func.date_trunc(dimension.removeprefix("time:"), column), Date)
    return column if dimension == "time:day" else None


def _within(column: Column, scope: Scope) -> Column:
    first, after = instants(scope.period, scope.zone)
    return and_(column >= first, column < after)


def _people(is_bot: Column, scope: Scope) -> tuple[Column, ...]:
    return () if scope.include_bots else (is_bot.is_(False),)


def bucket_of(dimension: str | None, column: Column, scope: Scope) -> Column | None:
    """The hour, day, week or month of an instant in the site's zone."""
    local = func.timezone(scope.zone.key, column)
    if dimension == "time:hour":
        return func.date_trunc("hour", local)
    return _date_bucket(dimension, cast(local, Date))
