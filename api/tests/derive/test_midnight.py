"""Visitors without ids over midnight UTC, where their ids change: one session, two days' visitors."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock, Stack, running, settings_for
from nights import nights, true_sessions

from browsers import BROWSERS
from build import at, batch, intake_of, pageview
from footfall import replay
from footfall.config import Settings
from footfall.eventlog.dead_letters import find_letters
from footfall.eventlog.drain import drain
from footfall.eventlog.spool import Spool
from footfall.site import SiteDirectory
from footfall.verify.run import Scope, verify

MIDNIGHT = datetime.fromisoformat("2026-03-11T00:00:00Z")
HOME = "203.0.113.7"


@pytest.fixture
def clock() -> Clock:
    return Clock(MIDNIGHT - timedelta(hours=2))


def bare(path: str, minutes: float, **fields: Any) -> dict[str, Any]:
    """A pageview without ids, so many minutes after midnight."""
    return pageview(path, timestamp=at(minutes, MIDNIGHT), sessionId=None, visitorId=None, **fields)


async def come(stack: Stack, *minutes: float, ip: str = HOME, **headers: str) -> None:
    """Pageviews of one browser, each sent when it happens; the path tells when."""
    for minute in minutes:
        await send_at(stack, minute, bare(f"/{minute}", minute), ip=ip, **headers)


async def send_at(
    stack: Stack, minutes: float, *events: dict[str, Any], ip: str = HOME, **headers: str
) -> None:
    stack.clock.now = MIDNIGHT + timedelta(minutes=minutes)
    answer = await stack.post(list(events), x_forwarded_for=ip, **headers)
    assert answer.status_code == 202, answer.text


async def paths(stack: Stack) -> list[list[str]]:
    """The pages of each session, in the order of time; everything derived is proved from the log."""
    await stack.derive()
    report = await verify(stack.pool, Scope())
    assert (report.differences, report.waiting) == ([], 0)
    rows = await stack.rows("""
        select array_agg(p.path order by view_timestamp, p.event_id) as paths
        from user_sessions s join pageviews p using (site_id, session_id)
        group by site_id, session_id, session_start
        order by session_start, site_id
        """)
    return [row["paths"] for row in rows]


async def test_a_session_goes_on_over_midnight(stack: Stack) -> None:
    await come(stack, -10, 10)
    assert await paths(stack) == [["/-10", "/10"]]
    [session] = await stack.rows("select * from user_sessions")
    assert (session["entry_path"], session["exit_path"], session["bounce"]) == (
        "/-10",
        "/10",
        False,
    )
    assert (session["duration_seconds"], session["start_date"]) == (1200, date(2026, 3, 10))
    views = await stack.rows("select visitor_id, time_on_page_seconds from pageviews order by id")
    assert views[0]["visitor_id"] == session["visitor_id"] != views[1]["visitor_id"]
    assert [view["time_on_page_seconds"] for view in views] == [1200, None]
    days = await stack.rows(
        "select metric_date, unique_visitors, total_sessions, total_pageviews, bounced_sessions"
        " from daily_site_metrics order by 1"
    )
    assert [tuple(day.values()) for day in days] == [
        (date(2026, 3, 10), 1, 1, 1, 0),
        (date(2026, 3, 11), 1, 0, 1, 0),
    ]


PAUSES: list[tuple[list[float], list[list[str]]]] = [
    ([-35, 10], [["/-35"], ["/10"]]),
    ([-30, 0], [["/-30", "/0"]]),
    ([-30, 0.1], [["/-30"], ["/0.1"]]),
    ([-0.1, 29.9], [["/-0.1", "/29.9"]]),
    ([-5, 20, 45, 70], [["/-5", "/20", "/45", "/70"]]),
    ([-50, -25, 0, 25, 50], [["/-50", "/-25", "/0", "/25", "/50"]]),
    ([-600, 5, 600], [["/-600"], ["/5"], ["/600"]]),
]


@pytest.mark.parametrize(("minutes", "sessions"), PAUSES)
async def test_pauses_cut_sessions_as_on_any_other_hour(
    stack: Stack, minutes: list[float], sessions: list[list[str]]
) -> None:
    await come(stack, *minutes)
    assert await paths(stack) == sessions


async def test_others_are_others(stack: Stack) -> None:
    """Another address, another browser at the same address, another site, a robot."""
    firefox = BROWSERS["Firefox on Windows"]
    await come(stack, -10)
    await come(stack, 10, ip="203.0.113.8")
    await come(stack, 11, **firefox)
    await send_at(stack, 12, bare("/blog", 12, siteId="blog"))
    assert await paths(stack) == [["/-10"], ["/10"], ["/11"], ["/blog"]]
    await come(stack, 13, ip="203.0.113.8")
    await come(stack, -9, **firefox)
    assert await paths(stack) == [["/-10"], ["/-9", "/11"], ["/10", "/13"], ["/blog"]]


async def test_a_robot_and_a_person_behind_one_address_stay_apart(stack: Stack) -> None:
    driven = {"browser": {"webdriver": True}}
    curl = {"user_agent": "curl/8.5.0"}
    await come(stack, -10, 10)
    await send_at(stack, -9, bare("/-9", -9), **curl)
    await send_at(stack, 9, bare("/9", 9), **curl)
    await send_at(stack, -8, bare("/-8", -8, **driven), ip="203.0.113.9")
    await send_at(stack, 8, {**bare("/8", 8), "eventType": "click"}, ip="203.0.113.9")
    assert await paths(stack) == [["/-10", "/10"], ["/-9", "/9"], ["/-8"]]
    rows = await stack.rows(
        "select is_bot, event_count, session_id from user_sessions order by session_start"
    )
    assert [(row["is_bot"], row["event_count"]) for row in rows] == [
        (False, 2),
        (True, 2),
        (True, 2),
    ]
    assert [row["session_id"].endswith("~bot") for row in rows] == [False, True, True]


async def test_who_sends_an_id_is_untouched(stack: Stack) -> None:
    for minutes in (-10, 10):
        await send_at(
            stack,
            minutes,
            pageview("/s", timestamp=at(minutes, MIDNIGHT), visitorId=None),
            pageview("/v", timestamp=at(minutes, MIDNIGHT), sessionId=None),
        )
    assert await paths(stack) == [["/s", "/s"], ["/v", "/v"]]
    assert await stack.value("select count(midnight_id) from events_log") == 0


async def test_only_near_midnight_is_anything_kept(stack: Stack) -> None:
    await come(stack, -61, -60, -30, -1, 0, 30, 31, 600, 1379, 1380)
    rows = await stack.rows("select path, midnight_id from events_log order by id")
    kept = {row["path"]: row["midnight_id"] for row in rows if row["midnight_id"] is not None}
    assert list(kept) == ["/-60", "/-30", "/-1", "/0", "/30", "/1380"]
    assert len({kept[name] for name in list(kept)[:-1]}) == 1
    assert len(set(kept.values())) == 2
    ids = {row["visitor_id"] for row in await stack.rows("select visitor_id from events_log")}
    assert not ids & set(kept.values())


@pytest.mark.parametrize("seed", range(6))
async def test_sessions_are_those_of_the_browsers_in_truth(stack: Stack, seed: int) -> None:
    """Live and up to half an hour late, by right and wrong clocks, over one midnight and over several."""
    sendings = nights(seed, MIDNIGHT)
    for sending in sendings:
        stack.clock.now = sending.received_at
        await stack.post(sending.events, **sending.headers)
    await paths(stack)
    rows = await stack.rows("""
        select array_agg(l.raw_event_data ->> 'eventId') as ids
        from (
            select site_id, session_id, event_id from pageviews
            union all
            select site_id, session_id, event_id from user_events
        ) as e
        join events_log l using (site_id, event_id)
        group by e.site_id, e.session_id
        """)
    assert {frozenset(row["ids"]) for row in rows} == true_sessions(sendings)
    linked = await stack.value(
        "select count(*) from (select from midnight_links group by root_key having count(distinct session_key) > 1)"
    )
    assert linked > 0


async def test_a_batch_sent_after_midnight_belongs_to_what_was_before(stack: Stack) -> None:
    await come(stack, -25)
    inner = [
        {"eventType": "pageview", "timestamp": at(minutes, MIDNIGHT), "path": path}
        for path, minutes in (("/late", -2), ("/early", 5))
    ]
    envelope = batch(inner, sessionId=None, visitorId=None, timestamp=at(20, MIDNIGHT))
    await send_at(stack, 20, envelope)
    assert await paths(stack) == [["/-25", "/late", "/early"]]
    assert await stack.value("select count(distinct visitor_id) from pageviews") == 2


async def test_an_event_that_comes_hours_late_still_joins(stack: Stack) -> None:
    await come(stack, -10)
    await send_at(stack, 14 * 60, bare("/10", 10))
    assert await paths(stack) == [["/-10", "/10"]]


@pytest.mark.parametrize("order", list(itertools.permutations([-20, -1, 25])))
async def test_in_whatever_order_they_are_sent_and_derived(
    stack: Stack, order: tuple[int, ...]
) -> None:
    for minutes in order:
        await come(stack, minutes)
        await stack.derive()
    assert await paths(stack) == [["/-20", "/-1", "/25"]]
    [session] = await stack.rows("select session_id, visitor_id from user_sessions")
    assert session["session_id"] == session["visitor_id"]


async def test_over_several_midnights_all_stand_under_the_first_key(stack: Stack) -> None:
    """Who never leaves has one session of three days."""
    day = 24 * 60
    stay = [float(minutes) for minutes in range(-10, 2 * day + 20, 25)]
    walks: list[list[float]] = [[-5, 5, 600, day - 5, day + 5, 2 * day - 5, 2 * day + 5], stay]
    for ip, minutes in zip(("203.0.113.1", "203.0.113.2"), walks, strict=True):
        await come(stack, *minutes, ip=ip)
    expected = await paths(stack)
    assert sorted(len(pages) for pages in expected) == [1, 2, 2, 2, len(stay)]
    roots = await stack.rows("select distinct session_key from user_sessions")
    firsts = await stack.rows(
        "select distinct visitor_id from events_log where received_at < $1", MIDNIGHT
    )
    assert sorted(r["session_key"] for r in roots) == sorted(f["visitor_id"] for f in firsts)


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Auckland", 11), ("America/New_York", 10), ("Europe/Berlin", 11)]
)
async def test_the_session_counts_on_the_sites_day(stack: Stack, zone: str, day: int) -> None:
    """Noon in Auckland is midnight UTC, with nothing of it to be seen on the site's day."""
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    await come(stack, -10, 10)
    assert await paths(stack) == [["/-10", "/10"]]
    rows = await stack.rows(
        "select metric_date, total_sessions, unique_visitors, total_pageviews from daily_site_metrics"
    )
    # The ids of two UTC days are two visitors, also where they meet on one day of the site's.
    assert [tuple(row.values()) for row in rows] == [(date(2026, 3, day), 1, 2, 2)]


