"""Columns taken from what an event tells, and from the events of a pageview."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Stack

from build import at, batch, event, page_exit, pageview
from footfall.ingest.payload import EventData

LINKS: list[tuple[Any, Any]] = [
    (
        {"href": "https://x.example/a.pdf", "isDownload": True, "fileType": "pdf"},
        ("https://x.example/a.pdf", False, True, "pdf"),
    ),
    ({"href": "mailto:a", "isOutbound": True}, ("mailto:a", True, False, None)),
    ({"href": ""}, (None, False, False, None)),
    ({"href": " "}, (None, False, False, None)),
    (
        {"href": 7, "isDownload": "true", "isOutbound": 1, "fileType": ["pdf"]},
        (None, False, False, None),
    ),
    ({}, (None, False, False, None)),
]


@pytest.mark.parametrize(("given", "taken"), LINKS)
async def test_a_click_tells_its_link(stack: Stack, given: Any, taken: Any) -> None:
    await stack.send(event("click", eventData=given), event("share", 1, eventData=given))
    await stack.derive()
    rows = await stack.rows(
        "select link_url, is_outbound, is_download, file_type from user_events order by id"
    )
    assert [tuple(row.values()) for row in rows] == [taken, (None, False, False, None)]


LCP = {"name": "LCP", "value": 1234.5, "rating": "good", "id": "v1"}
VITALS: list[tuple[Any, Any]] = [
    (LCP, ("LCP", 1234.5, "good", "v1")),
    ({**LCP, "name": "CLS", "value": 0}, ("CLS", 0.0, "good", "v1")),
    ({**LCP, "value": 10**15}, ("LCP", 86_400_000.0, "good", "v1")),
    ({**LCP, "value": 1e300}, ("LCP", 86_400_000.0, "good", "v1")),
    ({**LCP, "value": -1}, ("LCP", None, "good", "v1")),
    ({**LCP, "value": "NaN", "rating": "fine", "id": 7}, ("LCP", None, None, None)),
    ({**LCP, "value": True}, ("LCP", None, "good", "v1")),
    ({**LCP, "name": "FID"}, (None, None, None, None)),
    ({}, (None, None, None, None)),
]


@pytest.mark.parametrize(("given", "taken"), VITALS)
async def test_a_web_vital_is_typed(stack: Stack, given: Any, taken: Any) -> None:
    await stack.send(event("web_vital", eventData=given), event("score", 1, eventData=given))
    await stack.derive()
    rows = await stack.rows(
        "select web_vital, web_vital_value, web_vital_rating, web_vital_id from user_events order by id"
    )
    assert [tuple(row.values()) for row in rows] == [taken, (None, None, None, None)]
    assert await stack.value("select count(*) from dead_letters") == 0
    ids = await stack.rows("select element_id from user_events order by id")
    assert ids[0]["element_id"] is None


FIELDS: list[tuple[Any, list[str]]] = [
    ({"name": "A", "password": "x", "b": ""}, ["b", "name", "password"]),
    ({" ": "x", " a ": "y"}, ["a"]),
    ([{"name": "z", "value": "secret"}, {"value": "x"}, "secret", {"name": "a"}], ["z", "a"]),
    ("text", []),
    (None, []),
    ({}, []),
]


@pytest.mark.parametrize(("given", "names"), FIELDS)
async def test_a_submission_names_its_fields(stack: Stack, given: Any, names: list[str]) -> None:
    await stack.send(event("form_submit", eventData={"formData": given}))
    await stack.derive()
    assert await stack.value("select field_names from form_submissions") == names


async def test_a_pageview_has_the_deepest_scroll_of_its_own_view(stack: Stack) -> None:
    def scroll(minutes: float, **data: Any) -> dict[str, Any]:
        kind = "scroll_depth" if "milestone" in data else "scroll"
        return event(kind, minutes, path="/a", eventData=data)

    views = "select scroll_percentage from pageviews order by view_timestamp"
    await stack.send(
        pageview("/a", 0),
        scroll(1, scrollPercentage=40),
        scroll(1.1, milestone=25),
        pageview("/b", 2),
        pageview("/a", 4),
        scroll(5, scrollPercentage=10),
        event("level", 6, path="/a", eventData={"milestone": 99}),
    )
    await stack.derive()
    assert [row["scroll_percentage"] for row in await stack.rows(views)] == [40, None, 10]
    # Late ones: a deeper scroll of the first view, and a view that takes a scroll from the third.
    await stack.send(scroll(1.5, scrollPercentage=400), scroll(3.5, scrollPercentage=70))
    await stack.derive()
    assert [row["scroll_percentage"] for row in await stack.rows(views)] == [100, None, 10]
    await stack.send(pageview("/a", 3))
    await stack.derive()
    assert [row["scroll_percentage"] for row in await stack.rows(views)] == [100, None, 70, 10]


# Every type that the tracker sends on a page, by its own way of naming it.
SENT: dict[str, dict[str, Any]] = {
    "page_exit": {"timeSpent": 1},
    "page_visibility": {"hidden": True},
    "click": {"tagName": "A"},
    "scroll": {"scrollPercentage": 1},
    "scroll_depth": {"milestone": 25},
    "form_focus": {"field": "a"},
    "form_submit": {"formId": "f"},
    "text_selection": {"textLength": 11},
    "text_copy": {"textLength": 11},
    "web_vital": LCP,
    "add_to_cart": {"sku": "x"},
}
NAMINGS: dict[str, dict[str, Any]] = {
    "both": {"url": "https://shop.example/a?page=1", "path": "/a"},
    "url": {"url": "https://shop.example/a?page=1", "path": None},
    "path": {"url": None, "path": "/a"},
    "path never viewed": {"url": None, "path": "/never"},
    "nothing": {"url": None, "path": None},
}


@pytest.mark.parametrize("is_batch", [False, True])
@pytest.mark.parametrize("naming", NAMINGS)
async def test_every_event_after_a_pageview_names_its_page(
    stack: Stack, naming: str, is_batch: bool
) -> None:
    assert set(EventData.__annotations__) <= {*SENT, "pageview"}
    inner = [event(kind, 1, eventData=data, **NAMINGS[naming]) for kind, data in SENT.items()]
    await stack.send(
        pageview("/a", 0, url="https://shop.example/a?page=1"),
        *([batch(inner)] if is_batch else inner),
    )
    await stack.derive()
    path = "/never" if naming == "path never viewed" else "/a"
    url = "https://shop.example" + ("/never" if path == "/never" else "/a?page=1")
    rows = await stack.rows("select event_type, page_path, page_url from user_events order by id")
    assert [tuple(row.values()) for row in rows] == [(kind, path, url) for kind in SENT]
    [form] = await stack.rows("select page_path, page_url from form_submissions")
    assert tuple(form.values()) == (path, url)


async def test_an_exit_of_a_single_page_app_has_the_address_that_was_viewed(stack: Stack) -> None:
    def left(path: str, minutes: float) -> dict[str, Any]:
        return page_exit("/b", minutes, 9, data={"previousPath": path}, eventId=f"{path}{minutes}")

    exits = "select page_path, page_url from user_events order by event_timestamp"
    await stack.send(left("/a?x", 2), left("/never", 3), pageview("/b", 2))
    await stack.derive()
    assert [tuple(row.values()) for row in await stack.rows(exits)] == [
        ("/a", "https://shop.example/a"),
        ("/never", "https://shop.example/never"),
    ]
    # The pageview of that path comes late, and then one more that is later but still before.
    for minutes in (0, 1):
        url = f"https://shop.example/a?page={minutes}"
        await stack.send(pageview("/a", minutes, url=url))
        await stack.derive()
        [first, _] = await stack.rows(exits)
        assert tuple(first.values()) == ("/a", url)


async def test_what_happened_before_the_first_pageview_belongs_to_it(stack: Stack) -> None:
    silent = {"url": None, "path": None}
    pages = "select page_path, page_url from user_events"
    await stack.send(event("click", 1, **silent))
    await stack.derive()
    assert [tuple(row.values()) for row in await stack.rows(pages)] == [(None, None)]
    # A first pageview after it, an earlier one, and the one that was open.
    for path, minutes in (("/c", 3), ("/b", 2), ("/a", 0)):
        await stack.send(pageview(path, minutes))
        await stack.derive()
        found = [tuple(row.values()) for row in await stack.rows(pages)]
        assert found == [(path, f"https://shop.example{path}")]


async def test_a_joined_session_places_the_events_of_both(stack: Stack) -> None:
    """A click of its own session, half an hour later than a pageview, is joined to it by a scroll between."""
    await stack.send(pageview("/a", 0), event("click", 40, url=None, path=None))
    await stack.derive()
    assert await stack.value("select page_path from user_events") is None
    await stack.send(event("scroll", 20, timestamp=at(20), eventData={"scrollPercentage": 60}))
    await stack.derive()
    found = await stack.rows("select page_path from user_events where event_type = 'click'")
    assert [row["page_path"] for row in found] == ["/a"]
    assert await stack.value("select count(*) from user_sessions") == 1
