"""What the example's reports must answer, computed anew in plain Python from the lines that were written by hand.

Nothing of Footfall is used but the folder's name: local times are the first characters of each timestamp, and
sessions are those that the lines name. What is not here was checked by hand; the example's README says how.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import pytest

from footfall.demo.example import FOLDER

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 15)
DAYS = [FIRST + timedelta(days=n) for n in range(14)]
PASSIVE = {"pageview", "page_exit", "scroll_depth", "web_vital"}
Row = tuple[Any, ...]


@dataclass
class Event:
    kind: str
    at: datetime
    path: str
    visitor: str
    session: str
    sent: dict[str, Any]
    seconds_on_page: int | None = None
    engaged_s: float = 0.0
    percent: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.sent.get("eventData", {})
        return data


@dataclass
class Visit:
    events: list[Event] = field(default_factory=list)

    @property
    def views(self) -> list[Event]:
        return [one for one in self.events if one.kind == "pageview"]

    @property
    def day(self) -> date:
        return self.events[0].at.date()

    @property
    def visitor(self) -> str:
        return self.events[0].visitor

    @property
    def seconds(self) -> int:
        return int((self.events[-1].at - self.events[0].at).total_seconds())

    @property
    def is_bounce(self) -> bool:
        acted = any(one.kind not in PASSIVE for one in self.events)
        return len(self.views) == 1 and not acted and self.views[0].engaged_s < 10


def read_visits() -> list[Visit]:
    """Everybody's visits but the robot's and those of who wants nothing kept, in order."""
    visits: dict[str, Visit] = defaultdict(Visit)
    seen = set()
    for line in (FOLDER / "events.ndjson").read_text().splitlines():
        sent = json.loads(line)
        if sent["from"] in ("robot", "gus") or sent["eventId"] in seen:
            continue
        seen.add(sent["eventId"])
        received = sent.get("receivedAt", sent.get("timestamp"))
        claimed = sent.get("timestamp", received)
        told = claimed if claimed <= received else received
        at = datetime.fromisoformat(told[:19])
        who = sent.get("visitorId", f"{sent['from']} of {at.date()}")
        event = Event(
            sent["eventType"],
            at,
            urlsplit(sent["url"]).path,
            who,
            sent.get("sessionId", who),
            sent,
        )
        visits[event.session].events.append(event)
    for visit in visits.values():
        visit.events.sort(key=lambda one: one.at)
        read_pages(visit)
    return sorted(visits.values(), key=lambda one: one.events[0].at)


def read_pages(visit: Visit) -> None:
    """What the events of a page tell of its view."""
    views = visit.views
    for number, view in enumerate(views):
        end = views[number + 1].at if number + 1 < len(views) else None
        if end is not None:
            view.seconds_on_page = int((end - view.at).total_seconds())
        for one in visit.events:
            if one.at < view.at or (end is not None and one.at >= end):
                continue
            if one.kind == "page_exit":
                view.seconds_on_page = one.data["timeSpent"] // 1000
                view.engaged_s = one.data["engagedMs"] / 1000
            if "scrollPercentage" in one.data:
                view.percent = max(view.percent or 0, one.data["scrollPercentage"])


ALL = read_visits()
VISITS = [visit for visit in ALL if FIRST <= visit.day <= LAST]
EVENTS = [one for visit in ALL for one in visit.events if FIRST <= one.at.date() <= LAST]
VIEWS = [one for one in EVENTS if one.kind == "pageview"]


def rounded(value: Any, places: int) -> str:
    return str(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def share(part: int, whole: int) -> str:
    return rounded(Decimal(part) / whole, 4) if whole else ""


def mean(values: Iterable[float | None], places: int) -> str:
    known = [Decimal(value) for value in values if value is not None]
    return rounded(sum(known) / len(known), places) if known else ""


def by(key: Callable[[Any], Any], things: Iterable[Any]) -> dict[Any, list[Any]]:
    groups = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return dict(groups)


def visitors(things: Iterable[Any]) -> int:
    return len({one.visitor for one in things})


def bounces(visits: list[Visit]) -> str:
    return share(sum(visit.is_bounce for visit in visits), len(visits))


def traffic_by_day() -> Iterable[Row]:
    for day in DAYS:
        events = [one for one in EVENTS if one.at.date() == day]
        begun = [visit for visit in VISITS if visit.day == day]
        views = sum(one.kind == "pageview" for one in events)
        lasted = mean((visit.seconds for visit in begun), 1)
        yield day, visitors(events), len(begun), views, len(events) - views, bounces(begun), lasted


def traffic_by_hour() -> Iterable[Row]:
    begun = Counter((visit.day, visit.events[0].at.hour) for visit in VISITS)
    for hour, events in by(lambda one: (one.at.date(), one.at.hour), EVENTS).items():
        views = sum(one.kind == "pageview" for one in events)
        yield *hour, begun[hour], views, len(events) - views


def hours_heat_map() -> Iterable[Row]:
    seen = Counter((one.at.hour, one.at.weekday()) for one in VIEWS)
    return [(hour, *(seen[hour, weekday] for weekday in range(7))) for hour in range(24)]


def top_pages() -> Iterable[Row]:
    for path, views in by(lambda one: one.path, VIEWS).items():
        read = mean((one.seconds_on_page for one in views), 1)
        yield path, visitors(views), len(views), share(len(views), len(VIEWS)), read


def engagement() -> Iterable[Row]:
    for path, views in by(lambda one: one.path, VIEWS).items():
        engaged = [one.engaged_s for one in views]
        long = sum(seconds >= 10 for seconds in engaged)
        read = mean((one.seconds_on_page for one in views), 1)
        middle = rounded(median(engaged), 1)
        yield path, len(views), long, share(long, len(views)), mean(engaged, 1), middle, read


def scroll_depth() -> Iterable[Row]:
    for path, views in by(lambda one: one.path, VIEWS).items():
        known = [one.percent for one in views if one.percent is not None]
        reached = [
            share(sum(percent >= mark for percent in known), len(known))
            for mark in (25, 50, 75, 100)
        ]
        yield path, len(views), len(known), *reached, rounded(median(known), 1) if known else ""


def landing_pages() -> Iterable[Row]:
    for path, visits in by(lambda visit: visit.views[0].path, VISITS).items():
        lasted = mean((visit.seconds for visit in visits), 1)
        viewed = mean((len(visit.views) for visit in visits), 2)
        yield path, len(visits), visitors(visits), bounces(visits), lasted, viewed


def exit_pages() -> Iterable[Row]:
    been = Counter(path for visit in VISITS for path in {one.path for one in visit.views})
    left = Counter(visit.views[-1].path for visit in VISITS)
    return [(path, exits, been[path], share(exits, been[path])) for path, exits in left.items()]


def entry_exit_pairs() -> Iterable[Row]:
    begun = Counter(visit.views[0].path for visit in VISITS)
    pairs = Counter((visit.views[0].path, visit.views[-1].path) for visit in VISITS)
    return [(*pair, count, share(count, begun[pair[0]])) for pair, count in pairs.items()]


def next_pages() -> Iterable[Row]:
    pairs: Counter[tuple[str, str]] = Counter()
    for visit in ALL:
        for view, later in zip(visit.views, [*visit.views[1:], None], strict=True):
            if FIRST <= view.at.date() <= LAST:
                pairs[view.path, later.path if later else ""] += 1
    seen = Counter(one.path for one in VIEWS)
    return [(*pair, count, share(count, seen[pair[0]])) for pair, count in pairs.items()]


def funnel_by_path() -> Iterable[Row]:
    steps = ["/", "/trees/oak", "/basket", "/thanks"]
    reached: list[list[float | None]] = [[] for _ in steps]
    for visit in VISITS:
        before = None
        left = list(visit.views)
        for number, path in enumerate(steps):
            while left and left[0].path != path:
                left.pop(0)
            if not left:
                break
            view = left.pop(0)
            reached[number].append((view.at - before).total_seconds() if before else None)
            before = view.at
    for number, path in enumerate(steps):
        count, first = len(reached[number]), len(reached[0])
        rest = ("", "")
        if number:
            took = [seconds for seconds in reached[number] if seconds is not None]
            rest = share(count, len(reached[number - 1])), rounded(median(took), 1)
        yield number + 1, path, count, share(count, first), *rest


def _days_of() -> dict[str, set[date]]:
    days = defaultdict(set)
    for visit in ALL:
        for one in visit.events:
            days[one.visitor].add(one.at.date())
    return dict(days)


def new_versus_returning() -> Iterable[Row]:
    for day in DAYS:
        there = [days for days in _days_of().values() if day in days]
        new = sum(min(days) == day for days in there)
        if there:
            known = len(there) - new
            yield day, len(there), new, known, share(known, len(there))


def retention_cohorts() -> Iterable[Row]:
    for monday in DAYS[::7]:
        members = [days for days in _days_of().values() if 0 <= (min(days) - monday).days < 7]
        for later in range((LAST - monday).days // 7 + 1):
            weeks = [{(day - monday).days // 7 for day in days if day <= LAST} for days in members]
            count = sum(later in week for week in weeks)
            yield monday, len(members), later, count, share(count, len(members))


def visitor_frequency() -> Iterable[Row]:
    def label(visits: int) -> str:
        return str(visits) if visits < 3 else "3-5"

    each = Counter(visit.visitor for visit in VISITS)
    for name, counts in by(label, each.values()).items():
        told = share(len(counts), len(each)), sum(counts), share(sum(counts), len(VISITS))
        yield name, len(counts), *told


def custom_events() -> Iterable[Row]:
    own = {"add_to_cart", "order", "review", "search"}
    for kind, events in by(lambda one: one.kind, EVENTS).items():
        if kind in own:
            sessions = len({one.session for one in events})
            pages = len({one.path for one in events})
            told = share(sessions, len(VISITS)), pages, max(one.at for one in events)
            yield kind, len(events), visitors(events), sessions, *told


def event_numbers() -> Iterable[Row]:
    numbers = defaultdict(list)
    for one in EVENTS:
        if one.kind in ("add_to_cart", "order", "review", "search"):
            inner = {f"{k}.{n}": v for k, x in one.data.items() if isinstance(x, dict) for n, v in x.items()}  # fmt: skip
            for name, value in {**one.data, **inner}.items():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    numbers[one.kind, name].append(Decimal(str(value)))
    for names, values in numbers.items():
        told = [sum(values), sum(values) / len(values), median(values), min(values), max(values)]
        yield *names, len(values), len(values), *(rounded(value, 2) for value in told)


def downloads() -> Iterable[Row]:
    clicks = [one for one in EVENTS if one.data.get("isDownload")]
    for file, those in by(lambda one: one.data["href"].partition("?")[0], clicks).items():
        last = max(one.at for one in those)
        people = visitors(those)
        pages = len({one.path for one in those})
        yield file, file.rpartition(".")[2], len(those), people, len(those), pages, last


def slow_pages() -> Iterable[Row]:
    last = {one.data["id"]: one for one in EVENTS if one.kind == "web_vital"}
    for (path, name), those in by(lambda one: (one.path, one.data["name"]), last.values()).items():
        values = sorted(one.data["value"] for one in those)
        place = Decimal("0.75") * (len(values) - 1)
        low = int(place)
        above = values[min(low + 1, len(values) - 1)]
        p75 = Decimal(str(values[low])) + (place - low) * (
            Decimal(str(above)) - Decimal(str(values[low]))
        )
        rated = Counter(one.data["rating"] for one in those)
        shares = (share(rated[r], len(those)) for r in ("good", "needs-improvement", "poor"))
        yield path, name, len(those), rounded(p75, 3), *shares


REPORTS = (
    *(traffic_by_day, traffic_by_hour, hours_heat_map, top_pages, engagement, scroll_depth),
    *(landing_pages, exit_pages, entry_exit_pairs, next_pages, funnel_by_path),
    *(new_versus_returning, retention_cohorts, visitor_frequency),
    *(custom_events, event_numbers, downloads, slow_pages),
)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.__name__)
def test_the_expected_file_is_what_the_lines_add_up_to(report: Callable[[], Iterable[Row]]) -> None:
    file = FOLDER / "expected" / f"{report.__name__}.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        [_, *rows] = [tuple(row) for row in csv.reader(opened)]
    computed = [tuple(str(value) for value in row) for row in report()]
    assert sorted(rows) == sorted(computed)


def test_the_lines_come_in_the_order_of_receipt_and_name_whole_sessions() -> None:
    lines = [json.loads(line) for line in (FOLDER / "events.ndjson").read_text().splitlines()]
    received = [
        datetime.fromisoformat(one.get("receivedAt", one.get("timestamp"))) for one in lines
    ]
    assert received == sorted(received)
    assert 60 <= len(lines) <= 150
    for visit in ALL:
        times = [one.at for one in visit.events]
        assert len(set(times)) == len(times)
        gaps = [later - before for before, later in pairwise(times)]
        assert all(gap <= timedelta(minutes=30) for gap in gaps)
