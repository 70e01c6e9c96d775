"""/api/sites and /api/keys: who may do what, what is answered, and that collection follows at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import NOON, pageview

DAY = NOON.date().isoformat()


async def call(
    stack: Stack, method: str, path: str, body: Any = None, key: str = TOKEN
) -> httpx.Response:
    return await stack.client.request(
        method, path, json=body, headers={"Authorization": f"Bearer {key}"}
    )


async def create_key(stack: Stack, scope: str, site_id: str | None = None) -> str:
    answer = await call(stack, "POST", "/api/keys", {"scope": scope, "site_id": site_id})
    assert answer.status_code == 201, answer.text
    key: str = answer.json()["key"]
    return key


async def add_site(stack: Stack, site_id: str, **fields: Any) -> None:
    answer = await call(stack, "POST", "/api/sites", {"site_id": site_id, **fields})
    assert answer.status_code == 201, answer.text


async def test_a_site_lives_from_post_to_delete(stack: Stack) -> None:
    answer = await call(
        stack,
        "POST",
        "/api/sites",
        {
            "site_id": "shop",
            "timezone": "Asia/Tokyo",
            "allowed_domains": ["*.Shop.example"],
            "settings": {"script": {"consent": "required"}, "bots": "drop"},
        },
    )
    site = answer.json()
    assert (answer.status_code, site["timezone"], site["allowed_domains"]) == (
        201,
        "Asia/Tokyo",
        ["*.shop.example"],
    )
    assert (site["settings"]["bots"], site["settings"]["privacy"]) == ("drop", "standard")
    patch = {"settings": {"bots": None, "respect_dnt": False}}
    site = (await call(stack, "PATCH", "/api/sites/shop", patch)).json()
    assert (site["settings"]["bots"], site["settings"]["respect_dnt"]) == ("flag", False)
    assert site["settings"]["script"]["consent"] == "required"
    assert site == (await call(stack, "GET", "/api/sites/shop")).json()
    gone = await call(stack, "DELETE", "/api/sites/shop")
    assert (gone.status_code, gone.json()) == (200, {"site_id": "shop", "removed": {"sites": 1}})
    assert (await call(stack, "GET", "/api/sites/shop")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"site_id": "shop"}, 409, "site_id"),
        ({"site_id": "a b"}, 422, "site_id"),
        ({"site_id": "b", "timezone": "Nowhere"}, 422, "timezone"),
        ({"site_id": "b", "allowed_domains": ["a.example/x"]}, 422, "allowed_domains"),
        ({"site_id": "b", "settings": {"bots": 1}}, 422, "settings.bots"),
        ({"site_id": "b", "colour": "red"}, 422, "colour"),
        ({}, 422, "site_id"),
        ([], 422, "body"),
    ],
)
async def test_a_bad_site_is_refused_whole(
    stack: Stack, body: Any, status: int, field: str
) -> None:
    await add_site(stack, "shop")
    answer = await call(stack, "POST", "/api/sites", body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert await stack.value("select count(*) from sites") == 1


async def test_a_key_is_listed_without_its_text_and_ends_when_revoked(stack: Stack) -> None:
    await add_site(stack, "shop")
    key = await create_key(stack, "read", "shop")
    assert (await call(stack, "GET", "/api/sites", key=key)).status_code == 200
    answer = await call(stack, "GET", "/api/keys")
    [listed] = answer.json()["keys"]
    assert key not in answer.text
    assert (listed["scope"], listed["site_id"], listed["revoked_at"]) == ("read", "shop", None)
    assert (await call(stack, "DELETE", f"/api/keys/{listed['key_id']}")).status_code == 204
    assert (await call(stack, "GET", "/api/sites", key=key)).status_code == 401


async def test_use_is_noted_at_most_once_an_hour(stack: Stack) -> None:
    await add_site(stack, "shop")
    key = await create_key(stack, "read", "shop")
    first = stack.clock.now
    for minutes, noted in ((0, first), (59, first), (2, first + timedelta(minutes=61))):
        stack.clock.advance(minutes=minutes)
        await call(stack, "GET", "/api/sites", key=key)
        assert await stack.value("select last_used_at from api_keys") == noted


async def test_a_read_key_reads_its_own_site_and_changes_nothing(stack: Stack) -> None:
    await stack.send(pageview(), pageview(siteId="other"))
    await stack.derive()
    key = await create_key(stack, "read", "shop")
    listed = (await call(stack, "GET", "/api/sites", key=key)).json()["sites"]
    assert [site["site_id"] for site in listed] == ["shop"]

    def query(site_id: str) -> dict[str, Any]:
        return {"site_id": site_id, "start_date": DAY, "end_date": DAY, "metrics": ["visitors"]}

    assert (await call(stack, "POST", "/api/query", query("shop"), key)).status_code == 200
    for method, path, body in (
        ("POST", "/api/query", query("other")),
        ("POST", "/api/query", query("nobody")),
        ("GET", "/api/sites/other/installation", None),
        ("GET", "/api/sites/other", None),
        ("PATCH", "/api/sites/shop", {"timezone": "UTC"}),
        ("POST", "/api/sites/shop/secret", None),
        ("POST", "/api/keys", {"scope": "read", "site_id": "shop"}),
        ("GET", "/api/keys", None),
    ):
        answer = await call(stack, method, path, body, key)
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden"), (method, path)


async def test_an_admin_key_of_a_site_rules_that_site_only(stack: Stack) -> None:
    await add_site(stack, "shop")
    await add_site(stack, "other")
    foreign = await create_key(stack, "read", "other")
    key = await create_key(stack, "admin", "shop")
    assert (
        await call(stack, "PATCH", "/api/sites/shop", {"timezone": "UTC"}, key)
    ).status_code == 200
    made = await call(stack, "POST", "/api/keys", {"scope": "ingest", "site_id": "shop"}, key)
    assert made.status_code == 201
    listed = (await call(stack, "GET", "/api/keys", key=key)).json()["keys"]
    assert {one["site_id"] for one in listed} == {"shop"}
    for method, path, body in (
        ("POST", "/api/sites", {"site_id": "third"}),
        ("DELETE", "/api/sites/other", None),
        ("PATCH", "/api/sites/other", {"timezone": "UTC"}),
        ("POST", "/api/keys", {"scope": "read", "site_id": "other"}),
        ("POST", "/api/keys", {"scope": "admin"}),
    ):
        assert (await call(stack, method, path, body, key)).status_code == 403, (method, path)
    key_id = await stack.value("select key_id from api_keys where site_id = 'other'")
    assert (await call(stack, "DELETE", f"/api/keys/{key_id}", key=key)).status_code == 404
    assert (await call(stack, "GET", "/api/sites", key=foreign)).status_code == 200


async def test_an_ingest_key_reads_nothing(stack: Stack) -> None:
    await add_site(stack, "shop")
    key = await create_key(stack, "ingest", "shop")
    assert (await call(stack, "GET", "/api/sites", key=key)).status_code == 403


async def test_an_unlimited_admin_key_stands_for_the_token(stack: Stack) -> None:
    key = await create_key(stack, "admin")
    assert (await call(stack, "POST", "/api/sites", {"site_id": "shop"}, key)).status_code == 201
