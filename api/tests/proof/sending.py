"""The NDJSON of ninety_days.py through POST /collect of the real app, each request at its own time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
from ninety_days import ROBOT, ROBOT_HEADERS, SITES

from browsers import BROWSERS
from footfall.database import Pool

MAX_EVENTS: Final = 100
HEADERS: Final = {**BROWSERS, ROBOT: ROBOT_HEADERS}


async def add_sites(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.executemany(
            "insert into sites (site_id, timezone) values ($1, $2)", list(SITES.items())
        )


async def send(
    client: httpx.AsyncClient,
    deliveries: Path,
    *,
    at: Callable[[datetime], object],
    derive: Callable[[], Awaitable[object]],
    derive_every: int,
    on_progress: Callable[[int], object] = lambda sent: None,
) -> None:
    """Send each line when `at` was told its time; `derive` after every so many, and at the end."""
    waiting = 0
    for received_at, requests in slots(deliveries):
        at(received_at)
        answers = await asyncio.gather(*(_post(client, *request) for request in requests))
        on_progress(sum(answers))
        waiting += sum(answers)
        if waiting >= derive_every:
            await derive()
            waiting = 0
    await derive()


def slots(deliveries: Path) -> Iterator[tuple[datetime, list[tuple[str, list[Any]]]]]:
    """(time of receipt, what comes then as (browser, events) of one request each), in order."""
    with deliveries.open("rb") as file:
        for received_at, slot in groupby(map(orjson.loads, file), lambda one: one["received_at"]):
            requests = []
            for browser, group in groupby(slot, lambda one: one["browser"]):
                events = [one["event"] for one in group]
                requests += [
                    (browser, events[n : n + MAX_EVENTS]) for n in range(0, len(events), MAX_EVENTS)
                ]
            yield datetime.fromisoformat(received_at), requests


async def _post(client: httpx.AsyncClient, browser: str, events: list[Any]) -> int:
    answer = await client.post(
        "/collect",
        content=orjson.dumps(events),
        headers={**HEADERS[browser], "content-type": "application/json"},
    )
    assert answer.status_code == 202, answer.text
    document = answer.json()
    assert document["accepted"] == len(events), answer.text
    return len(events)
