"""Which rows an answer has: paging, series, comparisons of unequal length."""

from __future__ import annotations

from typing import Any

from conftest import Stack

from build import pageview

DAY = {"site_id": "shop", "start_date": "2026-03-10", "end_date": "2026-03-10"}


async def visit_pages(stack: Stack) -> None:
    """Page /a is viewed by one visitor, /b by two, /c by three."""
    await stack.send(
        *(
            pageview(path, sessionId=f"s{path}{n}", visitorId=f"v{n}")
            for path, count in (("/a", 1), ("/b", 2), ("/c", 3))
            for n in range(count)
        )
    )
    await stack.derive()


async def pages(stack: Stack, **changes: Any) -> tuple[list[str], int]:
    answer = await stack.query(**DAY, metrics=["visitors"], dimensions=["page"], **changes)
    return [row["dimensions"][0] for row in answer["rows"]], answer["total_rows"]


async def test_pages_of_a_breakdown_follow_each_other_and_tell_how_many_rows_there_are(
    stack: Stack,
) -> None:
    await visit_pages(stack)
    assert await pages(stack) == (["/c", "/b", "/a"], 3)
    assert await pages(stack, limit=2) == (["/c", "/b"], 3)
    assert await pages(stack, limit=2, offset=2) == (["/a"], 3)
    assert await pages(stack, limit=3) == (["/c", "/b", "/a"], 3)
    assert await pages(stack, offset=3) == ([], 3)


async def test_a_search_leaves_out_rows_and_changes_no_figure(stack: Stack) -> None:
    await stack.send(
        *(
            pageview(path, n, sessionId=f"s{n}", visitorId=f"v{n}")
            for n, path in enumerate(["/docs/a", "/Docs/b", "/docs/a", "/100%", "/100_", "/über"])
        )
    )
    await stack.derive()
    for more in (
        {},
        {
            "filters": [
                {"dimension": "page", "operator": "contains", "values": ["ÜBER", "00", "OCS"]}
            ]
        },
    ):
        assert await pages(stack, search=["DOCS"], **more) == (["/docs/a", "/Docs/b"], 2)
        assert await pages(stack, search=["docs"], limit=1, **more) == (["/docs/a"], 2)
        assert await pages(stack, search=["cs/b", "%"], **more) == (["/100%", "/Docs/b"], 2)
        assert await pages(stack, search=["_"], **more) == (["/100_"], 1)
        assert await pages(stack, search=["ÜBER"], **more) == (["/über"], 1)
        assert await pages(stack, search=["nothing"], **more) == ([], 0)
        answer = await stack.query(
            **DAY, metrics=["visitors"], dimensions=["page"], search=["docs/a"], **more
        )
        assert [row["metrics"] for row in answer["rows"]] == [[2]]
    whole = await stack.query(
        **DAY, metrics=["time_on_page_s", "visitors"], dimensions=["page"], search=["docs"]
    )
    assert whole["total_rows"] == 2


