"""What the migration to the columns of 0006 fills, from every revision before, is what a rebuild derives."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic import command
from conftest import Stack, alembic_config
from weeks import weeks_of_events

from build import pageview
from footfall import worker

TABLES = ("pageviews", "user_events", "form_submissions", "daily_rollups", "hourly_rollups")


# What derivation before 0006 had otherwise.
AS_BEFORE = (
    """
    update user_events set scroll_percentage = 25
    where event_type = 'signup' and event_data -> 'milestone' = '25' and scroll_percentage is null
    """,
    "update user_events set element_id = event_data ->> 'id' where event_type = 'web_vital'",
    "update user_events set page_url = null where url_inferred",
    """
    update user_events u set page_url = null, page_path = null
    where page_inferred and not exists (
        select from pageviews p
        where p.site_id = u.site_id and p.session_id = u.session_id and p.view_timestamp <= u.event_timestamp
    )
    """,
    """
    update form_submissions f set page_url = null, page_path = case when not page_inferred then f.page_path end
    from user_events u
    where u.site_id = f.site_id and u.id = f.id and (page_inferred or url_inferred)
    """,
)


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def contents(stack: Stack) -> dict[str, list[str]]:
    return {name: sorted(map(repr, await stack.rows(f"select * from {name}"))) for name in TABLES}


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005"])
async def test_a_filled_database_gets_what_a_rebuild_derives(stack: Stack, revision: str) -> None:
    await stack.rows(
        "insert into sites (site_id, timezone) values ('shop', 'Asia/Kathmandu'), ('blog', 'America/New_York')"
    )
    # 0001 knew nothing of flagged traffic.
    events = weeks_of_events(6, driven=0 if revision == "0001" else 0.1)
    if revision != "0001":
        # At the same hour on the same pages: only the person's time is in the rollups.
        driven = {"sessionId": "d", "visitorId": "driven", "browser": {"webdriver": True}}
        events += [
            pageview(path, n, **own) for n, path in enumerate(("/", "/a")) for own in ({}, driven)
        ]
    for first in range(0, len(events), 80):
        await stack.send(*events[first : first + 80])
        await stack.derive()
    for statement in AS_BEFORE:
        await stack.rows(statement)
    config = alembic_config(stack.database_url)
    await asyncio.to_thread(command.downgrade, config, revision)
    await asyncio.to_thread(command.upgrade, config, "head")
    filled = await contents(stack)
    for column, table in (
        ("link_url", "user_events"),
        ("web_vital_value", "user_events"),
        ("nullif(url_inferred, false)", "user_events"),
        ("scroll_percentage", "pageviews"),
        ("nullif(field_names, '{}')", "form_submissions"),
        ("nullif(timed_pageviews, 0)", "daily_rollups"),
        ("nullif(time_on_page_seconds_sum, 0)", "hourly_rollups"),
    ):
        assert await stack.value(f"select count({column}) from {table}") > 0, column
    await worker.rebuild(stack.pool)
    assert await contents(stack) == filled
