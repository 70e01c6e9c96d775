"""The body of POST /api/query and its answer, as JSON has them; edge/query.py asks and answers.

A filter's `and` and `or` hold filters again. What is wrong is named by its place: `filters.0.or.1.values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
)

from footfall.reports.filters import (
    MAX_CONDITIONS,
    MAX_VALUE_CHARS,
    MAX_VALUES,
    AllOf,
    AnyOf,
    Filter,
    make_condition,
)
from footfall.reports.query import (
    BY_KEY,
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_OFFSET,
    Order,
    Period,
    Query,
    make_period,
    make_query,
)
from footfall.reports.vocabulary import Operator

MAX_SEARCHED: Final = 300
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# No field has such a name, so that places of errors can do without them.
_TAGS: Final = frozenset({"<condition>", "<and>", "<or>"})


def _iso_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a day, as in 2026-11-22")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value} is not a day of the calendar") from None


Day = Annotated[date, BeforeValidator(_iso_day)]
Names = Annotated[list[str], Field(max_length=100)]
Searched = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Value = Annotated[str, StringConstraints(max_length=MAX_VALUE_CHARS)]


class WirePeriod(BaseModel):
    """Days, both inclusive, in the site's time zone."""

    model_config = ConfigDict(strict=True, extra="forbid")

    start_date: Day
    end_date: Day


class WireCondition(BaseModel):
    """Sessions by one dimension; /api/vocabulary says what each chooses. Any of the values will do."""

    model_config = ConfigDict(strict=True, extra="forbid")

    dimension: str
    operator: Operator
    values: list[Value] = Field(min_length=1, max_length=MAX_VALUES)


class WireAllOf(BaseModel):
    """Sessions that meet each of the filters."""

    model_config = ConfigDict(strict=True, extra="forbid")

    parts: list[WireFilter] = Field(alias="and", min_length=1, max_length=MAX_CONDITIONS)


class WireAnyOf(BaseModel):
    """Sessions that meet at least one of the filters."""

    model_config = ConfigDict(strict=True, extra="forbid")

    parts: list[WireFilter] = Field(alias="or", min_length=1, max_length=MAX_CONDITIONS)


def _kind(value: Any) -> str:
    if isinstance(value, WireAllOf) or (isinstance(value, dict) and "and" in value):
        return "<and>"
    if isinstance(value, WireAnyOf) or (isinstance(value, dict) and "or" in value):
        return "<or>"
    return "<condition>"


WireFilter = Annotated[
    Annotated[WireCondition, Tag("<condition>")]
    | Annotated[WireAllOf, Tag("<and>")]
    | Annotated[WireAnyOf, Tag("<or>")],
    Discriminator(_kind),
]


class WireOrder(BaseModel):
    """Rows without a value come last either way; ties by key."""

    model_config = ConfigDict(strict=True, extra="forbid")

    by: str = Field(description=f"One of the metrics asked for, or `{BY_KEY}`.")
    direction: Literal["asc", "desc"] = "desc"


class WireQuery(WirePeriod):
    """The body of POST /api/query. Names of metrics and dimensions are those of /api/vocabulary."""

    site_id: str
    metrics: Names
    dimensions: Names = Field(default=[], description="None for one row of totals, or one name.")
    filters: list[WireFilter] = Field(
        default=[],
        max_length=MAX_CONDITIONS,
        description="Sessions that meet all of them are counted; /api/vocabulary says how.",
    )
    search: list[Searched] = Field(
        default=[],
        max_length=MAX_SEARCHED,
        description="Only rows whose key holds one of these; capitals and small letters are the same. "
        "The figures of a row do not change.",
    )
    order: WireOrder | None = Field(
        default=None,
        description="A breakdown's first metric, the largest first, unless told; a series by time.",
    )
    limit: int | None = Field(
        default=None,
        ge=1,
        le=MAX_LIMIT,
        description=f"Rows at most; {DEFAULT_LIMIT} unless told. A series over time is whole unless "
        "told, and so is a table as CSV.",
    )
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)
    include_bots: bool = Field(
        default=False, description="Whether traffic that is flagged as no person's counts, too."
    )
    comparison: WirePeriod | None = Field(
        default=None,
        description="A second range: series are lined up by position, other rows by equal key.",
    )


class WireRow(BaseModel):
    dimensions: list[str]
    metrics: list[float | None]
    comparison: list[float | None] | None


class WireAnswer(BaseModel):
    """`query` as it was understood; `now` is the server's time, for marking unfinished buckets."""

    query: WireQuery
    timezone: str
    now: datetime
    rows: list[WireRow]
    total_rows: int


Body = TypeVar("Body", bound=BaseModel)


async def read_body(model: type[Body], request: Request) -> Body:
    """The body of a request whose caller is let in; as a parameter FastAPI would parse it before that.

    Raises RequestValidationError, which names the place.
    """
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        problems = error.errors(include_url=False)
        for problem in problems:
            problem["loc"] = _place_of(problem["loc"])
        raise RequestValidationError(problems) from None


def _place_of(location: Iterable[Any]) -> tuple[Any, ...]:
    """Where in the body something is wrong, of where pydantic saw it."""
    return tuple(part for part in location if part not in _TAGS)


def to_query(body: WireQuery, *, default_limit: int | None = DEFAULT_LIMIT) -> Query:
    """The checked Query. Raises Unprocessable, naming the field."""
    other = body.comparison
    order = body.order
    return make_query(
        site_id=body.site_id,
        period=make_period(body.start_date, body.end_date),
        metrics=body.metrics,
        dimensions=body.dimensions,
        limit=body.limit,
        offset=body.offset,
        comparison=None if other is None else to_period(other, "comparison"),
        order=None if order is None else Order(order.by, order.direction == "desc"),
        filters=to_filters(body.filters, "filters"),
        search=body.search,
        include_bots=body.include_bots,
        default_limit=default_limit,
    )


def to_period(period: WirePeriod, field: str) -> Period:
    """The checked days of a part of a body. Raises Unprocessable, naming the field."""
    return make_period(
        period.start_date, period.end_date, names=(f"{field}.start_date", f"{field}.end_date")
    )


def to_filters(parts: list[WireFilter], field: str) -> tuple[Filter, ...]:
    return tuple(_filter(part, f"{field}.{place}") for place, part in enumerate(parts))


def _filter(part: WireFilter, field: str) -> Filter:
    if isinstance(part, WireCondition):
        return make_condition(part.dimension, part.operator, part.values, field)
    if isinstance(part, WireAllOf):
        return AllOf(to_filters(part.parts, f"{field}.and"))
    return AnyOf(to_filters(part.parts, f"{field}.or"))
