"""Dead letters: listed with their reasons, taken up once the reason is gone, and counted once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner
from conftest import Stack

from build import pageview
from footfall import replay
from footfall.cli import main
from footfall.derive import apply as derive
from footfall.eventlog import consumer, ledger
from footfall.eventlog.dead_letters import find_letters
from footfall.site import SiteDirectory


async def take_up_all(stack: Stack, *, registers_unknown: bool = True) -> list[str | None]:
    async with stack.pool.acquire() as connection:
        letters = await find_letters(connection)
    sites = SiteDirectory(stack.pool, registers_unknown=registers_unknown)
    outcomes = await replay.replay(
        stack.pool, sites, letters, stack.clock.now, max_event_age=timedelta(days=100)
    )
    return [outcome.reason for outcome in outcomes]


async def imbalance(stack: Stack) -> dict[Any, int]:
    hour = stack.clock.now - timedelta(days=1)
    async with stack.pool.acquire() as connection:
        return ledger.imbalance(await ledger.read(connection, hour, hour + timedelta(days=2)))


async def refuse_path(stack: Stack, path: str) -> None:
    await stack.rows(f"alter table events_log add constraint refused check (path <> '{path}')")


class TestOfCollection:
    async def test_what_the_database_refused_is_stored_as_on_its_day(self, stack: Stack) -> None:
        await refuse_path(stack, "/refused")
        await stack.post([pageview("/refused", visitorId=None), pageview("/kept")])
        assert await take_up_all(stack) == ["set aside anew: the database refuses it"]
        received = stack.clock.now
        stack.clock.advance(hours=3)
        await stack.rows("alter table events_log drop constraint refused")
        assert await take_up_all(stack) == [None]
        assert await take_up_all(stack) == []
        rows = await stack.rows("select path, received_at, visitor_id from events_log order by id")
        assert [row["path"] for row in rows] == ["/kept", "/refused"]
        assert rows[1]["received_at"] == received
        assert len(rows[1]["visitor_id"]) == 32
        assert await imbalance(stack) == {}
        outcomes = await stack.rows(
            "select outcome, sum(event_count)::int as n from ingest_ledger group by 1 order by 1"
        )
        assert {row["outcome"]: row["n"] for row in outcomes if row["n"]} == {
            "received": 2,
            "stored": 2,
        }

    async def test_what_is_still_wrong_stays_with_its_reason(self, stack: Stack) -> None:
        await stack.send(pageview(), {"eventType": "", "siteId": "shop"})
        [reason] = await take_up_all(stack)
        assert reason is not None
        assert "at least 1 character" in reason
        [letter] = await stack.rows("select reason, resolved_at from dead_letters")
        assert (letter["reason"], letter["resolved_at"]) == (reason, None)
        assert await imbalance(stack) == {}

    async def test_an_event_of_a_site_that_was_registered_since(self, stack: Stack) -> None:
        await stack.send(pageview(), pageview("/new", siteId="late"))
        await stack.rows("delete from sites where site_id = 'late'")
        await stack.rows("delete from events_log where site_id = 'late'")
        await stack.rows("delete from ingest_ledger where site_id = 'late'")
        await stack.rows(
            """
            insert into dead_letters (received_at, stage, site_id, field, reason, payload, context)
            values ($1, 'collect', 'late', 'siteId', 'is not registered here', $2,
                '{"ledger_site": "(unknown)"}')
            """,
            stack.clock.now,
            pageview("/new", siteId="late"),
        )
        assert await take_up_all(stack, registers_unknown=False) == [
            "siteId is not registered here"
        ]
        await stack.rows("insert into sites (site_id) values ('late')")
        assert await take_up_all(stack, registers_unknown=False) == [None]
        assert await stack.value("select count(*) from events_log where site_id = 'late'") == 1


class TestOfDerivation:
    async def set_one_aside(self, stack: Stack) -> None:
        async def refuse(connection: Any, batch: Any) -> None:
            if any(row.path == "/poison" for row in batch):
                raise ValueError("cannot derive this")
            await derive.apply(connection, batch)

        await stack.send(pageview("/a"), pageview("/poison", 1), pageview("/b", 2))
        await consumer.step(stack.pool, derive.CONSUMER, refuse, batch_size=10)

    async def test_it_is_derived_where_it_belongs(self, stack: Stack) -> None:
        await self.set_one_aside(stack)
        assert await take_up_all(stack) == [None]
        views = await stack.rows("select path from pageviews order by view_timestamp")
        assert [view["path"] for view in views] == ["/a", "/poison", "/b"]
        assert await stack.value("select pageview_count from user_sessions") == 3
        assert await take_up_all(stack) == []

    async def test_it_fails_again_whole_and_stays(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self.set_one_aside(stack)

        async def refuse(connection: Any, batch: Any) -> None:
            await connection.execute("delete from pageviews")
            raise asyncpg.DataError("still not")

        with monkeypatch.context() as patched:
            patched.setattr(derive, "apply", refuse)
            assert await take_up_all(stack) == ["DataError: still not"]
        assert await stack.value("select count(*) from pageviews") == 2
        assert await take_up_all(stack) == [None]

    async def test_the_same_row_set_aside_twice_is_one_letter(self, stack: Stack) -> None:
        await self.set_one_aside(stack)
        await stack.rows("update consumer_offsets set last_id = 0")
        await stack.rows("delete from pageviews")
        await stack.rows("delete from user_sessions")

        async def refuse(connection: Any, batch: Any) -> None:
            if any(row.path == "/poison" for row in batch):
                raise ValueError("still not")

        await consumer.step(stack.pool, derive.CONSUMER, refuse, batch_size=10)
        [letter] = await stack.rows("select reason from dead_letters")
        assert "still not" in letter["reason"]


class TestTheCommand:
    @pytest.fixture
    def invoke(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setenv("DATABASE_URL", stack.database_url)

        async def invoke(*arguments: str) -> tuple[int, str]:
            done = await asyncio.to_thread(CliRunner().invoke, main, ["dead-letters", *arguments])
            return done.exit_code, done.output

        return invoke

    async def test_it_lists_shows_and_replays(self, stack: Stack, invoke: Any) -> None:
        assert await invoke("list") == (0, "No event is set aside.\n")
        await refuse_path(stack, "/refused")
        await stack.post([pageview("/refused"), pageview("/kept")])
        status, listed = await invoke("list")
        assert status == 0
        assert "the database refuses it" in listed
        assert "shop" in listed
        letter_id = await stack.value("select id from dead_letters")
        status, shown = await invoke("show", str(letter_id))
        assert (status, '"path": "/refused"' in shown) == (0, True)
        await stack.rows("alter table events_log drop constraint refused")
        status, replayed = await invoke("replay", str(letter_id))
        assert status == 0
        assert "Taken up 1 of 1." in replayed
        assert await invoke("list") == (0, "No event is set aside.\n")
        status, everything = await invoke("list", "--all", "--format", "json")
        assert (status, '"stage": "collect"' in everything) == (0, True)

    async def test_it_says_what_it_needs(self, invoke: Any) -> None:
        status, said = await invoke("replay")
        assert (status, "Name the IDs, or say --all" in said) == (2, True)
        status, said = await invoke("show", "77")
        assert (status, "There is no dead letter 77." in said) == (1, True)
