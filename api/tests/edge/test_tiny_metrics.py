"""Tiny Analytics' three queries: its shapes and words, who may ask, and how long an answer is kept."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import click, pageview

BEARER = {"Authorization": f"Bearer {TOKEN}"}
GOOD = {"site_id": "shop", "from": "2026-03-09", "to": "2026-03-10"}
NAMES = ("pageviews", "unique-users", "top-pages")


async def ask(
    stack: Stack, name: str, headers: dict[str, str] = BEARER, **changes: Any
) -> httpx.Response:
    asked = {key: value for key, value in (GOOD | changes).items() if value is not None}
    return await stack.client.get(f"/v1/metrics/{name}", params=asked, headers=headers)


async def load(stack: Stack) -> None:
    """Two visitors on the 10th, one of them on the 8th and 9th, too; a click, and a robot."""
    await stack.send(
        pageview("/a?x=1", url="https://shop.example/a?ref=1"),
        pageview("/b", 1, url="https://shop.example/b"),
        pageview("/b", 2, url="https://shop.example/b", sessionId="s2", visitorId="v2"),
        pageview("/b", -1440, url="https://shop.example/b", sessionId="s3"),
        pageview("/b", -2880, url="https://shop.example/b", sessionId="s4"),
        click(3),
    )
    robot = pageview("/b", 1, url="https://shop.example/b", sessionId="s5", visitorId="v5")
    await stack.post([robot], User_Agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    await stack.derive()


async def test_figures_have_the_shapes_of_tiny_analytics(stack: Stack) -> None:
    await load(stack)
    assert (await ask(stack, "pageviews")).json() == {
        **GOOD,
        "series": [{"date": "2026-03-09", "value": 1}, {"date": "2026-03-10", "value": 3}],
    }
    assert (await ask(stack, "unique-users")).json() == {
        **GOOD,
        "series": [{"date": "2026-03-09", "value": 1}, {"date": "2026-03-10", "value": 2}],
    }
    assert (await ask(stack, "top-pages")).json() == {
        **GOOD,
        "pages": [
            {"url": "https://shop.example/b", "views": 3},
            {"url": "https://shop.example/a?ref=1", "views": 1},
        ],
    }
    one = await ask(stack, "top-pages", limit="1")
    assert [page["views"] for page in one.json()["pages"]] == [3]
    assert (await ask(stack, "top-pages", limit="9" * 17)).status_code == 200


async def test_days_without_any_are_absent(stack: Stack) -> None:
    await load(stack)
    longer: dict[str, Any] = {"from": "2026-02-01", "to": "2026-03-31"}
    answer = await ask(stack, "pageviews", **longer)
    assert [point["date"] for point in answer.json()["series"]] == [
        "2026-03-08",
        "2026-03-09",
        "2026-03-10",
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"site_id": None}, "site_id, from, and to are required"),
    ({"from": None}, "site_id, from, and to are required"),
    ({"to": ""}, "site_id, from, and to are required"),
    ({"from": "2026-02-30"}, "invalid from date"),
    ({"from": "20260301"}, "invalid from date"),
    ({"to": "tomorrow"}, "invalid to date"),
    ({"limit": "0"}, "limit must be positive"),
    ({"limit": "-1"}, "limit must be positive"),
    ({"limit": "many"}, "limit must be positive"),
    ({"limit": ""}, "limit must be positive"),
    ({"from": "2026-03-11"}, "from: 2026-03-11 is after to, 2026-03-10."),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
async def test_wrong_parameters_are_refused_in_its_words(
    stack: Stack, changes: dict[str, Any], words: str
) -> None:
    answer = await ask(stack, "top-pages", **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, words)


async def test_only_those_who_may_read_the_site_are_answered(stack: Stack) -> None:
    await load(stack)
    made = await stack.client.post(
        "/api/keys", json={"name": "r", "scope": "read", "site_id": "shop"}, headers=BEARER
    )
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    await stack.rows("insert into sites (site_id) values ('blog')")
    for name in NAMES:
        assert (await ask(stack, name)).status_code == 200
        # Though the answer is kept by now.
        assert (await ask(stack, name, headers={})).status_code == 401
        assert (await ask(stack, name, headers={}, site_id=None)).status_code == 401
        assert (await ask(stack, name, headers=key)).status_code == 200
        assert (await ask(stack, name, headers=key, site_id="blog")).status_code == 403
        assert (await ask(stack, name, site_id="nosuch")).status_code == 404


async def test_an_answer_is_kept_for_half_a_minute(stack: Stack) -> None:
    await load(stack)
    for name in NAMES:
        first = await ask(stack, name)
        assert first.headers["cache-control"] == "private, max-age=30"
        again = await ask(
            stack, name, BEARER | {"If-None-Match": f'W/"x", {first.headers["etag"]}'}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    await stack.send(pageview("/c", 5, sessionId="s6", visitorId="v6"))
    await stack.derive()
    for name in NAMES:
        before = await ask(stack, name)
        assert before.json() == (await ask(stack, name, limit=None)).json()
    stack.clock.advance(seconds=29)
    assert (await ask(stack, "pageviews")).json()["series"][1]["value"] == 3
    stack.clock.advance(seconds=2)
    later = await ask(stack, "pageviews")
    assert later.json()["series"][1]["value"] == 4
    changed = await ask(stack, "pageviews", BEARER | {"If-None-Match": '"x"'})
    assert changed.status_code == 200
