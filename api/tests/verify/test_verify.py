"""`footfall verify`: quiet over what was derived, and naming whatever is not as the log says."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import Stack
from weeks import weeks_of_events

from build import event, page_exit, pageview
from footfall.cli import main
from footfall.derive import apply as derive
from footfall.eventlog import consumer
from footfall.tables import DERIVED, metadata
from footfall.verify import days, rows
from footfall.verify.run import Difference, Scope, verify


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def differences(stack: Stack, scope: Scope | None = None) -> list[Difference]:
    return (await verify(stack.pool, scope or Scope())).differences


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe"])
async def test_what_was_derived_equals_the_log(stack: Stack, zone: str) -> None:
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", zone)
    events = weeks_of_events(len(zone))
    for first in range(0, len(events), 37):
        await stack.send(*events[first : first + 37])
        await stack.derive()
    await send_without_ids(stack)
    await stack.derive()
    await stack.send(pageview("/not-yet", 0))
    report = await verify(stack.pool, Scope())
    assert (report.offset, report.waiting) == (len(events) + 1, 1)
    assert report.differences == []
    assert set(report.compared) == {t.name for t in DERIVED} - {"last_events"} | {"log_counts"}
    assert all(report.compared.values())


async def send_without_ids(stack: Stack) -> None:
    """Shortly before midnight UTC."""
    stack.clock.now = stack.clock.now.replace(hour=23, minute=50)
    await stack.send(pageview("/night", sessionId=None, visitorId=None, timestamp=None))


CORRUPTIONS = {
    "log_counts": ("row_count", "update log_counts set row_count = row_count + 1"),
    "user_sessions": ("pageview_count", "update user_sessions set pageview_count = 9 where session_id = 's1'"),
    "pageviews": ("path", "update pageviews set path = '/x' where path = '/b'"),
    "user_events": ("event_type", "update user_events set event_type = 'x' where event_type = 'signup'"),
    "form_submissions": ("visitor_id", "update form_submissions set visitor_id = 'x'"),
    "daily_site_metrics": ("total_sessions", "update daily_site_metrics set total_sessions = 9 where site_id = 'shop'"),
    "visitor_days": ("row", "delete from visitor_days"),
    "daily_rollups": ("visitors", "update daily_rollups set visitors = 9 where dimension = 'page' and value = '/b'"),
    "hourly_rollups": ("row", "delete from hourly_rollups where dimension = 'browser'"),
    "rollup_visitors": ("visitor_count", "update rollup_visitors set visitor_count = 9 where dimension = 'os'"),
    "rollup_members": ("holder_count", "update rollup_members set holder_count = 9"),
    "midnight_links": ("root_key", "update midnight_links set root_key = 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("table", CORRUPTIONS)
async def test_a_corrupted_row_is_named(stack: Stack, table: str) -> None:
    assert set(CORRUPTIONS) == {t.name for t in DERIVED} - {"last_events"} | {"log_counts"}
    await stack.send(
        pageview("/", 0),
        page_exit("/", 1, 60_000),
        pageview("/b", 2),
        event("signup", 3),
        event("form_submit", 4, eventData={"formId": "f"}),
        pageview("/", 5, siteId="blog", browser={"webdriver": True}),
    )
    await send_without_ids(stack)
    await stack.derive()
    assert await differences(stack) == []
    column, statement = CORRUPTIONS[table]
    await stack.rows(statement)
    found = await differences(stack)
    assert (table, column) in {(one.table, one.column) for one in found}
    assert await differences(stack, Scope("blog")) == [one for one in found if one.site_id is None]


OTHERWISE = {
    "boolean": "not {0}",
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "numeric": "coalesce({0}, 0) + 0.25",
    "double precision": "coalesce({0}, 0) + 0.25",
    "text": "coalesce({0}, '') || 'x'",
    "ARRAY": "{0} || array['x']",
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "{0} + interval '1 second'",
}
# What a whole statement recomputes; sessions are compared by visits.COMPARED.
CHECKED = {check.table: check for check in (*days.CHECKS, *rows.CHECKS)}


# Columns that are compared nowhere.
NOT_COMPARED = {
    "pageviews": {
        *("query_params", "hash_fragment", "internal_referrer", "utm_content", "utm_term"),
    },
    "user_events": {
        *("event_data", "element_tag", "element_classes", "element_id", "form_id"),
        *("time_spent_ms", "engaged_ms"),
    },
    "form_submissions": {"form_id", "form_action", "form_method", "form_data"},
    "daily_site_metrics": {"id", "created_at", "updated_at"},
    "daily_rollups": {"value_key"},
    "hourly_rollups": {"value_key"},
    "rollup_visitors": {"value_key"},
}


def test_every_other_column_is_compared() -> None:
    for table, check in CHECKED.items():
        columns = {column.name for column in metadata.tables[table].columns}
        assert columns - {*check.key, *check.columns} == NOT_COMPARED.get(table, set()), table


@pytest.mark.parametrize("table", CHECKED)
async def test_each_column_that_is_corrupted_is_named(stack: Stack, table: str) -> None:
    events = weeks_of_events(3, 120)
    for first in range(0, len(events), 60):
        await stack.send(*events[first : first + 60])
        await stack.derive()
    assert await differences(stack) == []
    types = {
        row["column_name"]: row["data_type"]
        for row in await stack.rows(
            "select column_name, data_type from information_schema.columns where table_name = $1",
            table,
        )
    }
    for column in CHECKED[table].columns:
        await stack.rows(f"create table kept as table {table}")
        await stack.rows(
            f"update {table} set {column} = {OTHERWISE[types[column]].format(column)}"
            f" where ctid = (select min(ctid) from {table})"
        )
        found = {(one.table, one.column) for one in await differences(stack)}
        assert (table, column) in found, column
        await stack.rows(f"truncate {table}")
        await stack.rows(f"insert into {table} overriding system value table kept")
        await stack.rows("drop table kept")
    assert await differences(stack) == []


async def test_rows_without_events_and_events_without_rows_are_named(stack: Stack) -> None:
    await stack.send(pageview("/", 0), pageview("/", 0, sessionId="s2", visitorId="v2"))
    await stack.derive()
    await stack.rows("update user_sessions set session_key = 'other' where session_id = 's2'")
    found = [one for one in await differences(stack) if one.table == "user_sessions"]
    assert sorted((one.key, one.stored, one.recomputed) for one in found) == [
        ("session s2", "1", "no row"),
        ("session s2", "no row", "1"),
    ]


async def test_only_the_days_asked_for_are_compared(stack: Stack) -> None:
    await stack.send(pageview("/", 0), pageview("/", -1440 * 2, sessionId="s2"))
    await stack.derive()
    await stack.rows("update daily_site_metrics set total_pageviews = 9")
    days = sorted({one.day for one in await differences(stack) if one.day})
    assert len(days) == 2
    for day in days:
        assert {one.day for one in await differences(stack, Scope(None, day, day))} == {day}


async def test_what_retention_has_removed_is_not_compared(stack: Stack) -> None:
    """The first visits were received on 10 March, the second on the 20th; each on its day."""
    for day in (0, 10):
        stack.clock.advance(days=day)
        moved = [
            pageview("/", day * 1440),
            pageview("/b", day * 1440 + 90),
            event("signup", day * 1440 + 91),
        ]
        await stack.send(*moved)
        await stack.derive()
    assert await differences(stack) == []
    await stack.rows("delete from events_log where received_date < '2026-03-15'")
    await stack.rows("update log_counts set row_count = 3")
    assert {one.day for one in await differences(stack)} >= {date(2026, 3, 10), date(2026, 3, 20)}
    await stack.rows(
        "insert into retention_floors (site_id, floor_date, events_removed, details_removed, updated_at)"
        " values ('shop', '2026-03-15', 3, 0, now())"
    )
    assert await differences(stack) == []
    await stack.rows("update rollup_visitors set visitor_count = 9")
    await stack.rows("update user_sessions set event_count = 9")
    found = await differences(stack)
    assert {one.table for one in found} == {"rollup_visitors", "user_sessions", "user_events"}
    assert {one.day for one in found} == {date(2026, 3, 20)}


async def test_copies_and_dead_letters_count_for_nothing(stack: Stack) -> None:
    await stack.send(pageview("/", 0, eventId="a"))
    stack.clock.advance(days=3)
    await stack.send(pageview("/", 0, eventId="a"), pageview("/poison", 1))
    assert await stack.value("select count(*) from events_log") == 3

    async def refuse(connection: Any, batch: Any) -> None:
        if any(row.path == "/poison" for row in batch):
            raise ValueError("cannot derive this")
        await derive.apply(connection, batch)

    await consumer.step(stack.pool, derive.CONSUMER, refuse, batch_size=10)
    report = await verify(stack.pool, Scope())
    assert (report.differences, report.waiting) == ([], 0)
    assert report.compared["pageviews"] == 1


async def run(stack: Stack, *arguments: str) -> Result:
    # The command runs an event loop of its own.
    return await asyncio.to_thread(
        CliRunner().invoke, main, ["verify", *arguments], env={"DATABASE_URL": stack.database_url}
    )


async def test_the_command_ends_with_1_and_names_site_day_and_both_figures(stack: Stack) -> None:
    await stack.send(pageview("/a\x1b[2J", 0))
    await stack.derive()
    quiet = await run(stack, "--site", "shop")
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert quiet.stdout.startswith("Compared with the log up to id 1.\n")
    assert quiet.stdout.count(" equal\n") == 12
    await stack.rows("update daily_rollups set pageviews = 2 where dimension = 'page'")
    loud = await run(stack, "--from", "2026-03-10", "--to", "2026-03-10")
    assert loud.exit_code == 1
    assert loud.stdout.splitlines()[-1] == (
        "daily_rollups: shop 2026-03-10 dimension page value /a\\x1b[2J: pageviews: stored 2, recomputed 1"
    )
    assert (await run(stack, "--from", "2026-03-11", "--to", "2026-03-11")).exit_code == 0
    unknown = await run(stack, "--site", "sho")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no site 'sho'.\n")
    refused = await run(stack, "--from", "2026-03-11", "--to", "2026-03-10")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "Error: --from: 2026-03-11 is after --to, 2026-03-10.\n"
