"""What other systems' derivation gets wrong, each as a test that passes here.

The names say whose mistake it is: Umami's visits are cut by the clock's hour, and the ETL of seed 003 loses
pages, lengths and sessions, stops at one bad row, and counts twice when it runs twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import Stack

from build import at, batch, click, event, page_exit, pageview
from footfall.derive import apply as derive
from footfall.eventlog import consumer

UMAMI = {
    "a pause of 45 minutes within one hour of the clock is two visits": ([5, 50], 2),
    "four minutes over the full hour are one visit": ([58, 62], 1),
    "someone busy for 70 minutes is never cut": (list(range(5, 76, 5)), 1),
}


@pytest.mark.parametrize("name", UMAMI)
async def test_umamis_hour_buckets(stack: Stack, name: str) -> None:
    minutes, visits = UMAMI[name]
    await stack.send(*(pageview(f"/{n}", n, sessionId=None) for n in minutes))
    await stack.derive()
    assert await stack.value("select count(*) from user_sessions") == visits
    total = "select sum(sessions) from hourly_rollups where dimension = 'total'"
    assert await stack.value(total) == visits


async def test_umamis_bounce_counts_a_reader_of_one_page_as_one_who_left(stack: Stack) -> None:
    """There one view is a bounce of 0 seconds, however long it was read."""
    await stack.send(pageview("/", 0), page_exit("/", 4, 240_000, data={"engagedMs": 200_000}))
    await stack.derive()
    [session] = await stack.rows("select bounce, duration_seconds from user_sessions")
    assert session == {"bounce": False, "duration_seconds": 240}


async def test_defect_1_utm_columns_hold_the_values_alone(stack: Stack) -> None:
    utm = {"utm_source": "letter", "utm_medium": "email"}
    await stack.send(
        pageview("/", 0, attribution={"utmParams": utm}),
        pageview("/", 0, sessionId="s2", attribution=None),
    )
    await stack.derive()
    for table in ("user_sessions", "pageviews"):
        found = await stack.rows(f"select utm_source, utm_medium, utm_term from {table} order by 1")
        assert [tuple(row.values()) for row in found] == [
            ("letter", "email", None),
            (None, None, None),
        ]


async def test_defect_11_events_of_a_batch_know_their_page(stack: Stack) -> None:
    inner = [{"eventType": kind, "timestamp": at(1)} for kind in ("click", "scroll", "my-own")]
    await stack.send(pageview("/tea", 0), batch(inner))
    await stack.derive()
    pages = await stack.rows("select page_path, page_url from user_events")
    assert pages == [{"page_path": "/tea", "page_url": "https://shop.example/tea"}] * 3


async def test_defect_11_a_pixel_ratio_keeps_its_fraction(stack: Stack) -> None:
    await stack.send(pageview("/", 0, browser={"devicePixelRatio": 1.5}))
    await stack.derive()
    assert float(await stack.value("select device_pixel_ratio from user_sessions")) == 1.5


async def test_defect_11_a_page_exit_inside_a_batch_tells_the_time(stack: Stack) -> None:
    left = {
        "eventType": "page_exit",
        "timestamp": at(2),
        "path": "/tea",
        "eventData": {"timeSpent": 119_000},
    }
    await stack.send(pageview("/tea", 0), batch([left]))
    await stack.derive()
    assert await stack.value("select time_on_page_seconds from pageviews") == 119
    assert await stack.value("select duration_seconds from user_sessions") == 120


async def test_defect_11_no_type_of_event_is_left_behind(stack: Stack) -> None:
    kinds = ["click", "copy", "print", "engagement", "web_vitals", "anything else"]
    await stack.send(*(event(kind, n) for n, kind in enumerate(kinds)))
    assert await stack.derive() == len(kinds)
    assert await stack.derive() == 0
    found = await stack.rows(
        "select value, events::int from daily_rollups where dimension = 'event' order by value"
    )
    assert [tuple(row.values()) for row in found] == [(kind, 1) for kind in sorted(kinds)]


async def test_defect_12_a_bad_inner_event_stops_nobody_else(stack: Stack) -> None:
    hostile: list[dict[str, Any]] = [
        {
            "eventType": "click",
            "timestamp": "yesterday, about noon",
            "eventData": {"id": "x" * 900},
        },
        {"eventType": "click", "timestamp": at(1), "eventData": {"id": "b", "classes": 7}},
    ]
    await stack.send(pageview("/", 0), batch(hostile), pageview("/b", 2))
    await stack.derive()
    assert await stack.derive() == 0
    assert await stack.value("select count(*) from pageviews") == 2
    assert await stack.value("select count(*) from user_events where element_id = 'b'") == 1
    assert await stack.value("select count(*) from dead_letters where stage = 'derive'") == 0


async def test_defect_12_two_runs_at_once_insert_each_row_once(stack: Stack) -> None:
    await stack.send(*(click(n / 10, sessionId=f"s{n}") for n in range(40)))

    async def run() -> None:
        while await consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=3):
            pass

    await asyncio.gather(run(), run())
    assert await stack.value("select count(*) from user_events") == 40
    for table in ("daily_rollups", "hourly_rollups"):
        count = f"select events::int from {table} where dimension = 'total'"
        assert await stack.value(count) == 40


async def test_defect_13_a_session_needs_no_pageview(stack: Stack) -> None:
    await stack.send(click(0), event("signup", 3))
    await stack.derive()
    [session] = await stack.rows(
        "select pageview_count, event_count, duration_seconds, bounce from user_sessions"
    )
    assert tuple(session.values()) == (0, 2, 180, False)


async def test_defect_13_a_length_needs_no_page_exit(stack: Stack) -> None:
    await stack.send(pageview("/", 0), event("engagement", 7, eventData={"engagedMs": 60_000}))
    await stack.derive()
    assert await stack.value("select duration_seconds from user_sessions") == 420


async def test_defect_18_an_event_that_is_sent_again_counts_once(stack: Stack) -> None:
    one = pageview("/", 0, eventId="the-same")
    await stack.send(one)
    await stack.derive()
    stack.clock.advance(days=3)
    await stack.send(one)
    await stack.derive()
    assert await stack.value("select count(*) from events_log") == 2
    for table in ("daily_rollups", "hourly_rollups"):
        count = f"select sum(pageviews)::int from {table} where dimension = 'page'"
        assert await stack.value(count) == 1


async def test_internal_and_unknown_referrers_are_counted_somewhere(stack: Stack) -> None:
    """Seed 003's daily metrics have direct, search, social and referral, and lose all others."""
    await stack.send(
        pageview("/", 0, attribution={"referrer": "https://shop.example/basket"}),
        pageview("/", 0, sessionId="s2", attribution={"referrer": "not a url at all"}),
    )
    await stack.derive()
    [day] = await stack.rows("select * from daily_site_metrics")
    names = ("direct", "search", "social", "referral", "other")
    assert sum(day[f"{name}_sessions"] for name in names) == day["total_sessions"] == 2