async def test_a_site_without_events_has_zeros_and_no_rates(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    wanted = ["visitors", "sessions", "bounce_rate", "session_duration_s", "views_per_session"]
    totals = await stack.query(**DAY, metrics=wanted)
    [row] = totals["rows"]
    assert (row["dimensions"], row["metrics"]) == ([], [0, 0, None, None, None])
    assert row["comparison"] is None
    assert await pages(stack) == ([], 0)
    for dimension, count in (
        ("time:hour", 24),
        ("time:day", 1),
        ("time:week", 1),
        ("time:month", 1),
    ):
        series = await stack.query(**DAY, metrics=wanted, dimensions=[dimension])
        figures = [row["metrics"] for row in series["rows"]]
        assert figures == [[0, 0, None, None, None]] * count
        assert series["total_rows"] == count


async def test_a_series_is_whole_unless_told(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    year = DAY | {"start_date": "2025-03-11"}
    whole = await stack.query(**year, metrics=["visitors"], dimensions=["time:day"])
    assert len(whole["rows"]) == whole["total_rows"] == 365
    cut = await stack.query(
        **year, metrics=["visitors"], dimensions=["time:day"], limit=2, offset=363
    )
    assert [row["dimensions"] for row in cut["rows"]] == [["2026-03-09"], ["2026-03-10"]]
    assert cut["total_rows"] == 365


async def test_a_shorter_comparison_leaves_the_last_buckets_without_one(stack: Stack) -> None:
    await visit_pages(stack)
    answer = await stack.query(
        site_id="shop",
        start_date="2026-03-08",
        end_date="2026-03-10",
        metrics=["visitors"],
        dimensions=["time:day"],
        comparison={"start_date": "2026-03-10", "end_date": "2026-03-11"},
    )
    assert [(row["metrics"], row["comparison"]) for row in answer["rows"]] == [
        ([0], [3]),
        ([0], [0]),
        ([3], None),
    ]


async def test_one_visitor_on_two_days_is_one_of_the_month(stack: Stack) -> None:
    await stack.send(pageview("/", -1440), pageview("/", 0))
    await stack.derive()
    days = await stack.query(
        **(DAY | {"start_date": "2026-03-09"}), metrics=["visitors"], dimensions=["time:day"]
    )
    assert [row["metrics"] for row in days["rows"]] == [[1], [1]]
    month = await stack.query(
        **(DAY | {"start_date": "2026-02-20"}), metrics=["visitors"], dimensions=["time:month"]
    )
    assert [(row["dimensions"], row["metrics"]) for row in month["rows"]] == [
        (["2026-02"], [0]),
        (["2026-03"], [1]),
    ]


async def test_one_visitor_on_two_days_is_one_of_the_week_and_one_of_the_next(stack: Stack) -> None:
    # Sunday, Monday and Tuesday: 8 to 10 March 2026.
    await stack.send(pageview("/", -2880), pageview("/", -1440), pageview("/", 0))
    await stack.derive()
    weeks = await stack.query(
        **(DAY | {"start_date": "2026-03-05"}), metrics=["visitors"], dimensions=["time:week"]
    )
    assert [(row["dimensions"], row["metrics"]) for row in weeks["rows"]] == [
        (["2026-03-02"], [1]),
        (["2026-03-09"], [1]),
    ]
    # The range cuts the week: whoever came on a day before it counts none the less.
    cut = await stack.query(**DAY, metrics=["visitors"], dimensions=["time:week"])
    assert [(row["dimensions"], row["metrics"]) for row in cut["rows"]] == [(["2026-03-09"], [1])]


async def test_sites_do_not_mix(stack: Stack) -> None:
    await stack.send(pageview("/"), pageview("/other", siteId="blog", sessionId="s2"))
    await stack.derive()
    assert await pages(stack) == (["/"], 1)
    totals = await stack.query(**DAY, metrics=["visitors", "sessions", "pageviews"])
    assert totals["rows"][0]["metrics"] == [1, 1, 1]


async def test_flagged_sessions_are_chosen_only_where_they_are_asked_for(stack: Stack) -> None:
    await stack.send(pageview("/a"), pageview("/b", 1))
    robot = [pageview("/a", 2, sessionId="s2", visitorId="v2")]
    answer = await stack.post(robot, User_Agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    assert answer.status_code == 202
    await stack.derive()
    body = DAY | {
        "metrics": ["visitors", "sessions", "pageviews", "events"],
        "filters": [{"dimension": "page", "operator": "is", "values": ["/a"]}],
    }
    people = await stack.query(**body)
    assert [row["metrics"] for row in people["rows"]] == [[1, 1, 1, 0]]
    everybody = await stack.query(**body, include_bots=True)
    assert [row["metrics"] for row in everybody["rows"]] == [[2, 2, 2, 0]]
