"""Erasure, export and retention where visitors of several days (UTC) are linked over midnight."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import Clock, Stack
from nights import nights

from build import at, pageview
from footfall import worker
from footfall.admin import privacy, retention
from footfall.site import SiteDirectory
from footfall.tables import DERIVED, metadata
from footfall.verify.run import Scope, verify

MIDNIGHT = datetime.fromisoformat("2026-03-11T00:00:00Z")
DAY = 24 * 60
HOME = "203.0.113.77"
PASSING = {"id", "log_id", "created_at", "updated_at"}


@pytest.fixture
def clock() -> Clock:
    return Clock(MIDNIGHT - timedelta(hours=8))


async def contents(stack: Stack) -> dict[str, list[str]]:
    return {
        table.name: sorted(
            repr({name: value for name, value in row.items() if name not in PASSING})
            for row in await stack.rows(f"select * from {table.name}")
        )
        for table in DERIVED
    }


async def where_it_is(stack: Stack, text: str) -> list[str]:
    return [
        name
        for name in metadata.tables
        if await stack.value(
            f"select count(*) from {name} t where to_jsonb(t)::text like '%' || $1 || '%'", text
        )
    ]


async def proved(stack: Stack) -> dict[str, list[str]]:
    await stack.derive()
    report = await verify(stack.pool, Scope())
    assert (report.differences, report.waiting) == ([], 0)
    return await contents(stack)


async def erase(stack: Stack, folder: Path, visitor_id: str) -> list[privacy.Found]:
    sites = SiteDirectory(stack.pool, registers_unknown=True)
    return await privacy.erase(
        stack.pool, folder, sites, visitor_id, None, stack.clock.now, actor="test"
    )


async def come(stack: Stack, *minutes: float, **fields: Any) -> None:
    """Pageviews of one browser without ids, so many minutes after the first midnight, each sent at once."""
    for minute in minutes:
        stack.clock.now = MIDNIGHT + timedelta(minutes=minute)
        moment = at(minute, MIDNIGHT)
        view = pageview(
            f"/{minute:.0f}", timestamp=moment, sessionId=None, visitorId=None, **fields
        )
        assert (await stack.post(view, x_forwarded_for=HOME)).status_code == 202


async def day_ids(stack: Stack) -> list[str]:
    """The ids of the browser of come(), by day."""
    rows = await stack.rows(
        "select visitor_id from events_log where path ~ '^/-?[0-9]+$'"
        " group by visitor_id order by min(received_at)"
    )
    return [row["visitor_id"] for row in rows]


async def names(stack: Stack) -> list[tuple[str, list[str]]]:
    """(session id, paths) by time."""
    rows = await stack.rows("""
        select session_id, array_agg(path order by view_timestamp) as paths
        from user_sessions s join pageviews p using (site_id, session_id)
        group by session_id, session_start order by session_start
        """)
    return [(row["session_id"], row["paths"]) for row in rows]


STAY = [-300, -20, 5, 600, DAY - 10, DAY + 10, DAY + 600, 2 * DAY - 5, 2 * DAY + 5]


async def test_a_chain_falls_apart_where_its_visitor_is_taken_out(
    stack: Stack, tmp_path: Path
) -> None:
    await come(stack, *STAY)
    await proved(stack)
    a, b, c, d = await day_ids(stack)
    assert await names(stack) == [
        (a, ["/-300"]),
        (f"{a}.2", ["/-20", "/5"]),
        (f"{a}.3", ["/600"]),
        (f"{a}.4", ["/1430", "/1450"]),
        (f"{a}.5", ["/2040"]),
        (f"{a}.6", ["/2875", "/2885"]),
    ]
    await erase(stack, tmp_path, b)
    assert await where_it_is(stack, b) == []
    assert await names(stack) == [
        (a, ["/-300"]),
        (f"{a}.2", ["/-20"]),
        (c, ["/1450"]),
        (f"{c}.2", ["/2040"]),
        (f"{c}.3", ["/2875", "/2885"]),
    ]
    await proved(stack)
    await erase(stack, tmp_path, c)
    assert await names(stack) == [(a, ["/-300"]), (f"{a}.2", ["/-20"]), (d, ["/2885"])]
    await erase(stack, tmp_path, a)
    assert await names(stack) == [(d, ["/2885"])]
    for gone in (a, b, c):
        assert await where_it_is(stack, gone) == []
    await proved(stack)


async def test_the_root_of_a_chain_leaves_no_name_behind(stack: Stack, tmp_path: Path) -> None:
    await come(stack, *STAY)
    await proved(stack)
    a, b, *_ = await day_ids(stack)
    removed = await erase(stack, tmp_path, a)
    assert removed[0].counts["pageviews"] == 2
    assert await where_it_is(stack, a) == []
    assert [name for name, _ in await names(stack)] == [b, *(f"{b}.{n}" for n in range(2, 6))]
    erased = await proved(stack)
    await worker.rebuild(stack.pool)
    assert await contents(stack) == erased


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "Asia/Kathmandu"])
async def test_what_an_erased_visitor_had_joined_days_before_is_derived_again(
    stack: Stack, tmp_path: Path, zone: str
) -> None:
    """An event of the day after comes late, and is of before the first one of who is erased."""
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    await come(stack, -400, -15, 12)
    await stack.post(
        pageview("/late", timestamp=at(-1900, MIDNIGHT), sessionId=None, visitorId=None),
        x_forwarded_for=HOME,
    )
    await proved(stack)
    a, b = await day_ids(stack)
    assert [name for name, _ in await names(stack)] == [a, f"{a}.2", f"{a}.3"]
    await erase(stack, tmp_path, a)
    assert await where_it_is(stack, a) == []
    assert await names(stack) == [(b, ["/late"]), (f"{b}.2", ["/12"])]
    erased = await proved(stack)
    await worker.rebuild(stack.pool)
    assert await contents(stack) == erased


@pytest.mark.parametrize("seed", range(4))
async def test_after_an_erasure_the_site_is_as_the_log_says(
    stack: Stack, tmp_path: Path, seed: int
) -> None:
    """Of each chain of three days or more some visitor, in turn."""
    await stack.rows(
        "insert into sites (site_id, timezone) values ('shop', 'Asia/Kathmandu'), ('blog', 'America/New_York')"
    )
    for sending in nights(seed, MIDNIGHT, count=4):
        stack.clock.now = sending.received_at
        await stack.post(sending.events, **sending.headers)
    await proved(stack)
    stack.clock.advance(seconds=1)
    chains = await stack.rows("""
        select array_agg(session_key order by key_date) as keys
        from (select distinct root_key, session_key, key_date from midnight_links) as linked
        where session_key !~ 'bot$'
        group by root_key having count(*) > 2 order by count(*), min(key_date)
        """)
    assert chains
    for place, chain in enumerate(chains):
        visitor_id = chain["keys"][(seed + place) % len(chain["keys"])]
        assert await where_it_is(stack, visitor_id)
        await erase(stack, tmp_path, visitor_id)
        assert await where_it_is(stack, visitor_id) == []
        erased = await proved(stack)
        await worker.rebuild(stack.pool)
        assert await contents(stack) == erased


async def test_what_comes_of_them_later_is_linked_anew(stack: Stack, tmp_path: Path) -> None:
    await come(stack, -10, 5)
    await stack.derive()
    _, b = await day_ids(stack)
    stack.clock.advance(seconds=1)
    await erase(stack, tmp_path, b)
    await come(stack, 10)
    await proved(stack)
    assert [paths for _, paths in await names(stack)] == [["/-10", "/10"]]
    assert await where_it_is(stack, b) != []


async def test_an_export_tells_of_no_other_day(stack: Stack, tmp_path: Path) -> None:
    await come(stack, -10, 5)
    await stack.derive()
    a, b = await day_ids(stack)
    pieces = [p async for p in privacy.export(stack.pool, tmp_path, b, "shop", stack.clock.now)]
    document = orjson.loads(b"".join(pieces))
    assert [row["path"] for row in document["tables"]["events_log"]] == ["/5"]
    assert [row["visitor_id"] for row in document["tables"]["pageviews"]] == [b]
    assert a not in orjson.dumps(document["tables"]["events_log"]).decode()


async def two_weeks(stack: Stack) -> list[str]:
    """One browser that is there at each midnight; returns its ids by day."""
    for day in range(14):
        await come(stack, day * DAY - 5, day * DAY + 5)
    await proved(stack)
    return await day_ids(stack)


async def keep(stack: Stack, **settings: int) -> None:
    await stack.rows("update sites set settings = $1 where site_id = 'shop'", settings)
    await retention.run(stack.pool, stack.clock.now)


async def test_a_chain_whose_events_are_gone_keeps_its_names_until_somebody_is_erased(
    stack: Stack, tmp_path: Path
) -> None:
    ids = await two_weeks(stack)
    before = await contents(stack)
    await keep(stack, keep_events_days=8)
    assert await stack.value("select count(distinct visitor_id) from events_log") < 11
    assert await proved(stack) == before
    await worker.rebuild(stack.pool)
    assert await proved(stack) == before
    assert {name.partition(".")[0] for name, _ in await names(stack)} == {ids[0]}
    for gone, root in ((3, 4), (0, 1), (10, 11), (9, None)):
        await erase(stack, tmp_path, ids[gone])
        assert await where_it_is(stack, ids[gone]) == []
        roots = {name.partition(".")[0] for name, _ in await names(stack)}
        assert root is None or ids[root] in roots
        erased = await proved(stack)
        await worker.rebuild(stack.pool)
        assert await contents(stack) == erased
    shown = [pages for _, pages in await names(stack)]
    assert sorted(page for pages in shown for page in pages) == sorted(
        row["path"] for row in await stack.rows("select path from pageviews")
    )
    assert [len(pages) for pages in shown].count(2) == 14 - 6


async def test_links_go_with_the_details(stack: Stack, tmp_path: Path) -> None:
    ids = await two_weeks(stack)
    await keep(stack, keep_details_days=8)
    first = await stack.value("select min(start_date) from user_sessions")
    left = await stack.rows("select distinct session_key, root_key from midnight_links")
    of_sessions = await stack.rows("select distinct visitor_id from pageviews")
    assert {row["visitor_id"] for row in of_sessions} <= {row["session_key"] for row in left}
    assert await stack.value("select min(key_date) from midnight_links") == first - timedelta(1)
    assert {row["root_key"] for row in left} == {ids[0]}
    assert ids[1] not in {row["session_key"] for row in left}
    shown = [pages for _, pages in await names(stack)]
    await erase(stack, tmp_path, ids[0])
    assert await where_it_is(stack, ids[0]) == []
    # What the log still tells of is derived again, and goes again.
    await keep(stack, keep_details_days=8)
    assert [pages for _, pages in await names(stack)] == shown
    roots = await stack.rows("select distinct root_key from midnight_links")
    assert [row["root_key"] for row in roots] == [ids[1]]


async def test_a_rebuild_after_retention_derives_links_anew_where_all_events_are_there(
    stack: Stack,
) -> None:
    await come(stack, -10, 5)
    expected = await proved(stack)
    await stack.rows(
        "insert into retention_floors (site_id, floor_date) values ('blog', '2026-03-01')"
    )
    await stack.rows("update midnight_links set midnight_key = 'm', root_key = session_key")
    await worker.rebuild(stack.pool)
    assert await proved(stack) == expected
