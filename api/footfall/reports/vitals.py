"""Core Web Vitals: percentiles and shares of what browsers measured, as one row of totals, over time or by value.

A route of its own, not metrics of the query API: percentiles do not add up, so no rollup can tell them, and
each figure is of one vital. Range, filters and dimensions mean what they mean there (narrowed.py): without
filters a measurement counts at its own time; under filters it is one of a session chosen, counts when that
started, and where filters ask for pages it is of one of these. Of one measurement (web_vital_id) only the
last value counts, as in database/reports/slow_pages.sql.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.errors import Unprocessable
from footfall.reports import buckets
from footfall.reports.figures import (
    PROPERTIES,
    ZONE_MARGIN,
    Column,
    Scope,
    bucket_of,
    by_name,
)
from footfall.reports.filters import Filter, check_filters
from footfall.reports.names import suggestion
from footfall.reports.narrowed import of_pages_asked_for, sessions_that_meet
from footfall.reports.query import Period
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import check_patterns, snapshot
from footfall.reports.vocabulary import DIMENSIONS, Dimension, DimensionKind, find_dimension
from footfall.tables import user_events, user_sessions

MAX_ROWS: Final = 1_000
DEFAULT_ROWS: Final = 100
PERCENTILES: Final = (0.5, 0.75, 0.9)
_NUMBERS: Final = ARRAY(Float(53))

OrderBy = Literal["measurements", "p50", "p75", "p90"]


@dataclass(frozen=True, slots=True)
class Vital:
    """good_to, poor_above: a value up to the first is good, one above the second is poor, and what is between
    needs improvement; by https://web.dev/articles/vitals and the page of each metric there, read in 2026-11.
    """

    name: str
    unit: Literal["milliseconds", "none"]
    good_to: float
    poor_above: float
    definition: str


_VITALS: Final = (
    # https://web.dev/articles/lcp
    Vital(
        "LCP",
        "milliseconds",
        2_500,
        4_000,
        "Largest Contentful Paint: how long until the largest text or picture of the first screen was there.",
    ),
    # https://web.dev/articles/inp
    Vital(
        "INP",
        "milliseconds",
        200,
        500,
        "Interaction to Next Paint: how long until the page showed that it had noticed a click, tap or key.",
    ),
    # https://web.dev/articles/cls
    Vital(
        "CLS",
        "none",
        0.1,
        0.25,
        "Cumulative Layout Shift: how far what was on the screen moved by itself; 0 is not at all.",
    ),
    # https://web.dev/articles/fcp
    Vital(
        "FCP",
        "milliseconds",
        1_800,
        3_000,
        "First Contentful Paint: how long until there was anything to see.",
    ),
    # https://web.dev/articles/ttfb
    Vital(
        "TTFB",
        "milliseconds",
        800,
        1_800,
        "Time to First Byte: how long until the server's answer began to arrive.",
    ),
)
VITALS: Final = {vital.name: vital for vital in _VITALS}


@dataclass(frozen=True, slots=True)
class VitalsQuery:
    """dimension None: a row a vital. limit, offset and order_by are for the rows of a breakdown."""

    site_id: str
    period: Period
    comparison: Period | None
    vitals: tuple[str, ...]
    dimension: Dimension | None
    filters: tuple[Filter, ...]
    include_bots: bool
    order_by: OrderBy
    limit: int
    offset: int

    @property
    def is_breakdown(self) -> bool:
        return self.dimension is not None and self.dimension.kind is not DimensionKind.TIME


@dataclass(frozen=True, slots=True)
class Measured:
    """Percentiles in the vital's unit, shares from 0 to 1; None without a measurement."""

    measurements: int = 0
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    good_share: float | None = None
    needs_improvement_share: float | None = None
    poor_share: float | None = None


@dataclass(frozen=True, slots=True)
class VitalsRow:
    """dimensions: the row's key, nothing for totals. comparison: None where none was asked for."""

    dimensions: list[str]
    vital: str
    figures: Measured
    comparison: Measured | None


@dataclass(frozen=True, slots=True)
class VitalsAnswer:
    timezone: str
    rows: list[VitalsRow]
    total_rows: int


