"""Events in through /collect, filtered figures out: every metric and dimension under every operator.

The expected figures come from known_visits.py and the plain Python below, which shares no code with
the product.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Clock, Stack

from footfall.reports.vocabulary import DIMENSIONS, METRICS, TOTALS, Unit, find_dimension
from known_visits import (
    CASES,
    OCCURRENCES,
    PROPERTIES,
    Case,
    Sent,
    Visit,
    form_rows,
    load,
    occurrence_rows,
    only_forms,
)

Figures = list[float | None]
Filter = dict[str, Any]

EVERY_OPERATOR = os.environ.get("EVERY_OPERATOR") == "1"
# %G-W%V: the week by its number, whose Monday is the key.
PATTERNS = {
    "time:hour": "%Y-%m-%dT%H:00",
    "time:day": "%Y-%m-%d",
    "time:week": "%G-W%V",
    "time:month": "%Y-%m",
}
EVERY_DIMENSION = (*DIMENSIONS, *PROPERTIES[:2])


Known = dict[str, str]


def key_of(dimension: str, local: datetime) -> str:
    text = local.strftime(PATTERNS[dimension])
    return date.fromisoformat(text).isoformat() if dimension == "time:week" else text


def values_of(visit: Visit, dimension: str, zone: ZoneInfo, known: Known) -> set[str]:
    """Every value that a session has in a dimension. known: the only form that was sent on a page."""
    if dimension in PATTERNS:
        return {key_of(dimension, visit.start.astimezone(zone))}
    if dimension == "page":
        return {view.path for view in visit.views}
    if dimension == "event":
        return {event.kind for event in visit.events if event.kind != "pageview"}
    if dimension == "form":
        return {form.value(known) for form in visit.forms}
    if dimension in OCCURRENCES:
        return {value for event in visit.events for value in event.values.get(dimension, ())}
    value = visit.property(dimension)
    return set() if value is None else {value}


def is_such(value: str, operator: str, given: list[str]) -> bool:
    match operator:
        case "is" | "is_not":
            return value in given
        case "contains" | "does_not_contain":
            return any(part.lower() in value.lower() for part in given)
        case "matches":
            return any(re.search(pattern, value) for pattern in given)
    raise AssertionError(operator)


def meets(visit: Visit, part: Filter, zone: ZoneInfo, known: Known) -> bool:
    if "and" in part:
        return all(meets(visit, inner, zone, known) for inner in part["and"])
    if "or" in part:
        return any(meets(visit, inner, zone, known) for inner in part["or"])
    found = any(
        is_such(value, part["operator"], part["values"])
        for value in values_of(visit, part["dimension"], zone, known)
    )
    return found != (part["operator"] in ("is_not", "does_not_contain"))


def conditions(parts: list[Filter]) -> Iterator[Filter]:
    for part in parts:
        if "dimension" in part:
            yield part
        else:
            yield from conditions(part["and"] if "and" in part else part["or"])


class Narrowed:
    """The independent computation: sessions that started in a range of local days and meet all filters."""

    def __init__(
        self, visits: list[Visit], zone: str, days: tuple[date, date], filters: list[Filter]
    ) -> None:
        self.zone = ZoneInfo(zone)
        self.days = days
        self.asked = [
            c for c in conditions(filters) if c["operator"] in ("is", "contains", "matches")
        ]
        self.known = only_forms(
            event
            for visit in visits
            for event in visit.events
            if days[0] <= event.at.astimezone(self.zone).date() <= days[1]
        )
        self.visits = [
            visit
            for visit in visits
            if days[0] <= visit.start.astimezone(self.zone).date() <= days[1]
            and all(meets(visit, part, self.zone, self.known) for part in filters)
        ]

    def counts(self, dimension: str, value: str) -> bool:
        """Whether a pageview of that path, or an event of that name, is one of those asked for."""
        asked = [c for c in self.asked if c["dimension"] == dimension]
        return not asked or any(is_such(value, c["operator"], c["values"]) for c in asked)

    def is_asked_for(self, event: Sent) -> bool:
        """Whether an event has such a name, and of each property that is asked for such a value."""
        of_events = {c["dimension"] for c in self.asked if "property" in c["dimension"]}
        return self.counts("event", event.kind) and all(
            any(self.counts(dimension, value) for value in event.values.get(dimension, ()))
            for dimension in of_events
        )

    def _occurrences(self, dimension: str, metrics: list[str]) -> dict[str, Figures]:
        found = [
            (event, visit.entry.visitor)
            for visit in self.visits
            for event in visit.events
            if "property" not in dimension or self.is_asked_for(event)
        ]
        rows = occurrence_rows(dimension, found, metrics)
        return {value: row for value, row in rows.items() if self.counts(dimension, value)}

    def rows(self, dimension: str | None, metrics: list[str]) -> dict[str, Figures]:
        if dimension == "page":
            return self._pages(metrics)
        if dimension == "event":
            return self._events(metrics)
        if dimension == "form":
            begun = [
                (form.value(self.known), replace(form, visitor=visit.entry.visitor))
                for visit in self.visits
                for form in visit.forms
            ]
            return form_rows([one for one in begun if self.counts("form", one[0])], metrics)
        if dimension in OCCURRENCES:
            return self._occurrences(dimension, metrics)
        groups: dict[str, list[Visit]] = {}
        for key in self._keys(dimension):
            groups[key] = []
        for visit in self.visits:
            for key in (
                [""] if dimension is None else values_of(visit, dimension, self.zone, self.known)
            ):
                groups.setdefault(key, []).append(visit)
        return {key: [self._figure(group, m) for m in metrics] for key, group in groups.items()}

    def _keys(self, dimension: str | None) -> list[str]:
        """What has a row though nothing happened."""
        if dimension is None:
            return [""]
        if dimension not in PATTERNS:
            return []
        at = datetime.combine(self.days[0], datetime.min.time(), UTC) - timedelta(days=1)
        found = set()
        while at.date() <= self.days[1] + timedelta(days=1):
            local = at.astimezone(self.zone)
            if self.days[0] <= local.date() <= self.days[1]:
                found.add(key_of(dimension, local))
            at += timedelta(minutes=15)
        return sorted(found)

    def _figure(self, group: list[Visit], metric: str) -> float | None:
        count = len(group)
        match metric:
            case "visitors":
                return len({visit.entry.visitor for visit in group})
            case "sessions":
                return count
            case "pageviews":
                return sum(self.counts("page", v.path) for visit in group for v in visit.views)
            case "events":
                others = [e for v in group for e in v.events if e.kind != "pageview"]
                return sum(self.is_asked_for(event) for event in others)
            case "bounce_rate":
                return sum(v.bounced for v in group) / count if count else None
            case "session_duration_s":
                return sum(v.seconds for v in group) / count if count else None
            case "views_per_session":
                return sum(len(v.views) for v in group) / count if count else None
        raise AssertionError(metric)

    def _pages(self, metrics: list[str]) -> dict[str, Figures]:
        pages: dict[str, list[tuple[str, int | None]]] = {}
        for visit in self.visits:
            for view, following in zip_longest(visit.views, visit.views[1:]):
                spent = int((following.at - view.at).total_seconds()) if following else None
                if self.counts("page", view.path):
                    pages.setdefault(view.path, []).append((visit.entry.visitor, spent))
        rows: dict[str, Figures] = {}
        for path, views in pages.items():
            known = [spent for _, spent in views if spent is not None]
            figures: dict[str, float | None] = {
                "visitors": len({visitor for visitor, _ in views}),
                "pageviews": len(views),
                "time_on_page_s": sum(known) / len(known) if known else None,
            }
            rows[path] = [figures[metric] for metric in metrics]
        return rows

    def _events(self, metrics: list[str]) -> dict[str, Figures]:
        kinds: dict[str, list[str]] = {}
        for visit in self.visits:
            for event in visit.events:
                if event.kind != "pageview" and self.is_asked_for(event):
                    kinds.setdefault(event.kind, []).append(visit.entry.visitor)
        return {
            kind: [float({"visitors": len(set(who)), "events": len(who)}[m]) for m in metrics]
            for kind, who in kinds.items()
        }


def _nothing(metric: str) -> float | None:
    return 0 if METRICS[metric].unit is Unit.COUNT else None


def filters_on(dimension: str, visits: list[Visit], zone: ZoneInfo) -> list[Filter]:
    """A condition with each operator, of values that some sessions have and others do not."""
    found = sorted({v for visit in visits for v in values_of(visit, dimension, zone, {})})
    some = found[:: max(1, len(found) // 3)][:3]
    part = some[0][-3:].swapcase()
    return [
        {"dimension": dimension, "operator": operator, "values": values}
        for operator, values in (
            ("is", some[:1]),
            ("is_not", [*some[:2], "nothing of that name"]),
            ("contains", [part, "nothing of that name"]),
            ("does_not_contain", [part]),
            ("matches", [f"^{re.escape(some[-1])}$", "^(z|q)+$"]),
        )
    ]


# Two zones, in one of which a day of the range has 25 hours.
@pytest.fixture(params=CASES[1:3], ids=lambda case: f"{case.zone.partition('/')[2]} {case.day:%B}")
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def clock(case: Case) -> Clock:
    return Clock(datetime.combine(case.day + timedelta(days=6), datetime.min.time(), UTC))


class Asking:
    """Asks the product and the independent computation the same, and holds them against each other."""

    def __init__(self, stack: Stack, case: Case, visits: list[Visit]) -> None:
        self.stack = stack
        self.case = case
        self.visits = visits
        self.days = (case.day - timedelta(days=1), case.day + timedelta(days=2))
        self.before = (case.day - timedelta(days=3), case.day)
        self.rows = 0

    async def compare(self, filters: list[Filter], dimension: str | None) -> None:
        told = find_dimension(dimension) if dimension else None
        metrics = list(told.metrics if told else TOTALS)
        body: dict[str, Any] = {
            "site_id": "shop",
            "start_date": self.days[0].isoformat(),
            "end_date": self.days[1].isoformat(),
            "metrics": metrics,
            "dimensions": [dimension] if dimension else [],
            "filters": filters,
            "comparison": {
                "start_date": self.before[0].isoformat(),
                "end_date": self.before[1].isoformat(),
            },
        }
        answer = await self.stack.query(**body)
        expected = self._expect(self.days, filters).rows(dimension, metrics)
        compared = self._expect(self.before, filters).rows(dimension, metrics)
        where = (filters, dimension)
        keys = [row["dimensions"][0] if dimension else "" for row in answer["rows"]]
        assert answer["total_rows"] == len(expected) == len(keys), where
        assert keys == self._ordered(dimension, expected), where
        in_order = list(compared.values())
        for place, row in enumerate(answer["rows"]):
            key = keys[place]
            assert row["metrics"] == pytest.approx(expected[key]), (*where, key)
            if dimension in PATTERNS:
                twin = in_order[place] if place < len(in_order) else None
            else:
                twin = compared.get(key, [_nothing(metric) for metric in metrics])
            assert row["comparison"] == pytest.approx(twin), (*where, key)
        self.rows += len(keys)

    def _expect(self, days: tuple[date, date], filters: list[Filter]) -> Narrowed:
        return Narrowed(self.visits, self.case.zone, days, filters)

    def _ordered(self, dimension: str | None, rows: dict[str, Figures]) -> list[str]:
        if dimension is None or dimension in PATTERNS:
            return list(rows)
        return sorted(rows, key=lambda key: (-(rows[key][0] or 0), key.encode()))


async def test_every_figure_under_every_operator_equals_the_independent_computation(
    stack: Stack, case: Case
) -> None:
    """Totals under each operator on each dimension; of the breakdowns by each dimension under each
    dimension one operator in a zone, and another one in the next. EVERY_OPERATOR=1 takes all, in minutes.
    """
    asking = Asking(stack, case, await load(stack, case))
    shift = CASES.index(case)
    for row, filtered in enumerate(EVERY_DIMENSION):
        conditions = filters_on(filtered, asking.visits, ZoneInfo(case.zone))
        for condition in conditions:
            await asking.compare([condition], None)
        for column, dimension in enumerate(EVERY_DIMENSION):
            chosen = conditions[(row + column + shift) % len(conditions)]
            for condition in conditions if EVERY_OPERATOR else [chosen]:
                await asking.compare([condition], dimension)
    assert asking.rows > 2_000


SOURCE: Filter = {"dimension": "source", "operator": "is", "values": ["google", "Letter"]}
PHONE: Filter = {"dimension": "device", "operator": "is_not", "values": ["desktop"]}
DOCS: Filter = {"dimension": "page", "operator": "contains", "values": ["docs"]}
HOME: Filter = {"dimension": "page", "operator": "is", "values": ["/"]}
NO_PRICES: Filter = {"dimension": "page", "operator": "is_not", "values": ["/pricing"]}
CLICK: Filter = {"dimension": "event", "operator": "is", "values": ["click"]}
NO_SCROLL: Filter = {"dimension": "event", "operator": "does_not_contain", "values": ["SCROLL"]}
SIGNUP: Filter = {"dimension": "event", "operator": "is", "values": ["signup"]}
PRO: Filter = {"dimension": "property:plan", "operator": "is", "values": ["pro"]}
PRICED: Filter = {"dimension": "event_property", "operator": "contains", "values": ["CART"]}
NO_LINK: Filter = {
    "dimension": "outbound_link",
    "operator": "is_not",
    "values": ["https://partner.example/a"],
}
CONTACT: Filter = {"dimension": "form", "operator": "matches", "values": ["^contact$"]}
TREES: list[list[Filter]] = [
    [SIGNUP, PRO],
    [PRICED, {"or": [PRO, CONTACT]}],
    [NO_LINK, SIGNUP, {"or": [CONTACT, {"and": [PRICED, DOCS]}]}],
    [SOURCE, PHONE],
    [HOME, DOCS],
    [HOME, NO_PRICES, CLICK],
    [DOCS, CLICK, SOURCE],
    [{"or": [HOME, SOURCE]}],
    [{"or": [CLICK, {"and": [DOCS, PHONE]}]}, NO_PRICES],
    [
        {
            "and": [
                {"or": [SOURCE, {"and": [PHONE, {"or": [NO_SCROLL, DOCS]}]}]},
                {"or": [CLICK, HOME]},
            ]
        }
    ],
]


async def test_nested_filters_equal_the_independent_computation(stack: Stack, case: Case) -> None:
    asking = Asking(stack, case, await load(stack, case))
    for filters in TREES:
        for dimension in [None, *EVERY_DIMENSION]:
            await asking.compare(filters, dimension)
    assert asking.rows > 500


async def test_panels_under_a_filter_agree_with_the_totals(stack: Stack, case: Case) -> None:
    """What is documented: every panel counts the same sessions."""
    visits = await load(stack, case)
    days = {
        "site_id": "shop",
        "start_date": (case.day - timedelta(days=1)).isoformat(),
        "end_date": (case.day + timedelta(days=2)).isoformat(),
    }
    assert visits
    for filters in ([HOME], [CLICK], [SOURCE], [HOME, CLICK, PHONE]):
        totals = await stack.query(**days, metrics=list(TOTALS), filters=filters)
        figures = dict(zip(TOTALS, totals["rows"][0]["metrics"], strict=True))
        for dimension, metric in (
            ("page", "pageviews"),
            ("event", "events"),
            ("entry_page", "sessions"),
            ("browser", "sessions"),
            ("browser", "pageviews"),
            ("time:hour", "pageviews"),
            ("time:day", "events"),
        ):
            answer = await stack.query(
                **days, metrics=[metric], dimensions=[dimension], filters=filters
            )
            added = sum(row["metrics"][0] for row in answer["rows"])
            assert added == figures[metric], (filters, dimension, metric)
    only_home = await stack.query(
        **days, metrics=["visitors", "pageviews"], dimensions=["page"], filters=[HOME]
    )
    totals = await stack.query(**days, metrics=["visitors", "pageviews"], filters=[HOME])
    assert [row["dimensions"] for row in only_home["rows"]] == [["/"]]
    assert only_home["rows"][0]["metrics"] == totals["rows"][0]["metrics"]
