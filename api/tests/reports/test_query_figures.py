"""Events in through /collect, figures out through /api/query: every metric by every dimension.

The expected figures come from the sent events by known_visits.py and the plain Python below, which shares no code with
the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


@dataclass
class Truth:
    """What is known of some stretch or value: the events in it and the sessions that started in it."""

    events: list[Sent]
    visits: list[Visit]
    visitors: set[str]
    views_of_visits: bool = False

    def figure(self, metric: str) -> float | None:
        count = len(self.visits)
        views = sum(len(visit.views) for visit in self.visits)
        match metric:
            case "visitors":
                return len(self.visitors)
            case "sessions":
                return count
            case "pageviews":
                own = sum(event.kind == "pageview" for event in self.events)
                return views if self.views_of_visits else own
            case "events":
                return sum(event.kind != "pageview" for event in self.events)
            case "bounce_rate":
                return sum(v.bounced for v in self.visits) / count if count else None
            case "session_duration_s":
                return sum(v.seconds for v in self.visits) / count if count else None
            case "views_per_session":
                return views / count if count else None
        raise AssertionError(metric)


class Reference:
    """The independent computation over one range of local days."""

    def __init__(self, visits: list[Visit], zone: str, start: date, end: date) -> None:
        self.zone = ZoneInfo(zone)
        self.start, self.end = start, end
        self.all_visits = visits
        self.visits = [visit for visit in visits if self.holds(visit.start)]
        self.events = [e for visit in visits for e in visit.events if self.holds(e.at)]

    def holds(self, at: datetime) -> bool:
        return self.start <= at.astimezone(self.zone).date() <= self.end

    def rows(self, dimension: str | None, metrics: Iterable[str]) -> dict[str, Figures]:
        metrics = list(metrics)
        if dimension == "page":
            return self._pages(metrics)
        if dimension == "event":
            return self._events(metrics)
        if dimension == "form":
            known = only_forms(self.events)
            begun = [form for visit in self.all_visits for form in visit.forms]
            return form_rows([(f.value(known), f) for f in begun if self.holds(f.at)], metrics)
        if dimension in OCCURRENCES:
            return occurrence_rows(dimension, [(e, e.visitor) for e in self.events], metrics)
        if dimension is None:
            return {"": self._figures(lambda at: "", metrics, [""])[""]}
        if dimension.startswith("time:"):
            # %G-W%V: the week by its number, whose Monday is the key.
            pattern = {
                "time:hour": "%Y-%m-%dT%H:00",
                "time:day": "%Y-%m-%d",
                "time:week": "%G-W%V",
                "time:month": "%Y-%m",
            }[dimension]

            def key(at: datetime) -> str:
                text = at.astimezone(self.zone).strftime(pattern)
                week = dimension == "time:week"
                return date.fromisoformat(text).isoformat() if week else text

            return self._figures(key, metrics, self._keys(key))
        groups: dict[str, list[Visit]] = {}
        for visit in self.visits:
            value = visit.property(dimension)
            if value is not None:
                groups.setdefault(value, []).append(visit)
        return {
            value: [
                Truth([], group, {v.entry.visitor for v in group}, True).figure(m) for m in metrics
            ]
            for value, group in groups.items()
        }

    def _keys(self, key: Callable[[datetime], str]) -> list[str]:
        at = datetime.combine(self.start, datetime.min.time(), UTC) - timedelta(days=1)
        found = set()
        while at.date() <= self.end + timedelta(days=1):
            if self.holds(at):
                found.add(key(at))
            at += timedelta(minutes=15)
        return sorted(found)

    def _figures(
        self, key: Callable[[datetime], str], metrics: list[str], keys: list[str]
    ) -> dict[str, Figures]:
        truths = {wanted: Truth([], [], set()) for wanted in keys}
        for event in self.events:
            truths[key(event.at)].events.append(event)
            truths[key(event.at)].visitors.add(event.visitor)
        for visit in self.visits:
            truths[key(visit.start)].visits.append(visit)
        return {
            wanted: [truth.figure(metric) for metric in metrics] for wanted, truth in truths.items()
        }

    def _events(self, metrics: list[str]) -> dict[str, Figures]:
        kinds: dict[str, list[Sent]] = {}
        for event in self.events:
            if event.kind != "pageview":
                kinds.setdefault(event.kind, []).append(event)
        rows: dict[str, Figures] = {}
        for kind, events in kinds.items():
            figures = {"visitors": len({e.visitor for e in events}), "events": len(events)}
            rows[kind] = [float(figures[metric]) for metric in metrics]
        return rows

    def _pages(self, metrics: list[str]) -> dict[str, Figures]:
        pages: dict[str, list[tuple[Sent, int | None]]] = {}
        for visit in self.all_visits:
            for view, following in zip_longest(visit.views, visit.views[1:]):
                spent = int((following.at - view.at).total_seconds()) if following else None
                if self.holds(view.at):
                    pages.setdefault(view.path, []).append((view, spent))
        rows: dict[str, Figures] = {}
        for path, views in pages.items():
            known = [spent for _, spent in views if spent is not None]
            figures: dict[str, float | None] = {
                "visitors": len({view.visitor for view, _ in views}),
                "pageviews": len(views),
                "time_on_page_s": sum(known) / len(known) if known else None,
            }
            rows[path] = [figures[metric] for metric in metrics]
        return rows


@pytest.fixture(params=CASES, ids=lambda case: f"{case.zone.partition('/')[2]} {case.day:%B}")
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def clock(case: Case) -> Clock:
    return Clock(datetime.combine(case.day + timedelta(days=6), datetime.min.time(), UTC))


async def test_every_metric_by_every_dimension_equals_the_independent_computation(
    stack: Stack, case: Case
) -> None:
    visits = await load(stack, case)
    start, end = case.day - timedelta(days=1), case.day + timedelta(days=2)
    other = (case.day - timedelta(days=3), case.day)
    reference = Reference(visits, case.zone, start, end)
    before = Reference(visits, case.zone, *other)
    asked = 0
    for dimension in [None, *DIMENSIONS, *PROPERTIES]:
        told = find_dimension(dimension) if dimension else None
        metrics = told.metrics if told else TOTALS
        if metrics == TOTALS:
            # They come from several tables: each alone, and all together.
            asked_for = [list(metrics), *([m] for m in metrics)]
        else:
            # The first one orders the rows: each one first.
            asked_for = [[m, *(n for n in metrics if n != m)] for m in metrics]
        for wanted in asked_for:
            answer = await stack.query(
                site_id="shop",
                start_date=start.isoformat(),
                end_date=end.isoformat(),
                metrics=wanted,
                dimensions=[dimension] if dimension else [],
                comparison={"start_date": other[0].isoformat(), "end_date": other[1].isoformat()},
            )
            expected = reference.rows(dimension, wanted)
            compared = before.rows(dimension, wanted)
            where = (dimension, wanted)
            assert keys_of(answer) == ordered(dimension, expected), where
            assert answer["total_rows"] == len(expected), where
            assert answer["timezone"] == case.zone
            for place, row in enumerate(answer["rows"]):
                key = row["dimensions"][0] if dimension else ""
                assert row["metrics"] == pytest.approx(expected[key]), (*where, key)
                if dimension and dimension.startswith("time:"):
                    twin = list(compared.values())[place] if place < len(compared) else None
                else:
                    twin = compared.get(key, nothing(wanted))
                assert row["comparison"] == pytest.approx(twin), (*where, key)
            asked += len(answer["rows"])
    assert asked > 500


def keys_of(answer: dict[str, Any]) -> list[str]:
    return [row["dimensions"][0] if row["dimensions"] else "" for row in answer["rows"]]


def ordered(dimension: str | None, rows: dict[str, Figures]) -> list[str]:
    if dimension is None or dimension.startswith("time:"):
        return list(rows)
    return sorted(rows, key=lambda key: (*rank(rows[key][0]), key.encode()))


def rank(figure: float | None) -> tuple[bool, float]:
    return (figure is None, 0 if figure is None else -figure)


def nothing(metrics: list[str]) -> Figures:
    return [0 if METRICS[metric].unit is Unit.COUNT else None for metric in metrics]


async def test_days_agree_with_daily_site_metrics(stack: Stack, case: Case) -> None:
    await load(stack, case)
    start, end = case.day - timedelta(days=6), case.day + timedelta(days=6)
    answer = await stack.query(
        site_id="shop",
        start_date=start.isoformat(),
        end_date=end.isoformat(),
        metrics=["visitors", "sessions", "pageviews", "events", "bounce_rate"],
        dimensions=["time:day"],
    )
    stored = {
        str(row["metric_date"]): row
        for row in await stack.rows("select * from daily_site_metrics where site_id = 'shop'")
    }
    assert len(answer["rows"]) == 13
    assert len(stored) >= 9
    for row in answer["rows"]:
        day = stored.pop(row["dimensions"][0], None)
        if day is None:
            assert row["metrics"] == [0, 0, 0, 0, None]
            continue
        assert row["metrics"][:4] == [
            day["unique_visitors"],
            day["total_sessions"],
            day["total_pageviews"],
            day["total_events"],
        ]
        rate = None if day["bounce_rate"] is None else float(day["bounce_rate"])
        assert row["metrics"][4] == pytest.approx(rate, abs=0.00005)
    assert not stored


async def test_time_on_page_is_read_from_rollups_and_with_flagged_traffic_from_pageviews(
    stack: Stack, case: Case
) -> None:
    await load(stack, case)
    body = {
        "site_id": "shop",
        "start_date": (case.day - timedelta(days=3)).isoformat(),
        "end_date": (case.day + timedelta(days=3)).isoformat(),
        "dimensions": ["page"],
        "metrics": ["time_on_page_s", "pageviews", "visitors"],
    }
    # Nobody in this data set is flagged.
    told = await stack.query(**body)
    assert told["rows"]
    assert (await stack.query(**body, include_bots=True))["rows"] == told["rows"]
    await stack.rows("truncate pageviews")
    assert (await stack.query(**body))["rows"] == told["rows"]
    assert (await stack.query(**body, include_bots=True))["rows"] == []