def make_vitals_query(
    *,
    site_id: str,
    period: Period,
    comparison: Period | None,
    vitals: Sequence[str],
    dimensions: Sequence[str],
    filters: Sequence[Filter],
    include_bots: bool,
    order_by: OrderBy,
    limit: int | None,
    offset: int,
) -> VitalsQuery:
    """A checked VitalsQuery. Raises Unprocessable, naming the field."""
    for place, name in enumerate(vitals):
        if name not in VITALS:
            raise Unprocessable(
                f"vitals: {name!r} is not a vital{suggestion(name, VITALS)}", field="vitals"
            )
        if name in vitals[:place]:
            raise Unprocessable(f"vitals: {name} is named twice.", field="vitals")
    if len(dimensions) > 1:
        raise Unprocessable("dimensions: one at most can be asked for.", field="dimensions")
    dimension = _dimension(dimensions[0]) if dimensions else None
    check_filters(filters)
    query = VitalsQuery(
        site_id,
        period,
        comparison,
        tuple(vitals) or tuple(VITALS),
        dimension,
        tuple(filters),
        include_bots,
        order_by,
        limit or DEFAULT_ROWS,
        offset,
    )
    if query.is_breakdown and len(query.vitals) != 1:
        raise Unprocessable("vitals: a breakdown is of one vital; name which.", field="vitals")
    return query


def _dimension(name: str) -> Dimension:
    dimension = find_dimension(name)
    if dimension is None:
        raise Unprocessable(
            f"dimensions: {name!r} is not a dimension{suggestion(name, DIMENSIONS)}",
            field="dimensions",
        )
    if dimension.kind not in _TELLING or name == "time:hour":
        raise Unprocessable(f"dimensions: vitals are not told by {name}.", field="dimensions")
    return dimension


# What a measurement has: an instant, a page, a session.
_TELLING: Final = (DimensionKind.TIME, DimensionKind.PAGE, DimensionKind.SESSION)


async def tell_vitals(engine: AsyncEngine, query: VitalsQuery) -> VitalsAnswer:
    """Answer `query`. Raises NotFound for an unknown site, Unprocessable, Unavailable."""
    async with snapshot(engine) as connection:
        timezone = await timezone_of(connection, query.site_id)
        await check_patterns(connection, query.filters)
        zone = ZoneInfo(timezone)
        tell = _break_down if query.is_breakdown else _tell_series
        rows, total_rows = await tell(connection, query, zone)
    return VitalsAnswer(timezone, rows, total_rows)


async def _tell_series(
    connection: AsyncConnection, query: VitalsQuery, zone: ZoneInfo
) -> tuple[list[VitalsRow], int]:
    """A row a vital, or one for each bucket and vital, without gaps."""
    keys, found = await _read_series(connection, query, query.period, zone)
    others: list[str] = []
    before: dict[tuple[str, str], Measured] = {}
    if query.comparison is not None:
        others, before = await _read_series(connection, query, query.comparison, zone)
    rows = []
    for place, key in enumerate(keys):
        for vital in query.vitals:
            twin = before.get((others[place], vital), Measured()) if place < len(others) else None
            rows.append(
                VitalsRow(
                    [key] if query.dimension else [],
                    vital,
                    found.get((key, vital), Measured()),
                    twin,
                )
            )
    return rows, len(rows)


async def _read_series(
    connection: AsyncConnection, query: VitalsQuery, period: Period, zone: ZoneInfo
) -> tuple[list[str], dict[tuple[str, str], Measured]]:
    dimension = query.dimension.name if query.dimension else None
    keys = buckets.keys(dimension, period, zone) if dimension else [""]
    found = {}
    for key, vital, *figures in await connection.execute(compile_vitals(query, period, zone)):
        name = buckets.key_of(dimension, key) if dimension else ""
        found[name, vital] = Measured(*figures)
    return keys, found


async def _break_down(
    connection: AsyncConnection, query: VitalsQuery, zone: ZoneInfo
) -> tuple[list[VitalsRow], int]:
    groups = compile_vitals(query, query.period, zone).subquery("groups")
    statement = (
        select(groups, func.count().over().label("total_rows"))
        .order_by(groups.c[query.order_by].desc().nulls_last(), groups.c.key)
        .limit(query.limit)
        .offset(query.offset)
    )
    records = [tuple(record) for record in await connection.execute(statement)]
    if records:
        total_rows = int(records[0][-1])
    else:
        total_rows = int(await connection.scalar(select(func.count()).select_from(groups)) or 0)
    before: dict[str, Measured] = {}
    if query.comparison is not None and records:
        others = compile_vitals(query, query.comparison, zone).subquery("groups")
        other = select(others).where(others.c.key.in_([record[0] for record in records]))
        before = {r[0]: Measured(*r[2:]) for r in await connection.execute(other)}
    rows = [
        VitalsRow(
            [record[0]],
            record[1],
            Measured(*record[2:-1]),
            None if query.comparison is None else before.get(record[0], Measured()),
        )
        for record in records
    ]
    return rows, total_rows


