"""What the demo's visits are made of: the same by seed, in order, in range, and fit to be collected."""

from __future__ import annotations

import ipaddress
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import orjson
import pytest
from demo_month import DAYS, NOW, events_of, ids_of, make_visits

from footfall.demo import calendar
from footfall.demo.delivery import MAX_EVENTS, parts
from footfall.demo.people import COUNTRIES, meet
from footfall.demo.sites import SITE_IDS, SITES
from footfall.demo.tape import stamp
from footfall.demo.visit import Visit
from footfall.event import Event, TimestampSource
from footfall.ingest import pipeline, wire
from footfall.site import Site


@pytest.fixture(scope="module")
def visits() -> list[Visit]:
    return make_visits()


@pytest.fixture(scope="module")
def many_visits() -> list[Visit]:
    """Enough for what happens seldom."""
    return make_visits(2_500)


def test_one_seed_gives_the_same_visits_every_time(visits: list[Visit]) -> None:
    assert make_visits() == visits


def test_another_seed_shares_no_event(visits: list[Visit]) -> None:
    assert not ids_of(make_visits(seed=2)) & ids_of(visits)


def test_no_event_id_is_used_twice(visits: list[Visit]) -> None:
    counted = Counter(e["eventId"] for made in visits for e in events_of(made))
    assert counted.most_common(1)[0][1] == 1


def test_later_on_the_same_day_everything_sent_before_is_sent_unchanged() -> None:
    later = make_visits(days=3, now=NOW + timedelta(hours=3))
    known = {e["eventId"]: e for made in later for e in events_of(made)}
    earlier = [e for made in make_visits(days=3) for e in events_of(made)]
    assert [known.get(e["eventId"]) for e in earlier] == earlier
    assert len(known) > len(earlier)


def test_the_next_day_adds_next_to_nothing_to_the_days_before(visits: list[Visit]) -> None:
    """Days keep their visits; only how many of them are wanted moves a little with the window."""
    fresh = ids_of(make_visits(now=NOW + timedelta(days=1))) - ids_of(visits)
    by_day = Counter(
        e["timestamp"][:10]
        for made in make_visits(now=NOW + timedelta(days=1))
        for e in events_of(made)
        if e["eventId"] in fresh
    )
    old = sum(count for day, count in by_day.items() if day < "2026-03-10")
    assert old < 0.02 * len(ids_of(visits))


def test_a_smaller_wish_is_part_of_a_larger_one(visits: list[Visit]) -> None:
    assert ids_of(make_visits(150)) < ids_of(visits)


def test_about_as_many_visits_come_as_were_asked_for() -> None:
    arrivals = calendar.arrivals(SITES, seed=1, now=NOW, days=DAYS, visits=7_000)
    assert 6_500 < len(arrivals) < 7_400


def test_events_are_of_the_last_days_and_never_of_the_future(visits: list[Visit]) -> None:
    for made in visits:
        site = next(site for site in SITES if site.site_id == made.site_id)
        first = (NOW.astimezone(ZoneInfo(site.time_zone)) - timedelta(days=DAYS - 1)).date()
        for e in events_of(made):
            at = datetime.fromisoformat(e["timestamp"])
            assert first <= at.astimezone(ZoneInfo(site.time_zone)).date()
            assert at <= NOW


def test_a_visit_is_one_session_in_order(visits: list[Visit]) -> None:
    """It starts with a pageview, and nothing is 30 minutes apart, which would split it."""
    for made in visits:
        assert len({document["sessionId"] for document in made.documents}) <= 1
        events = events_of(made)
        if not events:
            continue
        assert events[0]["eventType"] == "pageview"
        times = [datetime.fromisoformat(e["timestamp"]) for e in events]
        assert all(later - earlier < timedelta(minutes=25) for earlier, later in pairwise(times))


def test_the_sequence_counts_each_page_load_from_one(visits: list[Visit]) -> None:
    for made in visits:
        expected = 0
        for e in events_of(made):
            is_load = e["eventData"].get("navigationMethod") == "initial_load"
            expected = 1 if is_load else expected + 1
            assert e["sequence"] == expected or e["timestamp"] == stamp(NOW)


def test_engaged_time_is_never_more_than_time_spent(visits: list[Visit]) -> None:
    exits = [e["eventData"] for v in visits for e in events_of(v) if e["eventType"] == "page_exit"]
    assert exits
    assert all(0 <= e["engagedMs"] <= e["timeSpent"] for e in exits)


def test_every_event_passes_validation_and_the_pipeline(visits: list[Visit]) -> None:
    count = 0
    for made in visits:
        around = pipeline.Surroundings(
            received_at=NOW,
            ip=made.ip,
            user_agent=made.user_agent,
            salt=b"salt",
            sites={site_id: Site(site_id) for site_id in SITE_IDS},
            max_event_age=timedelta(days=100),
        )
        for part in parts(made.documents):
            parsed = wire.parse(orjson.dumps(part))
            assert parsed.rejections == []
            for _, hit in parsed.hits:
                outcome = pipeline.run(hit, around)
                assert isinstance(outcome, Event)
                assert outcome.timestamp_source is TimestampSource.CLIENT
                assert outcome.site_id == made.site_id
                count += 1
    assert count == len(ids_of(visits))


