"""Conditions on parts of values (contains, matches) turned into ones on whole values, before filters become SQL.

A dimension has few values beside its pageviews or sessions, and the rollups hold every one of them with its days:
to look there first, and for equal values then, compares a pattern with hundreds of texts instead of a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall.reports.filters import AllOf, AnyOf, Condition, Filter
from footfall.reports.narrowed import compare
from footfall.reports.query import Query
from footfall.reports.vocabulary import OF_SESSIONS_ALONE, DimensionKind, Operator
from footfall.tables import daily_rollups

# More of them are no longer quicker to look up than a pattern is to compare.
MAX_VALUES: Final = 5_000
_WHOLE: Final = {
    Operator.CONTAINS: Operator.IS,
    Operator.MATCHES: Operator.IS,
    Operator.DOES_NOT_CONTAIN: Operator.IS_NOT,
}


# Whose values are in the rollups.
_ROLLED_UP: Final = (DimensionKind.PAGE, DimensionKind.EVENT, DimensionKind.SESSION)


async def with_whole_values(connection: AsyncConnection, query: Query) -> Query:
    """The same question, its conditions on parts of values replaced where the rollups know the values.

    They know those of people only, so a query that includes flagged traffic stays as it is.
    """
    if query.include_bots or not query.filters:
        return query
    since = query.period.start
    if query.comparison is not None:
        since = min(since, query.comparison.start)
    return replace(query, filters=await _replaced(connection, query, since, query.filters))


async def _replaced(
    connection: AsyncConnection, query: Query, since: date, parts: Sequence[Filter]
) -> tuple[Filter, ...]:
    found: list[Filter] = []
    for part in parts:
        if isinstance(part, Condition):
            found.append(await _whole(connection, query, since, part))
        else:
            inner = await _replaced(connection, query, since, part.parts)
            found.append(AllOf(inner) if isinstance(part, AllOf) else AnyOf(inner))
    return tuple(found)


async def _whole(
    connection: AsyncConnection, query: Query, since: date, condition: Condition
) -> Condition:
    operator = _WHOLE.get(condition.operator)
    if operator is None or condition.dimension.kind not in _ROLLED_UP:
        return condition
    if condition.dimension.name in OF_SESSIONS_ALONE:
        return condition
    rows = await connection.execute(_values(query.site_id, since, condition))
    values = tuple(row[0] for row in rows)
    if len(values) > MAX_VALUES:
        return condition
    return replace(condition, operator=operator, values=values)


def _values(site_id: str, since: date, condition: Condition) -> Select[Any]:
    """Values of the dimension on a day since then. A session that began in a range may go on after it: no end."""
    d = daily_rollups.c
    every = (
        select(d.value)
        .where(
            d.site_id == site_id,
            d.dimension == condition.dimension.name,
            d.rollup_date >= since,
        )
        .distinct()
        .subquery("every")
    )
    return select(every.c.value).where(compare(condition, every.c.value)).limit(MAX_VALUES + 1)
