"""The append-only log: what 202 promises, and that reading in order skips nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from asgi_lifespan import LifespanManager
from conftest import Clock, Stack, settings_for

from build import NOON, click, intake_of, pageview
from footfall.app import App
from footfall.database import Pool
from footfall.derive import apply as derive
from footfall.errors import Unavailable
from footfall.eventlog import consumer
from footfall.eventlog.erasures import APPEND_LOCK
from footfall.eventlog.intake import Intake
from footfall.eventlog.log import EventLog
from footfall.eventlog.spool import Spool
from footfall.eventlog.store import store


async def test_requests_that_arrive_together_share_a_commit(stack: Stack) -> None:
    before = await stack.value("select pg_current_xact_id()::text::bigint")
    await asyncio.gather(*(stack.send(pageview("/", n, sessionId=f"s{n}")) for n in range(60)))
    after = await stack.value("select pg_current_xact_id()::text::bigint")
    assert await stack.value("select count(*) from events_log") == 60
    assert after - before < 30


async def test_the_answer_waits_for_the_commit(stack: Stack) -> None:
    """A stranger's transaction holds the append lock: no 2xx until it ends."""
    blocker = await asyncpg.connect(stack.database_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
    waiting = asyncio.create_task(stack.post(pageview()))
    while not await stack.value(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    ):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert await stack.value("select count(*) from events_log") == 0
    await transaction.rollback()
    assert (await waiting).status_code == 202
    assert await stack.value("select count(*) from events_log") == 1
    await blocker.close()


async def test_a_slow_transaction_is_not_skipped_by_the_reader(stack: Stack) -> None:
    """An appender that drew its ids but has not committed holds back everybody after it."""
    slow = await asyncpg.connect(stack.database_url)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(f"select pg_advisory_xact_lock({APPEND_LOCK})")
    await slow.execute(
        """
        insert into events_log (event_id, event_type, visitor_id, site_id, timestamp, received_at,
            received_date, timestamp_source, raw_event_data)
        select gen_random_uuid(), 'slow', 'v', 'shop', $1, $1, $2, 'client', '{}'
        """,
        stack.clock.now,
        stack.clock.now.date(),
    )
    await slow.execute(
        "insert into log_days select $1, last_value, last_value from events_log_id_seq",
        stack.clock.now.date(),
    )
    fast = asyncio.create_task(stack.post(pageview()))
    while not await stack.value(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    ):
        await asyncio.sleep(0)
    assert await stack.derive() == 0
    await transaction.commit()
    await fast
    assert await stack.derive() == 2
    assert await stack.value("select count(*) from user_events where event_type = 'slow'") == 1
    await slow.close()


async def test_ids_are_in_commit_order_with_two_appenders(
    stack: Stack, pool: Pool, clock: Clock
) -> None:
    seen: list[int] = []
    other = App(settings_for(stack.database_url), clock)
    async with LifespanManager(other, startup_timeout=30) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://two.test") as second:

            async def send(number: int) -> None:
                client = second if number % 2 else stack.client
                for piece in range(10):
                    answer = await client.post(
                        "/collect", json=pageview("/", 0, sessionId=f"{number}-{piece}")
                    )
                    assert answer.status_code == 202

            async def read() -> None:
                while len(seen) < 80:
                    last = seen[-1] if seen else 0
                    seen.extend(
                        row["id"]
                        for row in await stack.rows(
                            "select id from events_log where id > $1 order by id", last
                        )
                    )

            await asyncio.wait_for(asyncio.gather(read(), *(send(n) for n in range(8))), 60)
    assert len(set(seen)) == 80


async def test_a_missing_partition_is_made_when_it_is_needed(stack: Stack) -> None:
    stack.clock.now = NOON + timedelta(days=400)
    assert (await stack.post(pageview(timestamp=None))).status_code == 202
    assert (
        await stack.value("select tableoid::regclass::text from events_log")
        == "events_log_20270414"
    )


async def test_what_waits_at_shutdown_is_committed(
    database_url: str, pool: Pool, clock: Clock
) -> None:
    app = App(settings_for(database_url), clock)
    async with LifespanManager(app, startup_timeout=30) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://footfall.test"
        ) as client:
            sends = [
                asyncio.create_task(client.post("/collect", json=pageview("/", n)))
                for n in range(40)
            ]
            await asyncio.gather(*sends[:1])
    answers = [send.result().status_code for send in sends if send.done()]
    async with pool.acquire() as connection:
        stored = await connection.fetchval("select count(*) from events_log")
    assert stored >= answers.count(202) > 0


