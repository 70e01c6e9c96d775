"""Who may send to a site: origins, ingest keys and signatures, and what CORS lets a page read."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import batch, click, pageview
from footfall.edge.admission import gotrack_key, sign

SHOP = "https://shop.example"


async def call(stack: Stack, method: str, path: str, body: Any = None) -> Any:
    answer = await stack.client.request(
        method, path, json=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def add_site(stack: Stack, *domains: str, **settings: Any) -> None:
    body = {"site_id": "shop", "allowed_domains": domains, "settings": settings}
    await call(stack, "POST", "/api/sites", body)


async def create_key(stack: Stack) -> str:
    made = await call(stack, "POST", "/api/keys", {"scope": "ingest", "site_id": "shop"})
    key: str = made["key"]
    return key


async def send(stack: Stack, event: Any = None, **headers: str) -> httpx.Response:
    return await stack.post(pageview() if event is None else event, **headers)


def allowed_origins(answer: httpx.Response) -> list[str]:
    return answer.headers.get_list("access-control-allow-origin")


async def stored(stack: Stack) -> int:
    count: int = await stack.value("select count(*) from events_log")
    return count


async def test_a_site_without_a_list_takes_events_of_every_page(stack: Stack) -> None:
    answer = await send(stack, Origin="https://anywhere.example")
    assert (answer.status_code, allowed_origins(answer)) == (202, ["*"])
    assert "vary" not in answer.headers


@pytest.mark.parametrize("origin", [SHOP, "http://shop.example:3000", "https://www.shop.example"])
async def test_a_listed_page_may_send_and_read_the_answer(stack: Stack, origin: str) -> None:
    await add_site(stack, "shop.example", "*.shop.example")
    answer = await send(stack, Origin=origin)
    assert (answer.status_code, allowed_origins(answer)) == (202, [origin])
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "https://evilshop.example", "null", ""])
async def test_an_unlisted_page_is_refused_with_a_reason(stack: Stack, origin: str) -> None:
    await add_site(stack, "shop.example")
    answer = await send(stack, [pageview(), click(1)], Origin=origin)
    document = answer.json()
    assert (answer.status_code, document["error"], document["field"]) == (
        403,
        "forbidden",
        "origin",
    )
    assert "none of the domains that this site allows" in document["detail"]
    assert allowed_origins(answer) == []
    assert await stored(stack) == 0
    counted = await stack.rows("select outcome, event_count from ingest_ledger order by outcome")
    assert [tuple(row.values()) for row in counted] == [("dropped_origin", 2), ("received", 2)]


@pytest.mark.parametrize(
    ("url", "status"),
    [("https://shop.example/", 202), ("https://evil.example/", 403), (None, 403)],
)
async def test_without_an_origin_the_events_address_decides(
    stack: Stack, url: str | None, status: int
) -> None:
    await add_site(stack, "shop.example")
    assert (await send(stack, pageview(url=url))).status_code == status


async def test_a_server_with_the_sites_key_needs_no_address(stack: Stack) -> None:
    await add_site(stack, "shop.example")
    key = await create_key(stack)
    assert (await send(stack, pageview(url=None), X_Footfall_Key=key)).status_code == 202
    assert (await send(stack, X_Footfall_Key=key, Origin="https://evil.example")).status_code == 403


async def test_the_refused_of_a_mixed_request_are_no_dead_letters(stack: Stack) -> None:
    await add_site(stack, "shop.example")
    events = [pageview(siteId="other"), pageview()]
    answer = await send(stack, events, Origin="https://evil.example")
    document = answer.json()
    assert (answer.status_code, document["status"], document["accepted"]) == (202, "partial", 1)
    assert [(one["index"], one["field"]) for one in document["rejected"]] == [(1, "origin")]
    assert await stack.value("select count(*) from dead_letters") == 0


async def test_a_pixels_page_shows_in_its_referer(stack: Stack) -> None:
    await add_site(stack, "shop.example")
    for referer, status in ((SHOP, 200), ("https://evil.example/", 403)):
        answer = await stack.client.get(
            "/px.gif?site=shop&url=https://shop.example/", headers={"Referer": referer}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (status, "image/gif")
    assert await stored(stack) == 1


@pytest.mark.parametrize("path", ["/collect", "/e", "/v1/collect"])
async def test_a_preflight_lets_every_page_ask_with_our_headers(stack: Stack, path: str) -> None:
    await add_site(stack, "shop.example")
    answer = await stack.client.options(
        path, headers={"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    )
    assert (answer.is_success, allowed_origins(answer)) == (True, ["*"])
    names = {n.strip().lower() for n in answer.headers["access-control-allow-headers"].split(",")}
    assert names >= {
        "content-type",
        "authorization",
        "x-ta-api-key",
        "x-ta-signature",
        "x-footfall-key",
        "x-gotrack-hmac",
    }


@pytest.mark.parametrize("name", ["Authorization", "X-Footfall-Key", "X-TA-API-Key"])
async def test_a_key_comes_under_each_of_its_names(stack: Stack, name: str) -> None:
    await add_site(stack, requires_key=True)
    key = await create_key(stack)
    for given, status in ((key, 202), (key + "x", 401), ("", 401)):
        value = f"Bearer {given}" if name == "Authorization" else given
        answer = await stack.client.post("/collect", json=pageview(), headers={name: value})
        assert answer.status_code == status
        if status == 401:
            document = answer.json()
            assert (document["error"], document["field"]) == ("unauthorized", "X-Footfall-Key")
    assert await stored(stack) == 1


async def test_a_key_of_another_site_or_scope_opens_nothing(stack: Stack) -> None:
    await add_site(stack, requires_key=True)
    await call(stack, "POST", "/api/sites", {"site_id": "other"})
    for scope, site_id in (("ingest", "other"), ("read", "shop"), ("admin", "shop")):
        made = await call(stack, "POST", "/api/keys", {"scope": scope, "site_id": site_id})
        assert (await send(stack, X_Footfall_Key=made["key"])).status_code == 401


async def test_a_revoked_key_is_refused(stack: Stack) -> None:
    await add_site(stack, requires_key=True)
    key = await create_key(stack)
    assert (await send(stack, X_Footfall_Key=key)).status_code == 202
    [listed] = (await call(stack, "GET", "/api/keys"))["keys"]
    await call(stack, "DELETE", f"/api/keys/{listed['key_id']}")
    assert await stack.value("select last_used_at is not null from api_keys")
    assert (await send(stack, X_Footfall_Key=key)).status_code == 401


async def test_what_the_command_line_allows_counts_at_once(stack: Stack) -> None:
    await add_site(stack, "shop.example")
    await stack.rows("update sites set allowed_domains = '{new.example}'")
    assert (await send(stack, Origin="https://new.example")).status_code == 202


async def test_a_signature_is_the_hmac_of_the_body(stack: Stack) -> None:
    await add_site(stack)
    secret = (await call(stack, "POST", "/api/sites/shop/secret"))["secret"].encode()
    body = json.dumps(batch([click(1)])).encode()
    right = sign(secret, body).decode()
    for given, status in ((right, 202), (right.upper(), 401), (right[:-1], 401), ("", 401)):
        answer = await stack.client.post(
            "/collect", content=body, headers={"X-TA-Signature": given}
        )
        assert answer.status_code == status
        if status == 401:
            assert answer.json()["field"] == "X-TA-Signature"
    gotrack = sign(gotrack_key(secret, "127.0.0.1"), body).decode()
    answer = await stack.client.post("/collect", content=body, headers={"X-GoTrack-HMAC": gotrack})
    assert answer.status_code == 202


def test_signatures_are_those_of_the_systems_before() -> None:
    assert sign(b"super-secret", b'{"hello":"world"}') == (
        b"e700c37c92d324b8d7af871f9cd3b18a47958b90b2e2a6657b2a83311959d38f"
    )
    key = gotrack_key(b"test-secret-key-12345", "::1")
    assert sign(key, b'{"e":"test","user":"123"}') == (
        b"dc71556116ef6ba01d228c84b300f2f7281e22b0e8d0a8a7f9f6c3b1c93d0f51"
    )
