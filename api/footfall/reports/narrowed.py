"""Figures under filters, as SQL: the sessions that are chosen, and their pageviews and events.

Every filtered statement begins with the same choice of sessions, so that all panels of a page count the
same ones; what a filter means is said in vocabulary.py. Reads sessions and single events, no rollups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
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
from footfall.reports.occurrences import (
    IS_CUSTOM,
    measures_of,
    names_of_properties,
    occurrences,
    value_of_property,
)
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
    "time:week": "YYYY-MM-DD",
    "time:month": "YYYY-MM",
}


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of single pageviews or events: whose session it is, the dimension's value, and the instant."""

    table: FromClause
    value: Column
    at: Column
    timed: Column | None = None


_ROWS: Final = {
    DimensionKind.PAGE: _Rows(
        pageviews, pageviews.c.path, pageviews.c.view_timestamp, pageviews.c.time_on_page_seconds
    ),
    DimensionKind.EVENT: _Rows(
        user_events, user_events.c.event_type, user_events.c.event_timestamp
    ),
}


def narrowed(query: Query, scope: Scope) -> Select[Any]:
    """The query's metrics, after a column `key` where there is a dimension.

    scope: of the query's period or of its comparison. A key is a local day or time where the dimension is
    one of time; values that nothing is known of are left out.
    """
    asked = {kind: _asked(query.filters, kind, scope) for kind in _ROWS}
    kind = query.dimension.kind if query.dimension else None
    asked[DimensionKind.EVENT_PROPERTY] = _asked_with_properties(query.filters, scope)
    if kind in _ROWS:
        return _by_row(query, scope, asked, kind)
    if kind is DimensionKind.EVENT_PROPERTY:
        return _by_event_property(query, scope, asked)
    if kind is DimensionKind.OCCURRENCE:
        return _by_occurrence(query, scope, asked)
    key = _key_of(query.dimension, scope)
    rows = _sums(query, scope, key, asked)
    measures = _measures(rows.c)
    columns: list[Column] = [measures[name].label(name) for name in query.metrics]
    statement: Select[Any] = select(*columns).select_from(rows)
    return statement if key is None else keyed(statement, rows.c.key)


Asked = dict[DimensionKind, CTE | None]


def _asked(filters: Iterable[Filter], kind: DimensionKind, scope: Scope) -> CTE | None:
    """The pageviews or events that filters ask for, read once: they choose sessions, and are counted. None: all."""
    conditions = asked_for(filters, kind)
    if not conditions:
        return None
    rows = _ROWS[kind]
    columns = [rows.table.c.session_id, rows.value.label("value")]
    if rows.timed is not None:
        columns.append(rows.timed.label("timed"))
    statement = select(*columns).where(
        rows.table.c.site_id == scope.site_id,
        rows.at.between(_earliest(scope), _latest(scope)),
        or_(*(compare(condition, rows.value) for condition in conditions)),
    )
    return statement.cte(f"asked_{kind}")


def _asked_with_properties(filters: Iterable[Filter], scope: Scope) -> CTE | None:
    """The events that count where filters ask for properties, be it together with events. None: no property is."""
    if not asked_for(filters, DimensionKind.EVENT_PROPERTY):
        return None
    e = user_events.c
    statement = select(e.session_id, e.event_type.label("value"))
    return statement.where(*_are_asked(filters, scope)).cte("asked_property")


def _are_asked(filters: Iterable[Filter], scope: Scope) -> list[Column]:
    """Which events of user_events are those that filters ask for by name and property."""
    e = user_events.c
    asked = asked_for(filters, DimensionKind.EVENT, DimensionKind.EVENT_PROPERTY)
    conditions = [
        e.site_id == scope.site_id,
        e.event_timestamp.between(_earliest(scope), _latest(scope)),
    ]
    # Of one dimension any will do; of several, as an event and its property, an event must have each.
    for dimension in dict.fromkeys(condition.dimension for condition in asked):
        own = [condition for condition in asked if condition.dimension == dimension]
        conditions.append(or_(*(_is_such(condition) for condition in own)))
    return conditions


