"""Salts of two days, agreed on by all processes, and when which of them makes a midnight id."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from footfall.database import Pool, open_pool
from footfall.ingest.visitor import (
    Salts,
    derive_midnight_id,
    derive_visitor_id,
    midnight_salt,
)

EVENING = datetime.fromisoformat("2026-03-10T23:50:00Z")
MORNING = datetime.fromisoformat("2026-03-11T00:05:00Z")


@pytest.fixture
async def away(database_url: str) -> Pool:
    """A pool that reaches nobody any more."""
    pool = await open_pool(database_url, role="away", min_size=0)
    await pool.close()
    return pool


async def test_processes_agree_on_both_days(pool: Pool) -> None:
    first, second = Salts(pool), Salts(pool)
    evening = await first.refresh(EVENING)
    morning = await second.refresh(MORNING)
    assert evening.yesterday is None
    assert morning.yesterday == evening.today != morning.today
    assert await first.refresh(MORNING) == morning
    assert await Salts(pool).refresh(MORNING) == morning


async def test_the_database_is_asked_once_a_day(pool: Pool, database_url: str) -> None:
    other = await open_pool(database_url, role="other")
    salts = Salts(other)
    evening = await salts.refresh(EVENING)
    await other.close()
    assert await salts.refresh(EVENING + timedelta(minutes=9)) == evening
    # Over midnight without the database the last day's salt is remembered, also for those who come late.
    morning = await salts.refresh(MORNING)
    assert morning.yesterday == evening.today
    assert await salts.refresh(MORNING + timedelta(hours=20)) == morning
    assert await salts.refresh(EVENING) == evening
    next_day = await salts.refresh(MORNING + timedelta(days=1))
    assert next_day.yesterday == morning.today


async def test_a_start_after_midnight_without_the_database_knows_no_yesterday(away: Pool) -> None:
    assert (await Salts(away).refresh(MORNING)).yesterday is None


async def test_what_was_made_without_the_database_is_offered_for_both_days(
    pool: Pool, away: Pool
) -> None:
    alone = Salts(away)
    evening, morning = await alone.refresh(EVENING), await alone.refresh(MORNING)
    alone._pool = pool
    await alone.share(MORNING)
    assert await alone.refresh(MORNING) == morning
    assert await Salts(pool).refresh(MORNING) == morning
    assert morning.yesterday == evening.today


async def test_who_comes_second_takes_what_was_agreed(pool: Pool, away: Pool) -> None:
    alone, first = Salts(away), Salts(pool)
    await alone.refresh(EVENING)
    await first.refresh(EVENING)
    agreed = await first.refresh(MORNING)
    assert await alone.refresh(MORNING) != agreed
    alone._pool = pool
    await alone.share(MORNING)
    assert await alone.refresh(MORNING) == agreed


async def test_a_salt_that_is_gone_stays_gone(pool: Pool) -> None:
    await Salts(pool).refresh(EVENING)
    async with pool.acquire() as connection:
        await connection.execute("delete from visitor_salts")
    assert (await Salts(pool).refresh(MORNING)).yesterday is None
    salts = Salts(pool)
    await salts.refresh(EVENING)
    assert (await salts.refresh(EVENING + timedelta(days=3))).yesterday is None
    async with pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from visitor_salts") == 1


T, Y, NONE = b"today", b"yesterday", None
CASES = [
    ("at noon", "12:00", "12:00", NONE),
    ("long before", "22:59:59", "22:59:59", NONE),
    ("an hour before", "23:00", "23:00", T),
    ("just before", "23:59:59", "23:59:59", T),
    ("at midnight", "00:00", "00:00", Y),
    ("half an hour after", "00:30", "00:30", Y),
    ("later", "00:30:01", "00:30:01", NONE),
    ("of after midnight, sent at noon", "00:05", "12:00", Y),
    ("of before midnight, sent after it", "-23:40", "00:20", Y),
    ("of before midnight, sent at noon", "-23:40", "12:00", Y),
    ("of yesterday at noon, sent at noon", "-12:00", "12:00", NONE),
    ("of yesterday at noon, sent now that midnight is near", "-12:00", "23:50", T),
    ("of yesterday at noon, sent just after midnight", "-12:00", "00:10", Y),
    ("of after last midnight, sent shortly before the next", "00:05", "23:50", Y),
    ("a fast clock that is over midnight", "24:04", "23:59", T),
    ("a fast clock after midnight", "00:34", "00:29", Y),
    ("a clock that is three hours slow, before", "20:50", "23:50", T),
    ("a clock that is three hours slow, after", "-21:10", "00:10", Y),
]


@pytest.mark.parametrize(("name", "happened", "received", "salt"), CASES, ids=[c[0] for c in CASES])
def test_which_midnight_is_near(
    name: str, happened: str, received: str, salt: bytes | None
) -> None:
    day = datetime.fromisoformat("2026-03-11T00:00:00Z")

    def moment(text: str) -> datetime:
        parts = [int(part) for part in text.removeprefix("-").split(":")]
        since = timedelta(hours=parts[0], minutes=parts[1], seconds=sum(parts[2:]))
        return day + since - timedelta(days=text.startswith("-"))

    assert midnight_salt(moment(happened), moment(received), T, Y) == salt
    assert midnight_salt(moment(happened), moment(received), T, None) == (T if salt == T else None)


def test_a_midnight_id_is_no_visitor_id() -> None:
    who = ("203.0.113.7", "A", "shop")
    ids = {derive_visitor_id(b"salt", *who), derive_midnight_id(b"salt", *who)}
    ids |= {derive_midnight_id(b"other", *who), derive_midnight_id(b"salt", *who[:2], "blog")}
    assert {len(one) for one in ids} == {32}
    assert len(ids) == 4
