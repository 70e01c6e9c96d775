"""Which sessions a query is about: conditions on dimensions, joined by `and` and `or`, without SQL.

A filter is a tree of frozen values; `make_condition` and `check_filters` are the only way in, so that
narrowed.py may trust what it is given. What a filter means is said in vocabulary.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from footfall.errors import Unprocessable
from footfall.reports.names import suggestion
from footfall.reports.vocabulary import (
    DIMENSIONS,
    Dimension,
    DimensionKind,
    Operator,
    find_dimension,
)

MAX_CONDITIONS: Final = 50
MAX_DEPTH: Final = 5
MAX_VALUES: Final = 100
# The longest path that is kept.
MAX_VALUE_CHARS: Final = 8_000
MAX_PATTERN_CHARS: Final = 300


@dataclass(frozen=True, slots=True)
class Condition:
    """One dimension against some values, any of which will do. field: where the caller wrote the values."""

    dimension: Dimension
    operator: Operator
    values: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Filter, ...]


Filter = Condition | AllOf | AnyOf


def make_condition(
    dimension: str, operator: Operator, values: Sequence[str], field: str
) -> Condition:
    """A checked Condition. field: what an error calls it, as in `filters.0`. Raises Unprocessable."""
    found = find_dimension(dimension)
    if found is None:
        raise Unprocessable(
            f"{field}.dimension: {dimension!r} is not a dimension{suggestion(dimension, DIMENSIONS)}",
            field=f"{field}.dimension",
        )
    for place, value in enumerate(values):
        name = f"{field}.values.{place}"
        if "\x00" in value:
            raise Unprocessable(f"{name}: no value holds a NUL character.", field=name)
        if operator is Operator.MATCHES and len(value) > MAX_PATTERN_CHARS:
            raise Unprocessable(
                f"{name}: a pattern has at most {MAX_PATTERN_CHARS} characters.", field=name
            )
    return Condition(found, operator, tuple(values), f"{field}.values")


def check_filters(filters: Sequence[Filter]) -> None:
    """Raises Unprocessable for a tree that is too large or too deep."""
    if any(_depth(part) > MAX_DEPTH for part in filters):
        raise Unprocessable(f"filters: nested more than {MAX_DEPTH} deep.", field="filters")
    count = sum(1 for _ in conditions_of(filters))
    if count > MAX_CONDITIONS:
        raise Unprocessable(
            f"filters: {count} conditions are more than {MAX_CONDITIONS}.", field="filters"
        )


def conditions_of(filters: Iterable[Filter]) -> Iterator[Condition]:
    """Every condition of the trees, in the order in which they were written."""
    for part in filters:
        if isinstance(part, Condition):
            yield part
        else:
            yield from conditions_of(part.parts)


def asked_for(filters: Iterable[Filter], *kinds: DimensionKind) -> list[Condition]:
    """The conditions that ask for some pages or events, not those that leave some out."""
    return [
        condition
        for condition in conditions_of(filters)
        if condition.dimension.kind in kinds and condition.operator not in EXCLUDING
    ]


# The operators that hold where another one does not.
EXCLUDING: Final = {
    Operator.IS_NOT: Operator.IS,
    Operator.DOES_NOT_CONTAIN: Operator.CONTAINS,
}


def _depth(part: Filter) -> int:
    return 0 if isinstance(part, Condition) else 1 + max(map(_depth, part.parts), default=0)
