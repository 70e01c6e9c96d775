"""The overview of sites: its figures are those of the query API, for the sites that the caller may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from conftest import TOKEN, Stack

from build import NOON, pageview
from footfall.admin import keys, logins, users
from footfall.database import transaction
from footfall.reports import overview as reports_overview

BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def get(stack: Stack, headers: dict[str, str] = BEARER) -> dict[str, Any]:
    answer = await stack.client.get("/api/overview", headers=headers)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def view(site_id: str, visitor: str, days: float, **fields: Any) -> dict[str, Any]:
    """A pageview so many days before two hours after NOON."""
    at = NOON + timedelta(hours=2) - timedelta(days=days)
    session = f"{visitor}-{days}"
    return pageview(
        siteId=site_id, visitorId=visitor, sessionId=session, timestamp=at.isoformat(), **fields
    )


async def test_figures_are_those_of_the_query_api(stack: Stack) -> None:
    await stack.rows(
        "insert into sites (site_id, timezone)"
        " values ('shop', 'UTC'), ('far', 'Pacific/Auckland'), ('silent', 'UTC')"
    )
    for site in ("shop", "far"):
        await stack.send(
            *(view(site, "often", days) for days in (50, 40, 12, 3, 0)),
            *(view(site, "once", days) for days in (29.5,)),
            *(view(site, "before", days) for days in (30.4, 59)),
            view(site, "now", 0.001),
            view(site, "long ago", 61),
        )
    await stack.send(view("shop", "new", 0), view("shop", "also", 1))
    await stack.derive()

    found = await get(stack)

    assert found["now"] == "2026-03-10T14:00:00Z"
    assert found["total_sites"] == 3
    by_name = {site["site_id"]: site for site in found["sites"]}
    assert by_name["shop"]["start_date"] == "2026-02-09"
    assert by_name["shop"]["end_date"] == "2026-03-10"
    # At noon in London it is tomorrow in Auckland.
    assert by_name["far"]["end_date"] == "2026-03-11"
    for name, site in by_name.items():
        days = {"start_date": site["start_date"], "end_date": site["end_date"]}
        before = {
            "start_date": moved(site["start_date"], -30),
            "end_date": moved(site["start_date"], -1),
        }
        totals = await stack.query(site_id=name, **days, metrics=["visitors"], comparison=before)
        [row] = totals["rows"]
        assert [site["visitors"]] == row["metrics"]
        assert [site["visitors_before"]] == row["comparison"]
        series = await stack.query(
            site_id=name, **days, metrics=["visitors"], dimensions=["time:day"]
        )
        assert site["visitors_by_day"] == [row["metrics"][0] for row in series["rows"]]
    assert by_name["shop"]["visitors"] == 5
    assert by_name["shop"]["visitors_before"] == 2
    assert by_name["silent"]["visitors_by_day"] == [0] * 30


def moved(day: str, by: int) -> str:
    return (NOON.fromisoformat(day) + timedelta(days=by)).date().isoformat()


async def test_who_is_there_now_is_counted_where_something_came(stack: Stack) -> None:
    await stack.send(
        *(view("shop", name, 0) for name in ("a", "b", "b")),
        view("shop", "gone", 6 / 24 / 60),
        view("blog", "a", 0.1),
    )
    await stack.post(view("shop", "robot", 0), user_agent="curl/8.5.0")
    await stack.derive()
    found = await get(stack)
    assert {site["site_id"]: site["current_visitors"] for site in found["sites"]} == {
        "shop": 2,
        "blog": 0,
    }
    stack.clock.advance(minutes=4)
    assert [site["current_visitors"] for site in (await get(stack))["sites"]] == [0, 2]
    stack.clock.advance(minutes=2)
    assert [site["current_visitors"] for site in (await get(stack))["sites"]] == [0, 0]


async def test_the_sites_heard_from_last_come_first(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.rows("insert into sites (site_id) values ('b-silent'), ('a-silent')")
    for name in ("first", "second", "third"):
        await stack.send(view(name, "v", 0))
        stack.clock.advance(minutes=1)
    await stack.derive()
    found = await get(stack)
    names = [site["site_id"] for site in found["sites"]]
    assert names == ["third", "second", "first", "a-silent", "b-silent"]
    assert found["sites"][0]["last_event_at"] == "2026-03-10T14:02:00Z"
    assert found["sites"][4]["last_event_at"] is None

    monkeypatch.setattr(reports_overview, "MAX_SITES", 2)
    bounded = await get(stack)
    assert [site["site_id"] for site in bounded["sites"]] == ["third", "second"]
    assert bounded["total_sites"] == 5


async def test_others_sites_are_not_told(stack: Stack) -> None:
    await stack.send(view("mine", "v", 0), view("theirs", "v", 0))
    await stack.derive()
    async with transaction(stack.pool) as connection:
        _, text = await keys.create_key(connection, "read", "mine", "of one site")
        nobody = await users.add_user(connection, "nobody")
        some = await users.add_user(connection, "some", roles={"theirs": "viewer"})
        cookies = [
            (await logins.open_login(connection, user, stack.clock()))[0] for user in (nobody, some)
        ]
    of_key = await get(stack, {"Authorization": f"Bearer {text}"})
    assert [site["site_id"] for site in of_key["sites"]] == ["mine"]
    assert of_key["total_sites"] == 1
    for cookie, sites in zip(cookies, ([], ["theirs"]), strict=True):
        found = await get(stack, {"Cookie": f"footfall_login={cookie}"})
        assert [site["site_id"] for site in found["sites"]] == sites
