"""How PostgreSQL reads the tables for the realtime page: by site and time or by id, never a site's whole history."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from conftest import Stack
from sqlalchemy import TextClause, text
from test_report_plans import _FILL, _VISITS, TABLES, scans

from footfall.reader import open_engine
from footfall.reports import overview, realtime

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
START = realtime.window_start(NOW)
DAY = date(2026, 3, 10)
_LOG = """
insert into events_log (id, event_id, event_type, visitor_id, site_id, timestamp, raw_event_data, received_at,
    received_date, timestamp_source)
overriding system value
select n, gen_random_uuid(), 'click', 'v', 'example', at, '{}', at, at::date, 'client'
from generate_series(1, 8000) as n
cross join lateral (select timestamptz '2026-03-10 00:00Z' + n * interval '20 seconds' as at) as times
"""

STATEMENTS: dict[str, tuple[TextClause, dict[str, Any]]] = {
    "figures": (
        realtime._FIGURES,
        {
            "site_id": "example",
            "now": NOW,
            "start": START,
            "current": NOW - realtime.CURRENT,
            "direct": "none",
            "top": 10,
        },
    ),
    "newest": (
        realtime._NEWEST,
        {"site_id": "example", "start": START, "since": DAY, "derived_id": 7900, "most": 100},
    ),
    "incoming": (
        realtime._INCOMING,
        {"site_ids": ["example"], "after_id": 7900, "since": DAY, "most": 100},
    ),
    "current of all sites": (
        overview._CURRENT,
        {"site_ids": ["example"], "since": NOW - realtime.CURRENT},
    ),
}


def log_scans(plan: dict[str, Any]) -> list[str]:
    """What the index is asked for, of each place where the plan reads a day of the log that has rows."""
    found = []
    name = str(plan.get("Relation Name", plan.get("Index Name", "")))
    if (
        name.startswith(("events_log_20260310", "events_log_20260311"))
        and plan["Node Type"] != "Bitmap Heap Scan"
    ):
        found.append(str(plan.get("Index Cond", plan["Node Type"])))
    return found + [one for part in plan.get("Plans", ()) for one in log_scans(part)]


@pytest.mark.parametrize("name", STATEMENTS)
async def test_it_reads_a_stretch_of_time_or_of_the_log(stack: Stack, name: str) -> None:
    await stack.rows("insert into sites (site_id) values ('example'), ('other')")
    for statement in _FILL.format(visits=_VISITS).split(";\n"):
        if statement.strip():
            await stack.rows(statement)
    await stack.rows(_LOG)
    for table in (*TABLES, "events_log"):
        await stack.rows(f"analyze {table}")
    asked, values = STATEMENTS[name]
    engine = open_engine(stack.database_url, role="test")
    async with engine.connect() as connection:
        await connection.execute(text("set enable_seqscan = off"))
        explained = text(f"explain (format json) {asked.text}").bindparams(
            *(p for p in asked._bindparams.values() if p.key == "site_ids")
        )
        answer = (await connection.execute(explained, values)).scalar_one()
    await engine.dispose()
    [document] = answer if isinstance(answer, list) else json.loads(answer)
    plan = document["Plan"]
    read = list(scans(plan))
    for table, condition in read:
        assert "timestamp" in condition or "session_id" in condition, (table, condition)
    for condition in log_scans(plan):
        assert "id" in condition, condition
    assert read or log_scans(plan)