def test_long_visits_are_sent_in_requests_of_at_most_a_hundred_events() -> None:
    documents = [{"eventType": "batch", "events": [{}] * 40}] * 5 + [{"eventType": "pageview"}] * 30
    sizes = [sum(len(d.get("events", [d])) for d in part) for part in parts(documents)]
    assert max(sizes) <= MAX_EVENTS
    assert sum(sizes) == 230


def test_every_kind_of_event_and_page_occurs(many_visits: list[Visit]) -> None:
    made = many_visits
    types = Counter(e["eventType"] for v in made for e in events_of(v))
    assert set(types) >= {
        *("pageview", "page_exit", "click", "scroll", "scroll_depth", "page_visibility"),
        *("form_focus", "form_submit", "text_copy", "add_to_cart", "order_placed", "code_copied"),
    }
    data = [e["eventData"] for v in made for e in events_of(v)]
    assert any(d.get("isDownload") for d in data)
    assert any(d.get("isOutbound") for d in data)
    assert any("password" in d.get("formData", {}) for d in data)
    assert any(d.get("navigationMethod") == "pushstate" for d in data)
    assert any(e.get("page", {}).get("status") == 404 for v in made for e in events_of(v))
    campaigns = [
        e["attribution"]["campaignParams"] for v in made for e in events_of(v) if "page" in e
    ]
    assert {name for c in campaigns for name in c if c[name]} >= {"gclid", "msclkid", "fbclid"}


def test_some_visits_go_on_past_midnight_of_their_site(many_visits: list[Visit]) -> None:
    crossing = 0
    for made in many_visits:
        zone = ZoneInfo(next(s.time_zone for s in SITES if s.site_id == made.site_id))
        days = {
            datetime.fromisoformat(e["timestamp"]).astimezone(zone).date() for e in events_of(made)
        }
        crossing += len(days) == 2
    assert crossing > 0


def test_people_come_back(many_visits: list[Visit]) -> None:
    sessions: dict[str, set[str]] = {}
    for made in many_visits:
        for document in made.documents:
            sessions.setdefault(document["visitorId"], set()).add(document["sessionId"])
    returning = sum(len(known) > 1 for known in sessions.values())
    assert 0.08 < returning / len(sessions) < 0.3


def test_a_person_has_one_device_and_one_address(visits: list[Visit]) -> None:
    seen: dict[str, tuple[str, str]] = {}
    for made in visits:
        for document in made.documents:
            assert seen.setdefault(document["visitorId"], (made.ip, made.user_agent)) == (
                made.ip,
                made.user_agent,
            )


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_person_fits_together(country: str) -> None:
    zones = COUNTRIES[country].time_zones
    for number in range(60):
        kinds = {"desktop": 1.0, "mobile": 1.0, "tablet": 1.0}
        person = meet(1, "demo-shop", str(number), {country: 1}, kinds)
        address = ipaddress.ip_address(person.ip)
        assert address.is_global
        assert any(address in ipaddress.ip_network(n) for n in COUNTRIES[country].networks)
        assert person.time_zone in zones
        ZoneInfo(person.time_zone)
        assert 0 < person.viewport[0] <= person.screen[0]
        assert 0 < person.viewport[1] <= person.screen[1]
        is_phone = "Mobile" in person.user_agent and "iPad" not in person.user_agent
        assert is_phone == (person.device_kind == "mobile")
        assert person.accept_language.startswith(person.language)


def test_each_site_follows_its_own_clock_and_week() -> None:
    arrivals = calendar.arrivals(SITES, seed=3, now=NOW, days=28, visits=20_000)
    for site in SITES:
        local = [a.start.astimezone(ZoneInfo(site.time_zone)) for a in arrivals if a.site is site]
        hours = Counter(at.hour for at in local)
        busiest = max(range(24), key=lambda hour: site.hours[hour])
        quietest = min(range(24), key=lambda hour: site.hours[hour])
        assert hours[busiest] > 4 * hours[quietest]
        weekend = sum(at.weekday() >= 5 for at in local) / len(local)
        assert weekend < 0.22 if site.site_id == "demo-docs" else weekend > 0.27


def test_traffic_grows() -> None:
    arrivals = calendar.arrivals(SITES, seed=1, now=NOW, days=29, visits=20_000)
    two_weeks = timedelta(days=14)
    last = sum(NOW - two_weeks <= a.start for a in arrivals)
    before = sum(NOW - 2 * two_weeks <= a.start < NOW - two_weeks for a in arrivals)
    assert 1.03 < last / before < 1.2


def test_every_link_and_landing_page_exists() -> None:
    for site in SITES:
        known = set(site.pages)
        for page in site.pages.values():
            assert set(page.links) <= known
            if page.form is not None and page.form.then is not None:
                assert page.form.then in known
        assert set(site.entries) <= known
        for source in site.sources:
            assert set(source.entries or {}) <= known
