"""A query's rows as CSV, streamed: a breakdown of any length passes through in pieces.

All pieces are of the same moment. The database connection is held until the reader has taken all of
them or gone away; nginx, which buffers, takes them at once.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.reports.compile import compile_breakdown
from footfall.reports.query import Query
from footfall.reports.render import csv_lines
from footfall.reports.run import Row, compared, series
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import check_patterns, snapshot
from footfall.reports.values import with_whole_values

PIECE_ROWS: Final = 1_000


async def stream_csv(engine: AsyncEngine, query: Query) -> AsyncGenerator[str, None]:
    """A header line and the rows, in pieces of text; at least one piece.

    Raises as run() does, before the first piece unless the database goes away in the middle.
    """
    async with snapshot(engine) as connection:
        zone = ZoneInfo(await timezone_of(connection, query.site_id))
        await check_patterns(connection, query.filters)
        query = await with_whole_values(connection, query)
        text = csv_lines([_header(query)])
        if not query.is_breakdown:
            rows, _ = await series(connection, query, zone)
            yield text + _lines(query, rows)
            return
        statement = compile_breakdown(query, query.period, zone)
        async with connection.stream(statement.select) as records:
            async for piece in records.partitions(PIECE_ROWS):
                yield text + _lines(query, await compared(connection, query, zone, piece))
                text = ""
        if text:
            yield text


def _header(query: Query) -> list[str]:
    names = [query.dimension.name] if query.dimension else []
    if query.comparison is None:
        return [*names, *query.metrics]
    return [*names, *query.metrics, *(f"comparison_{name}" for name in query.metrics)]


def _lines(query: Query, rows: Iterable[Row]) -> str:
    # A series may be longer than the one it is compared with.
    nothing = [None] * (len(query.metrics) if query.comparison is not None else 0)
    return csv_lines(
        [*row.dimensions, *row.metrics, *(nothing if row.comparison is None else row.comparison)]
        for row in rows
    )
