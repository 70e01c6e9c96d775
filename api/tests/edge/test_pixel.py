"""The pixel: what an image's address becomes in the log, and which image comes back."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Stack

from build import pageview

REFERER = {"Referer": "https://shop.example/pricing?utm_source=letter"}


async def stored(stack: Stack) -> list[dict[str, Any]]:
    return await stack.rows("select * from events_log order by id")


async def test_a_page_without_scripts_is_counted_by_its_referer(stack: Stack) -> None:
    answer = await stack.client.get("/px.gif?site=shop", headers=REFERER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert "no-store" in answer.headers["cache-control"]
    assert answer.content[:10] == b"GIF89a\x01\x00\x01\x00"
    [row] = await stored(stack)
    assert (row["event_type"], row["site_id"], row["path"]) == ("pageview", "shop", "/pricing")
    assert row["utm_source"] == "letter"
    assert row["visitor_id"]


async def test_the_parameters_of_gotracks_pixel_are_understood(stack: Stack) -> None:
    url = quote("https://shop.example/thanks", safe="")
    ref = quote("https://www.google.com/", safe="")
    path = f"/px.gif?site=shop&e=signup&sid=s9&uid=v9&url={url}"
    await stack.client.get(path)
    await stack.client.get(f"/px.gif?site=shop&url={url}&ref={ref}")
    first, second = await stored(stack)
    assert (first["event_type"], first["session_id"], first["visitor_id"], first["path"]) == (
        "signup",
        "s9",
        "v9",
        "/thanks",
    )
    assert (second["referrer_type"], second["referrer_platform"]) == ("search", "google")


async def test_the_scripts_event_comes_whole_and_counts_once(stack: Stack) -> None:
    event = pageview("/grüße") | {"eventId": "c0ffee00-0000-4000-8000-000000000001"}
    path = f"/px.gif?data={quote(json.dumps(event), safe='')}"
    for _ in range(2):
        assert (await stack.client.get(path)).status_code == 200
    [row] = await stored(stack)
    assert str(row["event_id"]) == event["eventId"]
    assert row["raw_event_data"] == event


async def test_head_stores_and_sends_no_image(stack: Stack) -> None:
    answer = await stack.client.head("/px.gif?site=shop", headers=REFERER)
    assert (answer.status_code, answer.content) == (200, b"")
    assert len(await stored(stack)) == 1


@pytest.mark.parametrize("signal", ["DNT", "Sec-GPC"])
async def test_who_refuses_gets_the_image_and_is_not_stored(stack: Stack, signal: str) -> None:
    answer = await stack.client.get("/px.gif?site=shop", headers={**REFERER, signal: "1"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert await stored(stack) == []


async def test_a_site_may_count_those_who_refuse(stack: Stack) -> None:
    await stack.rows(
        "insert into sites (site_id, settings) values ('shop', '{\"respect_dnt\": false}')"
    )
    await stack.client.get("/px.gif?site=shop", headers={**REFERER, "DNT": "1"})
    assert len(await stored(stack)) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 422),
        ("?site=shop&url=javascript:1", 422),
        ("?data=%7B", 400),
        ("?data=%FF%FE", 400),
        ("?site=shop&e=" + "x" * 101, 422),
    ],
)
async def test_a_bad_event_gets_its_status_and_still_an_image(
    stack: Stack, query: str, status: int
) -> None:
    answer = await stack.client.get(f"/px.gif{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "image/gif")
    assert await stored(stack) == []


async def test_other_methods_are_told_which_ones_work(stack: Stack) -> None:
    answer = await stack.client.post("/px.gif")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_collection_has_a_neutral_name_too(stack: Stack) -> None:
    answer = await stack.client.post("/e", content=json.dumps(pageview()))
    assert answer.status_code == 202
    assert len(await stored(stack)) == 1
