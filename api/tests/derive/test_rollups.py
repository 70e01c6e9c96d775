"""Rollups and exact visitors: equal to a recount, whatever came in which order, and after a migration."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from conftest import Stack, alembic_config
from hypothesis import given
from hypothesis import strategies as st
from weeks import weeks_of_events

from build import pageview
from footfall.derive.visitors import NEVER, changed_pairs

ROLLUPS = ("daily_rollups", "hourly_rollups", "rollup_visitors", "rollup_members", "visitor_days")


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    return {"max_event_age_days": 100}


async def rollups(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    return {name: sorted(await stack.rows(f"select * from {name}"), key=repr) for name in ROLLUPS}


async def send(stack: Stack, events: list[dict[str, Any]], size: int) -> None:
    for first in range(0, len(events), size):
        await stack.send(*events[first : first + size])
        await stack.derive()


async def test_a_migration_of_filled_tables_fills_the_rollups_as_derivation_does(
    stack: Stack,
) -> None:
    await stack.rows(
        "insert into sites (site_id, timezone) values ('shop', 'Asia/Kathmandu'), ('blog', 'America/New_York')"
    )
    await send(stack, weeks_of_events(1), 60)
    derived = await rollups(stack)
    assert all(derived.values())
    config = alembic_config(stack.database_url)
    await asyncio.to_thread(command.downgrade, config, "0002")
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await rollups(stack) == derived


DAY = date(2026, 3, 1)
days = st.sets(st.integers(0, 12).map(lambda n: DAY + timedelta(days=n)), max_size=8)


def pairs_of(members: set[date]) -> Counter[tuple[date, date]]:
    ordered = sorted(members)
    return Counter(zip(ordered, [NEVER, *ordered], strict=False))


@given(days, days)
def test_changed_pairs_are_the_difference_of_all_pairs(before: set[date], after: set[date]) -> None:
    changes = {**dict.fromkeys(after - before, 1), **dict.fromkeys(before - after, -1)}
    others = set()
    for day in changes:
        others.update(sorted(d for d in before if d < day)[-1:])
        others.update(sorted(d for d in before if d > day)[:1])
    wanted = pairs_of(after)
    wanted.subtract(pairs_of(before))
    assert changed_pairs(changes, others) == {pair: n for pair, n in wanted.items() if n}


async def test_values_of_any_length_are_counted(stack: Stack) -> None:
    """An entry of a PostgreSQL index holds 2,704 bytes at most."""
    paths = ["/" + "".join(random.Random(n).choices("äöü€𝄞xyz", k=1_999)) for n in range(3)]
    await stack.send(
        *(pageview(path, n, url="https://shop.example/") for n, path in enumerate(paths))
    )
    await stack.derive()
    found = await stack.rows("select value from daily_rollups where dimension = 'page'")
    assert {row["value"] for row in found} == set(paths)
    assert await stack.value("select count(*) from dead_letters") == 0
