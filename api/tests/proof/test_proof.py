"""Ninety days through collection and derivation equal a recount of the same NDJSON, cell by cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from comparison import compare, recount
from conftest import Clock, Stack
from ninety_days import CLOCK_CHANGES, SITES, write
from sending import add_sites, send

EVENTS = 20_000
FEW_EVENTS = 1_000


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def derived(stack: Stack, clock: Clock, folder: Path, events: int) -> Path:
    """The NDJSON of so many events, after it was collected and derived."""
    deliveries = folder / "deliveries.ndjson"
    write(deliveries, events)
    await add_sites(stack.pool)
    await send(
        stack.client,
        deliveries,
        at=lambda now: setattr(clock, "now", now),
        derive=stack.derive,
        derive_every=700,
    )
    return deliveries


async def test_every_cell_of_ninety_days_equals_the_recount(
    stack: Stack, clock: Clock, tmp_path: Path
) -> None:
    memory = recount(await derived(stack, clock, tmp_path, EVENTS))
    outcomes = [one async for one in compare(stack.pool, memory)]
    assert [one for one in outcomes if not one.is_equal] == []
    assert sum(one.cells for one in outcomes) > 1_300_000


WRONG = {
    "user_sessions": (
        "update user_sessions set channel = 'Email' where session_id = 'shop-s0'",
        ["shop shop-s0: channel: stored Email, recounted Direct"],
    ),
    "daily_site_metrics": (
        "update daily_site_metrics set bounced_sessions = 9 where (site_id, metric_date) = ('shop', '2026-02-01')",
        ["shop 2026-02-01: bounced_sessions: stored 9, recounted 0"],
    ),
    "form_submissions": (
        "delete from form_submissions where session_id = 'docs-s7'",
        ["docs docs-s7 1771429027461: only recounted"],
    ),
    "visitor_days": (
        "insert into visitor_days values ('shop', '2026-02-01', 'nobody')",
        ["shop 2026-02-01 nobody: only stored"],
    ),
    "visitors of ranges": (
        "update rollup_visitors set visitor_count = 9"
        " where (site_id, dimension, visit_date) = ('shop', 'total', '2026-02-01')",
        [
            "shop total  2026-02-01 2026-02-01: n: stored 9, recounted 1",
            "shop total  2026-02-01 2026-02-07: n: stored 10, recounted 2",
            "shop total  2026-02-01 2026-03-02: n: stored 17, recounted 9",
            "shop total  2026-02-01 2026-05-01: n: stored 32, recounted 24",
        ],
    ),
}


async def test_a_wrong_cell_is_named(stack: Stack, clock: Clock, tmp_path: Path) -> None:
    memory = recount(await derived(stack, clock, tmp_path, FEW_EVENTS))
    for table, (statement, told) in WRONG.items():
        [before] = [one async for one in compare(stack.pool, memory, table)]
        assert before.is_equal
        await stack.rows(statement)
        [after] = [one async for one in compare(stack.pool, memory, table)]
        assert (after.shown, after.is_equal) == (told, False)


def test_the_recount_is_what_the_rules_say(tmp_path: Path) -> None:
    """The rules of ninety_days.py in another arithmetic: how many there are of each kind."""
    visits = [j for j in range(700) for _ in SITES]
    pages = {j: 0 if j % 45 == 17 else 1 + j % 4 for j in visits}
    people = [j for j in visits if j % 15 != 4 and pages[j]]
    expected = {
        "pageview": sum(pages[j] for j in visits),
        "page_exit": sum(pages[j] - j % 2 for j in visits if pages[j]),
        "scroll_depth": sum((j + p) % 2 == 0 for j in people for p in range(pages[j])),
        "click": sum((j + p) % 3 == 0 for j in people for p in range(pages[j])),
        "form_submit": sum(j % 20 == 7 for j in people),
        "signup": sum(j % 22 == 9 for j in people),
        "download": sum(j % 25 == 3 for j in people),
        "renewal": sum(not pages[j] for j in visits),
    }
    deliveries = tmp_path / "deliveries.ndjson"
    sent = write(deliveries, sum(expected.values()))
    memory = recount(deliveries)

    def counted(sql: str) -> int:
        [[number]] = memory.execute(sql).fetchall()
        return int(number)

    assert (
        dict(memory.execute("select event_type, count(*) from owned group by 1").fetchall())
        == expected
    )
    assert counted("select count(*) from deliveries") == sent > sum(expected.values()) * 1.08
    robots = [j for j in visits if j % 15 == 4]
    assert counted("select count(*) from sessions where is_bot") == len(robots)
    pauses = [j for j in people if j % 40 in (11, 15)]
    assert counted("select count(*) from sessions where not is_bot") == (
        len(visits) - len(robots) + len(pauses)
    )
    regulars = "select count(distinct visitor_id) from owned where visitor_id like '%regular%'"
    assert counted(regulars) == 3 * len(SITES)
    # Of the visits after the first 30 days a third are returns; before, fewer.
    returns = counted(
        "select count(*) from (select distinct visitor_id, session_key from owned)"
        " where regexp_extract(visitor_id, '-v(.*)', 1) <> regexp_extract(session_key, '-s([0-9]*)', 1)"
        " and session_key like '%-s%'"
    )
    assert len(visits) / 5 < returns < len(visits) / 3
    # Over midnight, and over the change of clocks: those that are put there, and who happens to be.
    nights = counted(
        "select count(*) from (select 1 from owned group by site_id, session_id"
        " having count(distinct local::date) = 2)"
    )
    assert nights >= sum(j % 100 == 63 for j in people)
    assert counted(
        "select count(distinct o.site_id) from owned o"
        " join zones z on z.site_id = o.site_id and o.ts < z.since"
        " join owned n on n.session_id = o.session_id and n.site_id = o.site_id and n.ts >= z.since"
    ) == len(CLOCK_CHANGES)
