"""Core Web Vitals: figures equal to the report in database/reports and to plain Python, under filters, too."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import TOKEN, Clock, Stack

from browsers import BROWSERS
from footfall.reader import open_engine
from footfall.reports.query import make_period
from footfall.reports.sqlfile import find_report, run_report
from known_visits import AGENTS, CASES

BEARER = {"Authorization": f"Bearer {TOKEN}"}
LIMITS = {
    "LCP": (2500, 4000),
    "INP": (200, 500),
    "CLS": (0.1, 0.25),
    "FCP": (1800, 3000),
    "TTFB": (800, 1800),
}
RATINGS = ("good", "needs-improvement", "poor")
CASE = CASES[1]
MIDDLE = datetime.combine(CASE.day, datetime.min.time(), UTC)


def rate(vital: str, value: float) -> str:
    good, poor = LIMITS[vital]
    return RATINGS[0 if value <= good else 1 if value <= poor else 2]


@dataclass
class Measurement:
    """The last value under one id."""

    vital: str
    value: float
    path: str
    at: datetime
    started: datetime
    agent: str
    session: str


def write(dice: random.Random) -> tuple[list[tuple[str, dict[str, Any]]], list[Measurement]]:
    """(agent and event) of 120 sessions over nine days, and what counts of them."""
    sent: list[tuple[str, dict[str, Any]]] = []
    counted = []
    for number in range(120):
        start = MIDDLE + timedelta(seconds=dice.randrange(-4 * 86_400, 5 * 86_400))
        agent = dice.choice(sorted(AGENTS))
        common = {"siteId": "shop", "sessionId": f"s{number}", "visitorId": f"v{number % 40}"}
        moment = start
        for view in range(dice.choice([1, 2, 3])):
            path = dice.choice(["/", "/pricing", "/docs"])
            place = {"url": f"https://shop.example{path}", "path": path, **common}
            sent.append(
                (agent, {"eventType": "pageview", "timestamp": moment.isoformat(), **place})
            )
            for vital, (good, _) in LIMITS.items():
                if dice.random() < 0.3:
                    continue
                # CLS and LCP are told again and again as they grow; some values are on a threshold.
                values = [round(good * dice.choice([0.2, 0.7, 1, 1.3, 2, 3]), 4)]
                if vital in ("CLS", "LCP"):
                    values = [values[0] / 4, values[0] / 2, values[0]][dice.randrange(3) :]
                for place_of, value in enumerate(values):
                    at = moment + timedelta(seconds=5 + place_of)
                    told = {
                        "name": vital,
                        "value": value,
                        "rating": rate(vital, value),
                        "id": f"{vital}-{number}-{view}",
                    }
                    document = {"eventType": "web_vital", "eventData": told, **place}
                    sent.append((agent, document | {"timestamp": at.isoformat()}))
                counted.append(Measurement(vital, values[-1], path, at, start, agent, f"s{number}"))
            moment += timedelta(seconds=dice.randrange(30, 1500))
    dice.shuffle(sent)
    return sent, counted


def percentile(values: list[float], part: float) -> float:
    """As SQL's percentile_cont: by its place in the order, between two in proportion."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def figures(found: list[Measurement]) -> dict[str, float | None]:
    names = ("good_share", "needs_improvement_share", "poor_share")
    if not found:
        return {"measurements": 0, **dict.fromkeys(("p50", "p75", "p90", *names))}
    values = [m.value for m in found]
    ratings = [rate(m.vital, m.value) for m in found]
    return {
        "measurements": len(found),
        "p50": percentile(values, 0.5),
        "p75": percentile(values, 0.75),
        "p90": percentile(values, 0.9),
        **{n: ratings.count(r) / len(found) for n, r in zip(names, RATINGS, strict=True)},
    }


@pytest.fixture
def clock() -> Clock:
    return Clock(MIDDLE + timedelta(days=6))


@pytest.fixture
async def measured(stack: Stack) -> list[Measurement]:
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", CASE.zone)
    sent, counted = write(random.Random(11))
    for agent in AGENTS:
        own = [document for who, document in sent if who == agent]
        for place in range(0, len(own), 100):
            answer = await stack.post(own[place : place + 100], **BROWSERS[agent])
            assert answer.status_code == 202
    await stack.derive()
    return counted


FIRST, LAST = CASE.day - timedelta(days=1), CASE.day + timedelta(days=2)
DAYS = {"site_id": "shop", "start_date": FIRST.isoformat(), "end_date": LAST.isoformat()}


