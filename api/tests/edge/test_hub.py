"""The one look that all listeners share, step by step: what is told, to whom, and what one site costs the others."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from conftest import Stack
from live import until

from build import pageview
from footfall.edge.hub import Hub, Pace, Sight
from footfall.errors import Unavailable
from footfall.reader import open_engine
from footfall.reports import realtime
from footfall.reports.realtime import Position

# Nearly as fast as it goes: within one poll_s a look must reach a site.
PACE = Pace(poll_s=0.02, figures_s=0.0, oldest_s=0.0, kept_s=0.0)


@asynccontextmanager
async def open_hub(stack: Stack, pace: Pace = PACE) -> AsyncIterator[Hub]:
    engine = open_engine(stack.database_url, role="test")
    hub = Hub(engine, stack.clock, pace)
    try:
        yield hub
    finally:
        await hub.stop()
        await engine.dispose()


def paths(document: bytes) -> list[str]:
    return [event["path"] for event in json.loads(document)["events"]]


async def test_what_is_too_old_or_erased_is_shown_to_nobody(stack: Stack) -> None:
    await stack.send(pageview("/old", 118), pageview("/secret", 119, visitorId="v2"))
    await stack.derive()
    async with open_hub(stack) as hub:
        listener, first = await hub.listen("shop")
        assert sorted(paths(first)) == ["/old", "/secret"]
        await stack.rows("delete from events_log where path = '/secret'")
        await until(lambda: paths(hub._sights["shop"].document()) == ["/old"])
        stack.clock.advance(hours=5)
        await until(lambda: paths(hub._sights["shop"].document()) == [])
        hub.leave(listener)


async def test_nothing_is_read_once_nobody_listens(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.send(pageview("/", 118))
    async with open_hub(stack) as hub:
        listener, _ = await hub.listen("shop")
        poller = hub._poller
        assert poller is not None
        hub.leave(listener)
        assert hub._sights == {}
        await poller
        read = 0

        async def count(*_: Any) -> None:
            nonlocal read
            read += 1

        monkeypatch.setattr(realtime, "read_position", count)
        for _ in range(100):
            await asyncio.sleep(0)
        assert (read, hub.is_looking) == (0, False)


async def test_who_listens_as_the_last_one_leaves_is_looked_for(stack: Stack) -> None:
    await stack.send(pageview("/", 118))
    async with open_hub(stack) as hub:
        one, _ = await hub.listen("shop")
        poller, sight = hub._poller, hub._sights["shop"]
        assert poller is not None
        hub.leave(one)
        while not poller.done():
            await asyncio.sleep(0)
        # The poller has ended, and nobody was told yet: listen() finds the site's figures there.
        hub._sights["shop"] = sight
        two, _ = await hub.listen("shop")
        for _ in range(10):
            await asyncio.sleep(0)
        assert hub.is_looking
        hub.leave(two)


async def test_a_site_that_cannot_be_read_keeps_no_other_waiting(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.send(pageview("/", 118), pageview("/", 118, siteId="blog"))
    await stack.derive()
    real = realtime.read_figures
    refused = 0
    async with open_hub(stack) as hub:
        listeners = {site: (await hub.listen(site))[0] for site in ("blog", "shop")}

        async def read(connection: Any, site_id: str, now: Any) -> Any:
            if site_id == "blog":
                nonlocal refused
                refused += 1
                raise Unavailable("The query took too long.")
            return await real(connection, site_id, now)

        monkeypatch.setattr(realtime, "read_figures", read)
        for number in range(1, 4):
            async with asyncio.timeout(30):
                while refused < number:
                    await asyncio.sleep(0)
            listeners["shop"].take()
            await until(lambda: [name for name, _ in listeners["shop"].take()] == ["figures"])
        for listener in listeners.values():
            hub.leave(listener)


async def test_an_event_comes_once_to_a_site_that_is_opened_meanwhile(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.send(pageview("/a", 117))
    real = realtime.read_position
    opened: list[Any] = []

    async def read(connection: Any) -> Any:
        position = await real(connection)
        if not opened and position.newest_id >= 2:
            opened.append(None)
            # Between the look at the log and its next step.
            await stack.send(pageview("/y", 118, siteId="blog"))
            opened[0] = await hub.listen("blog")
        return position

    async with open_hub(stack) as hub:
        shop, _ = await hub.listen("shop")
        monkeypatch.setattr(realtime, "read_position", read)
        await stack.send(pageview("/b", 118))
        await until(lambda: opened and opened[0])
        blog, first = opened[0]
        assert paths(first) == ["/y"]
        await stack.send(pageview("/z", 119, siteId="blog"))
        told: list[str] = []

        def is_told() -> bool:
            for name, body in blog.take():
                if name == "events":
                    told.extend(paths(body))
            return "/z" in told

        await until(is_told)
        assert told == ["/z"]
        for listener in (shop, blog):
            hub.leave(listener)


async def test_an_answer_is_kept_also_where_figures_take_long(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one look has read serves the next ones, though the listeners' own figures are older than allowed."""
    await stack.send(pageview("/", 118))
    read = 0
    real = realtime.read_figures

    async def count(*asked: Any) -> Any:
        nonlocal read
        read += 1
        return await real(*asked)

    monkeypatch.setattr(realtime, "read_figures", count)
    async with open_hub(stack, Pace(poll_s=60.0, oldest_s=0.0, kept_s=60.0)) as hub:
        listener, _ = await hub.listen("shop")
        for _ in range(5):
            await hub.look("shop")
        assert read == 2
        hub.leave(listener)


@pytest.mark.parametrize(
    ("age_s", "took_s", "fresh", "is_due"),
    [
        (1.9, 0.01, True, False),  # younger than figures_s
        (2.1, 0.01, True, True),
        (2.1, 0.01, False, False),  # nothing new is derived
        (10.1, 0.01, False, True),  # but the window has moved
        (19.0, 1.0, True, False),  # dear ones are told less often
        (20.1, 1.0, True, True),
    ],
)
async def test_figures_are_read_when_they_are_due(
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    age_s: float,
    took_s: float,
    fresh: bool,
    is_due: bool,
) -> None:
    async with open_hub(stack, Pace()) as hub:
        monkeypatch.setattr(hub, "_time", lambda: 100.0)
        sight = Sight(
            figures=b"{}",
            events=deque(),
            read_at=100.0 - age_s,
            took_s=took_s,
            last_id=9,
            counted_id=4,
            newest_event_id=9,
        )
        assert hub._is_due(sight, Position(9, 5 if fresh else 4)) is is_due


async def test_a_look_that_fails_is_tried_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stack.send(pageview("/", 117))
    real = realtime.read_position
    looks = 0

    async def read(connection: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks <= 2:
            raise Unavailable("The database is away.")
        return await real(connection)

    async with open_hub(stack) as hub:
        listener, _ = await hub.listen("shop")
        monkeypatch.setattr(realtime, "read_position", read)
        await stack.send(pageview("/after", 118))
        await until(lambda: any(name == "events" for name, _ in listener.take()))
        assert looks >= 3
        hub.leave(listener)
