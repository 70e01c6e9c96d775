"""Query parameters are kept by a list, with their values; all others leave nothing behind."""

from __future__ import annotations

import pytest
from conftest import Stack

from build import event, pageview
from footfall.ingest.page_query import keep_parameters, kept_names

CASES = [
    ("https://a.example/x", "https://a.example/x"),
    ("https://a.example/?token=1", "https://a.example/"),
    ("https://a.example/?utm_source=x&token=1&gclid=y", "https://a.example/?utm_source=x&gclid=y"),
    ("https://a.example/?UTM_Source=x", "https://a.example/?UTM_Source=x"),
    ("https://a.example/?utm%5Fsource=x", "https://a.example/?utm%5Fsource=x"),
    ("https://a.example/?q=hats&page=2&user=jane", "https://a.example/?q=hats&page=2"),
    ("https://a.example/?s=hats;user=jane", "https://a.example/?s=hats"),
    ("https://a.example/?jane", "https://a.example/"),
    ("https://a.example/?&&", "https://a.example/"),
    ("https://a.example/?colour=red", "https://a.example/?colour=red"),
    ("https://a.example/?ref=x&source=y", "https://a.example/?ref=x&source=y"),
    ("https://a.example/#prices", "https://a.example/#prices"),
    ("https://a.example/#/shop/hats", "https://a.example/#/shop/hats"),
    ("https://a.example/#/shop?q=1&user=2", "https://a.example/#/shop?q=1"),
    ("https://a.example/#access_token=x&utm_source=y", "https://a.example/#utm_source=y"),
    ("https://a.example/?a=1#:~:text=secret", "https://a.example/"),
    ("?a=1&q=2", "?q=2"),
    ("?a=1", ""),
    ("", ""),
]


@pytest.mark.parametrize(("address", "expected"), CASES)
def test_parameters_off_the_list_go_with_their_names(address: str, expected: str) -> None:
    assert keep_parameters(address, kept_names(("Colour",))) == expected


async def test_every_address_of_an_event_follows_the_list(stack: Stack) -> None:
    secret = "?user=jane&q=hats"
    await stack.send(
        pageview(
            url=f"https://shop.example/{secret}",
            attribution={"referrer": f"https://a.example/{secret}"},
            page={
                "url": f"https://shop.example/{secret}",
                "queryParams": secret,
                "hash": "#user=jane",
                "referrer": f"https://a.example/{secret}",
            },
        ),
        event(
            "click",
            1,
            eventData={"href": f"/other{secret}", "links": [f"https://b.example/{secret}"]},
        ),
    )
    rows = await stack.rows("select url, referrer, raw_event_data::text as raw from events_log")
    assert "jane" not in str(rows)
    assert rows[0]["url"] == "https://shop.example/?q=hats"
    assert rows[0]["referrer"] == "https://a.example/?q=hats"
    assert rows[1]["raw"].count("q=hats") == 2


async def test_a_site_keeps_parameters_of_its_own(stack: Stack) -> None:
    await stack.rows(
        "insert into sites (site_id, settings) values ('shop', '{\"query_parameters\": [\"colour\"]}')"
    )
    await stack.send(pageview(minutes=1, url="https://shop.example/?colour=red&user=jane"))
    assert await stack.value("select max(url) from events_log") == (
        "https://shop.example/?colour=red"
    )


async def test_what_is_set_aside_follows_the_list_too(stack: Stack) -> None:
    await stack.send(pageview(), {"siteId": "shop", "url": "https://shop.example/?user=jane"})
    assert "jane" not in await stack.value("select payload::text from dead_letters")
