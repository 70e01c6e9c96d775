"""Query to SQL: SQLAlchemy Core statements over footfall.tables, every value bound.

Picks the smallest tables that answer exactly: daily_site_metrics and the rollups, which hold people only;
sessions and single events where they must be: with flagged traffic, for visitors by the hour, for time on
page. Each statement's columns are `key` (none for totals) and the metrics it tells. Executes nothing; run.py puts the answers together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    and_,
    case,
    cast,
    desc,
    distinct,
    func,
    literal,
    literal_column,
    select,
    union,
    union_all,
)

from footfall.event import DIRECT_SOURCE
from footfall.reports.buckets import instants
from footfall.reports.query import Period, Query
from footfall.reports.vocabulary import DimensionKind
from footfall.tables import (
    daily_rollups,
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
_ADDED: Final = (
    "sessions",
    "bounced_sessions",
    "duration_seconds_sum",
    "session_pageviews_sum",
    "pageviews",
    "events",
    "visitors",
)

# user_sessions is indexed by session_start; its start_date is the same instant's local day.
_ZONE_MARGIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """`metrics`: the names of the columns after the key."""

    select: Select[Any]
    metrics: tuple[str, ...]


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


def _share(part: Column, whole: Column) -> Column:
    return cast(part, Float(53)) / func.nullif(whole, 0)


def _sum(column: Column) -> Column:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _of_rollups(sums: Any) -> Measures:
    return {
        "sessions": _sum(sums.sessions),
        "pageviews": _sum(sums.pageviews),
        "events": _sum(sums.events),
        "bounce_rate": _share(_sum(sums.bounced_sessions), _sum(sums.sessions)),
        "session_duration_s": _share(_sum(sums.duration_seconds_sum), _sum(sums.sessions)),
        "views_per_session": _share(_sum(sums.session_pageviews_sum), _sum(sums.sessions)),
    }


# How each table tells a metric; built once, since building costs as much as a small query.
_OF_DAYS: Final[Measures] = {
    "sessions": _sum(daily_site_metrics.c.total_sessions),
    "pageviews": _sum(daily_site_metrics.c.total_pageviews),
    "events": _sum(daily_site_metrics.c.total_events),
    "bounce_rate": _share(
        _sum(daily_site_metrics.c.bounced_sessions), _sum(daily_site_metrics.c.total_sessions)
    ),
    "session_duration_s": _share(
        _sum(daily_site_metrics.c.duration_seconds_sum), _sum(daily_site_metrics.c.total_sessions)
    ),
    "views_per_session": _share(
        _sum(daily_site_metrics.c.session_pageviews_sum), _sum(daily_site_metrics.c.total_sessions)
    ),
}

_OF_HOURS: Final[Measures] = _of_rollups(hourly_rollups.c)

_OF_RETURNS: Final[Measures] = {"visitors": _sum(rollup_visitors.c.visitor_count)}

_OF_SESSIONS: Final[Measures] = {
    "visitors": func.count(distinct(user_sessions.c.visitor_id)),
    "sessions": func.count(),
    "pageviews": _sum(user_sessions.c.pageview_count),
    "bounce_rate": _share(_sum(case((user_sessions.c.bounce, 1), else_=0)), func.count()),
    "session_duration_s": _share(_sum(user_sessions.c.duration_seconds), func.count()),
    "views_per_session": _share(_sum(user_sessions.c.pageview_count), func.count()),
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
        and_(d.site_id == scope.site_id, d.metric_date.between(*_bounds(scope))),
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
            h.rollup_date.between(*_bounds(scope)),
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
            v.visit_date.between(*_bounds(scope)),
            v.previous_date < (start if found is None else func.greatest(start, found)),
        ),
        found,
        _OF_RETURNS,
    )


def _sessions(scope: Scope, bucket: str | None) -> Source:
    s = user_sessions.c
    first, after = instants(scope.period, scope.zone)
    return Source(
        user_sessions,
        and_(
            s.site_id == scope.site_id,
            s.start_date.between(*_bounds(scope)),
            s.session_start >= first - _ZONE_MARGIN,
            s.session_start < after + _ZONE_MARGIN,
            *_people(s.is_bot, scope),
        ),
        _bucket(bucket, s.session_start, scope),
        _OF_SESSIONS,
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
        _bucket(bucket, p.view_timestamp, scope),
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
        _bucket(bucket, e.event_timestamp, scope),
        _OF_EVENTS,
    )


def _presence(scope: Scope, bucket: str | None) -> Source:
    """Who was there in which bucket: visitors of pageviews and of every other event together."""
    arms = []
    for table, at in (
        (pageviews, pageviews.c.view_timestamp),
        (user_events, user_events.c.event_timestamp),
    ):
        found = _bucket(bucket, at, scope)
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

_BY_DAY: Final[Plan] = (
    (_days, (*_SESSION_METRICS, "pageviews", "events")),
    (_returns, ("visitors",)),
)
_BY_HOUR: Final[Plan] = (
    (_hours, (*_SESSION_METRICS, "pageviews", "events")),
    (_presence, ("visitors",)),
)
_BY_MOMENT: Final[Plan] = (
    (_sessions, _SESSION_METRICS),
    (_views, ("pageviews",)),
    (_events, ("events",)),
    (_presence, ("visitors",)),
)

# Where a breakdown comes from when the rollups cannot tell it.
_MOMENTS: Final = {
    DimensionKind.PAGE: _views,
    DimensionKind.EVENT: _events,
    DimensionKind.SESSION: _sessions,
}

_PROPERTIES: Final[Measures] = {
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
}


def compile_series(query: Query, period: Period, zone: ZoneInfo) -> list[Statement]:
    """Statements for totals or a series over `period`; each metric of the query is in exactly one.

    With a time dimension the first column is the bucket, a local date or time; buckets without rows
    are missing.
    """
    scope = Scope(query.site_id, period, zone, query.include_bots)
    dimension = query.dimension.name if query.dimension else None
    statements = []
    people = _BY_HOUR if dimension == "time:hour" else _BY_DAY
    for make_source, tells in _BY_MOMENT if query.include_bots else people:
        metrics = tuple(name for name in query.metrics if name in tells)
        if not metrics:
            continue
        source = make_source(scope, dimension)
        columns = [source.measures[name].label(name) for name in metrics]
        statement = select(*columns).select_from(source.rows).where(source.where)
        if source.bucket is not None:
            statement = _keyed(statement, source.bucket)
        statements.append(Statement(statement, metrics))
    return statements


def compile_breakdown(
    query: Query, period: Period, zone: ZoneInfo, *, only: Sequence[str] | None = None
) -> Statement:
    """One statement: key and the query's metrics, the first one's largest first, then by key.

    only: leave out every other key, for a comparison; without it limit and offset apply.
    """
    grouped = _grouped(query, period, zone)
    if only is not None:
        within = grouped.subquery("groups")
        statement = select(within).where(within.c.key.in_(only))
    else:
        statement = grouped.order_by(desc(_by_name(query.metrics[0])).nulls_last(), _by_name("key"))
        statement = statement.limit(query.limit).offset(query.offset)
    return Statement(statement, query.metrics)


def compile_row_count(query: Query, period: Period, zone: ZoneInfo) -> Select[Any]:
    """How many rows the whole breakdown has."""
    return select(func.count()).select_from(_grouped(query, period, zone).subquery("groups"))


def _grouped(query: Query, period: Period, zone: ZoneInfo) -> Select[Any]:
    assert query.dimension is not None
    scope = Scope(query.site_id, period, zone, query.include_bots)
    if not query.include_bots and "time_on_page_s" not in query.metrics:
        return _grouped_rollups(query, scope)
    source = _MOMENTS[query.dimension.kind](scope, None)
    columns = [source.measures[name].label(name) for name in query.metrics]
    statement = select(*columns).select_from(source.rows)
    found = _property(query)
    # Byte order, so that ties sort alike on every server.
    return _keyed(statement.where(source.where, found.is_not(None)), found.collate("C"))


def _grouped_rollups(query: Query, scope: Scope) -> Select[Any]:
    """Sums and visitors come from a table each; every value of the range is in both."""
    assert query.dimension is not None
    d, v = daily_rollups.c, rollup_visitors.c
    arms: list[Select[Any]] = []
    if any(name != "visitors" for name in query.metrics):
        sums = [d[name] for name in _ADDED if name != "visitors"]
        arms.append(
            select(d.value.label("value"), *sums, literal(0, BigInteger).label("visitors")).where(
                d.site_id == scope.site_id,
                d.dimension == query.dimension.name,
                d.rollup_date.between(*_bounds(scope)),
            )
        )
    if "visitors" in query.metrics:
        nothing = [literal(0, BigInteger).label(name) for name in _ADDED if name != "visitors"]
        arms.append(
            select(v.value.label("value"), *nothing, v.visitor_count.label("visitors")).where(
                v.site_id == scope.site_id,
                v.dimension == query.dimension.name,
                v.visit_date.between(*_bounds(scope)),
                v.previous_date < scope.period.start,
            )
        )
    rows = union_all(*arms).subquery("rollups")
    measures = {**_of_rollups(rows.c), "visitors": _sum(rows.c.visitors)}
    if query.dimension.kind is DimensionKind.SESSION:
        measures["pageviews"] = _sum(rows.c.session_pageviews_sum)
    columns = [measures[name].label(name) for name in query.metrics]
    return _keyed(select(*columns).select_from(rows), rows.c.value.collate("C"))


def _property(query: Query) -> Column:
    assert query.dimension is not None
    return _PROPERTIES[query.dimension.name]


def _keyed(statement: Select[Any], key: Column) -> Select[Any]:
    columns = list(statement.selected_columns)
    return statement.with_only_columns(key.label("key"), *columns).group_by(_by_name("key"))


def _by_name(column: str) -> Column:
    """An output column by its name: its expression written again would have parameters of its own."""
    by_name: Column = literal_column(column)
    return by_name


def _bounds(scope: Scope) -> tuple[Any, Any]:
    return scope.period.start, scope.period.end


def _date_bucket(dimension: str | None, column: Column) -> Column | None:
    if dimension == "time:month":
        return cast(func.date_trunc("month", column), Date)
    return column if dimension == "time:day" else None


def _within(column: Column, scope: Scope) -> Column:
    first, after = instants(scope.period, scope.zone)
    return and_(column >= first, column < after)


def _people(is_bot: Column, scope: Scope) -> tuple[Column, ...]:
    return () if scope.include_bots else (is_bot.is_(False),)


def _bucket(dimension: str | None, column: Column, scope: Scope) -> Column | None:
    """The hour, day or month of an instant in the site's zone."""
    local = func.timezone(scope.zone.key, column)
    if dimension == "time:hour":
        return func.date_trunc("hour", local)
    return _date_bucket(dimension, cast(local, Date))