def _is_such(condition: Condition) -> Column:
    """Whether an event of user_events has such a name or property."""
    name = condition.dimension.name
    if name == "event":
        return compare(condition, user_events.c.event_type)
    if name == "event_property":
        names = names_of_properties()
        found: Column = exists(select(names.c.name).where(compare(condition, names.c.name)))
    else:
        found = compare(condition, value_of_property(name))
    return and_(IS_CUSTOM, found)


def _counted(asked: Asked, kind: DimensionKind) -> CTE | None:
    """Which pageviews or events count. None: all."""
    of_properties = asked[DimensionKind.EVENT_PROPERTY]
    return (
        of_properties if kind is DimensionKind.EVENT and of_properties is not None else asked[kind]
    )


def _sums(query: Query, scope: Scope, key: Column | None, asked: Asked) -> Subquery:
    """_COUNTED by key: a row of the chosen sessions and, where only some pageviews or events count, one of those."""
    chosen = _choose(query.filters, scope, key, asked)
    keys = [] if key is None else [chosen.c.key]
    nothing = literal(0, BigInteger)
    sums: Measures = {
        "sessions": func.count(),
        "bounced_sessions": func.sum(chosen.c.bounced_sessions),
        "duration_seconds": func.sum(chosen.c.duration_seconds),
        "session_pageviews": func.sum(chosen.c.session_pageviews),
        "session_events": func.sum(chosen.c.session_events),
    }
    own: Measures
    if "visitors" in query.metrics:
        # People are told apart by a hash of them; count(distinct) would sort every session.
        people = (
            select(*keys, *(sums[name].label(name) for name in sums))
            .group_by(*keys, chosen.c.visitor_id)
            .subquery("people")
        )
        keys = [] if key is None else [people.c.key]
        own = {"visitors": func.count(), **{name: func.sum(people.c[name]) for name in sums}}
    else:
        own = {"visitors": nothing, **sums}
    own["pageviews"] = (
        nothing if _counted(asked, DimensionKind.PAGE) is not None else own["session_pageviews"]
    )
    own["events"] = (
        nothing if _counted(asked, DimensionKind.EVENT) is not None else own["session_events"]
    )
    arms = [select(*keys, *(own[name].label(name) for name in _COUNTED)).group_by(*keys)]
    for metric, kind in (("pageviews", DimensionKind.PAGE), ("events", DimensionKind.EVENT)):
        rows = _counted(asked, kind)
        if rows is None or metric not in query.metrics:
            continue
        keys = [] if key is None else [chosen.c.key]
        one = [(func.count() if n == metric else nothing).label(n) for n in _COUNTED]
        joined = select(*keys, *one).join_from(
            chosen, rows, rows.c.session_id == chosen.c.session_id
        )
        arms.append(joined.group_by(*keys))
    return (arms[0] if len(arms) == 1 else union_all(*arms)).subquery("sums")


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


def _by_row(query: Query, scope: Scope, asked: Asked, kind: DimensionKind) -> Select[Any]:
    """By page or event: chosen sessions beside their rows, of those asked for where some are."""
    chosen = _choose(query.filters, scope, None, asked)
    rows, only = _ROWS[kind], _counted(asked, kind)
    if only is None:
        value, timed = rows.value, rows.timed
        joined = select().join_from(
            chosen,
            rows.table,
            and_(
                rows.table.c.site_id == scope.site_id,
                rows.table.c.session_id == chosen.c.session_id,
                rows.at >= _earliest(scope),
            ),
        )
    else:
        value, timed = only.c.value, only.c.get("timed")
        joined = select().join_from(chosen, only, only.c.session_id == chosen.c.session_id)
    if timed is None:
        timed = cast(null(), Integer)
    sums = [func.count().label("count"), func.count(timed).label("timed")]
    sums.append(func.sum(timed).label("timed_sum"))
    # By visitor first, as in _sums.
    people = (
        joined.with_only_columns(value.collate("C").label("key"), *sums)
        .group_by(value.collate("C"), chosen.c.visitor_id)
        .subquery("people")
    )
    c = people.c
    measures: Measures = {
        "visitors": func.count(),
        "pageviews": add_up(c.count),
        "events": add_up(c.count),
        "time_on_page_s": share(add_up(c.timed_sum), add_up(c.timed)),
    }
    columns = [measures[name].label(name) for name in query.metrics]
    return keyed(select(*columns).select_from(people), c.key)


