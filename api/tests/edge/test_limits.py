"""A site's own limit of events a minute, for all API processes together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import Stack

from build import NOON, batch, click, pageview
from footfall.database import Pool
from footfall.edge.limits import SiteLimits
from footfall.errors import TooMany
from footfall.site import Site, SiteSettings

SITES = {
    "shop": Site("shop", settings=SiteSettings(events_per_minute=10)),
    "free": Site("free"),
}


async def test_beyond_the_limit_nothing_is_taken_until_the_next_minute(pool: Pool) -> None:
    limits = SiteLimits(pool)
    now = NOON + timedelta(seconds=12.5)
    limits.take(["shop"] * 8 + ["free"] * 50, SITES, now)
    with pytest.raises(TooMany, match="shop takes 10 events a minute") as refused:
        limits.take(["shop"] * 3, SITES, now)
    assert (refused.value.retry_after_s, refused.value.field) == (48, "siteId")
    limits.take(["shop"] * 2, SITES, now)
    limits.take(["free"] * 500, SITES, now)
    limits.take(["shop"] * 10, SITES, NOON + timedelta(minutes=1))


async def test_processes_hear_of_each_other(pool: Pool) -> None:
    one, two = SiteLimits(pool), SiteLimits(pool)
    one.take(["shop"] * 6, SITES, NOON)
    two.take(["shop"] * 3, SITES, NOON)
    for limits in (one, two, one, two):
        await limits.share(NOON)
    for limits in (one, two):
        with pytest.raises(TooMany):
            limits.take(["shop"] * 2, SITES, NOON)
    one.take(["shop"], SITES, NOON)
    await one.share(NOON)
    await two.share(NOON)
    with pytest.raises(TooMany):
        two.take(["shop"], SITES, NOON)
    assert await pool.fetchval("select event_count from site_minutes") == 10


async def test_the_answer_is_a_429_with_the_seconds_that_are_left(stack: Stack) -> None:
    await stack.rows(
        "insert into sites (site_id, settings) values ('shop', $1)", {"events_per_minute": 3}
    )
    stack.clock.advance(seconds=20)
    assert (await stack.post([pageview(), click(1)])).status_code == 202
    for body in ([pageview("/b"), click(2)], batch([pageview("/c"), click(3)])):
        answer = await stack.post(body)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "40"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json()["field"] == "siteId"
    assert (await stack.post(pageview("/b"))).status_code == 202
    pixel = await stack.client.get("/px.gif?site=shop&url=https://shop.example/")
    assert (pixel.status_code, pixel.headers["retry-after"]) == (429, "40")
    assert (await stack.post(pageview(siteId="free"))).status_code == 202
    stack.clock.advance(minutes=1)
    assert (await stack.post([pageview("/c"), click(3)])).status_code == 202
    assert await stack.value("select count(*) from events_log where site_id = 'shop'") == 5


async def test_a_refused_request_is_no_received_one(stack: Stack) -> None:
    """It comes again, and would be counted twice."""
    await stack.rows(
        "insert into sites (site_id, settings) values ('shop', $1)", {"events_per_minute": 1}
    )
    await stack.post(pageview())
    assert (await stack.post(pageview("/b"))).status_code == 429
    received = "select event_count from ingest_ledger where outcome = 'received'"
    assert await stack.value(received) == 1
