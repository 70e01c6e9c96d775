"""/v1/collect: Tiny Analytics' fields, its order of checks and its answers, word for word."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import NOON
from footfall.edge.admission import sign

EVENT: dict[str, Any] = {
    "site_id": "shop",
    "event_name": "signup",
    "url": "https://shop.example/join?utm_source=letter",
    "referrer": "https://www.google.com/",
    "user_id": "u1",
    "session_id": "s1",
    "ts": int(NOON.timestamp() * 1000) + 250,
    "props": {"plan": "pro", "seats": 3},
}


async def send(stack: Stack, event: Any, **headers: str) -> httpx.Response:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stack.client.post("/v1/collect", content=body, headers=names)


async def stored(stack: Stack) -> list[dict[str, Any]]:
    return await stack.rows("select * from events_log order by id")


async def close(stack: Stack, **settings: Any) -> tuple[str, str]:
    """A site that asks for a key and a signature; returns both."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body: dict[str, Any] = {"site_id": "shop", "settings": {"requires_key": True}}
    await stack.client.post("/api/sites", json=body, headers=headers)
    body = {"scope": "ingest", "site_id": "shop"}
    key = await stack.client.post("/api/keys", json=body, headers=headers)
    secret = await stack.client.post("/api/sites/shop/secret", headers=headers)
    return key.json()["key"], secret.json()["secret"]


async def test_an_event_is_queued_after_it_is_stored(stack: Stack) -> None:
    answer = await send(stack, EVENT)
    assert (answer.status_code, answer.json()) == (202, {"status": "queued"})
    [row] = await stored(stack)
    assert (row["event_type"], row["site_id"], row["visitor_id"], row["session_id"]) == (
        "signup",
        "shop",
        "u1",
        "s1",
    )
    assert row["timestamp"] == NOON + timedelta(milliseconds=250)
    assert row["raw_event_data"]["eventData"] == {"plan": "pro", "seats": 3}


async def test_a_pageview_has_its_source(stack: Stack) -> None:
    await send(stack, EVENT | {"event_name": "pageview"})
    [row] = await stored(stack)
    assert (row["referrer"], row["referrer_type"]) == ("https://www.google.com/", "search")
    assert row["utm_source"] == "letter"


async def test_an_event_without_time_and_visitor_is_now_and_nobodys(stack: Stack) -> None:
    await send(stack, {"site_id": "shop", "event_name": "x", "ts": 0, "user_id": ""})
    [row] = await stored(stack)
    assert row["timestamp"] == stack.clock.now
    assert len(row["visitor_id"]) == 32


async def test_an_event_id_makes_sending_twice_count_once(stack: Stack) -> None:
    for _ in range(2):
        answer = await send(stack, EVENT | {"event_id": "order-1"})
        assert answer.json() == {"status": "queued"}
    assert len(await stored(stack)) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "invalid json"),
        (b"[]", "invalid json"),
        (b"{}", "site_id and event_name are required"),
        (b'{"site_id": "shop", "event_name": " "}', "site_id and event_name are required"),
        (b'{"site_id": 5, "event_name": "x"}', "site_id and event_name are required"),
        (b'{"site_id": "shop", "event_name": "batch"}', "A batch needs a non-empty array"),
        (b'{"site_id": "shop", "event_name": "x", "props": [1]}', "No valid event: eventData"),
        (b'{"site_id": "shop", "event_name": "x", "url": "ftp://a"}', "No valid event: url must"),
    ],
)
async def test_a_bad_event_is_a_400(stack: Stack, body: bytes, error: str) -> None:
    answer = await send(stack, body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
    assert await stored(stack) == []


async def test_key_then_signature_are_asked_for_in_their_words(stack: Stack) -> None:
    key, secret = await close(stack)
    body = json.dumps(EVENT).encode()
    signature = sign(secret.encode(), body).decode()
    for headers, status, document in (
        ({}, 401, {"error": "missing or invalid api key"}),
        ({"X_TA_Signature": signature}, 401, {"error": "missing or invalid api key"}),
        ({"X_TA_API_Key": key}, 401, {"error": "invalid signature"}),
        ({"X_TA_API_Key": key, "X_TA_Signature": "00"}, 401, {"error": "invalid signature"}),
        ({"X_TA_API_Key": key, "X_TA_Signature": signature}, 202, {"status": "queued"}),
    ):
        answer = await send(stack, body, **headers)
        assert (answer.status_code, answer.json()) == (status, document)
    assert len(await stored(stack)) == 1


async def test_a_body_over_the_limit_is_refused(stack: Stack) -> None:
    answer = await send(stack, b" " * 1_048_577)
    assert (answer.status_code, answer.json()) == (413, {"error": "body too large"})


async def test_other_methods_are_told_which_ones_work(stack: Stack) -> None:
    answer = await stack.client.get("/v1/collect")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


class TestClosed:
    @pytest.fixture
    def settings_overrides(self) -> dict[str, Any]:
        return {"site_registration": "closed"}

    async def test_an_unknown_site_is_a_401(self, stack: Stack) -> None:
        answer = await send(stack, EVENT)
        assert (answer.status_code, answer.json()) == (401, {"error": "unknown site"})
