"""Collection over HTTP: what is accepted, what is refused, and what stands in the log afterwards."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from conftest import Stack

from build import NOON, at, batch, click, event, pageview
from footfall import site
from footfall.site import SiteDirectory


async def stored(stack: Stack) -> list[dict[str, Any]]:
    return await stack.rows("select * from events_log order by id")


async def test_one_event_is_stored_before_the_answer(stack: Stack) -> None:
    answer = await stack.post(pageview("/pricing"))
    assert answer.status_code == 202
    body = answer.json()
    [row] = await stored(stack)
    assert body["status"] == "success"
    assert body["message"] == "Event received and stored"
    assert (body["accepted"], body["duplicates"], body["rejected"]) == (1, 0, [])
    assert body["event_id"] == str(row["event_id"])
    assert body["timestamp"] == stack.clock.now.isoformat()
    assert (row["event_type"], row["site_id"], row["session_id"]) == ("pageview", "shop", "s1")
    assert (row["visitor_id"], row["url"], row["path"]) == (
        "v1",
        "https://shop.example/pricing",
        "/pricing",
    )
    assert row["timestamp"] == NOON
    assert row["received_at"] == stack.clock.now
    assert row["received_date"] == stack.clock.now.date()
    assert row["raw_event_data"] == pageview("/pricing")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8", ""]
)
async def test_json_is_read_under_each_content_type_of_a_tracker(
    stack: Stack, content_type: str
) -> None:
    answer = await stack.post(json.dumps(pageview()).encode(), content_type=content_type)
    assert answer.status_code == 202
    assert len(await stored(stack)) == 1


async def test_a_batch_gives_one_row_per_inner_event_with_the_wrappers_context(
    stack: Stack,
) -> None:
    inner: list[dict[str, Any]] = [
        {
            "eventType": "click",
            "timestamp": at(1),
            "url": "https://shop.example/a",
            "path": "/a",
            "eventData": {},
        },
        {"eventType": "scroll", "timestamp": at(2), "eventData": {"scrollPercentage": 40}},
        {"eventType": "page_visibility"},
    ]
    answer = await stack.post(
        batch(inner, url="https://shop.example/w", path="/w", page={"title": "W"})
    )
    assert answer.json()["accepted"] == 3
    assert "event_id" not in answer.json()
    rows = await stored(stack)
    assert [row["event_type"] for row in rows] == ["click", "scroll", "page_visibility"]
    assert [row["path"] for row in rows] == ["/a", "/w", "/w"]
    assert [row["url"] for row in rows] == [
        "https://shop.example/a",
        "https://shop.example/w",
        "https://shop.example/w",
    ]
    assert {(row["site_id"], row["session_id"], row["visitor_id"]) for row in rows} == {
        ("shop", "s1", "v1")
    }
    assert [row["timestamp"] for row in rows] == [NOON + timedelta(minutes=m) for m in (1, 2, 0)]
    assert rows[1]["raw_event_data"]["page"] == {"title": "W"}
    assert "events" not in rows[1]["raw_event_data"]


async def test_what_an_inner_event_says_is_its_own_and_what_it_leaves_open_the_wrappers(
    stack: Stack,
) -> None:
    inner: list[dict[str, Any]] = [
        {
            "eventType": "click",
            "url": "https://shop.example/b?x=1",
            "sessionId": None,
            "visitorId": "",
        },
        {"eventType": "click", "sessionId": "own"},
    ]
    await stack.send(batch(inner, url="https://shop.example/a", path="/a", page={"title": "A"}))
    first, second = await stored(stack)
    assert (first["path"], first["session_id"], first["visitor_id"]) == ("/b", "s1", "v1")
    assert "page" not in first["raw_event_data"]
    assert (second["path"], second["session_id"]) == ("/a", "own")


async def test_a_broken_batch_in_an_array_costs_only_itself(stack: Stack) -> None:
    answer = await stack.send(pageview(), {"eventType": "batch", "events": []}, click(1))
    assert answer["accepted"] == 2
    assert [(r["index"], r["field"]) for r in answer["rejected"]] == [(1, "events")]


async def test_an_encoded_nul_in_a_campaign_does_not_cost_the_event(stack: Stack) -> None:
    await stack.send(pageview(url="https://shop.example/?utm_source=a%00b"), click(1))
    assert [row["utm_source"] for row in await stored(stack)] == ["a\ufffdb", None]


async def test_an_array_of_events_gives_a_row_each(stack: Stack) -> None:
    assert (await stack.send(pageview(), click(1), event("my-own-name", 2)))["accepted"] == 3
    assert [row["event_type"] for row in await stored(stack)] == [
        "pageview",
        "click",
        "my-own-name",
    ]


REFUSED = {
    "no JSON": (b"{not json", 400, "body"),
    "not UTF-8": (b'"\xff\xfe"', 400, "body"),
    "a lone surrogate": (b'{"eventType": "\\ud800"}', 400, "body"),
    "empty": (b"", 400, "body"),
    "a number": (b"17", 422, "body"),
    "null": (b"null", 422, "body"),
    "an empty array": (b"[]", 422, "body"),
    "an array of numbers": (b"[1, 2]", 422, "event"),
    "an object without eventType": (b'{"siteId": "shop"}', 422, "eventType"),
    "a blank eventType": (b'{"siteId": "shop", "eventType": " "}', 422, "eventType"),
    "a batch without events": (b'{"eventType": "batch", "siteId": "shop"}', 422, "events"),
    "a batch with an empty array": (b'{"eventType": "batch", "siteId": "shop", "events": []}', 422, "events"),
    "neither site nor url": (b'{"eventType": "pageview"}', 422, "siteId"),
    "a url of another scheme": (b'{"eventType": "x", "siteId": "shop", "url": "javascript:1"}', 422, "url"),
    "an over-long session id": (
        json.dumps(pageview(sessionId="s" * 201)).encode(), 422, "sessionId",
    ),
    "an over-long event id": (json.dumps(pageview(eventId="e" * 65)).encode(), 422, "eventId"),
    "eventData that is no object": (json.dumps(pageview(eventData=[1])).encode(), 422, "eventData"),
    "over-large eventData": (
        json.dumps(pageview(eventData={"text": "x" * 10_001})).encode(), 422, "eventData",
    ),
    "101 events": (json.dumps([pageview()] * 101).encode(), 413, "events"),
    "101 events in a batch": (
        json.dumps(batch([{"eventType": "click"}] * 101)).encode(), 413, "events",
    ),
    "a host too long for a site id": (
        json.dumps(pageview(siteId=None, url=f"https://{'a' * 2600}.example/")).encode(), 422, "siteId",
    ),
    "a batch in a batch": (
        json.dumps(batch([{"eventType": " batch "}])).encode(), 422, "eventType",
    ),
    "a batch with a large context": (
        json.dumps(batch([{"eventType": "click"}], note="x" * 16_001)).encode(), 422, "batch",
    ),
    "over 1 MiB": (b'{"eventType": "x", "a": "' + b"x" * 1_048_576 + b'"}', 413, "body"),
    "nested too deep": (b'{"eventType": "x", "a": ' + b"[" * 40 + b"]" * 40 + b"}", 422, "body"),
    "nested beyond reason": (b"[" * 5_000, 400, "body"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_no_event_is_refused_by_field_and_nothing_is_stored(
    stack: Stack, case: str
) -> None:
    body, status, field = REFUSED[case]
    answer = await stack.post(body, content_type="application/json")
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text
    assert answer.json()["detail"]
    assert await stored(stack) == []
    assert await stack.value("select count(*) from dead_letters") == 0


async def test_a_chunked_body_over_the_limit_is_refused(stack: Stack) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 65_536

    answer = await stack.client.post("/collect", content=chunks())
    assert answer.status_code == 413


async def test_another_content_type_is_refused(stack: Stack) -> None:
    answer = await stack.post(
        b"eventType=pageview", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 415


async def test_good_events_are_kept_when_others_are_bad(stack: Stack) -> None:
    answer = await stack.send(
        pageview(), {"eventType": "", "siteId": "shop", "password": "p"}, click(1)
    )
    assert (answer["status"], answer["accepted"]) == ("partial", 2)
    assert [(r["index"], r["field"]) for r in answer["rejected"]] == [(1, "eventType")]
    assert len(await stored(stack)) == 2
    [letter] = await stack.rows("select stage, site_id, field, reason, payload from dead_letters")
    assert (letter["stage"], letter["site_id"], letter["field"]) == ("collect", "shop", "eventType")
    assert letter["payload"]["password"] == "[REDACTED]"


async def test_nul_characters_and_numbers_beyond_a_double_do_not_cost_the_event(
    stack: Stack,
) -> None:
    body = b'{"eventType": "a\\u0000b", "siteId": "shop", "k\\u0000": ["\\u0000", 123456789012345678901234567890]}'
    assert (await stack.post(body)).status_code == 202
    [row] = await stored(stack)
    assert row["event_type"] == "a\ufffdb"


@pytest.mark.parametrize(
    "claimed",
    ["yesterday", "", None, 10**30, -(10**30), "0001-01-01T00:00:00+23:00", [], True, 1e-320],
)
async def test_an_unreadable_timestamp_never_costs_the_event(stack: Stack, claimed: Any) -> None:
    answer = await stack.post({"eventType": "x", "siteId": "shop", "timestamp": claimed})
    assert answer.status_code == 202
    [row] = await stored(stack)
    assert row["timestamp"] == stack.clock.now


@pytest.mark.parametrize(
    ("ahead", "source"),
    [
        (timedelta(minutes=4, seconds=59), "client"),
        (timedelta(minutes=5, seconds=1), "future"),
        (timedelta(days=-99), "client"),
        (timedelta(days=-101), "too_old"),
    ],
)
async def test_a_claimed_time_is_believed_within_limits(
    stack: Stack, ahead: timedelta, source: str
) -> None:
    claimed = stack.clock.now + ahead
    await stack.send(pageview(timestamp=int(claimed.timestamp() * 1000)))
    [row] = await stored(stack)
    assert row["timestamp_source"] == source
    assert row["timestamp"] == (claimed if source == "client" else stack.clock.now)
    assert row["received_at"] == stack.clock.now


async def test_the_site_comes_from_the_urls_host_when_none_is_named(stack: Stack) -> None:
    await stack.send(pageview(siteId=None, url="https://www.shop.co.uk:8443/x"))
    assert [row["site_id"] for row in await stored(stack)] == ["shop-co-uk"]
    assert await stack.rows("select site_id, timezone, registered_by from sites") == [
        {"site_id": "shop-co-uk", "timezone": "UTC", "registered_by": "event"}
    ]


async def test_open_registration_ends_at_a_thousand_sites(stack: Stack) -> None:
    async with stack.pool.acquire() as connection:
        await connection.execute(
            "insert into sites (site_id, registered_by) select 's' || n, 'event' from generate_series(1, 999) n"
        )
    assert (await stack.post(pageview(siteId="one-more"))).status_code == 202
    answer = await stack.post(pageview(siteId="too-many"))
    assert (answer.status_code, answer.json()["field"]) == (422, "siteId")
    assert (await stack.post(pageview(siteId="s1"))).status_code == 202


async def test_the_limit_of_sites_holds_for_requests_at_once(stack: Stack) -> None:
    async with stack.pool.acquire() as connection:
        await connection.execute(
            "insert into sites (site_id, registered_by) select 's' || n, 'event' from generate_series(1, 990) n"
        )
    await asyncio.gather(
        *(stack.post([pageview(siteId=f"new-{r}-{n}") for n in range(20)]) for r in range(8))
    )
    assert await stack.value("select count(*) from sites") == 1_000


async def test_known_sites_stay_known_while_others_are_looked_up(stack: Stack) -> None:
    directory = SiteDirectory(stack.pool, registers_unknown=False)
    async with stack.pool.acquire() as connection:
        await connection.execute("insert into sites (site_id) values ('shop'), ('late')")
    await directory.refresh()
    both, _ = await asyncio.gather(directory.find(["shop", "stranger"]), directory.refresh())
    assert set(both) == {"shop"}


async def test_without_a_visitor_id_one_browser_is_one_visitor_a_day(stack: Stack) -> None:
    bare = pageview(visitorId=None, sessionId=None)
    for agent, ip in [
        ("A", "203.0.113.7"),
        ("A", "203.0.113.7"),
        ("B", "203.0.113.7"),
        ("A", "203.0.113.8"),
    ]:
        await stack.post(bare, user_agent=agent, x_forwarded_for=ip)
    stack.clock.advance(days=1)
    await stack.post(bare, user_agent="A", x_forwarded_for="203.0.113.7")
    rows = await stored(stack)
    ids = [row["visitor_id"] for row in rows]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert all(row["session_id"] is None and row["ip_address"] is None for row in rows)
    assert "203.0.113" not in str(rows)


async def test_salts_are_gone_after_48_hours(stack: Stack) -> None:
    await stack.post(pageview())
    stack.clock.advance(days=2)
    await stack.post(pageview())
    days = [row["salt_date"] for row in await stack.rows("select salt_date from visitor_salts")]
    assert days == [stack.clock.now.date()]


async def test_secrets_are_redacted_before_anything_is_stored(stack: Stack) -> None:
    data = {
        "formData": {
            "user_password": "hunter2",
            "cardNumber": "4111",
            "keyboard": "fine",
            "list": [{"cvv": "123"}],
        }
    }
    await stack.send(
        event("form_submit", eventData=data, url="https://shop.example/?ssn=078-05-1120&q=hats")
    )
    [row] = await stored(stack)
    form = row["raw_event_data"]["eventData"]["formData"]
    assert form == {
        "user_password": "[REDACTED]",
        "cardNumber": "[REDACTED]",
        "keyboard": "fine",
        "list": [{"cvv": "[REDACTED]"}],
    }
    assert row["url"] == "https://shop.example/?q=hats"
    assert "hunter2" not in str(row)


async def test_every_answer_lets_other_origins_read_it_once(stack: Stack) -> None:
    preflight = await stack.client.options("/collect", headers={"Origin": "https://a.example"})
    assert preflight.status_code == 200
    assert preflight.json() == {"status": "ok"}
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    good = await stack.post(pageview(), origin="https://a.example")
    bad = await stack.post(b"{", origin="https://a.example")
    for answer in (preflight, good, bad):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]


async def test_other_methods_are_told_which_ones_work(stack: Stack) -> None:
    answer = await stack.client.get("/collect")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


class TestDuplicates:
    async def test_the_same_id_again_is_accepted_and_stored_once(self, stack: Stack) -> None:
        one = pageview(eventId=str(uuid.uuid4()))
        assert (await stack.send(one))["duplicates"] == 0
        answer = await stack.send(one, click(1))
        assert (answer["accepted"], answer["duplicates"]) == (2, 1)
        assert len(await stored(stack)) == 2

    async def test_inside_one_request(self, stack: Stack) -> None:
        answer = await stack.send(
            pageview(eventId="a"), pageview(eventId="a"), pageview(eventId="b")
        )
        assert (answer["accepted"], answer["duplicates"]) == (3, 1)
        assert len(await stored(stack)) == 2

    async def test_in_requests_that_arrive_together(self, stack: Stack) -> None:
        one = pageview(eventId="same")
        answers = await asyncio.gather(*(stack.send(one, click(n)) for n in range(12)))
        assert sum(answer["duplicates"] for answer in answers) == 11
        assert len(await stored(stack)) == 13

    async def test_across_midnight(self, stack: Stack) -> None:
        stack.clock.now = stack.clock.now.replace(hour=23, minute=59, second=59)
        await stack.send(pageview(eventId="night"))
        stack.clock.advance(seconds=2)
        assert (await stack.send(pageview(eventId="night")))["duplicates"] == 1
        assert len(await stored(stack)) == 1

    async def test_a_group_committed_late_after_midnight(self, stack: Stack) -> None:
        stack.clock.now = stack.clock.now.replace(hour=0, minute=0, second=1)
        await stack.send(pageview(eventId="night"))
        stack.clock.advance(seconds=-2)
        assert (await stack.send(pageview(eventId="night")))["duplicates"] == 1

    async def test_a_week_later_it_is_in_the_log_but_counts_once(self, stack: Stack) -> None:
        await stack.send(pageview(eventId="again"))
        stack.clock.advance(days=3)
        await stack.send(pageview(eventId="again"))
        await stack.derive()
        assert len(await stored(stack)) == 2
        assert await stack.value("select count(*) from pageviews") == 1
        assert await stack.value("select sum(total_pageviews) from daily_site_metrics") == 1

    async def test_ids_are_apart_between_sites(self, stack: Stack) -> None:
        await stack.send(pageview(eventId="x"), pageview(eventId="x", siteId="other"))
        assert len({row["event_id"] for row in await stored(stack)}) == 2


async def test_the_count_is_of_stored_events(stack: Stack) -> None:
    await stack.send(pageview(eventId="a"), click(1))
    await stack.send(pageview(eventId="a"))
    answer = await stack.client.get("/events/count")
    assert answer.json()["total_events"] == 2


async def test_recent_events_come_newest_first_and_bounded(stack: Stack) -> None:
    await stack.send(*(event(f"e{n}", n) for n in range(5)))
    answer = await stack.client.get("/events/recent", params={"limit": 2})
    assert [e["event_type"] for e in answer.json()["events"]] == ["e4", "e3"]
    assert set(answer.json()["events"][0]) == {
        "id",
        "event_type",
        "session_id",
        "site_id",
        "timestamp",
        "created_at",
    }
    assert (await stack.client.get("/events/recent", params={"limit": 101})).status_code == 422
    assert (await stack.client.get("/events/recent", params={"limit": -1})).status_code == 422


class TestClosedRegistration:
    @pytest.fixture
    def settings_overrides(self) -> dict[str, Any]:
        return {"site_registration": "closed"}

    async def test_unknown_sites_are_refused_and_known_ones_kept(self, stack: Stack) -> None:
        async with stack.pool.acquire() as connection:
            await connection.execute("insert into sites (site_id) values ('shop')")
        assert (await stack.post(pageview())).status_code == 202
        answer = await stack.post(pageview(siteId="stranger"))
        assert (answer.status_code, answer.json()["field"]) == (422, "siteId")
        assert await stack.value("select count(*) from sites") == 1

    async def test_a_site_that_is_added_after_its_first_event_is_known_at_once(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert (await stack.post(pageview())).status_code == 422
        await stack.rows("insert into sites (site_id) values ('shop')")
        # Within LOOK_AGAIN_S a stranger costs no look-up.
        monkeypatch.setattr(site, "LOOK_AGAIN_S", 3_600.0)
        assert (await stack.post(pageview())).status_code == 422
        monkeypatch.setattr(site, "LOOK_AGAIN_S", 0.0)
        assert (await stack.post(pageview())).status_code == 202

    async def test_a_week_is_the_age_limit(self, stack: Stack) -> None:
        async with stack.pool.acquire() as connection:
            await connection.execute("insert into sites (site_id) values ('shop')")
        await stack.send(pageview(minutes=-60 * 24 * 8))
        assert [row["timestamp_source"] for row in await stored(stack)] == ["too_old"]

    async def test_events_need_the_token(self, stack: Stack) -> None:
        assert (await stack.client.get("/events/count")).status_code == 401
        assert (await stack.client.get("/events/recent")).status_code == 401
