"""Site search by address or event, and pages that are not there."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Stack

from build import event, pageview
from footfall.ingest.page import split_url
from footfall.ingest.page_search import is_not_found, search_term_of

SEARCHES = [
    ("pageview", "?q=red+hats", {}, "red hats"),
    ("pageview", "?s=hats", {}, "hats"),
    ("pageview", "?search=hats", {}, "hats"),
    ("pageview", "?Query=%20hats%20%20red", {}, "hats red"),
    ("pageview", "?keyword=h%C3%BCte", {}, "hüte"),
    ("pageview", "?q=", {}, None),
    ("pageview", "?q=&s=hats", {}, "hats"),
    ("pageview", "?utm_term=hats", {}, None),
    ("pageview", "?question=hats", {}, None),
    ("pageview", "", {"query": "hats"}, None),
    ("pageview", "?q=" + "x" * 300, {}, "x" * 200),
    ("click", "?q=hats", {}, None),
    ("search", "", {"query": "hats"}, "hats"),
    ("view_search_results", "", {"search_term": "hats"}, "hats"),
    ("site_search", "", {"keyword": 7}, None),
    ("search", "", {}, None),
]
NOT_FOUND = [
    ("pageview", {"page": {"status": 404}}, True),
    ("pageview", {"page": {"status": 410}}, True),
    ("pageview", {"page": {"status": 200}}, False),
    ("pageview", {"page": {"title": "404"}}, False),
    ("pageview", {"page": "404"}, False),
    ("404", {}, True),
    ("not_found", {}, True),
    ("click", {"page": {"status": 404}}, False),
]


@pytest.mark.parametrize(("event_type", "query", "data", "expected"), SEARCHES)
def test_search_term(
    event_type: str, query: str, data: dict[str, Any], expected: str | None
) -> None:
    page = split_url(f"https://shop.example/find{query}")
    assert search_term_of(event_type, {"eventData": data}, page) == expected


@pytest.mark.parametrize(("event_type", "raw", "expected"), NOT_FOUND)
def test_pages_not_found(event_type: str, raw: dict[str, Any], expected: bool) -> None:
    assert is_not_found(event_type, raw) is expected


async def test_both_are_stored_with_the_event(stack: Stack) -> None:
    await stack.send(
        pageview(url="https://shop.example/find?q=jane%40example.com"),
        pageview(minutes=1, page={"status": 404}),
        event("search", 2, eventData={"query": "hats"}),
    )
    rows = await stack.rows("select search_term, is_not_found from events_log order by timestamp")
    assert [tuple(row.values()) for row in rows] == [
        ("[EMAIL]", False),
        (None, True),
        ("hats", False),
    ]