def local(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(CASE.zone)).date()


def is_in(moment: datetime, first: date = FIRST, last: date = LAST) -> bool:
    return first <= local(moment) <= last


async def ask(stack: Stack, **body: Any) -> dict[str, Any]:
    answer = await stack.client.post("/api/web-vitals", json=DAYS | body, headers=BEARER)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def agrees(told: dict[str, Any], found: list[Measurement]) -> None:
    expected = figures(found)
    assert told.keys() == expected.keys()
    for name, value in expected.items():
        assert told[name] == (None if value is None else pytest.approx(value)), name


async def test_totals_are_exact_beside_another_range(
    stack: Stack, measured: list[Measurement]
) -> None:
    before = (CASE.day - timedelta(days=4), CASE.day - timedelta(days=2))
    answer = await ask(
        stack,
        comparison={"start_date": before[0].isoformat(), "end_date": before[1].isoformat()},
    )
    assert [row["vital"] for row in answer["rows"]] == list(LIMITS)
    assert [(v["name"], v["good_to"], v["poor_above"]) for v in answer["vitals"]] == [
        (name, *limits) for name, limits in LIMITS.items()
    ]
    for row in answer["rows"]:
        own = [m for m in measured if m.vital == row["vital"]]
        agrees(row["figures"], [m for m in own if is_in(m.at)])
        agrees(row["comparison"], [m for m in own if is_in(m.at, *before)])
        assert row["figures"]["measurements"] > 20
        assert 0 < row["figures"]["good_share"] < 1


async def test_figures_by_page_are_those_of_the_report(
    stack: Stack, measured: list[Measurement]
) -> None:
    report = find_report("slow_pages")
    engine = open_engine(stack.database_url, role="test")
    table = await run_report(engine, report, "shop", make_period(FIRST, LAST))
    await engine.dispose()
    compared = 0
    for vital in LIMITS:
        answer = await ask(stack, vitals=[vital], dimensions=["page"])
        told = {row["dimensions"][0]: row["figures"] for row in answer["rows"]}
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        wanted = {row["page"]: row for row in rows if row["vital"] == vital}
        assert told.keys() == wanted.keys()
        for page, row in wanted.items():
            assert told[page]["measurements"] == row["measurements"]
            assert round(told[page]["p75"], 3) == float(row["p75"])
            for share in ("good_share", "needs_improvement_share", "poor_share"):
                assert round(told[page][share], 4) == pytest.approx(float(row[share]), abs=1e-4)
            compared += 1
    assert compared == len(table.rows) == 15


async def test_a_series_has_every_day(stack: Stack, measured: list[Measurement]) -> None:
    answer = await ask(stack, vitals=["CLS", "INP"], dimensions=["time:day"])
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(4)]
    assert [(row["dimensions"], row["vital"]) for row in answer["rows"]] == [
        ([day], vital) for day in days for vital in ("CLS", "INP")
    ]
    for row in answer["rows"]:
        [day] = row["dimensions"]
        own = [m for m in measured if m.vital == row["vital"]]
        agrees(row["figures"], [m for m in own if local(m.at).isoformat() == day])
    empty = await ask(
        stack,
        start_date="2026-01-01",
        end_date="2026-01-02",
        vitals=["LCP"],
        dimensions=["time:day"],
    )
    assert [row["figures"]["measurements"] for row in empty["rows"]] == [0, 0]
    assert empty["rows"][0]["figures"]["p75"] is None


@pytest.mark.parametrize("dimension", ["browser", "device"])
async def test_by_a_property_of_sessions(
    stack: Stack, measured: list[Measurement], dimension: str
) -> None:
    groups = defaultdict(list)
    for m in measured:
        if m.vital == "LCP" and is_in(m.at):
            groups[AGENTS[m.agent][dimension]].append(m)
    answer = await ask(stack, vitals=["LCP"], dimensions=[dimension], order_by="p75")
    told = {row["dimensions"][0]: row["figures"] for row in answer["rows"]}
    assert told.keys() == groups.keys()
    assert answer["total_rows"] == len(groups)
    for key, found in groups.items():
        agrees(told[key], found)
    slowest = [row["figures"]["p75"] for row in answer["rows"]]
    assert slowest == sorted(slowest, reverse=True)
    second = await ask(
        stack, vitals=["LCP"], dimensions=[dimension], order_by="p75", limit=1, offset=1
    )
    assert second["rows"] == answer["rows"][1:2]