def _by_event_property(query: Query, scope: Scope, asked: Asked) -> Select[Any]:
    assert query.dimension is not None
    chosen = _choose(query.filters, scope, None, asked)
    name = query.dimension.name
    e = user_events.c
    told = select(e.session_id).select_from(user_events)
    told = told.where(*_are_asked(query.filters, scope), IS_CUSTOM)
    key: Column
    if name == "event_property":
        names = names_of_properties()
        told, key = told.join(names, true()), names.c.name
        own = asked_for(query.filters, DimensionKind.EVENT_PROPERTY)
        if own := [condition for condition in own if condition.dimension == query.dimension]:
            told = told.where(or_(*(compare(condition, key) for condition in own)))
    else:
        key = value_of_property(name)
    rows = told.add_columns(key.label("value")).where(key.is_not(None)).cte("told")
    joined = select().join_from(chosen, rows, rows.c.session_id == chosen.c.session_id)
    measures: Measures = {
        "visitors": func.count(distinct(chosen.c.visitor_id)),
        "events": func.count(),
    }
    return _grouped(query, joined, rows.c.value, measures)


def _by_occurrence(query: Query, scope: Scope, asked: Asked) -> Select[Any]:
    assert query.dimension is not None
    chosen = _choose(query.filters, scope, None, asked)
    rows = occurrences(query.dimension, scope, _earliest(scope))
    c = rows.c
    joined: Select[Any] = (
        select()
        .join_from(chosen, rows, c.session_id == chosen.c.session_id)
        .where(c.at >= _earliest(scope), c.value.is_not(None))
    )
    own = asked_for(query.filters, DimensionKind.OCCURRENCE)
    if own := [condition for condition in own if condition.dimension == query.dimension]:
        joined = joined.where(or_(*(compare(condition, c.value) for condition in own)))
    return _grouped(query, joined, c.value, measures_of(rows, chosen.c.visitor_id))


def _grouped(query: Query, joined: Select[Any], key: Column, measures: Measures) -> Select[Any]:
    columns = [measures[name].label(name) for name in query.metrics]
    return keyed(joined.with_only_columns(*columns), key.collate("C"))


def _choose(filters: Iterable[Filter], scope: Scope, key: Column | None, asked: Asked) -> CTE:
    """The sessions of the range that meet the filters and have a key where one is asked for."""
    s = user_sessions.c
    keys: list[Column] = [] if key is None else [key.label("key")]
    conditions = [_holds(part, scope, asked) for part in filters]
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


def _holds(part: Filter, scope: Scope, asked: Asked) -> Column:
    """Whether a session meets a filter; null counts as no."""
    if not isinstance(part, Condition):
        parts = [_holds(inner, scope, asked) for inner in part.parts]
        return and_(*parts) if isinstance(part, AllOf) else or_(*parts)
    is_excluding = part.operator in EXCLUDING
    if part.dimension.kind in _ROWS:
        found = _did(part, scope, None if is_excluding else asked[part.dimension.kind])
        return not_(found) if is_excluding else found
    if part.dimension.kind in (DimensionKind.EVENT_PROPERTY, DimensionKind.OCCURRENCE):
        found = user_sessions.c.session_id.in_(_where_happened(part, scope))
        return not_(found) if is_excluding else found
    found = compare(part, _property_of(part.dimension, scope))
    # Of a session without the value the comparison is null, and so would be its contrary.
    return not_(func.coalesce(found, False)) if is_excluding else found


