"""Run a Query on the derived tables and shape the rows: gaps filled, comparisons lined up.

All statements of one query see the same moment (snapshot.py), so its numbers agree with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.reports import buckets
from footfall.reports.compile import (
    compile_breakdown,
    compile_counted,
    compile_row_count,
    compile_series,
)
from footfall.reports.query import BY_KEY, Period, Query
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import check_patterns, snapshot
from footfall.reports.values import with_whole_values
from footfall.reports.vocabulary import METRICS, Unit

Figure = int | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """dimensions: the row's key, nothing for totals. metrics, comparison: in the query's order.

    comparison is None where none was asked for, or where the other range has no such bucket.
    """

    dimensions: list[str]
    metrics: list[Figure]
    comparison: list[Figure] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """total_rows: how many rows there are before limit and offset."""

    timezone: str
    rows: list[Row]
    total_rows: int


async def run(engine: AsyncEngine, query: Query) -> Answer:
    """Answer `query`. Raises NotFound for an unknown site, Unavailable."""
    async with snapshot(engine) as connection:
        timezone = await timezone_of(connection, query.site_id)
        await check_patterns(connection, query.filters)
        query = await with_whole_values(connection, query)
        zone = ZoneInfo(timezone)
        if query.is_breakdown:
            rows, total_rows = await _break_down(connection, query, zone)
        else:
            rows, total_rows = await series(connection, query, zone)
    return Answer(timezone, rows, total_rows)


async def series(
    connection: AsyncConnection, query: Query, zone: ZoneInfo
) -> tuple[list[Row], int]:
    """Totals as one row, or every bucket of the period in order."""
    current = await _filled(connection, query, query.period, zone)
    before: list[tuple[list[str], list[Figure]]] = []
    if query.comparison is not None:
        before = await _filled(connection, query, query.comparison, zone)
    rows = [
        Row(key, figures, before[place][1] if place < len(before) else None)
        for place, (key, figures) in enumerate(current)
    ]
    if query.dimension is None:
        return rows, 1
    rows = _ordered(rows, query)
    end = None if query.limit is None else query.offset + query.limit
    return rows[query.offset : end], len(rows)


def _ordered(rows: list[Row], query: Query) -> list[Row]:
    """`rows`, which ascend by key, in the query's order; those without a value last, ties by key."""
    if query.order.by == BY_KEY:
        return rows[::-1] if query.order.descending else rows
    place = query.metrics.index(query.order.by)
    sign = -1 if query.order.descending else 1

    def rank(row: Row) -> tuple[bool, float]:
        figure = row.metrics[place]
        return figure is None, 0 if figure is None else sign * figure

    return sorted(rows, key=rank)


async def _filled(
    connection: AsyncConnection, query: Query, period: Period, zone: ZoneInfo
) -> list[tuple[list[str], list[Figure]]]:
    """(key, figures in the query's order) for every bucket, with zeros where nothing happened."""
    dimension = query.dimension.name if query.dimension else None
    keys = buckets.keys(dimension, period, zone) if dimension else [""]
    nothing = {name: _nothing(name) for name in query.metrics}
    figures: dict[str, dict[str, Figure]] = {key: dict(nothing) for key in keys}
    for statement in compile_series(query, period, zone):
        for record in await connection.execute(statement.select):
            values: tuple[Any, ...] = tuple(record)
            key = ""
            if dimension:
                key, values = buckets.key_of(dimension, values[0]), values[1:]
            if key in figures:
                figures[key].update(zip(statement.metrics, values, strict=True))
    return [
        ([key] if dimension else [], [figures[key][name] for name in query.metrics]) for key in keys
    ]


async def _break_down(
    connection: AsyncConnection, query: Query, zone: ZoneInfo
) -> tuple[list[Row], int]:
    statement = compile_counted(query, query.period, zone)
    counted = [tuple(r) for r in await connection.execute(statement.select)]
    records = [record[:-1] for record in counted]
    if counted:
        total_rows = counted[0][-1]
    elif query.offset == 0:
        total_rows = 0
    else:
        count = compile_row_count(query, query.period, zone)
        total_rows = int(await connection.scalar(count) or 0)
    return await compared(connection, query, zone, records), total_rows


async def compared(
    connection: AsyncConnection, query: Query, zone: ZoneInfo, records: Sequence[Any]
) -> list[Row]:
    """Records of a breakdown (key, then figures) as rows, each beside its figures of the other range."""
    before: dict[str, list[Figure]] | None = None
    if query.comparison is not None:
        keys = [record[0] for record in records]
        before = {key: [_nothing(name) for name in query.metrics] for key in keys}
        other = compile_breakdown(query, query.comparison, zone, only=keys)
        before.update((r[0], list(r[1:])) for r in await connection.execute(other.select))
    return [
        Row([record[0]], list(record[1:]), before[record[0]] if before is not None else None)
        for record in records
    ]


def _nothing(metric: str) -> Figure:
    """The figure where nothing happened: 0 of a count, no rate at all."""
    return 0 if METRICS[metric].unit is Unit.COUNT else None
