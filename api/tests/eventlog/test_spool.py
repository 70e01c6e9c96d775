"""The disk that stands in for PostgreSQL: what 202 promises while it is away, and how it comes in afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from asgi_lifespan import LifespanManager
from conftest import Clock, Stack, alembic_config, execute, settings_for
from postgres_server import PostgresServer

from build import NOON, click, event, intake_of, pageview
from footfall.app import App
from footfall.database import TRANSIENT, Pool, open_pool
from footfall.eventlog import ledger, spool
from footfall.eventlog.drain import drain
from footfall.eventlog.intake import DeadLetter, Intake
from footfall.eventlog.spool import Spool, SpoolFull
from footfall.site import SiteDirectory


async def drain_all(pool: Pool, folder: Path, *, registers_unknown: bool = True) -> int:
    sites = SiteDirectory(pool, registers_unknown=registers_unknown)
    total = 0
    while moved := await drain(pool, folder, sites, NOON):
        total += moved
    return total


async def ledger_of(stack: Stack) -> dict[str, int]:
    rows = await stack.rows(
        "select outcome, sum(event_count)::int as n from ingest_ledger group by 1 having sum(event_count) <> 0"
    )
    return {row["outcome"]: row["n"] for row in rows}


class TestTheFile:
    def test_what_was_written_is_read_back(self, tmp_path: Path) -> None:
        letter = DeadLetter(
            "shop", "url", "is wrong", {"a": [1, None, "\t\n"]}, {"user_agent": "x"}
        )
        one = intake_of(pageview("/ä\t\n", title="tab\there"), click(1))
        two = Intake(NOON, (), (letter,), {("(unknown)", "dropped_invalid"): 3})
        writer = Spool(tmp_path, 10**6)
        writer.write([one])
        writer.write([two])
        [segment] = spool.list_segments(tmp_path)
        lines = list(spool.read_lines(segment, 0, 10**6))
        assert [line.intake for line in lines] == [one, two]
        assert list(spool.read_lines(segment, lines[0].end, 10**6)) == lines[1:]
        assert (segment.stat().st_mode & 0o777, tmp_path.stat().st_mode & 0o700) == (0o600, 0o700)

    def test_a_segment_goes_when_its_writer_has_ended_and_all_is_read(self, tmp_path: Path) -> None:
        writer = Spool(tmp_path, 10**6)
        writer.write([intake_of(pageview())])
        [segment] = spool.list_segments(tmp_path)
        end = segment.stat().st_size
        assert not spool.remove_if_ended(segment, end)
        writer.close()
        assert not spool.remove_if_ended(segment, 0)
        assert spool.remove_if_ended(segment, end)
        assert spool.list_segments(tmp_path) == []

    def test_a_torn_end_is_no_line_and_does_not_keep_the_segment(self, tmp_path: Path) -> None:
        """A writer killed in the middle of a write: what it had not finished was never acknowledged."""
        writer = Spool(tmp_path, 10**6)
        writer.write([intake_of(pageview())])
        writer.close()
        [segment] = spool.list_segments(tmp_path)
        whole = segment.read_bytes()
        segment.write_bytes(whole + whole[: len(whole) // 2])
        [line] = spool.read_lines(segment, 0, 10**6)
        assert line.end == len(whole)
        assert spool.remove_if_ended(segment, line.end)

    def test_beyond_its_limit_nothing_is_written(self, tmp_path: Path) -> None:
        writer = Spool(tmp_path, 3_000)
        piece = [intake_of(pageview())]
        for _ in range(2):
            writer.write(piece)
        with pytest.raises(SpoolFull, match="full"):
            writer.write(piece * 5)
        assert writer.used_bytes() <= 3_000
        [segment] = spool.list_segments(tmp_path)
        assert all(line.intake for line in spool.read_lines(segment, 0, 10**6))

    def test_a_failed_write_leaves_whole_lines_and_the_next_one_begins_anew(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = Spool(tmp_path, 10**6)
        writer.write([intake_of(pageview("/a"))])
        write = os.write

        def write_half(file: int, text: Any) -> int:
            monkeypatch.setattr(os, "write", no_space)
            return write(file, bytes(text)[:50])

        def no_space(file: int, text: Any) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", write_half)
        with pytest.raises(SpoolFull, match="No space left"):
            writer.write([intake_of(pageview("/b"))])
        monkeypatch.undo()
        writer.write([intake_of(pageview("/c"))])
        lines = [
            line
            for path in spool.list_segments(tmp_path)
            for line in spool.read_lines(path, 0, 10**6)
        ]
        assert [line.intake.events[0].path for line in lines if line.intake] == ["/a", "/c"]

    def test_waiting_events_are_counted_by_site_and_hour(self, tmp_path: Path) -> None:
        writer = Spool(tmp_path, 10**6)
        writer.write([intake_of(pageview(), click(1)), intake_of(pageview("/b"))])
        [segment] = spool.list_segments(tmp_path)
        first = next(spool.read_lines(segment, 0, 10**6))
        key = ("shop", NOON, ledger.RECEIVED)
        with spool.opened(tmp_path) as files:
            assert spool.count_waiting(files, {}) == {key: 3}
            segment.unlink()
            assert spool.count_waiting(files, {segment.name: first.end}) == {key: 1}


class TestDraining:
    async def test_events_come_in_once_with_their_ledger(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        folder = tmp_path / "other"
        writer = Spool(folder, 10**6)
        group = [intake_of(pageview(eventId="one"), click(1)), intake_of(pageview("/b", 2))]
        writer.write(group)
        assert await drain_all(stack.pool, folder) == 3
        assert spool.list_segments(folder) != []
        writer.write([intake_of(pageview(eventId="one"))])
        writer.close()
        assert await drain_all(stack.pool, folder) == 1
        assert spool.list_segments(folder) == []
        assert await stack.value("select count(*) from events_log") == 3
        assert await ledger_of(stack) == {"received": 4, "stored": 3, "duplicate": 1}
        stored = await stack.rows("select received_at, site_id from events_log")
        assert {(row["received_at"], row["site_id"]) for row in stored} == {(NOON, "shop")}

    async def test_a_worker_that_dies_before_it_removes_the_file_counts_nothing_twice(
        self, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "other"
        writer = Spool(folder, 10**6)
        writer.write([intake_of(pageview())])
        writer.close()
        with monkeypatch.context() as patched:
            patched.setattr(spool, "remove_if_ended", lambda *_: False)
            await drain_all(stack.pool, folder)
        assert await drain_all(stack.pool, folder) == 0
        assert spool.list_segments(folder) == []
        assert await ledger_of(stack) == {"received": 1, "stored": 1}

    async def test_two_workers_at_once_store_once(self, stack: Stack, tmp_path: Path) -> None:
        folder = tmp_path / "other"
        writer = Spool(folder, 10**7)
        for number in range(200):
            writer.write([intake_of(pageview(f"/{number}", number))])
        writer.close()
        await asyncio.gather(*(drain_all(stack.pool, folder) for _ in range(3)))
        assert await stack.value("select count(*) from events_log") == 200
        assert await ledger_of(stack) == {"received": 200, "stored": 200}

    async def test_an_unreadable_line_is_set_aside_and_the_rest_comes_in(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        folder = tmp_path / "other"
        writer = Spool(folder, 10**6)
        for path in ("/a", "/b", "/c"):
            writer.write([intake_of(pageview(path))])
        writer.close()
        [segment] = spool.list_segments(folder)
        lines = segment.read_bytes().splitlines(keepends=True)
        segment.write_bytes(lines[0] + lines[1].replace(b"/b", b"/X") + lines[2])
        await drain_all(stack.pool, folder)
        paths = await stack.rows("select path from events_log order by path")
        assert [row["path"] for row in paths] == ["/a", "/c"]
        [letter] = await stack.rows("select field, reason, payload from dead_letters")
        assert letter["field"] == "spool"
        assert "unreadable line" in letter["reason"]
        assert "/X" in letter["payload"]
        assert await ledger_of(stack) == {"received": 3, "stored": 2, "dead_letter": 1}

    async def test_events_of_a_site_that_may_not_be_are_set_aside(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        folder = tmp_path / "other"
        Spool(folder, 10**6).write([intake_of(pageview())])
        await drain_all(stack.pool, folder, registers_unknown=False)
        [letter] = await stack.rows("select site_id, field from dead_letters")
        assert (letter["site_id"], letter["field"]) == ("shop", "siteId")
        assert await ledger_of(stack) == {"received": 1, "dead_letter": 1}

    async def test_what_was_sent_again_before_it_came_in_counts_once(
        self, stack: Stack, tmp_path: Path
    ) -> None:
        """Spooled on one day, sent again and stored three days later, then drained."""
        folder = tmp_path / "other"
        again = pageview(eventId="late", timestamp=None)
        Spool(folder, 10**6).write([intake_of(again, received_at=stack.clock.now)])
        stack.clock.advance(days=3)
        await stack.send(again)
        await drain_all(stack.pool, folder)
        await stack.derive()
        assert await stack.value("select count(*) from events_log") == 2
        assert await stack.value("select count(*) from pageviews") == 1


class Away:
    """An app whose PostgreSQL the test can stop, hold and start."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.url = server.url("away")
        self.clock = Clock(NOON + timedelta(hours=1))

    def app(self, **settings: Any) -> LifespanManager:
        made = settings_for(self.url, spool_dir=self.folder, **settings)
        return LifespanManager(App(made, self.clock), startup_timeout=60, shutdown_timeout=60)


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[Away]:
    server = PostgresServer()
    try:
        server.create()
        server.start()
        await execute(server.url("postgres"), "create database away")
        await asyncio.to_thread(command.upgrade, alembic_config(server.url("away")), "head")
        yield Away(server, tmp_path / "spool")
    finally:
        server.destroy()