async def test_too_much_waiting_is_refused_instead_of_kept_in_memory(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footfall.eventlog.log.MAX_QUEUED_BYTES", -1)
    log = EventLog(pool, Spool(tmp_path, 1))
    with pytest.raises(Unavailable, match="Too much"):
        await log.append(Intake(NOON))


async def test_a_closing_log_takes_nothing_more(pool: Pool, tmp_path: Path) -> None:
    log = EventLog(pool, Spool(tmp_path, 1))
    log.close()
    with pytest.raises(Unavailable, match="shutting down"):
        await log.append(Intake(NOON))


async def test_lag_is_how_far_the_consumer_is_behind(stack: Stack) -> None:
    await stack.send(pageview(), click(1))
    async with stack.pool.acquire() as connection:
        assert await consumer.lag(connection, derive.CONSUMER) == 2
    await stack.derive()
    async with stack.pool.acquire() as connection:
        assert await consumer.lag(connection, derive.CONSUMER) == 0


async def test_only_what_the_database_refuses_is_set_aside(stack: Stack) -> None:
    """A value that validation lets through and PostgreSQL does not: here, by a constraint of the test."""
    async with stack.pool.acquire() as connection:
        await connection.execute(
            "alter table events_log add constraint refused check (path <> '/refused')"
        )
    answers = await asyncio.gather(
        stack.post([pageview("/a"), pageview("/refused", 1), pageview("/b", 2)]),
        stack.post(pageview("/c", 3)),
        stack.post(pageview("/refused", 4)),
    )
    assert [answer.status_code for answer in answers] == [202, 202, 422]
    assert answers[0].json()["accepted"] == 2
    assert [r["index"] for r in answers[0].json()["rejected"]] == [1]
    paths = [row["path"] for row in await stack.rows("select path from events_log order by path")]
    assert paths == ["/a", "/b", "/c"]
    letters = await stack.rows("select reason, payload from dead_letters")
    assert {letter["payload"]["path"] for letter in letters} == {"/refused"}
    assert "refused" in letters[0]["reason"]


async def test_an_unforeseen_error_is_answered_and_the_next_group_is_stored(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise RuntimeError("nobody thought of this")

    with monkeypatch.context() as patched:
        patched.setattr("footfall.eventlog.log.store", fail)
        assert (await stack.post(pageview())).status_code == 503
    assert (await stack.post(pageview())).status_code == 202


async def test_the_commit_waits_for_the_disk_whatever_the_server_says(stack: Stack) -> None:
    async with stack.pool.acquire() as connection:
        assert await connection.fetchval("show synchronous_commit") == "on"


async def test_reading_on_asks_only_the_days_that_hold_something_new(stack: Stack) -> None:
    """Partitions locked by a poll, a batch and an append, with a year of them there."""
    day = stack.clock.now.date()
    await stack.value("select ensure_events_log_partitions($1::date - 300, $1::date + 60)", day)

    async def partitions_touched(limit: int) -> tuple[int, list[consumer.LogRow]]:
        async with stack.pool.acquire() as connection, connection.transaction():
            last_id = await consumer.lock_offset(connection, derive.CONSUMER)
            rows = await consumer.read_after(connection, last_id, limit)
            rows = await consumer.without_copies(connection, rows)
            locked: int = await connection.fetchval("""
                select count(distinct relation::regclass) from pg_locks
                where pid = pg_backend_pid() and relation::regclass::text ~ '^events_log_[0-9]+$'
                """)
            return locked, rows

    assert await partitions_touched(10) == (0, [])
    await stack.send(pageview("/a"), pageview("/b", 1))
    stack.clock.advance(days=1)
    await stack.send(pageview("/c", 2, timestamp=None))
    locked, rows = await partitions_touched(10)
    assert [row.path for row in rows] == ["/a", "/b", "/c"]
    assert locked <= 2 + 2 * consumer.DUPLICATE_DAYS
    await stack.derive()
    assert await partitions_touched(10) == (0, [])


async def test_what_waited_on_disk_is_read_although_its_day_is_long_past(stack: Stack) -> None:
    """A drained event has a higher id than what was received, and derived, days after it."""
    await stack.send(pageview("/now"))
    await stack.derive()
    old = intake_of(pageview("/old"), received_at=NOON - timedelta(days=3))
    await store(stack.pool, [old], limit_s=10)
    await stack.send(pageview("/after", 3))
    await stack.pool.execute("delete from events_log where path = '/after'")
    await stack.send(pageview("/later", 4))
    assert await stack.derive() == 2
    assert {row["path"] for row in await stack.rows("select path from pageviews")} == {
        "/now",
        "/old",
        "/later",
    }
