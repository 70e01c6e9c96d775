"""The views of migration 0004, on sessions that are moved to the present: they ask the database's clock."""

from __future__ import annotations

from typing import Any

from conftest import Stack

from build import NOON, click, page_exit, pageview

MOVE = (
    "update user_sessions set session_start = session_start + (now() - $1),"
    " session_end = session_end + (now() - $1)",
    "update pageviews set view_timestamp = view_timestamp + (now() - $1)",
)


async def collect(stack: Stack, *events: dict[str, Any]) -> None:
    """Send, derive, and move all so that NOON is now."""
    await stack.send(*events)
    await stack.derive()
    for statement in MOVE:
        await stack.rows(statement, NOON)


def of(session: str, *events: dict[str, Any]) -> list[dict[str, Any]]:
    return [one | {"sessionId": session, "visitorId": f"v-{session}"} for one in events]


async def test_a_session_is_active_until_half_an_hour_after_its_last_event(stack: Stack) -> None:
    await collect(
        stack,
        *of("long", *(pageview(f"/{n}", -80 + 20 * n) for n in range(4))),
        *of("ended", pageview("/", -50), click(-31)),
        *of("late", pageview("/", -50), click(-29)),
    )
    rows = await stack.rows("select * from active_sessions order by session_id")
    assert [row["session_id"] for row in rows] == ["late", "long"]
    assert [row["session_age"].total_seconds() // 60 for row in rows] == [50, 80]
    await stack.rows("update user_sessions set is_bot = true where session_id = 'late'")
    assert await stack.value("select string_agg(session_id, ' ') from active_sessions") == "long"


async def test_a_page_bounces_by_the_sessions_that_began_there(stack: Stack) -> None:
    await collect(
        stack,
        # Read for 9 s and left for the next page: seed 003 counted the first view as a bounce.
        *of("reader", pageview("/", -60), pageview("/prices", -59.85), click(-59)),
        *of("passer", pageview("/", -40)),
        *of("stayer", pageview("/", -30), page_exit("/", -29, 60_000)),
        *of("robot", pageview("/", -20)),
    )
    await stack.rows("update user_sessions set is_bot = true where session_id = 'robot'")
    await stack.rows("update pageviews set is_bot = true where session_id = 'robot'")
    rows = await stack.rows("select * from page_performance order by path")
    assert [list(row) for row in rows] == [
        ["site_id", "path", "total_views", "avg_time_on_page", "unique_sessions", "bounce_rate"]
    ] * 2
    home, prices = rows
    assert (home["total_views"], home["unique_sessions"]) == (3, 3)
    assert float(home["avg_time_on_page"]) == (9 + 60) / 2
    assert round(home["bounce_rate"], 4) == round(home["bounce_rate"].__class__(1) / 3, 4)
    assert (prices["total_views"], prices["bounce_rate"]) == (1, None)
    await stack.rows("update pageviews set view_timestamp = view_timestamp - interval '30 days'")
    assert await stack.rows("select * from page_performance") == []


async def test_sources_count_each_session_once_and_people_only(stack: Stack) -> None:
    google = {"attribution": {"referrer": "https://www.google.com/"}}
    await collect(
        stack,
        *of("a", pageview("/", -60, **google), pageview("/b", -59)),
        *of("b", pageview("/", -50, **google)),
        *of("c", click(-40)),
        *of("robot", pageview("/", -20, **google)),
    )
    await stack.rows("update user_sessions set is_bot = true where session_id = 'robot'")
    rows = await stack.rows("select * from traffic_sources order by referrer_type")
    assert [
        (name, *(float(n) for n in numbers)) for _, name, *numbers in (row.values() for row in rows)
    ] == [("direct", 1, 1, 0, 0), ("search", 2, 2, 30, 1.5)]
