"""Seed 003's ETL API: what it answers, whom it answers, and that calls in parallel count nothing twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import NOON, click, pageview
from footfall.derive import apply as derive

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


async def post(stack: Stack, path: str, **params: Any) -> httpx.Response:
    return await stack.client.post(f"/etl/{path}", params=params, headers=HEADERS)


async def test_status_tells_what_waits_and_run_derives_it(stack: Stack) -> None:
    await stack.send(pageview("/", 0), pageview("/b", 1), click(2))
    before = (await stack.client.get("/etl/status", headers=HEADERS)).json()
    assert [(w["event_type"], w["count"]) for w in before["unprocessed_events"]] == [
        ("click", 1),
        ("pageview", 2),
    ]
    assert before["latest_daily_metrics_date"] is None
    done = (await post(stack, "run", batch_size=2)).json()
    assert (done["status"], done["total_records_processed"]) == ("completed", 3)
    assert done["steps"][0]["records_processed"] == 3
    after = (await stack.client.get("/etl/status", headers=HEADERS)).json()
    assert (after["status"], after["unprocessed_events"], after["poison"]) == ("healthy", [], [])
    assert after["analytics_table_counts"] == {
        "user_sessions": 1,
        "pageviews": 2,
        "user_events": 1,
        "form_submissions": 0,
        "daily_site_metrics": 1,
    }
    assert after["latest_daily_metrics_date"] == "2026-03-10"
    again = (await post(stack, "run")).json()
    assert again["total_records_processed"] == 0


async def test_runs_in_parallel_with_the_worker_count_each_event_once(stack: Stack) -> None:
    await stack.send(*(pageview("/", n, sessionId=f"s{n}") for n in range(60)))
    worker = asyncio.create_task(stack.derive())
    answers = await asyncio.gather(*(post(stack, "run", batch_size=7) for _ in range(3)))
    assert [one.status_code for one in answers] == [200] * 3
    assert sum(one.json()["total_records_processed"] for one in answers) + await worker == 60
    assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 60


async def test_poison_is_reported_with_id_and_reason(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = derive.apply

    async def refuse(connection: Any, batch: Any) -> None:
        if any(row.path == "/poison" for row in batch):
            raise ValueError("cannot derive this")
        await apply(connection, batch)

    monkeypatch.setattr(derive, "apply", refuse)
    await stack.send(pageview("/a", 0), pageview("/poison", 1), pageview("/b", 2))
    done = (await post(stack, "run")).json()
    assert done["total_records_processed"] == 3
    [letter] = done["poison"]
    assert letter["log_id"] == await stack.value("select id from events_log where path = '/poison'")
    assert (letter["site_id"], letter["reason"]) == ("shop", "ValueError: cannot derive this")
    status = (await stack.client.get("/etl/status", headers=HEADERS)).json()
    assert (status["status"], status["poison"]) == ("poison", [letter])

    async def broken(connection: Any, batch: Any) -> None:
        raise RuntimeError("a bad release")

    monkeypatch.setattr(derive, "apply", broken)
    await stack.send(pageview("/c", 3))
    assert (await post(stack, "run")).status_code == 503
    assert await stack.value("select count(*) from dead_letters") == 1


async def test_daily_says_how_many_sites_the_day_has(stack: Stack) -> None:
    await stack.send(pageview("/", 0), pageview("/", 0, siteId="blog"))
    answer = (await post(stack, "daily", target_date="2026-03-10")).json()
    assert (answer["status"], answer["sites_processed"]) == ("completed", 2)
    yesterday = (await post(stack, "daily")).json()
    assert (yesterday["target_date"], yesterday["sites_processed"]) == ("2026-03-09", 0)
    assert (await post(stack, "daily", target_date="soon")).status_code == 422


async def test_cleanup_removes_old_events_and_keeps_the_sums(stack: Stack) -> None:
    for day in range(12):
        stack.clock.now = NOON + timedelta(days=day)
        await stack.send(pageview("/", 1440 * day - 5, sessionId=f"s{day}"))
    await stack.derive()
    assert (await post(stack, "cleanup")).json()["events_deleted"] == 0
    assert (await post(stack, "cleanup", retention_days=3)).status_code == 422
    answer = (await post(stack, "cleanup", retention_days=8)).json()
    assert (answer["events_deleted"], answer["metrics_deleted"]) == (3, 0)
    assert answer["partitions_dropped"][0] == "events_log_20260310"
    assert (await post(stack, "cleanup", retention_days=8)).json()["events_deleted"] == 0
    assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 12
    assert await stack.value("select count(*) from audit_log where action = 'log.cleanup'") == 3


@pytest.mark.parametrize("path", ["status", "run", "daily", "cleanup"])
async def test_only_admins_of_the_whole_installation_get_in(stack: Stack, path: str) -> None:
    await stack.send(pageview("/"))
    method = "GET" if path == "status" else "POST"
    assert (await stack.client.request(method, f"/etl/{path}")).status_code == 401
    for body in ({"scope": "read"}, {"scope": "admin", "site_id": "shop"}):
        made = await stack.client.post("/api/keys", json=body, headers=HEADERS)
        key = {"Authorization": f"Bearer {made.json()['key']}"}
        assert (await stack.client.request(method, f"/etl/{path}", headers=key)).status_code == 403
