"""In which order the rows of an answer come, page by page."""

from __future__ import annotations

from typing import Any

from conftest import Stack

from build import pageview

DAY = {"site_id": "shop", "start_date": "2026-03-10", "end_date": "2026-03-10"}


async def visit_pages(stack: Stack) -> None:
    """/a: one visitor, three views. /b: two visitors, two views, of which one a minute long. /c: one, one."""
    await stack.send(
        *(pageview("/a", n, sessionId="s1", visitorId="v1") for n in range(3)),
        pageview("/b", 0, sessionId="s2", visitorId="v2"),
        pageview("/c", 1, sessionId="s2", visitorId="v2"),
        pageview("/b", 0, sessionId="s3", visitorId="v3"),
    )
    await stack.derive()


async def keys(stack: Stack, by: str, direction: str, **changes: Any) -> list[str]:
    answer = await stack.query(
        **DAY,
        metrics=["visitors", "pageviews", "time_on_page_s"],
        dimensions=["page"],
        order={"by": by, "direction": direction},
        **changes,
    )
    return [row["dimensions"][0] for row in answer["rows"]]


async def test_a_breakdown_is_ordered_by_any_metric_or_by_key(stack: Stack) -> None:
    await visit_pages(stack)
    for filters in ([], [{"dimension": "country", "operator": "is_not", "values": ["XX"]}]):
        assert await keys(stack, "visitors", "desc", filters=filters) == ["/b", "/a", "/c"]
        assert await keys(stack, "visitors", "asc", filters=filters) == ["/a", "/c", "/b"]
        assert await keys(stack, "pageviews", "desc", filters=filters) == ["/a", "/b", "/c"]
        assert await keys(stack, "key", "desc", filters=filters) == ["/c", "/b", "/a"]
        assert await keys(stack, "key", "asc", filters=filters) == ["/a", "/b", "/c"]
        # Nothing is known of how long /c was read: it comes last either way.
        assert await keys(stack, "time_on_page_s", "desc", filters=filters) == ["/a", "/b", "/c"]
        assert await keys(stack, "time_on_page_s", "asc", filters=filters) == ["/a", "/b", "/c"]


async def test_pages_of_an_ordered_breakdown_follow_each_other(stack: Stack) -> None:
    await visit_pages(stack)
    assert await keys(stack, "key", "desc", limit=2) == ["/c", "/b"]
    assert await keys(stack, "key", "desc", limit=2, offset=2) == ["/a"]


async def test_the_best_hours_come_first_where_asked_for_and_keep_their_comparison(
    stack: Stack,
) -> None:
    await visit_pages(stack)
    await stack.send(pageview("/a", -60, sessionId="s4", visitorId="v4"))
    await stack.derive()
    answer = await stack.query(
        **DAY,
        metrics=["visitors", "bounce_rate"],
        dimensions=["time:hour"],
        order={"by": "visitors"},
        limit=3,
        comparison={"start_date": "2026-03-10", "end_date": "2026-03-10"},
    )
    assert [row["dimensions"][0][-5:] for row in answer["rows"]] == ["12:00", "11:00", "00:00"]
    assert all(row["metrics"] == row["comparison"] for row in answer["rows"])
    assert answer["total_rows"] == 24
    backwards = await stack.query(
        **DAY, metrics=["visitors"], dimensions=["time:hour"], order={"by": "key"}, limit=1
    )
    assert [row["dimensions"] for row in backwards["rows"]] == [["2026-03-10T23:00"]]
