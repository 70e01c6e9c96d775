"""How PostgreSQL reads for the list of sessions, a timeline, the vitals and filters: what a page needs, not a site's history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Stack
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from footfall.reports.compile import compile_series
from footfall.reports.filters import Filter, make_condition
from footfall.reports.query import make_period, make_query
from footfall.reports.sessions import ListQuery, SessionName, compile_list, mark, newest_first
from footfall.reports.vitals import compile_vitals, make_vitals_query
from footfall.reports.vocabulary import Operator
from footfall.tables import user_sessions

# Two sites with 8,000 sessions of a year each, four pageviews and eight events in each, one of these a vital.
_FILL = """
insert into user_sessions (session_id, visitor_id, site_id, session_start, session_end, duration_seconds,
    created_at, updated_at, session_key, ordinal, start_date, entry_at, exit_at, entry_event_id, exit_event_id,
    country)
select 's' || n, 'v' || n % 1800, site_id, at, at, 0, at, at, 's' || n, 1, at::date, at, at,
    gen_random_uuid(), gen_random_uuid(), (array['AT', 'DE', 'FR', 'IT'])[1 + n % 4]
from {visits};
insert into pageviews (id, session_id, visitor_id, site_id, url, path, view_timestamp, created_at, event_id)
overriding system value
select n * 4 + view, 's' || n, 'v' || n % 1800, site_id, 'https://x/', '/' || (n + view) % 50,
    at + view * interval '1 minute', at, gen_random_uuid()
from {visits} cross join generate_series(0, 3) as view;
insert into user_events (id, session_id, visitor_id, site_id, event_type, event_timestamp, page_path,
    created_at, event_id, web_vital, web_vital_value)
overriding system value
select n * 8 + place, 's' || n, 'v' || n % 1800, site_id, case when place = 0 then 'web_vital' else 'click' end,
    at + place * interval '1 minute', '/', at, gen_random_uuid(), case when place = 0 then 'LCP' end, n % 5000
from {visits} cross join generate_series(0, 7) as place;
analyze user_sessions;
analyze pageviews;
analyze user_events;
"""
_VISITS = """(
    select n, site_id, timestamptz '2026-12-31' - n * interval '65 minutes' as at
    from generate_series(1, 8000) as n cross join (values ('shop'), ('other')) as sites (site_id)
) as visits"""
YEAR = make_period(date(2026, 1, 1), date(2026, 12, 31))
MARCH = make_period(date(2026, 3, 2), date(2026, 3, 8))
UTC_ZONE = ZoneInfo("UTC")
TABLES = ("user_sessions", "pageviews", "user_events")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def rows_read(plan: dict[str, Any]) -> int:
    """Rows that scans of the tables gave or threw away."""
    return sum(
        int(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for node in nodes(plan)
        if node.get("Relation Name") in TABLES or "Index Only" in node["Node Type"]
    )


async def explain(stack: Stack, statement: Select[Any]) -> dict[str, Any]:
    text = statement.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}  # type: ignore[no-untyped-call]
    )
    answer = await stack.value(
        f"explain (analyze, timing off, format json) {str(text).replace('%%', '%')}"
    )
    [document] = json.loads(answer)
    plan: dict[str, Any] = document["Plan"]
    return plan


@pytest.fixture
async def filled(stack: Stack) -> Stack:
    await stack.rows("insert into sites (site_id) values ('shop'), ('other')")
    for statement in _FILL.format(visits=_VISITS).split(";\n"):
        if statement.strip():
            await stack.rows(statement)
    return stack


def is_one_of(dimension: str, *values: str) -> Filter:
    return make_condition(dimension, Operator.IS, values, "filters.0")


@pytest.mark.parametrize("dimension", ["page", "event"])
async def test_figures_of_a_week_long_ago_read_nothing_since(filled: Stack, dimension: str) -> None:
    """Under filters on single rows, which a session that began in the week may have had after it."""
    filters = [is_one_of(dimension, "/1" if dimension == "page" else "click")]
    metrics = ["sessions", "pageviews", "events"]
    query = make_query(site_id="shop", period=MARCH, metrics=metrics, filters=filters)
    [statement] = compile_series(query, MARCH, UTC_ZONE)
    # 155 sessions began then, with 620 pageviews and 1,240 events; a day more stands on either side.
    assert rows_read(await explain(filled, statement.select)) < 4_000


@pytest.mark.parametrize("after", [None, datetime(2026, 6, 1, tzinfo=UTC)])
async def test_a_page_of_a_years_sessions_reads_few_rows(
    filled: Stack, after: datetime | None
) -> None:
    """Also one in the middle of the list."""
    place = None if after is None else SessionName(after, "0" * 16)
    asked = ListQuery("shop", YEAR, after=place)
    plan = await explain(filled, compile_list(asked, UTC_ZONE, 51))
    assert plan["Actual Rows"] == 51
    # The sessions and, of each, those of its visitor, until one is before it.
    assert rows_read(plan) <= 51 * 6, rows_read(plan)
    used = {node.get("Index Name") for node in nodes(plan)} - {None}
    assert used <= {
        "ix_user_sessions_site_id_session_start",
        "ix_user_sessions_site_id_visitor_id",
    }


@pytest.mark.parametrize(
    "filters", [(is_one_of("country", "AT"),), (is_one_of("page", "/7"),)], ids=["country", "page"]
)
async def test_a_filter_reads_on_until_the_page_is_full(
    filled: Stack, filters: tuple[Filter, ...]
) -> None:
    plan = await explain(filled, compile_list(ListQuery("shop", YEAR, filters), UTC_ZONE, 51))
    assert plan["Actual Rows"] == 51
    assert rows_read(plan) < 4_000, rows_read(plan)


async def test_a_session_is_found_by_its_start(filled: Stack) -> None:
    at = await filled.value("select session_start from user_sessions where session_id = 's500'")
    window = user_sessions.c.session_start == at
    statement = newest_first("shop", [window, mark() != "0" * 16], 1)
    plan = await explain(filled, statement)
    assert plan["Actual Rows"] == 1
    assert rows_read(plan) < 20


async def test_a_week_of_vitals_reads_that_weeks_vitals(filled: Stack) -> None:
    """Of 64,000 events of the site 8,000 are vitals, and a week has 155 of them."""
    for dimensions in ([], ["page"], ["country"], ["time:day"]):
        query = make_vitals_query(
            site_id="shop",
            period=MARCH,
            comparison=None,
            vitals=["LCP"],
            dimensions=dimensions,
            filters=[],
            include_bots=False,
            order_by="measurements",
            limit=None,
            offset=0,
        )
        plan = await explain(filled, compile_vitals(query, MARCH, UTC_ZONE))
        events = [node for node in nodes(plan) if node.get("Relation Name") == "user_events"]
        read = sum(
            node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
            for node in events
        )
        assert 150 < read < 160, (dimensions, read)
