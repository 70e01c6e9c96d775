"""The list of single sessions: exactly those that a query counts, in order, page by page, without ids."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import TOKEN, Clock, Stack
from test_filter_figures import TREES, Filter, Narrowed, filters_on

from build import at, click, event, pageview
from footfall.reports.pseudonyms import pseudonym
from footfall.reports.vocabulary import DIMENSIONS
from known_visits import CASES, Case, Visit, load

BEARER = {"Authorization": f"Bearer {TOKEN}"}
DAY = {"site_id": "shop", "start_date": "2026-03-10", "end_date": "2026-03-10"}


async def ask(stack: Stack, **body: Any) -> dict[str, Any]:
    answer = await stack.client.post("/api/sessions", json=DAY | body, headers=BEARER)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def ask_all(stack: Stack, limit: int, **body: Any) -> list[dict[str, Any]]:
    """Every page of the list; each but the last must be full."""
    found: list[dict[str, Any]] = []
    following: str | None = None
    while True:
        answer = await ask(stack, limit=limit, after=following, **body)
        found += answer["sessions"]
        following = answer["next"]
        if following is None:
            return found
        assert len(answer["sessions"]) == limit


# Two zones, in one of which a day of the range has 25 hours.
@pytest.fixture(params=CASES[1:3], ids=lambda case: f"{case.zone.partition('/')[2]} {case.day:%B}")
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


class TestKnownVisits:
    @pytest.fixture
    def clock(self, case: Case) -> Clock:
        return Clock(datetime.combine(case.day + timedelta(days=6), datetime.min.time(), UTC))

    async def test_the_list_has_exactly_the_sessions_that_a_query_counts(
        self, stack: Stack, case: Case
    ) -> None:
        visits = await load(stack, case)
        days = (case.day - timedelta(days=1), case.day + timedelta(days=2))
        body = {"start_date": days[0].isoformat(), "end_date": days[1].isoformat()}
        conditions = [
            [condition]
            for dimension in DIMENSIONS
            for condition in filters_on(dimension, visits, ZoneInfo(case.zone))
        ]
        sizes = set()
        for filters in [[], *conditions, *TREES]:
            listed = await ask_all(stack, 40, filters=filters, **body)
            told = await stack.query(
                **(DAY | body), metrics=["sessions", "bounce_rate"], filters=filters
            )
            [count, bounce_rate] = told["rows"][0]["metrics"]
            assert len(listed) == count, filters
            if count:
                bounces = sum(session["bounce"] for session in listed)
                assert bounces / count == pytest.approx(bounce_rate), filters
            self.compare(listed, Narrowed(visits, case.zone, days, filters).visits, filters)
            sizes.add(len(listed))
        assert len(sizes) > 20

    def compare(
        self, listed: list[dict[str, Any]], visits: list[Visit], filters: list[Filter]
    ) -> None:
        in_order = sorted(visits, key=lambda visit: visit.start, reverse=True)
        assert [
            (
                datetime.fromisoformat(session["started_at"]),
                session["visitor"],
                session["duration_s"],
                session["pageviews"],
                session["events"],
                session["entry_page"],
                session["source"],
                session["country"],
                session["device"],
            )
            for session in listed
        ] == [
            (
                visit.start,
                pseudonym("shop", visit.entry.visitor),
                visit.seconds,
                len(visit.views),
                len(visit.events) - len(visit.views),
                visit.entry.path,
                visit.property("source"),
                visit.property("country"),
                visit.property("device"),
            )
            for visit in in_order
        ], filters

    async def test_the_csv_has_them_all_in_the_same_order(self, stack: Stack, case: Case) -> None:
        await load(stack, case)
        body = DAY | {
            "start_date": (case.day - timedelta(days=4)).isoformat(),
            "end_date": (case.day + timedelta(days=5)).isoformat(),
            "filters": TREES[0],
        }
        answer = await stack.client.post("/api/sessions.csv", json=body, headers=BEARER)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        listed = await ask_all(stack, 7, **body)
        assert len(rows) == len(listed) > 7
        for row, session in zip(rows, listed, strict=True):
            assert row["id"] == session["id"]
            assert row["entry_page"] == session["entry_page"]
            assert row["duration_s"] == str(session["duration_s"])
            assert datetime.fromisoformat(row["started_at"]) == datetime.fromisoformat(
                session["started_at"]
            )


async def test_the_answer_says_how_the_query_was_understood(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    filters = [{"or": [{"dimension": "page", "operator": "is", "values": ["/"]}]}]
    for path in ("/api/sessions", "/api/web-vitals"):
        answer = await stack.client.post(path, json=DAY | {"filters": filters}, headers=BEARER)
        assert answer.json()["query"].items() >= (DAY | {"filters": filters}).items()


async def test_sessions_of_one_moment_are_each_listed_once(stack: Stack) -> None:
    await stack.send(*(pageview("/", sessionId=f"s{n}", visitorId=f"v{n}") for n in range(25)))
    await stack.derive()
    listed = await ask_all(stack, 4)
    assert len({session["id"] for session in listed}) == len(listed) == 25


async def test_nobodys_id_is_told(stack: Stack) -> None:
    """Neither one that was sent nor one that was derived; a visitor without ids has a session named alike."""
    await stack.send(
        pageview("/", sessionId="secret-session", visitorId="secret-visitor"),
        pageview("/", 1, sessionId=None, visitorId=None),
    )
    await stack.derive()
    ids = await stack.rows("select session_id, visitor_id from user_sessions")
    assert len(ids) == 2
    lists = await stack.client.post("/api/sessions", json=DAY, headers=BEARER)
    table = await stack.client.post("/api/sessions.csv", json=DAY, headers=BEARER)
    told = lists.text + table.text
    for session in lists.json()["sessions"]:
        path = f"/api/sessions/{session['id']}?site_id=shop"
        told += (await stack.client.get(path, headers=BEARER)).text
    for row in ids:
        for own in row.values():
            assert own not in told
    assert "secret" not in told


async def test_a_visitor_has_one_name_at_a_site_and_was_seen_before(stack: Stack) -> None:
    await stack.send(
        pageview("/", -60, sessionId="one"),
        pageview("/", 0, sessionId="two"),
        pageview("/", 1, sessionId="three", visitorId="v2"),
    )
    await stack.send(pageview("/", siteId="blog"))
    await stack.derive()
    three, two, one = (await ask(stack))["sessions"]
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+ [0-9a-f]{4}", one["visitor"])
    assert one["visitor"] == two["visitor"] != three["visitor"]
    assert [s["seen_before"] for s in (one, two, three)] == [False, True, False]
    [other] = (await ask(stack, site_id="blog"))["sessions"]
    assert other["visitor"] != one["visitor"]


async def test_flagged_sessions_come_on_request(stack: Stack) -> None:
    await stack.send(
        pageview("/"),
        pageview("/", 1, sessionId="s2", visitorId="v2", browser={"webdriver": True}),
    )
    await stack.derive()
    assert [s["is_bot"] for s in (await ask(stack))["sessions"]] == [False]
    listed = (await ask(stack, include_bots=True))["sessions"]
    assert sorted(s["is_bot"] for s in listed) == [False, True]


async def test_figures_of_a_session_are_those_of_the_tables(stack: Stack) -> None:
    await stack.send(
        pageview("/a", 0, attribution={"referrer": "https://www.google.com/search"}),
        click(1, path="/a"),
        event("engagement", 2, path="/a", eventData={"engagedMs": 45_000}),
        pageview("/b", 3),
    )
    await stack.derive()
    [session] = (await ask(stack))["sessions"]
    [row] = await stack.rows("select * from user_sessions")
    assert session["duration_s"] == row["duration_seconds"] == 180
    assert session["engaged_ms"] == row["engaged_ms"] > 0
    assert (session["pageviews"], session["events"], session["bounce"]) == (2, 2, False)
    assert (session["entry_page"], session["exit_page"]) == ("/a", "/b")
    assert (session["source"], session["channel"]) == ("google", "Organic Search")
    assert session["started_at"] == at(0).replace("Z", ".000Z")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"after": "x"}, "after"),
        ({"after": "1-0123456789abcdeg"}, "after"),
        ({"after": f"{'9' * 40}-0123456789abcdef"}, "after"),
        ({"after": 7}, "after"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"start_date": "2026-03-11"}, "start_date"),
        ({"filters": [{"dimension": "x", "operator": "is", "values": ["a"]}]}, "filters.0.dimension"),
        ({"filters": [{"dimension": "page", "operator": "matches", "values": ["("]}]}, "filters.0.values.0"),
        ({"metrics": ["visitors"]}, "metrics"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(stack: Stack, changes: dict[str, Any], field: str) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    for path in ("/api/sessions", "/api/sessions.csv"):
        answer = await stack.client.post(path, json=DAY | changes, headers=BEARER)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert answer.json()["detail"].startswith(f"{field}: ")


async def test_a_site_that_is_not_there_is_not_found(stack: Stack) -> None:
    for path in ("/api/sessions", "/api/sessions.csv"):
        answer = await stack.client.post(path, json=DAY, headers=BEARER)
        assert (answer.status_code, answer.json()["field"]) == (404, "site_id")
