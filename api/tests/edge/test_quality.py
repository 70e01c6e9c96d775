"""Each check of the data-quality page both ways: events in through /collect, verdict and figure out."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import TOKEN, Stack

from build import NOON, at, event, pageview

BEARER = {"Authorization": f"Bearer {TOKEN}"}
# An address with a country, by the proxy that Footfall trusts.
ABROAD = {"x_forwarded_for": "8.8.8.8"}
SCREEN = {"browser": {"language": "de-AT", "screenWidth": 1440}}


async def ask(stack: Stack, site: str = "shop", **parameters: Any) -> dict[str, Any]:
    headers = BEARER | parameters.pop("headers", {})
    answer = await stack.client.get(
        f"/api/sites/{site}/quality", params=parameters, headers=headers
    )
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def check(stack: Stack, name: str, **parameters: Any) -> dict[str, Any]:
    document = await ask(stack, **parameters)
    [found] = [one for one in document["checks"] if one["name"] == name]
    assert bool(found["advice"]) == (
        found["verdict"] in ("look", "problem") or (name == "last_event" and not found["examples"])
    )
    result: dict[str, Any] = found
    return result


def visits(number: int, **fields: Any) -> list[dict[str, Any]]:
    """As many good pageviews, a minute and a visit each."""
    return [
        pageview(
            f"/{place}",
            place,
            **{
                "sessionId": f"s{place}",
                "visitorId": f"v{place}",
                "sequence": 1,
                "page": {"title": f"Page {place}"},
                **SCREEN,
                **fields,
            },
        )
        for place in range(number)
    ]


async def send(stack: Stack, events: list[dict[str, Any]], **headers: str) -> None:
    for first in range(0, len(events), 50):
        answer = await stack.post(events[first : first + 50], **(ABROAD | headers))
        assert answer.status_code in (202, 403, 422), answer.text
    await stack.derive()


async def test_a_good_site_has_nothing_to_look_at(stack: Stack) -> None:
    stack.clock.now = NOON.replace(minute=25)
    await send(stack, visits(25))
    stack.clock.advance(minutes=10)
    await send(stack, [{**one, "timestamp": at(35)} for one in visits(25)])
    document = await ask(stack)
    verdicts = {one["name"]: one["verdict"] for one in document["checks"]}
    unknown = {name for name, verdict in verdicts.items() if verdict == "unknown"}
    assert unknown == {"campaigns", "silent_pages"}
    assert {verdicts[name] for name in verdicts.keys() - unknown - {"clocks"}} == {"fine"}
    assert document["looked_at"] == 50
    assert (document["since"], document["end"]) == ("2026-03-09T12:35:00Z", "2026-03-10T12:35:00Z")


async def test_without_events_nothing_is_claimed(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    verdicts = {one["name"]: one["verdict"] for one in (await ask(stack))["checks"]}
    assert set(verdicts.values()) == {"unknown"}


async def test_few_events_are_no_evidence(stack: Stack) -> None:
    await send(stack, visits(4, page={}))
    assert (await check(stack, "titles"))["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("hours", "verdict"), [(0.5, "fine"), (5, "fine"), (7, "look"), (40, "problem")]
)
async def test_silence_is_compared_with_the_silences_before(
    stack: Stack, hours: float, verdict: str
) -> None:
    """Heard at noon and at six, so that six hours are nothing new."""
    stack.clock.now = NOON
    await send(stack, visits(1))
    stack.clock.advance(hours=6)
    await send(stack, [event("click", 360, sessionId="late", sequence=2)])
    stack.clock.advance(hours=hours)
    found = await check(stack, "last_event", hours=72)
    assert found["verdict"] == verdict
    assert [(one["label"], one["at"]) for one in found["examples"]] == [
        ("click", "2026-03-10T18:00:00Z"),
        ("pageview", "2026-03-10T12:00:00Z"),
    ]


async def test_visitors_without_a_country_behind_an_unknown_proxy_are_a_problem(
    stack: Stack,
) -> None:
    await send(stack, visits(25), x_forwarded_for="10.0.0.7")
    found = await check(stack, "proxy", headers={"X-Forwarded-For": "10.0.0.7"})
    assert (found["verdict"], found["count"], found["of"]) == ("problem", 25, 25)
    assert found["finding"].startswith("You reach Footfall as 10.0.0.7.")
    found = await check(stack, "proxy", headers={"X-Forwarded-For": "8.8.8.8"})
    assert found["verdict"] == "look"


async def test_an_address_that_nobody_vouches_for_is_a_problem(stack: Stack) -> None:
    await send(stack, visits(25))
    claimed = {"X-Forwarded-For": "198.51.100.4, 203.0.113.9"}
    assert (await check(stack, "proxy", headers=claimed))["verdict"] == "problem"
    assert (await check(stack, "proxy", headers={"X-Forwarded-For": "8.8.8.8"}))[
        "verdict"
    ] == "fine"


async def test_the_address_is_told_to_administrators_only(stack: Stack) -> None:
    await send(stack, visits(1))
    made = await stack.client.post(
        "/api/keys", json={"scope": "read", "site_id": "shop"}, headers=BEARER
    )
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    found = await check(stack, "proxy", headers=key)
    assert "You reach" not in found["finding"]


@pytest.mark.parametrize(("wrong", "verdict"), [(0, "fine"), (1, "look"), (10, "problem")])
async def test_times_that_cannot_be_are_counted(stack: Stack, wrong: int, verdict: str) -> None:
    stack.clock.now = NOON
    good = [{**one, "timestamp": at(0)} for one in visits(30 - wrong)]
    await send(stack, good + [{**one, "timestamp": at(90)} for one in visits(wrong)])
    found = await check(stack, "clocks")
    assert (found["verdict"], found["count"], found["of"]) == (verdict, wrong, 30)


async def test_a_server_that_is_late_shows_by_every_pageview(stack: Stack) -> None:
    stack.clock.now = NOON.replace(minute=10)
    await send(stack, [{**one, "timestamp": at(0)} for one in visits(30)])
    found = await check(stack, "clocks")
    assert (found["verdict"], found["count"]) == ("problem", 0)
    assert "within 10 min" in found["finding"]


async def test_an_import_is_no_wrong_clock(stack: Stack) -> None:
    stack.clock.now = NOON.replace(day=14)
    await send(stack, visits(30))
    found = await check(stack, "clocks")
    assert found["verdict"] == "look"
    assert "3 days or more after their time, as an import does" in found["finding"]


async def test_visitors_ahead_of_the_server_show(stack: Stack) -> None:
    stack.clock.now = NOON
    await send(stack, [{**one, "timestamp": at(2)} for one in visits(30)])
    found = await check(stack, "clocks")
    assert found["verdict"] == "look"
    assert "2 min or more ahead of this server" in found["finding"]


@pytest.mark.parametrize(("twice", "verdict"), [(0, "fine"), (2, "look"), (20, "problem")])
async def test_a_page_with_two_tags_shows(stack: Stack, twice: int, verdict: str) -> None:
    events = visits(40)
    again = [{**one, "timestamp": at(place + 0.01)} for place, one in enumerate(events[:twice])]
    # A reload after a while is none, nor is another page at once.
    others = [{**one, "timestamp": at(place + 0.5)} for place, one in enumerate(events[:3])]
    others += [{**one, "path": "/x", "url": "https://shop.example/x"} for one in events[:3]]
    await send(stack, events + again + others)
    found = await check(stack, "doubles")
    assert (found["verdict"], found["count"], found["of"]) == (verdict, twice, 46 + twice)
    assert len(found["examples"]) == min(twice, 5)


async def test_a_visit_without_language_and_screen_looks_automated(stack: Stack) -> None:
    await send(stack, visits(30))
    assert (await check(stack, "hidden_bots"))["verdict"] == "fine"
    stack.client.headers.pop("accept-language")
    bare = [
        {**one, "sessionId": f"bare{place}", "browser": {}} for place, one in enumerate(visits(10))
    ]
    await send(stack, bare)
    found = await check(stack, "hidden_bots")
    assert (found["verdict"], found["count"], found["of"]) == ("problem", 10, 40)
    [example] = found["examples"]
    assert (example["label"], example["count"]) == (stack.client.headers["user-agent"], 10)


async def test_a_visit_of_hundreds_of_pageviews_looks_automated(stack: Stack) -> None:
    busy = [pageview(f"/p{n}", n / 4, sessionId="busy", **SCREEN) for n in range(200)]
    await send(stack, visits(22) + busy)
    found = await check(stack, "hidden_bots")
    assert (found["verdict"], found["count"], found["of"]) == ("look", 1, 23)


@pytest.mark.parametrize(("robots", "verdict"), [(2, "fine"), (20, "look"), (100, "problem")])
async def test_flagged_events_stand_by_reason(stack: Stack, robots: int, verdict: str) -> None:
    await send(stack, visits(30))
    await send(stack, visits(robots), user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    found = await check(stack, "flagged_bots")
    assert (found["verdict"], found["count"]) == (verdict, robots)
    [example] = found["examples"]
    assert "calls itself a robot: Googlebot/2.1" in example["label"]


@pytest.mark.parametrize(("gaps", "verdict"), [(0, "fine"), (2, "look"), (10, "problem")])
async def test_numbers_that_never_came_are_lost(stack: Stack, gaps: int, verdict: str) -> None:
    events = visits(40)
    for one in events[:gaps]:
        one["sequence"] = 2
    await send(stack, events)
    found = await check(stack, "missing")
    assert (found["verdict"], found["count"], found["of"]) == (verdict, gaps, 40 + gaps)


async def test_a_visit_that_began_before_the_window_has_lost_nothing(stack: Stack) -> None:
    stack.clock.now = NOON
    await send(stack, visits(30, sequence=5))
    stack.clock.advance(minutes=1438)
    assert (await check(stack, "missing"))["verdict"] == "unknown"


async def test_pages_without_a_title(stack: Stack) -> None:
    await send(stack, visits(30))
    assert (await check(stack, "titles"))["verdict"] == "fine"
    await send(stack, visits(5, page={"title": " "}))
    found = await check(stack, "titles")
    assert (found["verdict"], found["count"], found["of"]) == ("look", 5, 35)
    assert found["examples"][0] == {"label": "/0", "count": 1, "at": None}


async def test_campaigns_that_differ_in_their_letters(stack: Stack) -> None:
    def tagged(*sources: str) -> list[dict[str, Any]]:
        return [
            pageview(
                "/", place, sessionId=f"s{place}", url=f"https://shop.example/?utm_source={source}"
            )
            for place, source in enumerate(sources)
        ]

    await send(stack, tagged("newsletter", "newsletter", "mastodon"))
    assert (await check(stack, "campaigns"))["verdict"] == "fine"
    await send(stack, tagged("Newsletter", "mast_odon"))
    found = await check(stack, "campaigns")
    assert (found["verdict"], found["count"], found["of"]) == ("look", 3, 5)
    assert found["examples"][0]["label"] == "utm_source: newsletter, Newsletter"


async def test_more_than_the_examples_are_counted(stack: Stack) -> None:
    """Eight values in two spellings each, and twelve domains."""
    await send(
        stack,
        [
            pageview(
                "/",
                sessionId=value,
                visitorId=value,
                url=f"https://shop.example/?utm_campaign={value}",
            )
            for number in range(8)
            for value in (f"offer{number}", f"Offer{number}")
        ],
    )
    found = await check(stack, "campaigns")
    assert found["finding"].startswith("8 campaign values are written in several ways.")
    assert (found["count"], len(found["examples"])) == (16, 5)
    domains = [f"https://d{number}.example/" for number in range(11)]
    await send(stack, [pageview("/", sessionId=d, visitorId=d, url=d) for d in domains])
    found = await check(stack, "domains")
    assert "pageviews came from 12 of them" in found["finding"]


async def test_a_pageview_without_an_address_is_of_no_domain(stack: Stack) -> None:
    await send(stack, [*visits(25), *({**one, "url": None} for one in visits(3))])
    found = await check(stack, "domains")
    assert (found["verdict"], [one["label"] for one in found["examples"]]) == (
        "fine",
        ["shop.example"],
    )


async def test_pages_of_other_domains(stack: Stack) -> None:
    await send(stack, visits(25, url="https://www.shop.example/"))
    await send(stack, visits(1))
    assert (await check(stack, "domains"))["verdict"] == "fine"
    await send(stack, visits(2, url="http://someone:x@localhost:3000/"))
    found = await check(stack, "domains")
    assert found["verdict"] == "look"
    assert [(one["label"], one["count"]) for one in found["examples"]] == [
        ("www.shop.example", 25),
        ("localhost", 2),
        ("shop.example", 1),
    ]


async def test_domains_that_are_not_listed_are_refused(stack: Stack) -> None:
    await stack.rows(
        "insert into sites (site_id, allowed_domains) values ('shop', '{shop.example}')"
    )
    await send(stack, visits(30), origin="https://shop.example")
    assert (await check(stack, "domains"))["verdict"] == "fine"
    await send(stack, visits(1), origin="https://copy.example")
    found = await check(stack, "domains")
    assert (found["verdict"], found["count"], found["of"]) == ("look", 1, 31)
    await send(stack, visits(9), origin="https://copy.example")
    assert (await check(stack, "domains"))["verdict"] == "problem"


@pytest.mark.parametrize(("lost", "verdict"), [(0, "fine"), (3, "look"), (12, "problem")])
async def test_pages_that_are_not_there(stack: Stack, lost: int, verdict: str) -> None:
    gone = [{**one, "page": {"title": "Gone", "status": 404}} for one in visits(lost)]
    await send(stack, visits(40) + gone)
    found = await check(stack, "not_found")
    assert (found["verdict"], found["count"], found["of"]) == (verdict, lost, 40 + lost)


async def test_a_page_that_nobody_views_any_more(stack: Stack) -> None:
    for hour in range(24):
        stack.clock.now = NOON.replace(day=8, hour=hour)
        await send(
            stack,
            [
                pageview(path, timestamp=stack.clock.now.isoformat(), sessionId=f"{path}{hour}")
                for path in ("/kept", "/gone")
            ],
        )
    stack.clock.now = NOON
    await send(stack, [pageview("/kept", sessionId="now")])
    found = await check(stack, "silent_pages")
    assert (found["verdict"], found["examples"]) == (
        "look",
        [{"label": "/gone", "count": 24, "at": None}],
    )
    await send(stack, [pageview("/gone", sessionId="now")])
    assert (await check(stack, "silent_pages"))["verdict"] == "fine"
    await stack.rows("""
        insert into daily_rollups (site_id, dimension, value, value_key, rollup_date, pageviews)
        select 'shop', 'page', '/p' || n, decode(md5('/p' || n), 'hex'), '2026-03-08', 50 from generate_series(1, 12) as n
        """)
    found = await check(stack, "silent_pages")
    assert found["finding"].startswith("12 pages that were viewed")
    assert (found["count"], len(found["examples"])) == (12, 5)


@pytest.mark.parametrize(("bad", "verdict"), [(0, "fine"), (1, "look"), (10, "problem")])
async def test_events_that_could_not_be_taken(stack: Stack, bad: int, verdict: str) -> None:
    for one in visits(bad):
        await send(stack, [one, {"eventType": "", "siteId": "shop"}])
    await send(stack, visits(40 - bad))
    found = await check(stack, "refused")
    assert (found["verdict"], found["count"], found["of"]) == (verdict, bad, 40 + bad)


async def test_only_the_newest_events_are_looked_at(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footfall.reports.quality.facts.SAMPLE", 10)
    for minute in range(3):
        stack.clock.now = NOON.replace(minute=minute)
        await send(stack, visits(8))
    document = await ask(stack)
    assert (document["looked_at"], document["since"]) == (10, "2026-03-10T12:01:00Z")
    assert document["start"] == "2026-03-09T12:02:00Z"


async def test_another_sites_events_are_not_looked_at(stack: Stack) -> None:
    await send(stack, visits(30, siteId="blog"))
    await stack.rows("insert into sites (site_id) values ('shop')")
    assert (await ask(stack))["looked_at"] == 0


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/sites/nobody/quality", 404, "site_id"),
        ("/api/sites/shop/quality?hours=0", 422, "hours"),
    ],
)
async def test_what_cannot_be_asked(stack: Stack, path: str, status: int, field: str) -> None:
    answer = await stack.client.get(path, headers=BEARER)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