def client_of(manager: LifespanManager) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
    return httpx.AsyncClient(transport=transport, base_url="http://footfall.test")


async def settle(url: str, folder: Path) -> dict[str, Any]:
    """What is in the log once everything on disk has come in."""
    pool = await open_pool(url, role="test")
    try:
        while True:
            try:
                await drain_all(pool, folder)
                break
            except TRANSIENT:
                continue
        rows = await pool.fetch("select path, site_id from events_log order by path")
        async with pool.acquire() as connection:
            counts = await ledger.read(
                connection, NOON - timedelta(days=9), NOON + timedelta(days=9)
            )
        return {"paths": [row["path"] for row in rows], "imbalance": ledger.imbalance(counts)}
    finally:
        await pool.close()


async def test_while_the_database_is_away_events_are_accepted_and_come_in_later(away: Away) -> None:
    async with away.app() as manager, client_of(manager) as client:
        assert (await client.post("/collect", json=pageview("/0"))).status_code == 202
        away.server.stop()
        for number in (1, 2, 3):
            answer = await client.post("/collect", json=pageview(f"/{number}"))
            assert answer.status_code == 202
            assert answer.json()["accepted"] == 1
        assert (await client.get("/px.gif?site=shop&url=https://shop.example/4")).status_code == 200
        assert (await client.post("/collect", json=pageview("/5", siteId="new"))).status_code == 202
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        health = await client.get("/health")
        assert (health.status_code, health.json()) == (503, {"detail": "Database unavailable"})
        assert (await client.get("/events/count")).status_code == 503
        away.server.start()
    assert await settle(away.url, away.folder) == {
        "paths": ["/0", "/1", "/2", "/3", "/4", "/5"],
        "imbalance": {},
    }
    assert spool.list_segments(away.folder) == []


