"""The realtime page: figures of known events, and the stream that tells what comes while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import Clock
from live import BEARER, QUICK, Live, serving, until

from build import NOON, click, pageview
from footfall import worker
from footfall.admin import keys, logins, users
from footfall.database import Pool, transaction
from footfall.edge.hub import Listener, Pace

NOW = NOON + timedelta(hours=2, seconds=30)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def live(database_url: str, clock: Clock) -> AsyncIterator[Live]:
    async with serving(database_url, clock) as live:
        yield live


def ago(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def of(visitor: str, minutes: float, path: str = "/", **fields: Any) -> dict[str, Any]:
    """A pageview of a visitor in a session of the same name, minutes before NOW."""
    return pageview(
        path, visitorId=visitor, sessionId=f"s-{visitor}", timestamp=ago(minutes), **fields
    )


async def send(live: Live, *events: dict[str, Any], headers: dict[str, str] | None = None) -> None:
    answer = await live.client.post("/collect", json=list(events), headers=headers or {})
    assert answer.status_code == 202, answer.text


async def look(live: Live, site_id: str = "shop", **query: Any) -> dict[str, Any]:
    answer = await live.client.get(f"/api/sites/{site_id}/realtime", params=query, headers=BEARER)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_figures_are_those_of_the_last_thirty_minutes(live: Live, pool: Pool) -> None:
    await send(
        live,
        # A visitor who came by Google an hour ago, and is still there.
        of("old", 60, attribution={"referrer": "https://www.google.com/"}),
        of("old", 34),
        of("old", 8, "/price"),
        click(visitorId="old", sessionId="s-old", timestamp=ago(4)),
        # One who reads on, one who left, one whose clock is ahead.
        of("new", 12),
        of("new", 12, "/price"),
        of("gone", 29.4, "/gone", url="https://shop.example/gone?utm_source=letter"),
        of("ahead", -3),
        # Not of this window, nor of this site.
        of("past", 30),
        of("another", 1, siteId="blog"),
    )
    await worker.catch_up(pool)

    seen = await look(live)

    assert seen["now"] == "2026-03-10T14:00:30.000Z"
    assert seen["current_visitors"] == 2
    assert (seen["visitors"], seen["pageviews"], seen["flagged_events"]) == (4, 5, 0)
    assert len(seen["minutes"]) == 30
    assert seen["minutes"][0] == {
        "minute": "2026-03-10T13:31:00.000Z",
        "visitors": 1,
        "pageviews": 1,
    }
    assert [
        (place - 29, minute["visitors"], minute["pageviews"])
        for place, minute in enumerate(seen["minutes"])
        if minute["visitors"]
    ] == [(-29, 1, 1), (-12, 1, 2), (-8, 1, 1), (-4, 1, 0), (0, 1, 1)]
    assert seen["pages"] == [
        {"value": "/", "visitors": 2, "pageviews": 2},
        {"value": "/price", "visitors": 2, "pageviews": 2},
        {"value": "/gone", "visitors": 1, "pageviews": 1},
    ]
    assert seen["sources"] == [
        {"value": "Direct / none", "visitors": 2},
        {"value": "google", "visitors": 1},
        {"value": "letter", "visitors": 1},
    ]
    assert seen["devices"] == [{"value": "desktop", "visitors": 4}]
    assert seen["countries"] == []


async def test_only_so_much_is_told_and_nothing_from_before(live: Live, pool: Pool) -> None:
    own = {"referrer": "https://shop.example/"}
    await send(
        live,
        of("past", 40, "/past"),
        # Gone from those who are there now by six seconds; somebody else clicked half a minute later.
        of("left", 5.1, attribution=own),
        click(visitorId="here", sessionId="s-here", timestamp=ago(4.9)),
        *(of(f"p{number}", 6, f"/{number}") for number in range(11)),
    )
    await worker.catch_up(pool)
    seen = await look(live)
    assert seen["current_visitors"] == 1
    assert len(seen["pages"]) == 10
    assert [event["path"] for event in seen["events"]].count("/past") == 0
    assert len(seen["events"]) == 13
    assert "click" in {event["event_type"] for event in seen["events"]}
    # From one's own site nobody came.
    assert [one["value"] for one in seen["sources"]] == ["Direct / none"]


async def test_events_stand_there_before_they_are_derived_and_only_once(
    live: Live, pool: Pool
) -> None:
    for turn in range(120):
        await send(live, of(f"v{turn}", 1, f"/{turn}"))
        if turn == 60:
            await worker.catch_up(pool)
    await send(live, of("other", 1, siteId="blog"))

    before = await look(live)
    await worker.catch_up(pool)
    after = await look(live)

    assert [event["path"] for event in before["events"]] == [f"/{n}" for n in range(119, 19, -1)]
    assert before["events"] == after["events"]
    assert (await look(live, events=False))["events"] == []
    assert (await look(live, events=False))["pageviews"] == 120


async def test_an_event_tells_what_it_was_and_nobody_s_id(live: Live) -> None:
    await send(live, of("v1", 1, "/a"), of("v2", 2, "/b"), of("v1", 0, "/c"))
    first = (await look(live))["events"]

    assert {name: first[2][name] for name in first[2] if name not in ("id", "session")} == {
        "received_at": "2026-03-10T14:00:30.000Z",
        "timestamp": "2026-03-10T13:59:30.000Z",
        "event_type": "pageview",
        "path": "/a",
        "country": None,
        "browser": "Chrome",
        "device": "desktop",
        "is_bot": False,
        "bot_reasons": [],
    }
    assert first[0]["session"] == first[2]["session"] != first[1]["session"]
    assert "s-v1" not in str(first)
    assert "'v1'" not in str(first)


async def test_what_bots_do_is_apart(live: Live, pool: Pool) -> None:
    await send(live, of("person", 1))
    await send(live, of("robot", 1, "/robots"), headers={"user-agent": "curl/8.5.0"})
    await worker.catch_up(pool)

    seen = await look(live)

    assert (seen["current_visitors"], seen["visitors"], seen["pageviews"]) == (1, 1, 1)
    assert seen["flagged_events"] == 1
    assert [page["value"] for page in seen["pages"]] == ["/"]
    assert [(event["is_bot"], event["path"]) for event in seen["events"]] == [
        (True, "/robots"),
        (False, "/"),
    ]
    assert "library" in seen["events"][0]["bot_reasons"]


async def test_a_site_without_events_has_zeros_and_an_unknown_one_is_not_found(
    live: Live, pool: Pool
) -> None:
    await pool.execute("insert into sites (site_id) values ('quiet')")
    seen = await look(live, "quiet")
    assert (seen["current_visitors"], seen["visitors"], seen["events"]) == (0, 0, [])
    assert len(seen["minutes"]) == 30
    for path in ("nosuch/realtime", "nosuch/realtime/stream", "a%00b/realtime"):
        answer = await live.client.get(f"/api/sites/{path}", headers=BEARER)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found"), path


async def test_a_stream_tells_what_comes_while_it_is_open(live: Live, pool: Pool) -> None:
    await send(live, of("before", 2, "/before"))
    await worker.catch_up(pool)
    async with live.stream() as stream:
        name, snapshot = await stream.next()
        assert name == "snapshot"
        assert [event["path"] for event in snapshot["events"]] == ["/before"]
        assert snapshot["visitors"] == 1

        await send(live, of("new", 0, "/elsewhere", siteId="blog"), of("new", 0, "/new"))
        told = await stream.find("events")
        assert [event["path"] for event in told["events"]] == ["/new"]
        assert told["skipped"] == 0

        await worker.catch_up(pool)
        async with asyncio.timeout(30):
            while (figures := await stream.find("figures"))["visitors"] != 2:
                pass
        assert "events" not in figures
        assert figures["pages"][1]["value"] == "/new"

    # One who comes later gets all of it at once.
    async with live.stream() as stream:
        _, snapshot = await stream.next()
        assert [event["path"] for event in snapshot["events"]] == ["/new", "/before"]

    # What came while nobody listened is there, too.
    await until(lambda: live.hub.stream_count == 0)
    await send(live, of("later", 0, "/later"))
    async with live.stream() as stream:
        _, snapshot = await stream.next()
        assert snapshot["events"][0]["path"] == "/later"


async def test_listeners_share_one_look_and_nobody_looks_for_nobody(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(live, of("v", 1))
    hub = live.hub
    looks: list[str] = []
    read = hub._read

    async def counted(site_id: str) -> Any:
        looks.append(site_id)
        return await read(site_id)

    monkeypatch.setattr(hub, "_read", counted)
    async with live.stream() as first, live.stream() as second:
        for stream in (first, second):
            assert (await stream.next())[0] == "snapshot"
        await send(live, of("v", 0, "/both"))
        for stream in (first, second):
            assert (await stream.find("events"))["events"][0]["path"] == "/both"
        assert looks == ["shop"]
        assert hub.is_looking
    await until(lambda: not hub.is_looking)
    assert hub.stream_count == 0


async def test_of_a_slow_reader_s_events_the_newest_wait() -> None:
    listener = Listener("shop")
    for turn in range(30):
        listener.put_events([b"%d" % (turn * 10 + n) for n in range(9, -1, -1)], came=12)
        listener.put_figures(b"{%d}" % turn)

    [events, figures] = listener.take()

    newest = b",".join(b"%d" % n for n in range(299, 199, -1))
    assert events == ("events", b'{"events":[' + newest + b'],"skipped":260}')
    assert figures == ("figures", b"{29}")
    assert listener.take() == []


async def open_stream(live: Live, headers: dict[str, str]) -> httpx.Response:
    return await live.client.get("/api/sites/shop/realtime/stream", headers=headers)


@pytest.mark.parametrize("how", ["key", "login", "role"])
async def test_a_stream_ends_when_its_reader_may_no_longer(
    database_url: str, pool: Pool, clock: Clock, how: str
) -> None:
    async with serving(database_url, clock, replace(QUICK, beat_s=0.02)) as live:
        await send(live, of("v", 1))
        async with transaction(pool) as connection:
            key, text = await keys.create_key(connection, "read", "shop", "a wall")
            user = await users.add_user(connection, "ada", roles={"shop": "viewer"})
            cookie, _ = await logins.open_login(connection, user, clock())
        headers = {"Cookie": f"footfall_login={cookie}"}
        if how == "key":
            headers = {"Authorization": f"Bearer {text}"}
        async with live.stream(headers=headers) as stream:
            # It goes on while nothing changes.
            for _ in range(3):
                await stream.find("")
            async with transaction(pool) as connection:
                if how == "key":
                    await keys.revoke_key(connection, key.key_id, clock())
                elif how == "login":
                    await logins.close_login(connection, cookie)
                else:
                    await connection.execute("delete from user_sites")
            with pytest.raises(StopAsyncIteration):
                await stream.find("never")
        assert (await open_stream(live, headers)).status_code == (403 if how == "role" else 401)


async def test_a_stop_ends_open_streams_at_once(live: Live) -> None:
    await send(live, of("v", 1))
    async with live.stream() as stream:
        await stream.next()
        async with asyncio.timeout(10):
            await live.stop()
        with pytest.raises(StopAsyncIteration):
            await stream.find("never")


async def test_more_streams_than_the_server_bears_are_told_so(
    database_url: str, clock: Clock
) -> None:
    async with serving(database_url, clock, replace(QUICK, max_streams=1)) as live:
        await send(live, of("v", 1))
        async with live.stream() as stream:
            await stream.next()
            answer = await open_stream(live, BEARER)
            assert answer.status_code == 503
            assert answer.json()["detail"].startswith("1 realtime pages are open")
            assert answer.headers["retry-after"] == "30"
            # An answer without a stream is no stream.
            assert len((await look(live))["events"]) == 1
        await until(lambda: live.hub.stream_count == 0)
        async with live.stream() as stream:
            assert (await stream.next())[0] == "snapshot"


async def test_a_stream_outlives_the_database_s_absence(
    live: Live, pool: Pool, database_url: str
) -> None:
    await send(live, of("v", 1))
    async with live.stream() as stream:
        await stream.next()
        await cut_connections(database_url)
        await send(live, of("v", 0, "/after"))
        told = await stream.find("events")
        assert told["events"][0]["path"] == "/after"


async def cut_connections(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = 'footfall-reports'"
    )
    await connection.close()


def test_what_is_promised_of_the_pace() -> None:
    pace = Pace()
    assert pace.poll_s <= 0.5, "an event stands there within about a second"
    assert pace.beat_s < 60, "nginx ends what is silent for a minute"
