"""The verdict: each signal by a case of its own, and real browsers that must stay clean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import TOKEN, Stack

from browsers import BROWSERS, PLAIN_HEADLESS
from build import NOON, click, event, pageview
from footfall.ingest import bots
from footfall.ingest.agent import read_hints
from footfall.ingest.bots import Driven, Evidence, Pace, Verdict, judge

CHROME = BROWSERS["Chrome on Windows"]
FIREFOX = BROWSERS["Firefox on Linux"]


def verdict_of(headers: dict[str, str], **more: Any) -> Verdict:
    return judge(
        Evidence(
            headers.get("user-agent"),
            headers,
            read_hints(headers, None),
            is_https=headers.get("x-forwarded-proto") == "https",
            **more,
        )
    )


def without(headers: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(names)}


@pytest.mark.parametrize("name", BROWSERS)
def test_a_real_browser_shows_nothing(name: str) -> None:
    assert verdict_of(BROWSERS[name]) == bots.PERSON


@pytest.mark.parametrize("name", BROWSERS)
@pytest.mark.parametrize(
    "missing",
    ["accept", "accept-language", "accept-encoding", "sec-fetch-", "sec-ch-ua", "user-agent"],
)
def test_a_missing_header_never_makes_a_verdict(name: str, missing: str) -> None:
    headers = {n: v for n, v in BROWSERS[name].items() if n != missing}
    if missing.endswith("-") or missing == "sec-ch-ua":
        headers = without(headers, missing)
    assert not verdict_of(headers).is_bot


@pytest.mark.parametrize("name", BROWSERS)
def test_a_user_agent_switcher_alone_makes_no_verdict(name: str) -> None:
    for other in BROWSERS.values():
        assert not verdict_of({**BROWSERS[name], "user-agent": other["user-agent"]}).is_bot


@pytest.mark.parametrize(
    ("user_agent", "reason", "name", "kind"),
    [
        (
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "crawler",
            "Googlebot",
            "search-engine",
        ),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2;"
            " +https://openai.com/gptbot)",
            "crawler",
            "GPTBot",
            "ai-crawler",
        ),
        ("curl/8.5.0", "library", "curl", "http-library"),
        ("python-requests/2.32.3", "library", "python-requests", "http-library"),
        ("Go-http-client/2.0", "library", "Go-http-client", "http-library"),
        (PLAIN_HEADLESS["user-agent"], "headless", "HeadlessChrome", "browser-automation"),
    ],
)
def test_what_says_that_it_is_a_machine_is_one(
    user_agent: str, reason: str, name: str, kind: str
) -> None:
    verdict = verdict_of({**CHROME, "user-agent": user_agent})
    assert verdict.is_bot
    assert verdict.score == 100
    assert verdict.reasons[0] == reason
    assert verdict.signals is not None
    assert (verdict.signals["name"], verdict.signals["kind"]) == (name, kind)


def test_plain_headless_chromium_is_flagged() -> None:
    verdict = verdict_of(PLAIN_HEADLESS)
    assert verdict.is_bot
    assert verdict.reasons == ("headless",)


def test_a_headless_brand_tells_though_the_user_agent_hides_it() -> None:
    brands = CHROME["sec-ch-ua"].replace("Google Chrome", "HeadlessChrome")
    assert verdict_of({**CHROME, "sec-ch-ua": brands}).reasons == ("headless",)


@pytest.mark.parametrize("name", BROWSERS)
def test_a_driven_browser_is_flagged_whatever_it_is(name: str) -> None:
    verdict = verdict_of(BROWSERS[name], is_driven=True)
    assert verdict.is_bot
    assert verdict.reasons == ("webdriver",)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"user-agent": FIREFOX["user-agent"]}, "hints_of_another_engine"),
        ({"sec-ch-ua": '"Chromium";v="120"'}, "hints_of_another_version"),
        ({"sec-ch-ua-platform": '"Linux"'}, "hints_of_another_platform"),
        ({"sec-ch-ua-mobile": "?1"}, "hints_of_another_device"),
    ],
)
def test_contradicting_hints_need_a_second_signal(changed: dict[str, str], reason: str) -> None:
    headers = {**CHROME, **changed}
    alone = verdict_of(headers)
    assert (alone.is_bot, alone.reasons) == (False, (reason,))
    assert verdict_of(without(headers, "accept-language")).is_bot


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("accept-language", "no_accept_language"),
        ("accept-encoding", "no_accept_encoding"),
        ("sec-fetch-", "no_fetch_metadata"),
        ("user-agent", "no_user_agent"),
    ],
)
def test_what_is_missing_is_remembered(missing: str, reason: str) -> None:
    assert verdict_of(without(FIREFOX, missing)).reasons == (reason,)


def test_a_program_with_a_browsers_name_and_none_of_its_headers_is_flagged() -> None:
    bare = {"user-agent": CHROME["user-agent"], "x-forwarded-proto": "https"}
    assert verdict_of(bare).is_bot
    assert not verdict_of({**bare, "accept-language": "en"}).is_bot


@pytest.mark.parametrize(
    ("referrer", "is_spam"),
    [
        ("http://semalt.com/crawler.php?u=https://shop.example", True),
        ("https://www.buttons-for-website.com", True),
        ("https://notsemalt.com/", False),
        ("https://semalt.com.evil.example/", False),
        ("https://www.google.com/", False),
        ("not an address", False),
    ],
)
def test_a_spam_referrer_is_known_by_its_host(referrer: str, is_spam: bool) -> None:
    for name in ("Chrome on Windows", "Firefox on Linux", "Safari on an iPhone"):
        assert verdict_of(BROWSERS[name], referrer=referrer).is_bot is is_spam


def test_every_reason_has_a_weight_and_only_a_strong_one_decides_alone() -> None:
    strong = {name for name, weight in bots.WEIGHTS.items() if weight >= bots.VERDICT_SCORE}
    assert strong == {
        "crawler",
        "library",
        "headless",
        "webdriver",
        "spam_referrer",
        "impossible_pace",
    }


def is_too_fast(pace: Pace, second: float, *, visitor_id: str = "v", received_s: float = 0) -> bool:
    start = datetime(2026, 3, 10, tzinfo=UTC)
    return pace.is_impossible(
        "shop",
        visitor_id,
        start + timedelta(seconds=second),
        start + timedelta(seconds=received_s),
        is_view=True,
    )


def test_ten_pageviews_in_a_second_are_possible_and_eleven_are_not() -> None:
    pace = Pace()
    assert not any(is_too_fast(pace, 5 + n / 100) for n in range(10))
    assert is_too_fast(pace, 5.9)
    assert is_too_fast(pace, 30, received_s=60)
    assert not is_too_fast(pace, 30, visitor_id="another")
    assert not is_too_fast(pace, 5, received_s=Pace.PENALTY_S + 1)


def test_a_queue_sent_late_is_judged_by_its_own_times() -> None:
    pace = Pace()
    assert not any(is_too_fast(pace, second) for second in range(100))


def test_the_memory_of_pace_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "MAX_VISITORS", 100)
    pace = Pace()
    for number in range(1_000):
        is_too_fast(pace, 1, visitor_id=str(number))
    assert len(pace._seen) == 100


async def test_the_verdict_stands_in_the_row_with_its_reasons(stack: Stack) -> None:
    await stack.post(pageview("/"), user_agent="curl/8.5.0")
    [row] = await stack.rows("select * from events_log")
    assert (row["is_bot"], row["bot_score"], row["bot_reasons"]) == (True, 100, ["library"])
    assert row["bot_signals"] == {"library": True, "name": "curl", "kind": "http-library"}
    assert row["device_type"] is None


async def test_a_person_in_the_row(stack: Stack) -> None:
    await stack.post(pageview("/"), **BROWSERS["Chrome on Windows"])
    [row] = await stack.rows("select * from events_log")
    assert (row["is_bot"], row["bot_score"]) == (False, 0)
    assert (row["bot_reasons"], row["bot_signals"]) == (None, None)
    assert (row["browser"], row["os"], row["device_type"]) == ("Chrome", "Windows", "desktop")
    assert row["language"] == "de-DE"


async def test_a_browser_that_says_it_is_driven_is_flagged(stack: Stack) -> None:
    await stack.send(
        pageview("/", browser={"webdriver": True}),
        # Only pageviews tell of the browser; what the same visitor did is a program's, too.
        click(1),
        click(2, visitorId="another", browser={"webdriver": 1}),
    )
    rows = await stack.rows(
        "select visitor_id, event_type, bot_reasons from events_log order by id"
    )
    assert [(row["event_type"], row["bot_reasons"]) for row in rows] == [
        ("pageview", ["webdriver"]),
        ("click", ["webdriver"]),
        ("click", None),
    ]


def test_who_was_driven_is_remembered_for_a_while_and_not_without_end() -> None:
    driven = Driven()
    assert driven.is_driven("shop", "v", NOON, says_so=True)
    later = NOON + timedelta(seconds=Driven.REMEMBERED_S - 1)
    assert driven.is_driven("shop", "v", later, says_so=False)
    assert not driven.is_driven("blog", "v", later, says_so=False)
    assert not driven.is_driven("shop", "v", later + timedelta(seconds=2), says_so=False)
    for number in range(Driven.MAX_VISITORS):
        driven.is_driven("shop", str(number), NOON, says_so=True)
    assert not driven.is_driven("shop", "v", NOON, says_so=False)


async def test_what_a_sites_own_server_sends_is_judged_by_what_it_says_of_visitors(
    stack: Stack,
) -> None:
    token = {"authorization": f"Bearer {TOKEN}"}
    await stack.client.post("/api/sites", json={"site_id": "shop"}, headers=token)
    made = await stack.client.post(
        "/api/keys", json={"name": "server", "scope": "ingest", "site_id": "shop"}, headers=token
    )
    key = made.json()["key"]
    views = [pageview(f"/{number}", number) for number in range(30)]
    bare = {"accept": "", "accept_language": "", "user_agent": "python-requests/2.32.0"}
    for sent_key, views_of in ((key, "server"), ("fk_of_nobody", "stranger")):
        for view in views:
            view["visitorId"] = views_of
        await stack.post(views, x_footfall_key=sent_key, **bare)
    await stack.post(pageview("/c"), x_footfall_key=key, user_agent="Googlebot/2.1")
    rows = await stack.rows(
        "select visitor_id, is_bot, count(*) from events_log group by 1, 2 order by min(id)"
    )
    assert [(row["visitor_id"], row["is_bot"], row["count"]) for row in rows[:2]] == [
        ("server", False, 30),
        ("stranger", True, 30),
    ]
    assert rows[2]["is_bot"]


async def test_a_site_may_drop_what_bots_do(stack: Stack) -> None:
    await stack.rows(
        """insert into sites (site_id, settings) values ('shop', '{"bots": "drop"}')"""
    )
    answer = await stack.post(pageview("/"), user_agent="curl/8.5.0")
    assert answer.status_code == 202
    document = answer.json()
    assert (document["accepted"], document["status"], document["rejected"]) == (0, "bot", [])
    assert await stack.value("select count(*) from events_log") == 0
    assert await stack.value("select count(*) from dead_letters") == 0
    ledger = await stack.rows(
        "select outcome, event_count from ingest_ledger where site_id = 'shop'"
    )
    assert {row["outcome"]: row["event_count"] for row in ledger} == {
        "received": 1,
        "dropped_bot": 1,
    }
    assert (await stack.post(pageview("/"))).json()["status"] == "success"


async def test_what_is_kept_beside_what_is_dropped_is_a_success(stack: Stack) -> None:
    await stack.rows(
        """insert into sites (site_id, settings) values ('shop', '{"bots": "drop"}')"""
    )
    answer = await stack.post(
        [pageview("/", browser={"webdriver": True}), event("click", visitorId="another")]
    )
    document = answer.json()
    assert (document["accepted"], document["status"], document["rejected"]) == (1, "success", [])