async def test_a_night_of_changing_clocks_is_like_any_other(stack: Stack) -> None:
    """In the Azores clocks went back at 01:00, which is 01:00 UTC, to midnight of the same day."""
    start = datetime.fromisoformat("2026-10-25T00:00:00Z")
    await stack.rows("insert into sites (site_id, timezone) values ('shop', 'Atlantic/Azores')")
    for minutes in (-10, 15, 40, 65):
        stack.clock.now = start + timedelta(minutes=minutes)
        view = bare(f"/{minutes}", 0) | {"timestamp": at(minutes, start)}
        await stack.post(view, x_forwarded_for=HOME)
    assert await paths(stack) == [["/-10", "/15", "/40", "/65"]]


async def test_two_processes_and_a_restart_know_the_same_visitor(stack: Stack) -> None:
    def settings() -> Settings:
        return settings_for(stack.database_url)

    async with running(settings(), stack.pool, stack.clock) as other:
        await come(stack, -10)
        await come(other, -5, 2)
        await come(stack, 3)
    stack.clock.now = MIDNIGHT + timedelta(minutes=5)
    async with running(settings(), stack.pool, stack.clock) as restarted:
        await come(restarted, 10)
        assert await paths(stack) == [["/-10", "/-5", "/2", "/3", "/10"]]


