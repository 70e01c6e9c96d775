"""What happened in one session: every event once and in order, what each tells, and what is never told."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

from conftest import TOKEN, Stack
from weeks import weeks_of_events

from build import at, click, event, page_exit, pageview
from footfall.reports.timeline import OTHERS

BEARER = {"Authorization": f"Bearer {TOKEN}"}
DAY = {"site_id": "shop", "start_date": "2026-03-10", "end_date": "2026-03-10"}


async def listed(stack: Stack, **body: Any) -> list[dict[str, Any]]:
    answer = await stack.client.post("/api/sessions", json=DAY | body, headers=BEARER)
    sessions: list[dict[str, Any]] = answer.json()["sessions"]
    return sessions


async def get(stack: Stack, session: str, **query: Any) -> Any:
    params = {"site_id": "shop", **query}
    return await stack.client.get(f"/api/sessions/{session}", params=params, headers=BEARER)


async def read(stack: Stack, session: str, **query: Any) -> dict[str, Any]:
    answer = await get(stack, session, **query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_everything_is_told_in_order(stack: Stack) -> None:
    form = {"formId": "order", "formData": {"name": "Ada", "note": "for Grace"}, "method": "post"}
    await stack.send(
        pageview("/a", 0, page={"title": "All"}, attribution={"referrer": "https://x.example/"}),
        event(
            "click",
            1,
            path="/a",
            eventData={"tagName": "A", "href": "https://b.example/z.pdf", "isOutbound": True},
        ),
        event("scroll_depth", 2, path="/a", eventData={"scrollPercentage": 75}),
        page_exit("/a", 3, 170_000),
        pageview("/b", 4),
        event("order", 5, path="/b", eventData={"total": 12.5, "items": ["tea"], "password": "x"}),
        event("form_submit", 6, path="/b", eventData=form),
        event("web_vital", 7, path="/b", eventData={"name": "LCP", "value": 1234.5, "id": "v1"}),
    )
    await stack.derive()
    [session] = await listed(stack)
    told = await read(stack, session["id"])
    assert told["session"] == session
    assert (told["next"], told["others"], told["more_others"]) == (None, [], False)
    steps = told["steps"]
    assert [(step["name"], step["at"], step["path"]) for step in steps] == [
        (name, at(minute).replace("Z", ".000Z"), path)
        for minute, (name, path) in enumerate(
            [
                ("pageview", "/a"),
                ("click", "/a"),
                ("scroll_depth", "/a"),
                ("page_exit", "/a"),
                ("pageview", "/b"),
                ("order", "/b"),
                ("form_submit", "/b"),
                ("web_vital", "/b"),
            ]
        )
    ]
    view, clicked, _, _, _, order, sent, vital = steps
    assert [step["kind"] for step in steps].count("pageview") == 2
    assert (view["title"], view["referrer"]) == ("All", "https://x.example/")
    assert (view["time_on_page_s"], view["scroll_percentage"]) == (170, 75)
    assert (clicked["link_url"], clicked["is_outbound"]) == ("https://b.example/z.pdf", True)
    # As they are stored: what looks like a secret was taken out when it came.
    assert order["properties"] == {"total": 12.5, "items": ["tea"], "password": "[REDACTED]"}
    assert (sent["form_id"], sorted(sent["field_names"])) == ("order", ["name", "note"])
    assert sent["properties"] == {"formId": "order", "method": "post"}
    assert (vital["web_vital"], vital["web_vital_value"]) == ("LCP", 1234.5)
    answer = await get(stack, session["id"])
    assert "Grace" not in answer.text


async def test_a_long_session_is_told_page_by_page_with_each_event_once(stack: Stack) -> None:
    """Ten thousand events, many of them of one moment."""
    dice = random.Random(3)
    minutes = [dice.randrange(0, 25 * 60) / 60 for _ in range(10_000)]
    for place in range(0, len(minutes), 100):
        await stack.send(
            *(
                pageview(f"/{n % 7}", m) if n % 9 == 0 else click(m, path="/")
                for n, m in enumerate(minutes[place : place + 100], place)
            )
        )
    await stack.derive()
    [session] = await listed(stack)
    assert session["pageviews"] + session["events"] == 10_000
    steps: list[dict[str, Any]] = []
    following: dict[str, str] = {}
    while True:
        told = await read(stack, session["id"], limit=900, **following)
        steps += told["steps"]
        if told["next"] is None:
            break
        assert len(told["steps"]) == 900
        following = {"after": told["next"]}
    assert len({step["id"] for step in steps}) == len(steps) == 10_000
    places = [(step["at"], int(step["id"])) for step in steps]
    assert places == sorted(places)
    assert len({step["at"] for step in steps}) < 2_000


async def test_timelines_hold_every_event_of_three_weeks(stack: Stack) -> None:
    """Whatever came, in whatever order: the timelines of all sessions are the events of the site."""
    for place in range(0, 400, 100):
        await stack.send(*weeks_of_events(5)[place : place + 100])
    await stack.derive()
    body = {"start_date": "2026-02-01", "end_date": "2026-03-20", "include_bots": True}
    sessions = await listed(stack, **body, limit=200)
    found = []
    for session in sessions:
        told = await read(stack, session["id"])
        assert len(told["steps"]) == session["pageviews"] + session["events"]
        assert told["session"]["id"] == session["id"]
        found += [int(step["id"]) for step in told["steps"]]
    rows = await stack.rows("select id from events_log where site_id = 'shop' order by id")
    assert sorted(found) == [row["id"] for row in rows]


async def test_other_sessions_of_the_visitor_are_listed_and_bounded(stack: Stack) -> None:
    for number in range(OTHERS + 3):
        await stack.send(pageview("/", -60 * number, sessionId=f"s{number}"))
    await stack.send(pageview("/", 0, sessionId="another", visitorId="v2"))
    await stack.derive()
    sessions = await listed(stack, start_date=date(2026, 3, 1).isoformat(), limit=200)
    mine = [s for s in sessions if s["visitor"] == sessions[-1]["visitor"]]
    assert len(mine) == OTHERS + 3
    told = await read(stack, mine[0]["id"])
    assert told["others"] == mine[1 : OTHERS + 1]
    assert told["more_others"] is True
    told = await read(stack, mine[-1]["id"])
    assert told["others"] == mine[:OTHERS]


async def test_a_link_finds_its_session_when_a_late_event_moves_the_start(stack: Stack) -> None:
    await stack.send(pageview("/", 0))
    await stack.derive()
    [before] = await listed(stack)
    await stack.send(pageview("/early", -20))
    await stack.derive()
    [after] = await listed(stack)
    assert after["id"] != before["id"]
    assert (await read(stack, before["id"]))["session"] == after


async def test_what_is_not_there_or_wrong_is_said(stack: Stack) -> None:
    await stack.send(pageview("/"), pageview("/", siteId="blog", sessionId="b"))
    await stack.derive()
    [session] = await listed(stack)
    moment = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp()) * 1_000_000
    for name, query, status, field in (
        (f"{moment}-0123456789abcdef", {}, 404, "session"),
        (session["id"], {"site_id": "blog"}, 404, "session"),
        (session["id"], {"site_id": "nowhere"}, 404, "site_id"),
        ("s1", {}, 422, "session"),
        ("%00", {}, 422, "session"),
        (session["id"], {"after": "x"}, 422, "after"),
        (session["id"], {"after": f"1-{'9' * 19}"}, 422, "after"),
        (session["id"], {"limit": "0"}, 422, "limit"),
        (session["id"], {"limit": "1001"}, 422, "limit"),
    ):
        answer = await get(stack, name, **query)
        assert (answer.status_code, answer.json()["field"]) == (status, field), (name, query)
