"""The schema comes from Alembic alone: from nothing, over data, and equal to footfall.tables."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from conftest import Stack, alembic_config

from build import click, pageview
from footfall.tables import metadata


async def tables_of(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        " and not relispartition"
    )
    await connection.close()
    return {row["relname"] for row in rows}


async def test_head_from_an_empty_database_makes_every_table(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await tables_of(empty_database_url) == {*metadata.tables, "alembic_version"}
    await asyncio.to_thread(command.check, config)
    await asyncio.to_thread(command.downgrade, config, "base")
    assert await tables_of(empty_database_url) == {"alembic_version"}


async def test_upgrading_twice_at_once_is_safe(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    command_line = ["alembic", "-c", str(config.config_file_name), "upgrade", "head"]
    processes = [
        await asyncio.create_subprocess_exec(
            *command_line,
            env={"DATABASE_URL": empty_database_url, **_path()},
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for process in processes:
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()


def _path() -> dict[str, str]:
    return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.parametrize(
    "revision",
    [s.revision for s in ScriptDirectory.from_config(alembic_config("x")).walk_revisions()],
)
async def test_upgrading_a_filled_database_keeps_its_data(stack: Stack, revision: str) -> None:
    """From every revision to head with rows in every table; those of the tables it knew are still there."""
    await stack.rows(
        "insert into api_keys (key_id, key_hash, name, scope, site_id) values ('k', '', 'n', 'ingest', 'shop')"
    )
    await stack.rows("insert into spool_positions (segment, byte_position) values ('s', 1)")
    await stack.rows("insert into ingest_ledger values ('shop', now(), 'stored', 1)")
    await stack.rows("insert into site_minutes values ('shop', now(), 1)")
    await stack.rows("insert into erasures values ('shop', 'x', now(), 'cli', now())")
    await stack.rows("insert into retention_floors values ('shop', '2026-01-01')")
    await stack.rows("insert into audit_log (at, actor, action) values (now(), 'cli', 'test')")
    await stack.rows("insert into sites (site_id) values ('shop')")
    await stack.rows("insert into users (name, name_key) values ('Ada', 'ada')")
    await stack.rows("insert into user_sites select user_id, 'shop', 'owner' from users")
    await stack.rows("insert into logins select '', user_id, now(), now(), now() from users")
    await stack.rows("insert into user_links values ('', 'setup', null, now(), now())")
    await stack.send(pageview(), click(1), {"eventType": ""}, pageview("/form", 2))
    await stack.send({**pageview("/form", 3), "eventType": "form_submit"})
    stack.clock.now = stack.clock.now.replace(hour=23, minute=50)
    await stack.send(pageview("/night", sessionId=None, visitorId=None, timestamp=None))
    await stack.derive()
    names = sorted(set(metadata.tables) - {"secrets"})
    before = {name: await stack.value(f"select count(*) from {name}") for name in names}
    assert all(before.values()), before
    config = alembic_config(stack.database_url)
    if revision != ScriptDirectory.from_config(config).get_current_head():
        await asyncio.to_thread(command.downgrade, config, revision)
    known = await stack.rows("select tablename from pg_tables where schemaname = 'public'")
    await asyncio.to_thread(command.upgrade, config, "head")
    kept = before.keys() & {row["tablename"] for row in known}
    assert len(kept) >= 12
    after = {name: await stack.value(f"select count(*) from {name}") for name in names}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert await stack.value("select count(*) from events_log where path = '/form'") == 2


async def test_partitions_are_made_ahead_and_once(stack: Stack) -> None:
    day = stack.clock.now.date()
    made = await stack.value("select ensure_events_log_partitions($1::date, $1::date + 30)", day)
    assert 0 < made <= 31
    assert (
        await stack.value("select ensure_events_log_partitions($1::date, $1::date + 30)", day) == 0
    )
    attached = await stack.value(
        "select count(*) from pg_inherits where inhparent = 'events_log'::regclass"
    )
    assert attached >= 31


async def test_the_names_of_seed_003_are_all_there(stack: Stack) -> None:
    """systems.md 1.7, word for word."""
    expected = {
        "events_log": "id event_id event_type session_id visitor_id site_id timestamp url path user_agent ip_address raw_event_data created_at processed_at",
        "user_sessions": "session_id visitor_id site_id session_start session_end duration_seconds pageview_count event_count bounce entry_url entry_path entry_title exit_url exit_path utm_source utm_medium utm_campaign utm_content utm_term referrer_type referrer_platform original_referrer user_agent browser_language timezone screen_width screen_height viewport_width viewport_height device_pixel_ratio created_at updated_at",
        "pageviews": "id session_id visitor_id site_id url path title query_params hash_fragment view_timestamp time_on_page_seconds referrer internal_referrer utm_source utm_medium utm_campaign utm_content utm_term created_at",
        "user_events": "id session_id visitor_id site_id event_type event_timestamp page_url page_path event_data element_tag element_classes element_id scroll_percentage form_id created_at",
        "form_submissions": "id session_id visitor_id site_id form_id form_action form_method page_url page_path submit_timestamp field_count form_data created_at",
        "daily_site_metrics": "id site_id metric_date unique_visitors total_sessions total_pageviews bounce_rate avg_session_duration_seconds avg_pages_per_session total_events direct_sessions search_sessions social_sessions referral_sessions created_at updated_at",
    }  # fmt: skip
    rows = await stack.rows(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'"
    )
    columns = {(row["table_name"], row["column_name"]) for row in rows}
    missing = {(t, c) for t, names in expected.items() for c in names.split()} - columns
    assert missing == set()
    assert "timestamp without time zone" not in {row["data_type"] for row in rows}
