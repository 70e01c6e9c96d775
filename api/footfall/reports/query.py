"""What is asked, as a frozen value that knows no SQL and no HTTP: a Query over a Period of days.

`make_query` is the only way in: it checks names against the vocabulary, so that compile.py may trust
what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from footfall.errors import Unprocessable
from footfall.reports.filters import Filter, check_filters
from footfall.reports.names import suggestion
from footfall.reports.vocabulary import (
    DIMENSIONS,
    METRICS,
    TOTALS,
    Dimension,
    DimensionKind,
    find_dimension,
)

EARLIEST_DAY: Final = date(1970, 1, 1)
LATEST_DAY: Final = date(2199, 12, 31)
MAX_PERIOD_DAYS: Final = 3653  # ten years with their leap days
MAX_HOURLY_DAYS: Final = 400
MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 100
MAX_OFFSET: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` to `end`, both inclusive, in the site's time zone."""

    start: date
    end: date

    @property
    def day_count(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.day_count)]


@dataclass(frozen=True, slots=True)
class Order:
    """by: a metric of the query, or `key`. Rows without a value come last either way; ties by key, ascending."""

    by: str
    descending: bool


BY_KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class Query:
    """One question. dimension None: one row of totals.

    include_bots: whether flagged traffic counts, too. limit and offset cut the rows of a breakdown; a series is whole where `limit` is None.
    filters: all of them must hold. search: only rows whose key holds one of these, none for all rows.
    """

    site_id: str
    period: Period
    metrics: tuple[str, ...]
    dimension: Dimension | None
    limit: int | None
    offset: int
    comparison: Period | None
    order: Order
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    include_bots: bool = False

    @property
    def is_breakdown(self) -> bool:
        """Whether rows are values found in the data, not stretches of time or a total."""
        return self.dimension is not None and self.dimension.kind is not DimensionKind.TIME


def make_period(
    start: date, end: date, *, names: tuple[str, str] = ("start_date", "end_date")
) -> Period:
    """The days from `start` to `end`. names: what an error calls the two.

    Raises Unprocessable for a start after the end, more than ten years, or years out of reach.
    """
    for name, day in zip(names, (start, end), strict=True):
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            raise Unprocessable(
                f"{name}: {day} is not between {EARLIEST_DAY} and {LATEST_DAY}.", field=name
            )
    if start > end:
        raise Unprocessable(f"{names[0]}: {start} is after {names[1]}, {end}.", field=names[0])
    period = Period(start, end)
    if period.day_count > MAX_PERIOD_DAYS:
        raise Unprocessable(f"{names[0]}: {start} to {end} is more than ten years.", field=names[0])
    return period


def make_query(
    *,
    site_id: str,
    period: Period,
    metrics: Sequence[str],
    dimensions: Sequence[str] = (),
    limit: int | None = None,
    offset: int = 0,
    comparison: Period | None = None,
    order: Order | None = None,
    filters: Sequence[Filter] = (),
    search: Sequence[str] = (),
    include_bots: bool = False,
    default_limit: int | None = DEFAULT_LIMIT,
) -> Query:
    """A checked Query. Raises Unprocessable, naming the field, for what the vocabulary does not have.

    default_limit: rows of a breakdown where no limit is asked for; None for all of them.
    """
    if len(dimensions) > 1:
        raise Unprocessable("dimensions: one at most can be asked for.", field="dimensions")
    dimension = _find_dimension(dimensions[0]) if dimensions else None
    _check_metrics(metrics, dimension)
    if dimension is not None and dimension.name == "time:hour":
        for asked in (period, comparison):
            if asked is not None and asked.day_count > MAX_HOURLY_DAYS:
                raise Unprocessable(
                    f"dimensions: time:hour covers at most {MAX_HOURLY_DAYS} days; "
                    "ask for time:day or a shorter range.",
                    field="dimensions",
                )
    check_filters(filters)
    query = Query(
        site_id=site_id,
        period=period,
        metrics=tuple(metrics),
        dimension=dimension,
        limit=limit,
        offset=offset,
        comparison=comparison,
        order=Order(BY_KEY, False),
        filters=tuple(filters),
        search=tuple(search),
        include_bots=include_bots,
    )
    _check_search(query)
    if query.is_breakdown:
        query = replace(query, limit=limit or default_limit, order=Order(metrics[0], True))
    return query if order is None else replace(query, order=_check_order(order, metrics))


def _check_search(query: Query) -> None:
    if query.search and not query.is_breakdown:
        raise Unprocessable(
            "search: only rows of pages, sources and the like have keys to search.", field="search"
        )
    for place, text in enumerate(query.search):
        if "\x00" in text:
            name = f"search.{place}"
            raise Unprocessable(f"{name}: no key holds a NUL character.", field=name)


def _check_order(order: Order, metrics: Sequence[str]) -> Order:
    if order.by != BY_KEY and order.by not in metrics:
        raise Unprocessable(
            f"order.by: {order.by!r} is not one of the metrics asked for, nor {BY_KEY}.",
            field="order.by",
        )
    return order


def _find_dimension(name: str) -> Dimension:
    found = find_dimension(name)
    if found is None:
        raise Unprocessable(
            f"dimensions: {name!r} is not a dimension{suggestion(name, DIMENSIONS)}",
            field="dimensions",
        )
    return found


def _check_metrics(metrics: Sequence[str], dimension: Dimension | None) -> None:
    if not metrics:
        raise Unprocessable("metrics: name at least one.", field="metrics")
    available = TOTALS if dimension is None else dimension.metrics
    for place, name in enumerate(metrics):
        if name not in METRICS:
            raise Unprocessable(
                f"metrics: {name!r} is not a metric{suggestion(name, METRICS)}", field="metrics"
            )
        if name in metrics[:place]:
            raise Unprocessable(f"metrics: {name} is named twice.", field="metrics")
        if name not in available:
            known_by = [d.name for d in DIMENSIONS.values() if name in d.metrics]
            given = "without a dimension" if dimension is None else f"by {dimension.name}"
            raise Unprocessable(
                f"metrics: {name} is not known {given}, only by {', '.join(known_by)}.",
                field="metrics",
            )
