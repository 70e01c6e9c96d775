"""Reading the log: which copies of an event are left out, and how a batch's transaction is set up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from conftest import Clock, Stack

from build import NOON, pageview
from footfall.database import Connection
from footfall.eventlog import consumer
from footfall.eventlog.consumer import LogRow


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


# Days of receipt in the order of arrival: what waited on disk comes after what was received later.
@pytest.mark.parametrize(
    ("days", "applied"),
    [
        ((0, 2), [0]),
        ((0, 7), [0]),
        ((0, 8), [0, 8]),
        ((5, 2), [5]),
        ((9, 2), [9]),
        ((9, 1), [9, 1]),
        ((0, 5, 10), [0]),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 100])
async def test_a_copy_within_seven_days_is_left_out(
    stack: Stack, clock: Clock, days: tuple[int, ...], applied: list[int], batch_size: int
) -> None:
    for place, day in enumerate(days):
        clock.now = NOON + timedelta(days=day)
        await stack.send(
            pageview("/copied", -1440, eventId="one"),
            pageview("/other", -1440, eventId=f"other-{place}"),
            # The same id at another site is another event.
            pageview("/elsewhere", -1440, eventId="one", siteId=f"site-{place}"),
        )
    seen: list[LogRow] = []

    async def remember(connection: Connection, batch: Sequence[LogRow]) -> None:
        seen.extend(batch)

    while await consumer.step(stack.pool, "test", remember, batch_size=batch_size):
        pass
    received = [(row.received_at - NOON).days for row in seen if row.path == "/copied"]
    assert received == applied
    assert sum(row.path == "/other" for row in seen) == len(days)
    assert sum(row.path == "/elsewhere" for row in seen) == len(days)


async def test_a_batch_is_planned_for_indexes_and_nothing_after_it(stack: Stack) -> None:
    await stack.send(pageview("/", 0))
    names = ("synchronous_commit", "plan_cache_mode", "enable_seqscan", "enable_hashjoin")

    async def settings(connection: Connection) -> list[str]:
        return [await connection.fetchval(f"show {name}") for name in names]

    within: list[list[str]] = []

    async def remember(connection: Connection, batch: Sequence[LogRow]) -> None:
        within.append(await settings(connection))

    await consumer.step(stack.pool, "test", remember, batch_size=1)
    assert within == [["off", "force_custom_plan", "off", "off"]]
    for _ in range(stack.pool.get_size()):
        async with stack.pool.acquire() as connection:
            assert await settings(connection) == ["on", "auto", "on", "on"]
