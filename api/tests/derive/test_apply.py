"""Events in through /collect, rows of the derived tables out."""

from __future__ import annotations

import asyncio
import random
from datetime import date
from typing import Any

import pytest
from conftest import Stack

from build import at, batch, click, event, page_exit, pageview
from footfall import worker
from footfall.derive import apply as derive
from footfall.eventlog import consumer
from footfall.tables import DERIVED


async def contents(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    """Every derived row, in an order of content. daily_site_metrics.id is the only drawn number."""
    tables = {}
    for table in DERIVED:
        columns = [
            c.name for c in table.columns if (table.name, c.name) != ("daily_site_metrics", "id")
        ]
        listed = ", ".join(columns)
        tables[table.name] = await stack.rows(
            f"select {listed} from {table.name} order by {listed}"
        )
    return tables


async def sessions(stack: Stack) -> list[dict[str, Any]]:
    return await stack.rows("select * from user_sessions order by session_start, session_id")


async def test_one_visit_by_hand(stack: Stack) -> None:
    await stack.send(
        pageview(
            "/",
            0,
            attribution={
                "utmParams": {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "test"},
                "referrer": "https://www.google.co.uk/search?q=hats",
            },
            page={"title": "Home"},
            browser={"language": "en-GB", "timezone": "Europe/London", "screenWidth": 1920, "screenHeight": 1080,
                     "viewportWidth": 1200, "viewportHeight": 700, "devicePixelRatio": 1.5},
        ),
        batch(
            [
                {"eventType": "click", "timestamp": at(0.5), "url": "https://shop.example/", "path": "/",
                 "eventData": {"tagName": "BUTTON", "id": "cta", "classes": "big red"}},
                {"eventType": "scroll_depth", "timestamp": at(0.6), "url": "https://shop.example/", "path": "/",
                 "eventData": {"milestone": 50}},
                {"eventType": "page_exit", "timestamp": at(1), "url": "https://shop.example/", "path": "/",
                 "eventData": {"timeSpent": 60_000, "engagedMs": 42_000}},
            ]
        ),
        pageview("/contact", 1, url="https://shop.example/contact?page=1#form", page={"title": "Contact"}),
        event("form_submit", 3, path="/contact",
              eventData={"formId": "f", "formAction": "/send", "formMethod": "post", "formData": {"name": "A", "password": "x"}}),
    )  # fmt: skip
    assert await stack.derive() == 6
    [session] = await sessions(stack)
    assert {k: session[k] for k in ("session_id", "visitor_id", "duration_seconds", "pageview_count", "event_count",
                                    "bounce", "entry_path", "entry_title", "exit_path", "exit_url")} == {
        "session_id": "s1", "visitor_id": "v1", "duration_seconds": 180, "pageview_count": 2, "event_count": 6,
        "bounce": False, "entry_path": "/", "entry_title": "Home", "exit_path": "/contact",
        "exit_url": "https://shop.example/contact?page=1#form",
    }  # fmt: skip
    assert (session["utm_source"], session["utm_medium"], session["utm_campaign"]) == (
        "google",
        "cpc",
        "test",
    )
    assert (session["referrer_type"], session["referrer_platform"]) == ("search", "google")
    assert session["original_referrer"] == "https://www.google.co.uk/search?q=hats"
    assert float(session["device_pixel_ratio"]) == 1.5
    assert (session["screen_width"], session["browser_language"], session["timezone"]) == (
        1920,
        "en-GB",
        "Europe/London",
    )
    views = await stack.rows(
        "select path, title, query_params, hash_fragment, time_on_page_seconds, engaged_ms from pageviews order by id"
    )
    assert [tuple(view.values()) for view in views] == [
        ("/", "Home", None, None, 60, 42_000),
        ("/contact", "Contact", "page=1", "form", None, 0),
    ]
    events = await stack.rows(
        "select event_type, page_path, element_tag, element_id, element_classes, scroll_percentage, form_id from user_events order by id"
    )
    assert [tuple(e.values()) for e in events] == [
        ("click", "/", "button", "cta", "big red", None, None),
        ("scroll_depth", "/", None, None, None, 50, None),
        ("page_exit", "/", None, None, None, None, None),
        ("form_submit", "/contact", None, None, None, None, "f"),
    ]
    [form] = await stack.rows(
        "select form_id, form_action, form_method, page_path, field_count, form_data from form_submissions"
    )
    assert form == {"form_id": "f", "form_action": "/send", "form_method": "post", "page_path": "/contact",
                    "field_count": 2, "form_data": {"name": "A", "password": "[REDACTED]"}}  # fmt: skip
    [day] = await stack.rows("select * from daily_site_metrics")
    assert {k: day[k] for k in ("site_id", "metric_date", "unique_visitors", "total_sessions", "total_pageviews",
                                "total_events", "search_sessions", "direct_sessions", "avg_session_duration_seconds")} == {
        "site_id": "shop", "metric_date": date(2026, 3, 10), "unique_visitors": 1, "total_sessions": 1,
        "total_pageviews": 2, "total_events": 4, "search_sessions": 1, "direct_sessions": 0,
        "avg_session_duration_seconds": 180,
    }  # fmt: skip
    assert (float(day["bounce_rate"]), float(day["avg_pages_per_session"])) == (0, 2)


async def test_events_without_a_page_of_their_own_belong_to_the_open_one(stack: Stack) -> None:
    """Seed 003's batches name no url: user_events.page_path was always null there."""
    await stack.send(
        pageview("/a", 0),
        pageview("/b", 5),
        batch(
            [
                {"eventType": "click", "timestamp": at(1)},
                {"eventType": "scroll", "timestamp": at(6)},
            ]
        ),
    )
    await stack.derive()
    events = await stack.rows("select event_type, page_path, page_url from user_events order by id")
    assert [tuple(e.values()) for e in events] == [
        ("click", "/a", "https://shop.example/a"),
        ("scroll", "/b", "https://shop.example/b"),
    ]


async def test_an_spa_exit_counts_for_the_page_that_was_left(stack: Stack) -> None:
    await stack.send(
        pageview("/a", 0),
        pageview("/b", 2),
        event(
            "page_exit",
            2,
            path="/b",
            eventData={"timeSpent": 119_000, "previousPath": "/a", "newPath": "/b"},
        ),
    )
    await stack.derive()
    views = await stack.rows("select path, time_on_page_seconds from pageviews order by id")
    assert [tuple(view.values()) for view in views] == [("/a", 119), ("/b", None)]


async def test_time_on_page_without_an_exit_ends_at_the_next_pageview(stack: Stack) -> None:
    await stack.send(
        pageview("/a", 0), pageview("/b", 2), pageview("/a", 3), page_exit("/a", 4, 30_000)
    )
    await stack.derive()
    views = await stack.rows(
        "select path, time_on_page_seconds from pageviews order by view_timestamp"
    )
    assert [tuple(view.values()) for view in views] == [("/a", 120), ("/b", 60), ("/a", 30)]


async def test_without_a_session_id_visitor_and_gap_make_sessions(stack: Stack) -> None:
    await stack.send(*(pageview("/", minutes, sessionId=None) for minutes in (0, 20, 49, 100)))
    await stack.derive()
    assert [(s["session_id"], s["pageview_count"]) for s in await sessions(stack)] == [
        ("v1", 3),
        ("v1.2", 1),
    ]


async def test_a_session_stays_open_across_midnight_and_counts_on_its_first_day(
    stack: Stack,
) -> None:
    stack.clock.advance(days=1)
    await stack.send(pageview("/", 11 * 60 + 50), pageview("/b", 12 * 60 + 5), click(12 * 60 + 6))
    await stack.derive()
    assert [(s["session_id"], s["duration_seconds"]) for s in await sessions(stack)] == [
        ("s1", 960)
    ]
    days = await stack.rows(
        "select metric_date, unique_visitors, total_sessions, total_pageviews, total_events from daily_site_metrics order by 1"
    )
    assert [tuple(day.values()) for day in days] == [
        (date(2026, 3, 10), 1, 1, 1, 0),
        (date(2026, 3, 11), 1, 0, 1, 1),
    ]


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def test_days_are_those_of_the_sites_time_zone(stack: Stack) -> None:
    async with stack.pool.acquire() as connection:
        await connection.execute(
            "insert into sites (site_id, timezone) values ('shop', 'Asia/Kolkata'), ('ny', 'America/New_York')"
        )
    late = "2026-03-09T19:00:00Z"
    await stack.send(pageview(timestamp=late), pageview(siteId="ny", timestamp=late))
    await stack.derive()
    days = await stack.rows("select site_id, metric_date from daily_site_metrics order by 1")
    assert [tuple(day.values()) for day in days] == [
        ("ny", date(2026, 3, 9)),
        ("shop", date(2026, 3, 10)),
    ]


def month_of_events(seed: int) -> list[dict[str, Any]]:
    """A few hundred events of several visitors, some without ids, some far apart, some twice."""
    dice = random.Random(seed)
    events = []
    for number in range(300):
        kind = dice.choice(
            [
                *("pageview", "pageview", "click", "page_exit", "scroll", "form_submit"),
                *("form_focus", "web_vital"),
            ]
        )
        path = dice.choice(["/", "/a", "/b", None])
        visitor = f"v{dice.randrange(6)}"
        minutes = dice.choice([dice.uniform(-4000, 0), dice.uniform(-90, 0)])
        events.append(
            event(
                kind,
                round(minutes, 2),
                visitorId=visitor,
                sessionId=dice.choice([f"s-{visitor}", None]),
                path=path or ("/" if kind == "pageview" else None),
                url=f"https://shop.example{path}" if path else None,
                eventId=f"e{number}",
                siteId=dice.choice(["shop", "blog"]),
                eventData=(
                    {
                        "timeSpent": dice.randrange(90_000),
                        "engagedMs": dice.randrange(30_000),
                        "scrollPercentage": dice.choice([None, dice.randrange(101)]),
                        "previousPath": dice.choice([None, "/a", "/c?x"]),
                    }
                    if kind in ("page_exit", "scroll")
                    else {
                        "formId": "f",
                        "formData": {"a": 1},
                        "href": "/b",
                        "isDownload": True,
                        **{"name": "CLS", "value": dice.random(), "rating": "poor", "id": "v"},
                    }
                ),
            )
        )
    return events


async def test_rebuild_gives_identical_content(stack: Stack) -> None:
    events = month_of_events(7)
    stack.clock.now = stack.clock.now.replace(hour=23, minute=50)
    for first in range(0, len(events), 23):
        await stack.send(*events[first : first + 23])
        if first % 2:
            await stack.derive()
    await stack.send(pageview("/night", sessionId=None, visitorId=None, timestamp=None))
    await stack.derive()
    live = await contents(stack)
    assert {name: len(rows) > 0 for name, rows in live.items()} == dict.fromkeys(live, True)
    async with stack.pool.acquire() as connection:
        await connection.execute(
            "update user_sessions set pageview_count = 99 where site_id = 'shop'"
        )
    assert await worker.rebuild(stack.pool) == len(events) + 1
    assert await contents(stack) == live


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_arrival_and_any_batch_size_give_the_same_numbers(
    stack: Stack, seed: int
) -> None:
    events = month_of_events(seed)
    for first in range(0, len(events), 100):
        await stack.send(*events[first : first + 100])
    await stack.derive()
    expected = await contents(stack)

    async with stack.pool.acquire() as connection:
        await derive.empty(connection)
        await connection.execute("truncate events_log")
    random.Random(seed + 100).shuffle(events)
    for first in range(0, len(events), 7):
        await stack.send(*events[first : first + 7])
    while await consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=seed * 11 + 1):
        pass
    arrived = await contents(stack)
    ids = {"id", "log_id", "created_at", "updated_at", "received_at"}

    def without_arrival(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
        return {
            name: sorted(({k: v for k, v in row.items() if k not in ids} for row in rows), key=repr)
            for name, rows in tables.items()
            if name != "last_events"
        }

    assert without_arrival(arrived) == without_arrival(expected)


async def test_daily_metrics_equal_a_recount(stack: Stack) -> None:
    for piece in range(3):
        await stack.send(*month_of_events(piece + 20)[piece * 100 : piece * 100 + 100])
        await stack.derive()
    recount = """
        with days as (
            select site_id, timestamp::date as day, event_type, visitor_id from events_log
        )
        select d.site_id, d.metric_date
        from daily_site_metrics d
        left join lateral (
            select count(distinct visitor_id) as visitors,
                count(*) filter (where event_type = 'pageview') as pageviews,
                count(*) filter (where event_type <> 'pageview') as events
            from days where days.site_id = d.site_id and days.day = d.metric_date
        ) e on true
        left join lateral (
            select count(*) as sessions, count(*) filter (where bounce) as bounces,
                coalesce(sum(duration_seconds), 0) as seconds, coalesce(sum(pageview_count), 0) as views,
                count(*) filter (where coalesce(referrer_type, 'direct') = 'direct') as direct
            from user_sessions s where s.site_id = d.site_id and s.start_date = d.metric_date
        ) s on true
        where (d.unique_visitors, d.total_pageviews, d.total_events, d.total_sessions, d.bounced_sessions,
               d.duration_seconds_sum, d.session_pageviews_sum, d.direct_sessions)
            is distinct from
              (e.visitors, e.pageviews, e.events, s.sessions, s.bounces, s.seconds, s.views, s.direct)
    """
    assert await stack.rows(recount) == []
    assert await stack.value(
        "select sum(total_sessions) from daily_site_metrics"
    ) == await stack.value("select count(*) from user_sessions")


async def test_a_row_that_cannot_be_derived_is_set_aside_with_its_reason(stack: Stack) -> None:
    await stack.send(pageview("/a", 0), pageview("/poison", 1), pageview("/b", 2))

    async def refuse(connection: Any, batch: Any) -> None:
        if any(row.path == "/poison" for row in batch):
            raise ValueError("cannot derive this")
        await derive.apply(connection, batch)

    assert await consumer.step(stack.pool, derive.CONSUMER, refuse, batch_size=10) == 3
    assert [v["path"] for v in await stack.rows("select path from pageviews order by id")] == [
        "/a",
        "/b",
    ]
    [letter] = await stack.rows("select stage, site_id, reason, payload from dead_letters")
    assert letter["stage"] == "derive"
    assert "cannot derive this" in letter["reason"]
    assert letter["payload"]["path"] == "/poison"


async def test_when_nothing_can_be_derived_the_consumer_stops_and_sets_nothing_aside(
    stack: Stack,
) -> None:
    await stack.send(*(pageview("/", n) for n in range(10)))

    async def broken(connection: Any, batch: Any) -> None:
        raise RuntimeError("a bad release")

    for size in (10, 1):
        with pytest.raises(consumer.Broken, match="a bad release"):
            await consumer.step(stack.pool, derive.CONSUMER, broken, batch_size=size)
    assert await stack.value("select count(*) from dead_letters") == 0
    assert await stack.derive() == 10


async def test_a_batch_of_nothing_but_poison_is_set_aside_and_the_rest_goes_on(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "DEAD_LETTER_LIMIT", 3)
    good = {7, 31}
    await stack.send(*(pageview("/good" if n in good else "/poison", n) for n in range(40)))

    async def refuse(connection: Any, batch: Any) -> None:
        if any(row.path == "/poison" for row in batch):
            raise ValueError("cannot derive this")
        await derive.apply(connection, batch)

    for size in (5, 100):
        while await consumer.step(stack.pool, derive.CONSUMER, refuse, batch_size=size):
            pass
    assert await stack.value("select count(*) from dead_letters") == 38
    assert await stack.value("select count(*) from pageviews where path = '/good'") == 2
    assert await stack.value("select count(*) from user_sessions where site_id <> 'shop'") == 0
    assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 2


@pytest.mark.parametrize(
    "hostile",
    [
        {
            "eventData": {
                "timeSpent": -5,
                "scrollPercentage": 1e300,
                "tagName": 7,
                "classes": [1, "a"],
                "id": {},
            }
        },
        {"page": "no object", "browser": [1], "attribution": 3},
        {
            "browser": {
                "devicePixelRatio": 1e12,
                "screenWidth": -1,
                "viewportWidth": 2**40,
                "language": 5,
            }
        },
        {
            "attribution": {
                "utmParams": {"utm_source": {"a": 1}, "utm_medium": "x" * 5000},
                "referrer": "http://[::",
            }
        },
        {"url": "https://[broken", "path": "/p" * 900},
        {"eventData": {"formData": "text", "formId": ["x"]}},
        {"browser": {"devicePixelRatio": 999.9999}},
    ],
)
async def test_hostile_shapes_are_derived_without_harm(
    stack: Stack, hostile: dict[str, Any]
) -> None:
    await stack.send(
        pageview(**hostile), event("page_exit", 1, **hostile), event("form_submit", 2, **hostile)
    )
    assert await stack.derive() == 3
    assert await stack.value("select count(*) from dead_letters") == 0
    assert await stack.value("select count(*) from user_events") == 2


async def test_two_workers_at_once_derive_each_event_once(stack: Stack) -> None:
    await stack.send(*(pageview("/", n, sessionId=f"s{n}") for n in range(60)))

    async def work() -> None:
        while await consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=5):
            pass

    await asyncio.gather(work(), work(), work())
    assert await stack.value("select count(*) from pageviews") == 60
    assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 60