def compile_vitals(query: VitalsQuery, period: Period, zone: ZoneInfo) -> Select[Any]:
    """key (null for totals), vital, and the figures of Measured, a row each."""
    m = _measured(query, Scope(query.site_id, period, zone, query.include_bots)).c
    value = m.web_vital_value
    percentiles = func.percentile_cont(cast(list(PERCENTILES), _NUMBERS)).within_group(value)
    good = func.count().filter(_is_at_most(m, "good_to"))
    poor = func.count().filter(not_(_is_at_most(m, "poor_above")))
    count = func.count()
    grouped = (
        select(
            m.key.label("key"),
            m.web_vital.label("vital"),
            count.label("measurements"),
            type_coerce(percentiles, _NUMBERS).label("percentiles"),
            good.label("good"),
            poor.label("poor"),
        )
        # Of one id only the last value counts, also where that one is none.
        .where(value.is_not(None), *([] if query.dimension is None else [m.key.is_not(None)]))
        .group_by(by_name("key"), by_name("vital"))
        .subquery("grouped")
    )
    g = grouped.c
    share = [
        (cast(part, Float(53)) / g.measurements).label(name)
        for part, name in (
            (g.good, "good_share"),
            (g.measurements - g.good - g.poor, "needs_improvement_share"),
            (g.poor, "poor_share"),
        )
    ]
    return select(
        g.key,
        g.vital,
        g.measurements,
        *(
            g.percentiles[place + 1].label(f"p{round(100 * part)}")
            for place, part in enumerate(PERCENTILES)
        ),
        *share,
    )


def _is_at_most(m: Any, limit: str) -> Column:
    """Whether a value is not above its vital's `good_to` or `poor_above`."""
    return case(
        *(
            (m.web_vital == vital.name, m.web_vital_value <= getattr(vital, limit))
            for vital in VITALS.values()
        )
    )


def _measured(query: VitalsQuery, scope: Scope) -> CTE:
    """The last value of each measurement that counts, with its key."""
    e, s = user_events.c, user_sessions.c
    own = func.coalesce(e.web_vital_id, cast(e.event_id, Text))
    kind = query.dimension.kind if query.dimension else None
    first, after = buckets.instants(scope.period, scope.zone)
    conditions: list[Column] = [
        e.site_id == scope.site_id,
        e.web_vital.is_not(None),
        e.web_vital.in_(query.vitals),
    ]
    source: Any = user_events
    if query.filters or kind is DimensionKind.SESSION:
        source = user_events.join(
            user_sessions, and_(s.site_id == e.site_id, s.session_id == e.session_id)
        )
    if query.filters:
        conditions += sessions_that_meet(query.filters, scope)
        conditions.append(e.event_timestamp >= first - ZONE_MARGIN)
        conditions += of_pages_asked_for(query.filters, e.page_path)
    else:
        conditions += [e.event_timestamp >= first, e.event_timestamp < after]
        if not scope.include_bots:
            conditions.append(e.is_bot.is_(False))
    counted_at = s.session_start if query.filters else e.event_timestamp
    key: Column
    if query.dimension is None:
        key = literal(None, Text)
    elif kind is DimensionKind.TIME:
        found = bucket_of(query.dimension.name, counted_at, scope)
        assert found is not None
        key = found
    elif kind is DimensionKind.PAGE:
        key = e.page_path.collate("C")
    else:
        key = PROPERTIES[query.dimension.name].collate("C")
    return (
        select(key.label("key"), e.web_vital, e.web_vital_value)
        .select_from(source)
        .where(*conditions)
        .ext(distinct_on(e.web_vital, own))
        .order_by(e.web_vital, own, e.event_timestamp.desc(), e.event_id.desc())
        .cte("measured")
    )