async def test_filters_choose_sessions_and_pages(stack: Stack, measured: list[Measurement]) -> None:
    """A measurement is then of a session chosen, counts when that started, and is of a page asked for."""
    phone = {"dimension": "device", "operator": "is", "values": ["mobile"]}
    prices = {"dimension": "page", "operator": "is", "values": ["/pricing"]}
    started = [m for m in measured if is_in(m.started)]
    assert {m.at for m in started} != {m.at for m in measured if is_in(m.at)}
    for filters, found in (
        ([phone], [m for m in started if AGENTS[m.agent]["device"] == "mobile"]),
        ([prices], [m for m in started if m.path == "/pricing"]),
        ([{"or": [phone, phone]}], [m for m in started if AGENTS[m.agent]["device"] == "mobile"]),
    ):
        answer = await ask(stack, filters=filters)
        for row in answer["rows"]:
            agrees(row["figures"], [m for m in found if m.vital == row["vital"]])
        by_day = await ask(stack, filters=filters, vitals=["LCP"], dimensions=["time:day"])
        for row in by_day["rows"]:
            [day] = row["dimensions"]
            own = [m for m in found if m.vital == "LCP" and local(m.started).isoformat() == day]
            agrees(row["figures"], own)


async def test_flagged_measurements_come_on_request(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    told = {"name": "LCP", "value": 900, "rating": "good", "id": "v1"}
    flagged = {"webdriver": True}
    document = {
        "eventType": "web_vital",
        "siteId": "shop",
        "sessionId": "s1",
        "visitorId": "v1",
        "timestamp": MIDDLE.isoformat(),
        "url": "https://shop.example/",
        "eventData": told,
        "browser": flagged,
    }
    await stack.send(document)
    await stack.derive()
    for include_bots, number in ((False, 0), (True, 1)):
        answer = await ask(stack, vitals=["LCP"], include_bots=include_bots)
        assert answer["rows"][0]["figures"]["measurements"] == number


async def test_a_page_past_the_end_tells_how_many_rows_there_are(
    stack: Stack, measured: list[Measurement]
) -> None:
    told = await ask(stack, vitals=["LCP"], dimensions=["page"])
    past = await ask(stack, vitals=["LCP"], dimensions=["page"], offset=100)
    assert (past["rows"], past["total_rows"]) == ([], told["total_rows"])
    # The query as it was understood.
    assert (past["query"]["limit"], past["query"]["offset"]) == (100, 100)


async def test_a_last_value_that_is_none_takes_the_measurement_away(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    for place, told in enumerate([{"value": 900}, {}]):
        document = {"eventType": "web_vital", "siteId": "shop", "sessionId": "s", "visitorId": "v"}
        at = MIDDLE + timedelta(seconds=place)
        data = {"name": "LCP", "id": "one", **told}
        await stack.send({**document, "timestamp": at.isoformat(), "eventData": data})
    await stack.derive()
    assert await stack.value("select count(*) from user_events where web_vital = 'LCP'") == 2
    [row] = (await ask(stack, vitals=["LCP"]))["rows"]
    assert row["figures"]["measurements"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"vitals": ["FID"]}, "vitals"),
        ({"vitals": ["LCP", "LCP"]}, "vitals"),
        ({"dimensions": ["page"]}, "vitals"),
        ({"vitals": ["LCP"], "dimensions": ["page", "browser"]}, "dimensions"),
        ({"vitals": ["LCP"], "dimensions": ["pages"]}, "dimensions"),
        *(
            ({"vitals": ["LCP"], "dimensions": [name]}, "dimensions")
            for name in ("event", "event_property", "property:plan", "outbound_link", "form")
        ),
        ({"dimensions": ["time:hour"]}, "dimensions"),
        ({"order_by": "p99"}, "order_by"),
        ({"limit": 0}, "limit"),
        ({"metrics": ["p75"]}, "metrics"),
        ({"comparison": {"start_date": "2026-03-02", "end_date": "2026-03-01"}}, "comparison.start_date"),
        ({"filters": [{"dimension": "page", "operator": "matches", "values": ["("]}]}, "filters.0.values.0"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(stack: Stack, changes: dict[str, Any], field: str) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    answer = await stack.client.post("/api/web-vitals", json=DAYS | changes, headers=BEARER)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["detail"].startswith(f"{field}: ")
