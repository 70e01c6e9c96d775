"""The pages of sessions and web vitals in a real browser: what they show is what the API answers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import USER_AGENT, Stack, wait_for
from dashboard import (
    Dashboard,
    ask,
    collect,
    expect_well_made,
    last_days,
    screen,
    screens,
    yesterday_at_eight,
)
from playwright.sync_api import Browser, BrowserContext, expect

SITE = "gallery"
QUIET = "quiet"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
SESSIONS = 70
VITALS = {"LCP": 1900, "INP": 150, "CLS": 0.08, "FCP": 900, "TTFB": 500}


def events_of(number: int, start: datetime) -> list[dict[str, Any]]:
    """A session of one of 35 visitors: two pages, and every seventh orders; each page is measured."""
    common = {"siteId": SITE, "sessionId": f"s{number}", "visitorId": f"secret-{number % 35}"}
    found: list[dict[str, Any]] = []
    event: dict[str, Any]
    for place, path in enumerate(["/", f"/room/{number % 4}"]):
        page = {"url": f"https://gallery.example{path}", "path": path, **common}
        at = start + timedelta(minutes=8 * number, seconds=40 * place)
        found.append({**page, "eventType": "pageview", "timestamp": at.isoformat()})
        for vital, usual in VITALS.items():
            value = round(usual * (0.5 + (number * 7 + place) % 11 / 4), 4)
            told = {
                "name": vital,
                "value": value,
                "rating": "good",
                "id": f"{vital}{number}{place}",
            }
            moment = (at + timedelta(seconds=3)).isoformat()
            event = {"eventType": "web_vital", "timestamp": moment, "eventData": told}
            found.append({**page, **event})
    if number % 7 == 0:
        at = start + timedelta(minutes=8 * number, seconds=70)
        for _ in range(3):
            event = {"eventType": "order", "eventData": {"total": 12.5, "password": "hidden"}}
            found.append({**page, **event, "timestamp": at.isoformat()})
            at += timedelta(seconds=1)
    return found


@pytest.fixture(scope="module")
def gallery(stack: Stack) -> Stack:
    """The stack with 70 sessions of yesterday, and a site that measures nothing."""
    start = yesterday_at_eight()
    for agent, own in ((USER_AGENT, range(0, SESSIONS, 2)), (IPHONE, range(1, SESSIONS, 2))):
        events = [event for number in own for event in events_of(number, start)]
        collect(stack, events, agent=agent)
    view = {"eventType": "pageview", "siteId": QUIET, "url": "https://quiet.example/"}
    collect(stack, [view])
    wait_for(stack.is_derived, "derivation")
    return stack


def whole_ms(value: float) -> str:
    """As browsers round: a half goes up."""
    return f"{int(value + 0.5)} ms"


def seconds(milliseconds: float) -> Decimal:
    """With two decimals, rounded as browsers do."""
    told = Decimal(str(milliseconds / 1000))
    return told.quantize(Decimal("0.01"), ROUND_HALF_UP)


class Pages(Dashboard):
    """The pages of sessions and web vitals."""

    def show(self, view: str, search: str = "", site: str | None = None) -> None:
        self.go(f"&view={view}&period=7d{search}", site=site)

    def ask(self, path: str, **body: Any) -> Any:
        return ask(self.stack, path, {"site_id": self.site, **last_days(7), **body})


@pytest.fixture
def dashboard(gallery: Stack, person: BrowserContext) -> Iterator[Pages]:
    dashboard = Pages(gallery, person.new_page(), SITE)
    yield dashboard
    assert dashboard.errors == []


def test_the_list_is_the_apis_and_loads_on(dashboard: Pages, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.show("sessions")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{SESSIONS} sessions")
    names = page.locator("tbody th a")
    expect(names).to_have_count(50)
    page.get_by_role("button", name="Load more").click()
    expect(names).to_have_count(SESSIONS)
    expect(page.get_by_role("button", name="Load more")).to_have_count(0)
    told = dashboard.ask("/api/sessions", limit=200)["sessions"]
    assert names.all_inner_texts() == [session["visitor"] for session in told]
    rows = page.locator("tbody tr:has(a)")
    for place in (0, 33, SESSIONS - 1):
        expect(rows.nth(place)).to_contain_text(told[place]["entry_page"])
        views = rows.nth(place).locator("td").nth(3)
        expect(views).to_have_text(str(told[place]["pageviews"]))
    assert "secret-" not in page.content()

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    file = tmp_path / "sessions.csv"
    download.value.save_as(file)
    with file.open(newline="") as lines:
        assert [row["id"] for row in csv.DictReader(lines)] == [session["id"] for session in told]


def test_filters_choose_the_sessions_that_the_report_counts(dashboard: Pages) -> None:
    page = dashboard.page
    dashboard.show("sessions", "&filter=event,is,order")
    expect(page.get_by_role("heading", level=1)).to_have_text("10 sessions")
    expect(page.locator("tbody th a")).to_have_count(10)
    page.get_by_role("button", name="Remove the filter Event is order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{SESSIONS} sessions")
    dashboard.show("sessions", "&filter=page,is,/nowhere")
    expect(page.get_by_text("No session of this period meets the filters.")).to_be_visible()


def test_a_session_opens_by_its_link_and_closes_by_the_back_button(dashboard: Pages) -> None:
    page = dashboard.page
    dashboard.show("sessions", "&filter=event,is,order")
    first = page.locator("tbody th a").first
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2).first).to_have_text(name)
    expect(page).to_have_url(re.compile(r"&session=\d+-[0-9a-f]{16}$"))
    expect(panel).to_contain_text("2 pageviews")
    # The order came three times in a row, and is folded.
    panel.get_by_text("3 times").click()
    expect(panel.get_by_text("12.5").first).to_be_visible()
    expect(panel.get_by_text("[REDACTED]").first).to_be_visible()
    assert "hidden" not in panel.inner_text()
    expect(panel.get_by_text("LCP")).not_to_have_count(0)

    # The visitor was there once more, and that session opens in its place.
    link = page.url
    others = panel.locator("ul a")
    expect(others).to_have_count(1)
    others.click()
    expect(page).not_to_have_url(link)
    page.go_back()
    expect(page).to_have_url(link)
    page.go_back()
    expect(panel).to_have_count(0)

    # A link opens it, Escape closes it, and the filters stay.
    page.goto(link)
    expect(panel.get_by_role("heading", level=2).first).to_have_text(name)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("10 sessions")

    dashboard.show("sessions", "&session=1-0123456789abcdef")
    expect(panel).to_contain_text("There is no such session")
    dashboard.errors.clear()


def test_the_vitals_are_the_apis(dashboard: Pages) -> None:
    page = dashboard.page
    dashboard.show("vitals")
    told = {row["vital"]: row["figures"] for row in dashboard.ask("/api/web-vitals")["rows"]}
    cards = page.get_by_role("group", name="Web vitals; choose which one is drawn")
    lcp, inp = (
        cards.get_by_role("button", name=re.compile(f"^{name} ")) for name in ("LCP", "INP")
    )
    for percentile in ("p75", "p50", "p90"):
        page.get_by_role("button", name=percentile, exact=True).click()
        expect(lcp).to_contain_text(f"{seconds(told['LCP'][percentile])} s")
        expect(inp).to_contain_text(whole_ms(told["INP"][percentile]))
    expect(lcp).to_contain_text(f"{2 * SESSIONS} measurements")
    expect(lcp).to_contain_text(f"{told['LCP']['good_share']:.0%} good")
    expect(page).to_have_url(re.compile("&percentile=p90$"))

    inp.click()
    expect(page.get_by_role("heading", name="INP by day, p90")).to_be_visible()
    page.get_by_role("button", name="Table").click()
    expect(page.locator("table").first.locator("tbody tr")).to_have_count(7)
    by_page = dashboard.ask("/api/web-vitals", vitals=["INP"], dimensions=["page"])["rows"]
    panel = page.get_by_role("region", name="INP by page, device, browser and country")
    expect(panel.locator("tbody th")).to_have_text([row["dimensions"][0] for row in by_page])
    expect(panel.locator("tbody td:nth-of-type(1)")).to_have_text(
        [str(row["figures"]["measurements"]) for row in by_page]
    )
    panel.get_by_role("tab", name="Devices").click()
    expect(page).to_have_url(re.compile("&measured=device$"))
    panel.get_by_role("button", name="Phone").click()
    expect(inp).to_contain_text(f"{SESSIONS} measurements")
    phone = [{"dimension": "device", "operator": "is", "values": ["mobile"]}]
    [row] = dashboard.ask("/api/web-vitals", vitals=["INP"], filters=phone)["rows"]
    expect(inp).to_contain_text(whole_ms(row["figures"]["p90"]))
    page.go_back()
    expect(inp).to_contain_text(f"{2 * SESSIONS} measurements")


def test_a_site_that_measures_nothing_says_how_to(dashboard: Pages) -> None:
    dashboard.show("vitals", site=QUIET)
    page = dashboard.page
    expect(page.get_by_role("heading", name="No measurements in this period")).to_be_visible()
    expect(page.locator("pre")).to_contain_text(
        'data-site="quiet" data-web-vitals="true"></script>'
    )
    dashboard.show("sessions", "&filter=country,is,ZZ", site=QUIET)
    expect(page.get_by_text("No session of this period meets the filters.")).to_be_visible()


def test_a_failure_is_said_and_can_be_tried_again(dashboard: Pages) -> None:
    page = dashboard.page
    refused = {"error": "unprocessable", "detail": "Not today."}
    for view, path in (("sessions", "/api/sessions"), ("vitals", "/api/web-vitals")):
        page.route(f"**{path}", lambda route: route.fulfill(status=422, json=refused))
        dashboard.show(view)
        expect(page.get_by_text("Not today.")).to_be_visible()
        page.unroute(f"**{path}")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("Not today.")).to_have_count(0)
    dashboard.errors.clear()


@screens
def test_axe_finds_nothing_wrong_and_nothing_is_cut_off(
    gallery: Stack, browser: Browser, theme: Any, width: int
) -> None:
    with screen(browser, theme, width) as page:
        dashboard = Pages(gallery, page, SITE)
        dashboard.show("sessions")
        expect(page.locator("tbody th a").first).to_be_visible()
        expect_well_made(page, "sessions")
        page.locator("tbody th a").last.click()
        expect(page.get_by_role("dialog").locator("ol li").first).to_be_visible()
        expect_well_made(page, "one session")
        dashboard.show("vitals")
        expect(page.get_by_role("heading", name="LCP by day, p75")).to_be_visible()
        expect(page.locator("tbody th").first).to_be_visible()
        expect_well_made(page, "vitals")
        page.get_by_role("button", name="Table").click()
        expect_well_made(page, "vitals as a table")
        dashboard.show("vitals", site=QUIET)
        expect(page.get_by_role("heading", name="No measurements in this period")).to_be_visible()
        expect_well_made(page, "no vitals")
        assert dashboard.errors == []