def _where_happened(condition: Condition, scope: Scope) -> Select[Any]:
    """In which sessions such a thing happened: what is rare is found once, not looked for in every session."""
    if condition.dimension.kind is DimensionKind.EVENT_PROPERTY:
        e = user_events.c
        return select(e.session_id).where(
            e.site_id == scope.site_id,
            e.event_timestamp.between(_earliest(scope), _latest(scope)),
            _is_such(condition),
        )
    c = occurrences(condition.dimension, scope, _earliest(scope)).c
    value: Column = c.value
    return select(c.session_id).where(c.at >= _earliest(scope), compare(condition, value))


def _did(condition: Condition, scope: Scope, among: CTE | None) -> Column:
    """Whether a session viewed such a page or did such an event. among: where all such rows are."""
    if among is not None:
        here = among.c
        return exists().where(
            here.session_id == user_sessions.c.session_id, compare(condition, here.value)
        )
    rows = _ROWS[condition.dimension.kind]
    return exists().where(
        rows.table.c.site_id == scope.site_id,
        rows.table.c.session_id == user_sessions.c.session_id,
        rows.at >= _earliest(scope),
        compare(condition, rows.value),
    )


def _property_of(dimension: Dimension, scope: Scope) -> Column:
    if dimension.kind is DimensionKind.TIME:
        bucket = bucket_of(dimension.name, user_sessions.c.session_start, scope)
        return func.to_char(bucket, _KEYS[dimension.name])
    return PROPERTIES[dimension.name]


def compare(condition: Condition, value: Column) -> Column:
    """Whether a value meets the condition, or what an excluding operator would leave out; null of no value."""
    match EXCLUDING.get(condition.operator, condition.operator):
        case Operator.CONTAINS:
            small: Column = func.lower(value)
            return or_(*(func.strpos(small, func.lower(v)) > 0 for v in condition.values))
        case Operator.MATCHES:
            return or_(*(value.op("~")(v) for v in condition.values))
        case _:
            # One array, since a long list of values is then looked up by hash.
            return value == any_(literal(list(condition.values), ARRAY(Text)))


def _key_of(dimension: Dimension | None, scope: Scope) -> Column | None:
    if dimension is None:
        return None
    if dimension.name == "time:day":
        return user_sessions.c.start_date
    if dimension.kind is DimensionKind.TIME:
        return bucket_of(dimension.name, user_sessions.c.session_start, scope)
    return PROPERTIES[dimension.name].collate("C")


def _earliest(scope: Scope) -> Any:
    """A bound for the events of chosen sessions, none of which is before its session's start."""
    return instants(scope.period, scope.zone)[0] - ZONE_MARGIN


def _latest(scope: Scope) -> Any:
    """The other bound, found once: without it a range of last year would read all pageviews since."""
    last = select(func.max(user_sessions.c.session_end)).where(sessions_of(scope))
    return last.scalar_subquery()


def sessions_that_meet(filters: Iterable[Filter], scope: Scope) -> list[Column]:
    """What holds of the rows of user_sessions that started in the scope and meet the filters, for lists that end
    early: pages and events are looked up session by session."""
    asked: Asked = dict.fromkeys(_ROWS)
    return [sessions_of(scope), *(_holds(part, scope, asked) for part in filters)]


def of_pages_asked_for(filters: Iterable[Filter], path: Column) -> list[Column]:
    """What holds of a path that filters ask for; nothing where they ask for none."""
    asked = asked_for(filters, DimensionKind.PAGE)
    return [or_(*(compare(condition, path) for condition in asked))] if asked else []
