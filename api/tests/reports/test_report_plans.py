"""How PostgreSQL reads the tables for each report: by site and time, or by session, and never a site's whole history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conftest import Stack
from report_lines import samples

from footfall.reader import open_engine
from footfall.reports.sqlfile import Report, list_reports, read_values

# Two sites with a year of a few visits a day each; what is in the rows matters little.
_FILL = """
insert into user_sessions (session_id, visitor_id, site_id, session_start, session_end, duration_seconds,
    created_at, updated_at, session_key, ordinal, start_date, entry_at, exit_at, entry_event_id, exit_event_id)
select 's' || n, 'v' || n % 900, site_id, at, at, 0, at, at, 's' || n, 1, at::date, at, at,
    gen_random_uuid(), gen_random_uuid()
from {visits};
insert into pageviews (id, session_id, visitor_id, site_id, url, path, view_timestamp, created_at, event_id)
overriding system value
select n, 's' || n, 'v' || n % 900, site_id, 'https://x/', '/', at, at, gen_random_uuid() from {visits};
insert into user_events (id, session_id, visitor_id, site_id, event_type, event_timestamp, page_path,
    event_data, created_at, event_id)
overriding system value
select n, 's' || n, 'v' || n % 900, site_id, kind, at, '/', '{{}}', at, gen_random_uuid()
from {visits}
cross join lateral (select (array['click', 'form_focus', 'form_submit', 'order'])[1 + n % 4] as kind) as kinds;
insert into form_submissions (id, session_id, visitor_id, site_id, submit_timestamp, field_count, created_at,
    event_id)
overriding system value
select id, session_id, visitor_id, site_id, event_timestamp, 0, created_at, event_id
from user_events where event_type = 'form_submit';
"""
_VISITS = """(
    select n, site_id, timestamptz '2026-03-16' - n * interval '2 hours' as at
    from generate_series(1, 4000) as n cross join (values ('example'), ('other')) as sites (site_id)
) as visits"""
TABLES = ("user_sessions", "pageviews", "user_events", "form_submissions")


def scans(plan: dict[str, Any], relation: str = "") -> Iterator[tuple[str, str]]:
    """(table, what its index is asked for), of each place where the plan reads one of TABLES."""
    relation = plan.get("Relation Name", relation)
    if relation in TABLES and plan["Node Type"] != "Bitmap Heap Scan":
        yield relation, plan.get("Index Cond", plan["Node Type"])
    else:
        for part in plan.get("Plans", ()):
            yield from scans(part, relation if plan["Node Type"].startswith("Bitmap") else "")


async def explain(stack: Stack, report: Report) -> dict[str, Any]:
    days = {"site": "example", "from": "2026-03-02", "to": "2026-03-15"}
    values = {**days, **read_values(report, samples(report))}
    engine = open_engine(stack.database_url, role="test")
    async with engine.connect() as connection:
        # On little data a whole table is often the quickest; what counts is whether an index would do.
        await connection.exec_driver_sql("set enable_seqscan = off")
        given = tuple(values[name] for name in report.bound)
        statement = f"explain (format json) {report.statement}"
        answer = (await connection.exec_driver_sql(statement, given)).scalar_one()
    await engine.dispose()
    [document] = answer if isinstance(answer, list) else json.loads(answer)
    plan: dict[str, Any] = document["Plan"]
    return plan


async def test_every_report_reads_by_time_or_by_session(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('example'), ('other')")
    for statement in _FILL.format(visits=_VISITS).split(";\n"):
        if statement.strip():
            await stack.rows(statement)
    for table in TABLES:
        await stack.rows(f"analyze {table}")
    read = set()
    for report in list_reports():
        for table, condition in scans(await explain(stack, report)):
            read.add(table)
            by = ("timestamp", "session_start", "session_id")
            assert any(name in condition for name in by), (report.name, table, condition)
    assert read == set(TABLES)
