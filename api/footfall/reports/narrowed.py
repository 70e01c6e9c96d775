"""Figures under filters, as SQL: the sessions that are chosen, and their pageviews and events.

Every filtered statement begins with the same choice of sessions, so that all panels of a page count the
same ones; what a filter means is said in vocabulary.py. Reads sessions and single events, no rollups.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Float,
    Select,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from footfall.reports.buckets import instants
from footfall.reports.figures import (
    PROPERTIES,
    ZONE_MARGIN,
    Column,
    Measures,
    Scope,
    add_up,
    bucket_of,
    keyed,
    sessions_of,
    share,
)
from footfall.reports.filters import EXCLUDING, AllOf, Condition, Filter, asked_for
from footfall.reports.query import Query
from footfall.reports.vocabulary import Dimension, DimensionKind, Operator
from footfall.tables import pageviews, user_events, user_sessions

# What is added up: of the chosen sessions, and of the pageviews and events among theirs that count.
_COUNTED: Final = (
    "visitors",
    "sessions",
    "bounced_sessions",
    "duration_seconds",
    "session_pageviews",
    "pageviews",
    "events",
)
_KEYS: Final = {
    "time:hour": 'YYYY-MM-DD"T"HH24:00',
    "time:day": "YYYY-MM-DD",
    "time:month": "YYYY-MM",
}


def narrowed(query: Query, scope: Scope) -> Select[Any]:
    """The query's metrics, after a column `key` where there is a dimension.

    scope: of the query's period or of its comparison. A key is a local day or time where the dimension is
    one of time; values that nothing is known of are left out.
    """
    kind = query.dimension.kind if query.dimension else None
    if kind is DimensionKind.PAGE:
        return _by_page(query, scope)
    if kind is DimensionKind.EVENT:
        return _by_event(query, scope)
    key = _key_of(query.dimension, scope)
    rows = _sums(query, scope, key)
    measures = _measures(rows.c)
    columns: list[Column] = [measures[name].label(name) for name in query.metrics]
    statement: Select[Any] = select(*columns).select_from(rows)
    return statement if key is None else keyed(statement, rows.c.key)


def _sums(query: Query, scope: Scope, key: Column | None) -> Subquery:
    """_COUNTED by key: a row of the chosen sessions and, where only some pageviews or events count, one of those.

    Each is summed up by itself, so that visitors are told apart among the sessions alone.
    """
    chosen = _choose(query.filters, scope, key)
    c = chosen.c
    keys = [] if key is None else [c.key]
    pages = asked_for(query.filters, DimensionKind.PAGE)
    events = asked_for(query.filters, DimensionKind.EVENT)
    nothing = literal(0, BigInteger)
    own: Measures = {
        "visitors": func.count(distinct(c.visitor_id)),
        "sessions": func.count(),
        "bounced_sessions": func.sum(c.bounced_sessions),
        "duration_seconds": func.sum(c.duration_seconds),
        "session_pageviews": func.sum(c.session_pageviews),
        "pageviews": nothing if pages else func.sum(c.session_pageviews),
        "events": nothing if events else func.sum(c.session_events),
    }
    arms: list[Select[Any]] = [select(*keys, *(own[name].label(name) for name in _COUNTED))]
    for metric, wanted, joined in (
        ("pageviews", pages, _with_views(chosen, pages, scope)),
        ("events", events, _with_events(chosen, events, scope)),
    ):
        if wanted and metric in query.metrics:
            one = [(func.count() if n == metric else nothing).label(n) for n in _COUNTED]
            arms.append(joined.with_only_columns(*keys, *one))
    grouped = [arm.group_by(*keys) for arm in arms]
    return (grouped[0] if len(grouped) == 1 else union_all(*grouped)).subquery("sums")


def _measures(c: Any) -> Measures:
    sessions = add_up(c.sessions)
    return {
        "visitors": add_up(c.visitors),
        "sessions": sessions,
        "pageviews": add_up(c.pageviews),
        "events": add_up(c.events),
        "bounce_rate": share(add_up(c.bounced_sessions), sessions),
        "session_duration_s": share(add_up(c.duration_seconds), sessions),
        "views_per_session": share(add_up(c.session_pageviews), sessions),
    }


def _by_page(query: Query, scope: Scope) -> Select[Any]:
    chosen = _choose(query.filters, scope, None)
    joined = _with_views(chosen, asked_for(query.filters, DimensionKind.PAGE), scope)
    measures: Measures = {
        "visitors": func.count(distinct(chosen.c.visitor_id)),
        "pageviews": func.count(),
        "time_on_page_s": cast(func.avg(pageviews.c.time_on_page_seconds), Float(53)),
    }
    return _grouped(query, joined, pageviews.c.path, measures)


def _by_event(query: Query, scope: Scope) -> Select[Any]:
    chosen = _choose(query.filters, scope, None)
    joined = _with_events(chosen, asked_for(query.filters, DimensionKind.EVENT), scope)
    measures: Measures = {
        "visitors": func.count(distinct(chosen.c.visitor_id)),
        "events": func.count(),
    }
    return _grouped(query, joined, user_events.c.event_type, measures)


def _grouped(query: Query, joined: Select[Any], key: Column, measures: Measures) -> Select[Any]:
    columns = [measures[name].label(name) for name in query.metrics]
    statement: Select[Any] = joined.with_only_columns(*columns)
    return keyed(statement, key.collate("C"))


def _choose(filters: Iterable[Filter], scope: Scope, key: Column | None) -> CTE:
    """The sessions of the range that meet the filters and have a key where one is asked for."""
    s = user_sessions.c
    keys: list[Column] = [] if key is None else [key.label("key")]
    conditions = [_holds(part, scope) for part in filters]
    if key is not None:
        conditions.append(key.is_not(None))
    columns: Select[Any] = select(
        *keys,
        s.session_id,
        s.visitor_id,
        case((s.bounce, 1), else_=0).label("bounced_sessions"),
        s.duration_seconds,
        s.pageview_count.label("session_pageviews"),
        (s.event_count - s.pageview_count).label("session_events"),
    )
    return columns.where(sessions_of(scope), *conditions).cte("chosen")


def _with_views(chosen: CTE, asked: list[Condition], scope: Scope) -> Select[Any]:
    """Chosen sessions beside their pageviews, of the pages asked for where some are."""
    p = pageviews.c
    statement = select(chosen.c.session_id).join_from(
        chosen,
        pageviews,
        and_(
            p.site_id == scope.site_id,
            p.session_id == chosen.c.session_id,
            p.view_timestamp >= _earliest(scope),
        ),
    )
    return statement.where(_any_of(asked, p.path)) if asked else statement


def _with_events(chosen: CTE, asked: list[Condition], scope: Scope) -> Select[Any]:
    """Chosen sessions beside their events, of the names asked for where some are."""
    e = user_events.c
    statement = select(chosen.c.session_id).join_from(
        chosen,
        user_events,
        and_(
            e.site_id == scope.site_id,
            e.session_id == chosen.c.session_id,
            e.event_timestamp >= _earliest(scope),
        ),
    )
    return statement.where(_any_of(asked, e.event_type)) if asked else statement


def _holds(part: Filter, scope: Scope) -> Column:
    """Whether a session meets a filter; null counts as no."""
    if isinstance(part, Condition):
        found = _has(part, scope)
        # Of a session without the value the comparison is null, and so would be its contrary.
        return not_(func.coalesce(found, False)) if part.operator in EXCLUDING else found
    parts = [_holds(inner, scope) for inner in part.parts]
    return and_(*parts) if isinstance(part, AllOf) else or_(*parts)


def _has(condition: Condition, scope: Scope) -> Column:
    """Whether a session has such a value, or what the contrary of an excluding operator would ask."""
    s, p, e = user_sessions.c, pageviews.c, user_events.c
    match condition.dimension.kind:
        case DimensionKind.PAGE:
            return exists().where(
                p.site_id == scope.site_id,
                p.session_id == s.session_id,
                p.view_timestamp >= _earliest(scope),
                _compare(condition, p.path),
            )
        case DimensionKind.EVENT:
            return exists().where(
                e.site_id == scope.site_id,
                e.session_id == s.session_id,
                e.event_timestamp >= _earliest(scope),
                _compare(condition, e.event_type),
            )
        case DimensionKind.TIME:
            name = condition.dimension.name
            key: Column = func.to_char(bucket_of(name, s.session_start, scope), _KEYS[name])
            return _compare(condition, key)
        case DimensionKind.SESSION:
            return _compare(condition, PROPERTIES[condition.dimension.name])


def _compare(condition: Condition, value: Column) -> Column:
    match EXCLUDING.get(condition.operator, condition.operator):
        case Operator.CONTAINS:
            small: Column = func.lower(value)
            return or_(*(func.strpos(small, func.lower(v)) > 0 for v in condition.values))
        case Operator.MATCHES:
            return or_(*(value.op("~")(v) for v in condition.values))
        case _:
            return value.in_(condition.values)


def _any_of(conditions: list[Condition], value: Column) -> Column:
    return or_(*(_compare(condition, value) for condition in conditions))


def _key_of(dimension: Dimension | None, scope: Scope) -> Column | None:
    if dimension is None:
        return None
    if dimension.kind is DimensionKind.TIME:
        return bucket_of(dimension.name, user_sessions.c.session_start, scope)
    return PROPERTIES[dimension.name].collate("C")


def _earliest(scope: Scope) -> Any:
    """A bound for the events of chosen sessions, none of which is before its session's start."""
    return instants(scope.period, scope.zone)[0] - ZONE_MARGIN
