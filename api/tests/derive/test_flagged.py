"""Flagged traffic: sessions of its own, counted apart, out of the reports and brought back on request."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from conftest import Stack

from browsers import BROWSERS
from build import NOON, click, event, page_exit, pageview
from footfall import worker
from footfall.derive.sessions import make_key

DAY = NOON.date().isoformat()
DRIVEN = {"webdriver": True}
RANGE = {"site_id": "shop", "start_date": DAY, "end_date": DAY}
EVERYTHING = ["visitors", "sessions", "pageviews", "events", "bounce_rate", "session_duration_s"]

DERIVED = {
    "user_sessions": "site_id, session_id",
    "pageviews": "site_id, event_id",
    "user_events": "site_id, event_id",
    "daily_site_metrics": "site_id, metric_date",
    "visitor_days": "site_id, visit_date, visitor_id",
}


def a_person() -> list[dict[str, Any]]:
    return [pageview("/", 0), click(1), pageview("/b", 2), page_exit("/b", 3, 60_000)]


def a_robot(**fields: Any) -> list[dict[str, Any]]:
    return [
        pageview("/", 0.5, browser=DRIVEN, **fields),
        pageview("/secret", 4, browser=DRIVEN, **fields),
        event("click", 5, path="/secret", browser=DRIVEN, **fields),
    ]


async def test_flagged_events_form_sessions_of_their_own(stack: Stack) -> None:
    await stack.send(*a_person(), *a_robot())
    await stack.derive()
    found = await stack.rows("select * from user_sessions order by session_id")
    assert [(s["session_id"], s["is_bot"], s["pageview_count"]) for s in found] == [
        ("s1", False, 2),
        ("s1~bot", True, 2),
    ]
    for table, bots in (("pageviews", 2), ("user_events", 1)):
        assert await stack.value(f"select count(*) from {table} where is_bot") == bots
    forms = event("form_submit", 6, browser=DRIVEN, eventData={"formId": "f"})
    await stack.send(forms)
    await stack.derive()
    assert await stack.value("select is_bot from form_submissions") is True


async def test_days_count_people_and_robots_apart(stack: Stack) -> None:
    await stack.send(*a_person(), *a_robot(visitorId="v2", sessionId="s2"))
    await stack.derive()
    [day] = await stack.rows("select * from daily_site_metrics")
    assert (day["unique_visitors"], day["total_sessions"], day["total_pageviews"]) == (1, 1, 2)
    assert (day["total_events"], day["bot_sessions"]) == (2, 1)
    assert (day["bot_pageviews"], day["bot_events"]) == (2, 1)
    assert await stack.rows("select visitor_id from visitor_days") == [{"visitor_id": "v1"}]


async def everything(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    skipped = ("id", "created_at", "updated_at")
    return {
        table: [
            {name: value for name, value in row.items() if name not in skipped}
            for row in await stack.rows(f"select * from {table} order by {order}")
        ]
        for table, order in DERIVED.items()
    }


async def test_any_order_and_any_split_give_the_same_rows(stack: Stack) -> None:
    # Under ids of its own: whose events were once a program's are flagged from then on, in order of arrival.
    parts = [a_person()[:2], a_person()[2:], a_robot(visitorId="v2", sessionId="s2")]
    for number, part in enumerate(parts):
        for place, one in enumerate(part):
            one["eventId"] = f"{number}-{place}"
    outcomes = []
    for order in permutations(parts):
        async with stack.pool.acquire() as connection:
            await connection.execute("truncate events_log")
        await worker.rebuild(stack.pool)
        for part in order:
            await stack.send(*part)
            await stack.derive()
        live = await everything(stack)
        await worker.rebuild(stack.pool)
        assert await everything(stack) == live
        outcomes.append(live)
    assert all(outcome == outcomes[0] for outcome in outcomes)


@pytest.mark.parametrize("dimension", [None, "time:hour", "time:day", "time:week", "time:month"])
async def test_reports_leave_robots_out_and_can_bring_them_back(
    stack: Stack, dimension: str | None
) -> None:
    await stack.send(*a_person(), *a_robot(visitorId="v2", sessionId="s2"))
    await stack.derive()
    asked = {**RANGE, "metrics": EVERYTHING, "dimensions": [dimension] if dimension else []}

    def sums(answer: dict[str, Any]) -> list[float]:
        return [sum(row["metrics"][n] or 0 for row in answer["rows"]) for n in range(4)]

    assert sums(await stack.query(**asked)) == [1, 1, 2, 2]
    assert sums(await stack.query(**asked, include_bots=True)) == [2, 2, 4, 3]


async def test_with_people_alone_both_ways_tell_the_same(stack: Stack) -> None:
    await stack.send(*a_person(), pageview("/", 50, sessionId="s3", visitorId="v3"))
    await stack.derive()
    for dimension in ([], ["time:day"], ["time:week"], ["time:month"]):
        asked = {**RANGE, "metrics": [*EVERYTHING, "views_per_session"], "dimensions": dimension}
        with_bots = await stack.query(**asked, include_bots=True)
        assert (await stack.query(**asked))["rows"] == with_bots["rows"]


async def test_breakdowns_leave_robots_out(stack: Stack) -> None:
    await stack.send(*a_person(), *a_robot())
    await stack.derive()
    for dimension, metric in (("page", "pageviews"), ("exit_page", "sessions")):
        asked = {**RANGE, "metrics": [metric], "dimensions": [dimension]}
        names = {row["dimensions"][0] for row in (await stack.query(**asked))["rows"]}
        assert "/secret" not in names
        brought_back = (await stack.query(**asked, include_bots=True))["rows"]
        assert "/secret" in {row["dimensions"][0] for row in brought_back}


async def test_a_session_has_agent_and_place_of_its_entry(stack: Stack) -> None:
    await stack.post(click(0), **BROWSERS["Firefox on Windows"])
    await stack.post(pageview("/", 1), **BROWSERS["Safari on an iPhone"])
    await stack.post(pageview("/b", 2), **BROWSERS["Chrome on Windows"])
    await stack.derive()
    [session] = await stack.rows("select * from user_sessions")
    assert (session["browser"], session["browser_version"]) == ("Safari", "18.1")
    assert (session["os"], session["os_version"], session["device_type"]) == (
        "iOS",
        "18.1",
        "mobile",
    )


def test_no_name_that_a_client_gives_is_a_robots() -> None:
    names = ["s", "s~bot", "s~bot~", "s~bot~bot", "~", "~bot"]
    keys = [make_key(name, is_bot=flagged) for name in names for flagged in (False, True)]
    assert len(set(keys)) == len(keys)
    assert [key.endswith("~bot") for key in keys] == [False, True] * len(names)
