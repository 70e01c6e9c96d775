"""GoTrack's ways in: its events on /collect in both shapes, and the parameters of its pixel."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from conftest import Stack

from build import NOON, at, pageview

README: dict[str, Any] = {
    "event_id": "6f1c2a9e-0000-4000-8000-00000000a001",
    "timestamp": at(0),
    "ip": "203.0.113.9",
    "ua": "Mozilla/5.0",
    "url": "https://shop.example/join",
    "payload": {"plan": "pro"},
}
CODED: dict[str, Any] = {
    "event_id": "6f1c2a9e-0000-4000-8000-00000000a002",
    "ts": at(0),
    "type": "pageview",
    "url": {
        "utm": {"source": "letter", "medium": "email", "id": "7"},
        "google": {"gclid": "g-1"},
        "other_click_ids": {"ttclid": "t-1"},
        "referrer": "https://www.google.com/",
        "raw_query": "page=2",
    },
    "route": {
        "domain": "shop.example",
        "path": "/pricing",
        "fullPath": "/pricing?page=2",
        "title": "Pricing",
        "protocol": "https",
    },
    "device": {"ua": "Mozilla/5.0", "language": "de", "tz": "Europe/Berlin", "viewport_w": 800},
    "session": {"visitor_id": "v7", "session_id": "s7", "session_seq": 3},
    "server": {"ip_hash": "203.0.113.9", "geo": {"country": "DE"}},
}


async def stored(stack: Stack) -> list[dict[str, Any]]:
    return await stack.rows("select * from events_log order by id")


async def test_the_shape_of_the_readme_is_understood(stack: Stack) -> None:
    answer = await stack.post(README)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert answer.headers["x-gotrack-accepted"] == "1"
    [row] = await stored(stack)
    assert (str(row["event_id"]), row["event_type"], row["url"], row["site_id"]) == (
        README["event_id"],
        "pageview",
        README["url"],
        "shop-example",
    )
    assert row["timestamp"] == NOON
    assert row["raw_event_data"]["eventData"] == {"plan": "pro"}


async def test_the_shape_of_the_code_is_understood(stack: Stack) -> None:
    await stack.post(CODED)
    [row] = await stored(stack)
    assert (row["event_type"], row["session_id"], row["visitor_id"], row["path"]) == (
        "pageview",
        "s7",
        "v7",
        "/pricing",
    )
    assert row["url"].startswith("https://shop.example/pricing")
    assert (row["utm_source"], row["utm_medium"], row["referrer_type"]) == (
        "letter",
        "email",
        "search",
    )
    raw = row["raw_event_data"]
    assert raw["attribution"]["campaignParams"] == {"gclid": "g-1", "ttclid": "t-1"}
    assert raw["page"]["title"] == "Pricing"
    assert raw["browser"] == {"language": "de", "timezone": "Europe/Berlin", "viewportWidth": 800}
    assert raw["gotrack"]["session"]["session_seq"] == 3


@pytest.mark.parametrize("event", [README, CODED])
async def test_an_address_that_it_brings_is_not_stored(stack: Stack, event: dict[str, Any]) -> None:
    await stack.post(event)
    [row] = await stored(stack)
    assert "203.0.113.9" not in json.dumps(row["raw_event_data"])


async def test_an_array_of_both_and_of_ours_gives_a_row_each_once(stack: Stack) -> None:
    for duplicates in (0, 2):
        answer = await stack.post(
            [README, pageview(eventId="a"), CODED][:: 1 if not duplicates else 2]
        )
        assert answer.json()["duplicates"] == duplicates
    assert len(await stored(stack)) == 3


async def test_an_event_of_ours_is_answered_as_before(stack: Stack) -> None:
    answer = await stack.post(pageview(device={"a": 1}, session={"b": 2}))
    assert "x-gotrack-accepted" not in answer.headers
    [row] = await stored(stack)
    assert row["raw_event_data"]["device"] == {"a": 1}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"event_id": "x" * 65, "payload": {}, "url": "https://a.example/"}, "eventId"),
        ({"event_id": "1", "payload": [1], "url": "https://a.example/"}, "eventData"),
        ({"event_id": "1", "payload": {}, "url": "javascript:1"}, "url"),
        ({"type": 5, "ts": 0, "route": {"domain": "a.example"}}, "eventType"),
        ({"route": {"domain": "a b", "path": [5]}}, "path"),
        ({"url": {"utm": []}, "route": {"query": 1}, "session": {"session_id": [3]}}, "sessionId"),
        ({"url": {}, "device": {"screens": [3]}}, "siteId"),
    ],
)
async def test_a_bad_event_names_its_field(stack: Stack, event: dict[str, Any], field: str) -> None:
    answer = await stack.post(event)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_unknown_parameters_of_the_pixel_become_properties(stack: Stack) -> None:
    query = urlencode(
        {
            "e": "signup",
            "site": "shop",
            "url": "https://shop.example/join",
            "utm_source": "letter",
            "plan": "größe",
            "password": "secret",
        }
    )
    answer = await stack.client.get(f"/px.gif?{query}")
    assert answer.status_code == 200
    [row] = await stored(stack)
    assert row["raw_event_data"]["eventData"] == {"plan": "größe", "password": "[REDACTED]"}
    assert row["raw_event_data"]["attribution"] == {"utmParams": {"utm_source": "letter"}}


async def test_the_campaign_of_a_pixel_is_that_of_its_pageview(stack: Stack) -> None:
    url = quote("https://shop.example/", safe="")
    await stack.client.get(f"/px.gif?site=shop&url={url}&utm_source=letter&utm_campaign=may")
    [row] = await stored(stack)
    assert (row["utm_source"], row["utm_campaign"]) == ("letter", "may")


async def test_properties_are_bounded_in_number_and_size(stack: Stack) -> None:
    many = urlencode({f"p{n}": "x" for n in range(200)})
    await stack.client.get(f"/px.gif?site=shop&e=many&{many}")
    large = urlencode({f"p{n}": "x" * 2_000 for n in range(30)} | {"n" * 101: "x"})
    await stack.client.get(f"/px.gif?site=shop&e=large&{large}")
    first, second = (row["raw_event_data"]["eventData"] for row in await stored(stack))
    assert len(first) == 50
    assert {len(value) for value in second.values()} == {500}
    assert 10 < len(second) < 20
