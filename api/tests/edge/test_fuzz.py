"""Hostile input: bodies that were mutated, and whatever the OpenAPI document lets somebody send. No 5xx, no hang.

FUZZ_BODIES sets the number of bodies (`make fuzz`: 100,000); each run prints what it did.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import httpx
import orjson
import psutil
import pytest
import schemathesis
from conftest import TOKEN, Stack
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from build import batch, click, event, page_exit, pageview
from footfall.eventlog import ledger

BODIES: Final = int(os.environ.get("FUZZ_BODIES", "2000"))
AT_ONCE: Final = 50
ROUND_BODIES: Final = 2_000
GROWTH_BYTES: Final = 150 * 1024 * 1024

SEEDS: Final = [
    pageview("/a?utm_source=x&password=y", title="t"),
    click(1, eventId="0b5d3c4e-8f5b-4c8a-9d5e-1a2b3c4d5e6f"),
    page_exit("/a", 2, 4000),
    event("form_submit", 3, eventData={"formId": "f", "formData": {"card": "4111 1111 1111 1111"}}),
    batch([pageview(), click(1)]),
    {
        "event_id": "e1",
        "timestamp": "2026-03-10T12:00:00Z",
        "url": "https://shop.example/",
        "payload": {},
    },
    {"type": "pageview", "route": {"domain": "shop.example", "path": "/"}, "device": {"ua": "x"}},
    {"site_id": "shop", "event_name": "signup", "ts": 1_770_000_000_000, "props": {"plan": "a"}},
]
_ODD: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        ["\x00", "\ud800", "batch", "💥" * 300, "9" * 400, "http://[::", "https://%00", "x" * 9_000]
    ),
)
_JSON: Final = st.recursive(
    _ODD,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def _places(value: Any) -> list[Callable[[Any], None]]:
    """A setter for every place inside a JSON value."""
    found: list[Callable[[Any], None]] = []
    items: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        found.append(partial(value.__setitem__, key))
        if isinstance(inner, dict | list):
            found += _places(inner)
    return found


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A valid body with a few of its values, names or bytes changed."""
    document = json.loads(json.dumps(draw(st.sampled_from(SEEDS))))
    for _ in range(draw(st.integers(0, 3))):
        places = _places(document)
        if places:
            draw(st.sampled_from(places))(draw(_JSON))
    if draw(st.integers(0, 9)) == 0:
        document = draw(_JSON)
    try:
        body = json.dumps(document, ensure_ascii=draw(st.booleans())).encode(
            "utf-8", "surrogatepass"
        )
    except ValueError:
        body = b"{"
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 8]))):
        place = draw(st.integers(0, len(body)))
        body = body[:place] + draw(st.binary(max_size=3)) + body[place + draw(st.integers(0, 4)) :]
    return body


async def test_mutated_bodies_never_break_collection(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses: Counter[int] = Counter()
    process = psutil.Process()
    before = 0
    paths = ["/collect", "/collect", "/e", "/v1/collect"]
    dice = random.Random(1)
    loop = asyncio.get_running_loop()

    async def send(path: str, body: bytes) -> int:
        answer = await asyncio.wait_for(stack.client.post(path, content=body), 30)
        orjson.loads(answer.content)
        status: int = answer.status_code
        return status

    async def send_all(group: list[bytes]) -> list[int]:
        return await asyncio.gather(*(send(dice.choice(paths), body) for body in group))

    def fuzz_round(number: int) -> None:
        # Hypothesis remembers all that it made: a new start each round lets that go again.
        @seed(number)
        @settings(
            max_examples=min(BODIES, ROUND_BODIES) // AT_ONCE,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(bodies(), min_size=AT_ONCE, max_size=AT_ONCE))
        def fuzz(group: list[bytes]) -> None:
            answered = asyncio.run_coroutine_threadsafe(send_all(group), loop).result()
            statuses.update(answered)
            assert max(answered) < 500

        fuzz()

    for number in range(max(1, BODIES // ROUND_BODIES)):
        await asyncio.to_thread(fuzz_round, number)
        gc.collect()
        if not before and sum(statuses.values()) >= BODIES // 4:
            before = process.memory_info().rss
    growth = process.memory_info().rss - before
    with capsys.disabled():
        shown = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
        print(
            f"\n{sum(statuses.values()):,} mutated bodies ({shown}), memory +{growth / 2**20:.0f} MiB"
        )
    assert statuses[202] > BODIES / 20
    assert growth < GROWTH_BYTES
    moment = stack.clock.now
    async with stack.pool.acquire() as connection:
        counts = await ledger.read(connection, moment.replace(hour=0), moment.replace(hour=23))
    assert ledger.imbalance(counts) == {}
    await stack.derive()
    assert await stack.value("select count(*) from dead_letters where stage = 'derive'") == 0


async def test_nothing_that_the_openapi_document_describes_breaks_the_server(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """schemathesis makes good and bad requests for every operation, with the token and without."""
    statuses: Counter[int] = Counter()
    document = (await stack.client.get("/openapi.json")).json()
    operations: list[Any] = [
        found.ok()  # type: ignore[union-attr]
        for found in schemathesis.openapi.from_dict(document).get_all_operations()
    ]
    loop = asyncio.get_running_loop()

    async def send(case: Any, with_token: bool) -> httpx.Response:
        sent = case.as_transport_kwargs(base_url="http://footfall.test")
        headers = dict(sent.pop("headers"))
        sent.pop("cookies", None)
        if with_token:
            headers["Authorization"] = f"Bearer {TOKEN}"
        return await asyncio.wait_for(stack.client.request(headers=headers, **sent), 30)

    def fuzz(operation: Any) -> None:
        @settings(
            max_examples=max(10, BODIES // 200),
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), with_token=st.booleans())
        def ask(case: Any, with_token: bool) -> None:
            answer = asyncio.run_coroutine_threadsafe(send(case, with_token), loop).result()
            statuses[answer.status_code] += 1
            assert answer.status_code < 500, (case, answer.text)

        ask()

    for operation in operations:
        await asyncio.to_thread(fuzz, operation)
    with capsys.disabled():
        shown = ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items()))
        print(f"\n{sum(statuses.values()):,} requests from the OpenAPI document ({shown})")
    assert statuses.keys() >= {200, 202, 401, 422}