async def test_a_process_that_starts_without_its_database_accepts_events(away: Away) -> None:
    async with away.app(site_registration="closed") as manager, client_of(manager) as client:
        await execute(away.url, "insert into sites (site_id) values ('shop')")
        assert (await client.post("/collect", json=pageview("/0"))).status_code == 202
    # Each start reads all sites and notes them.
    async with away.app(site_registration="closed"):
        pass
    away.server.stop()
    async with away.app(site_registration="closed") as manager, client_of(manager) as client:
        assert (await client.post("/collect", json=pageview("/1"))).status_code == 202
        stranger = await client.post("/collect", json=pageview("/2", siteId="stranger"))
        assert stranger.status_code == 503
        reports = await client.post("/api/query", json={}, headers={"Authorization": "Bearer x"})
        assert reports.status_code in (401, 503)
    away.server.start()
    assert await settle(away.url, away.folder) == {"paths": ["/0", "/1"], "imbalance": {}}


async def test_a_database_that_hangs_is_one_that_is_away(
    away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footfall.eventlog.log.SLOW_S", 0.5)
    monkeypatch.setattr("footfall.eventlog.log.PROBE_LIMIT_S", 0.2)
    async with away.app() as manager, client_of(manager) as client:
        assert (await client.post("/collect", json=pageview("/0"))).status_code == 202
        away.server.signal_all(signal.SIGSTOP)
        try:
            for number in (1, 2):
                answer = await client.post("/collect", json=pageview(f"/{number}"))
                assert answer.status_code == 202
            assert spool.list_segments(away.folder) != []
        finally:
            away.server.signal_all(signal.SIGCONT)
    assert await settle(away.url, away.folder) == {"paths": ["/0", "/1", "/2"], "imbalance": {}}


async def test_a_full_spool_is_a_503_and_what_was_acknowledged_is_there(away: Away) -> None:
    acknowledged = []
    async with away.app(spool_max_mib=1) as manager, client_of(manager) as client:
        assert (await client.post("/collect", json=pageview("/start"))).status_code == 202
        away.server.stop()
        for number in range(1_000):
            body = [
                event("note", path=f"/{number}-{n}", eventData={"text": "x" * 3_000})
                for n in range(20)
            ]
            answer = await client.post("/collect", json=body)
            if answer.status_code != 202:
                break
            acknowledged += [item["path"] for item in body]
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["access-control-allow-origin"] == "*"
        assert (await client.get("/readyz")).status_code == 503
        away.server.start()
    outcome = await settle(away.url, away.folder)
    assert sorted(outcome["paths"]) == sorted(["/start", *acknowledged])
    assert outcome["imbalance"] == {}