async def test_without_yesterdays_salt_a_session_begins(stack: Stack) -> None:
    await come(stack, -10)
    await stack.rows("delete from visitor_salts")
    stack.clock.now = MIDNIGHT + timedelta(minutes=5)
    async with running(settings_for(stack.database_url), stack.pool, stack.clock) as restarted:
        await come(restarted, 10)
    assert await paths(stack) == [["/-10"], ["/10"]]
    assert await stack.value("select midnight_id from events_log where path = '/10'") is None


async def test_what_waited_on_disk_and_what_was_set_aside_joins_as_well(
    stack: Stack, tmp_path: Path
) -> None:
    await stack.rows("alter table events_log add constraint refused check (path <> '/2')")
    await come(stack, -30)
    await send_at(stack, 2, bare("/2", 2), bare("/3", 3))
    await stack.derive()
    await stack.rows("alter table events_log drop constraint refused")
    async with stack.pool.acquire() as connection:
        letters = await find_letters(connection)
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    age = timedelta(days=7)
    await replay.replay(stack.pool, sites, letters, stack.clock.now, max_event_age=age)
    assert await stack.value("select count(distinct midnight_id) from events_log") == 1
    row = await stack.rows("select * from events_log where path = '/2'")
    intake = intake_of(bare("/-3", -3), received_at=MIDNIGHT)
    [event] = intake.events
    link = replace(event, visitor_id=row[0]["visitor_id"], midnight_id=row[0]["midnight_id"])
    writer = Spool(tmp_path / "spool", 10**7)
    writer.write([replace(intake, events=(link,))])
    writer.close()
    while await drain(stack.pool, tmp_path / "spool", sites, stack.clock.now):
        pass
    assert await paths(stack) == [["/-30", "/-3", "/2", "/3"]]


async def test_what_came_late_before_the_link_is_numbered_among_the_others(stack: Stack) -> None:
    await come(stack, -200, -100, -10)
    await send_at(stack, 14 * 60, bare("/-300", -300))
    await stack.derive()
    await come(stack, 10)
    assert await paths(stack) == [["/-300"], ["/-200"], ["/-100"], ["/-10", "/10"]]


async def test_what_is_set_aside_near_midnight_keeps_what_would_link_it(stack: Stack) -> None:
    for minutes in (-10, 10, 600):
        wrong = {**bare("/wrong", minutes), "eventType": ""}
        await send_at(stack, minutes, bare("/", minutes), wrong)
    letters = await stack.rows("select context from dead_letters order by id")
    events = await stack.rows("select visitor_id, midnight_id from events_log order by id")
    for letter, event in zip(letters, events, strict=True):
        assert letter["context"]["visitor_id"] == event["visitor_id"]
        assert letter["context"].get("midnight_id") == event["midnight_id"]
    assert [event["midnight_id"] is None for event in events] == [False, False, True]
