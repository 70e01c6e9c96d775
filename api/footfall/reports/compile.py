"""Query to SQL: SQLAlchemy Core statements over footfall.tables, every value bound.

Takes the rollups where they answer exactly, figures.py knows from which tables else: with flagged traffic, for
visitors by the hour; what happened in sessions is told by occurrences.py. With filters narrowed.py tells all
figures. Each statement's columns are `key` (none for
totals) and the metrics it tells. Executes nothing; run.py puts the answers together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Select, func, literal, or_, select, union_all

from footfall.reports.figures import (
    BY_DAY,
    BY_HOUR,
    BY_MOMENT,
    MOMENTS,
    PROPERTIES,
    Column,
    Scope,
    add_up,
    bounds_of,
    by_name,
    keyed,
    of_rollups,
)
from footfall.reports.narrowed import narrowed
from footfall.reports.occurrences import occurred
from footfall.reports.query import Period, Query
from footfall.reports.vocabulary import OF_SESSIONS_ALONE, DimensionKind
from footfall.tables import daily_rollups, rollup_visitors

_ADDED: Final = (
    "sessions",
    "bounced_sessions",
    "duration_seconds_sum",
    "session_pageviews_sum",
    "pageviews",
    "events",
    "timed_pageviews",
    "time_on_page_seconds_sum",
    "visitors",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """`metrics`: the names of the columns after the key."""

    select: Select[Any]
    metrics: tuple[str, ...]


def compile_series(query: Query, period: Period, zone: ZoneInfo) -> list[Statement]:
    """Statements for totals or a series over `period`; each metric of the query is in exactly one.

    With a time dimension the first column is the bucket, a local date or time; buckets without rows
    are missing.
    """
    scope = Scope(query.site_id, period, zone, query.include_bots)
    if query.filters:
        return [Statement(narrowed(query, scope), query.metrics)]
    dimension = query.dimension.name if query.dimension else None
    statements = []
    people = BY_HOUR if dimension == "time:hour" else BY_DAY
    for make_source, tells in BY_MOMENT if query.include_bots else people:
        metrics = tuple(name for name in query.metrics if name in tells)
        if not metrics:
            continue
        source = make_source(scope, dimension)
        columns = [source.measures[name].label(name) for name in metrics]
        statement = select(*columns).select_from(source.rows).where(source.where)
        if source.bucket is not None:
            statement = keyed(statement, source.bucket)
        statements.append(Statement(statement, metrics))
    return statements


def compile_breakdown(
    query: Query, period: Period, zone: ZoneInfo, *, only: Sequence[str] | None = None
) -> Statement:
    """One statement: key and the query's metrics in the query's order, then by key.

    only: leave out every other key, for a comparison; without it limit and offset apply.
    """
    grouped = _grouped(query, period, zone)
    if only is not None:
        within = grouped.subquery("groups")
        return Statement(select(within).where(within.c.key.in_(only)), query.metrics)
    return Statement(_page(query, grouped), query.metrics)


def compile_counted(query: Query, period: Period, zone: ZoneInfo) -> Statement:
    """As compile_breakdown(), and last in every row how many rows the whole breakdown has."""
    grouped = _grouped(query, period, zone)
    return Statement(_page(query, grouped.add_columns(func.count().over())), query.metrics)


def compile_row_count(query: Query, period: Period, zone: ZoneInfo) -> Select[Any]:
    """How many rows the whole breakdown has."""
    return select(func.count()).select_from(_grouped(query, period, zone).subquery("groups"))


def _page(query: Query, grouped: Select[Any]) -> Select[Any]:
    column = by_name(query.order.by)
    column = column.desc() if query.order.descending else column.asc()
    statement = grouped.order_by(column.nulls_last(), by_name("key"))
    return statement.limit(query.limit).offset(query.offset)


def _grouped(query: Query, period: Period, zone: ZoneInfo) -> Select[Any]:
    """Key and metrics of every row that is searched for, in no order."""
    every = _groups(query, period, zone)
    if not query.search:
        return every
    rows = every.subquery("every")
    # Keys are in byte order, which knows no capitals beyond ASCII.
    small = func.lower(rows.c.key.collate("default"))
    found = (func.strpos(small, func.lower(text)) > 0 for text in query.search)
    return select(rows).where(or_(*found))


def _groups(query: Query, period: Period, zone: ZoneInfo) -> Select[Any]:
    assert query.dimension is not None
    scope = Scope(query.site_id, period, zone, query.include_bots)
    if query.filters:
        return narrowed(query, scope)
    if query.dimension.kind in (DimensionKind.OCCURRENCE, DimensionKind.EVENT_PROPERTY):
        return occurred(query, scope)
    if not query.include_bots and query.dimension.name not in OF_SESSIONS_ALONE:
        return _grouped_rollups(query, scope)
    source = MOMENTS[query.dimension.kind](scope, None)
    columns = [source.measures[name].label(name) for name in query.metrics]
    statement = select(*columns).select_from(source.rows)
    found = _property(query)
    # Byte order, so that ties sort alike on every server.
    return keyed(statement.where(source.where, found.is_not(None)), found.collate("C"))


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
                d.rollup_date.between(*bounds_of(scope)),
            )
        )
    if "visitors" in query.metrics:
        nothing = [literal(0, BigInteger).label(name) for name in _ADDED if name != "visitors"]
        arms.append(
            select(v.value.label("value"), *nothing, v.visitor_count.label("visitors")).where(
                v.site_id == scope.site_id,
                v.dimension == query.dimension.name,
                v.visit_date.between(*bounds_of(scope)),
                v.previous_date < scope.period.start,
            )
        )
    rows = union_all(*arms).subquery("rollups")
    measures = {**of_rollups(rows.c), "visitors": add_up(rows.c.visitors)}
    if query.dimension.kind is DimensionKind.SESSION:
        measures["pageviews"] = add_up(rows.c.session_pageviews_sum)
    columns = [measures[name].label(name) for name in query.metrics]
    return keyed(select(*columns).select_from(rows), rows.c.value.collate("C"))


def _property(query: Query) -> Column:
    assert query.dimension is not None
    return PROPERTIES[query.dimension.name]