async def test_a_client_id_like_a_numbered_one_is_a_session_of_its_own(stack: Stack) -> None:
    await stack.send(
        pageview("/", -120, sessionId="x"),
        pageview("/", -60, sessionId="x"),
        pageview("/", -30, sessionId="x.2"),
    )
    await stack.derive()
    assert [s["session_id"] for s in await sessions(stack)] == ["x", "x.2", "x.2.1"]
    assert await stack.value("select sum(total_sessions) from daily_site_metrics") == 3


async def test_rebuild_while_a_worker_works_ends_with_the_same_content(stack: Stack) -> None:
    events = month_of_events(11)
    for first in range(0, len(events), 50):
        await stack.send(*events[first : first + 50])
    await stack.derive()
    live = await contents(stack)
    done = asyncio.Event()

    async def work() -> None:
        while not done.is_set():
            if not await consumer.step(stack.pool, derive.CONSUMER, derive.apply, batch_size=9):
                await asyncio.sleep(0)

    worker_task = asyncio.create_task(work())
    for _ in range(3):
        await worker.rebuild(stack.pool)
    done.set()
    await worker_task
    await stack.derive()
    assert await contents(stack) == live
    assert await stack.value("select count(*) from dead_letters") == 0


async def test_pageviews_of_the_same_instant_are_each_timed_once(stack: Stack) -> None:
    await stack.send(
        *(pageview("/a", 0, eventId=f"e{n}") for n in range(10)),
        page_exit("/a", 1, 60_000, data={"engagedMs": 5_000}),
    )
    await stack.derive()
    assert await stack.value("select sum(engaged_ms) from pageviews") == 5_000
    assert await stack.value("select engaged_ms from user_sessions") == 5_000
