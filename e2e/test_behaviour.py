"""The Behaviour panel in a real browser: what each tab shows is what the API answers, and rows filter and open."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import PROJECT, USER_AGENT, Stack, wait_for
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

SITE = "acts"
AXE = (PROJECT / "dashboard/node_modules/axe-core/axe.min.js").read_text()
# The tab, its dimension, the figures that its columns show.
TABS = {
    "Events": ("event", ["visitors", "events"]),
    "Outbound": ("outbound_link", ["visitors", "events"]),
    "Downloads": ("download", ["visitors", "events"]),
    "Forms": ("form", ["visitors", "form_starts", "form_submissions"]),
    "Not found": ("not_found_page", ["visitors", "pageviews"]),
    "Searches": ("search_term", ["visitors", "searches"]),
}


def acts_of(number: int) -> list[tuple[str, dict[str, Any]]]:
    """A visit: all view a page; by its number it follows a link, loads a file, signs up, fills in a form, searches."""
    acts: list[tuple[str, dict[str, Any]]] = [("pageview", {})]
    if number % 2 == 0:
        link = {"href": f"https://other.example/{number % 4}?a=1", "isOutbound": True}
        acts.append(("click", {"eventData": link}))
    if number % 3 == 0:
        file = {"href": "https://acts.example/a.pdf", "isDownload": True, "fileType": "pdf"}
        acts.append(("click", {"eventData": file}))
    if number % 4 == 0:
        plan = "pro" if number % 8 == 0 else "free"
        acts.append(("signup", {"eventData": {"plan": plan, "cart": {"total": number}}}))
    if number % 5 == 0:
        acts.append(("form_focus", {"eventData": {"field": "name"}}))
    if number % 10 == 0:
        acts.append(("form_submit", {"eventData": {"formId": "contact", "formData": {}}}))
    if number % 6 == 0:
        acts.append(("pageview", {"path": "/gone", "page": {"status": 404}}))
    if number % 7 == 0:
        acts.append(("pageview", {"path": "/find", "url": "https://acts.example/find?q=Oak"}))
    return acts


@pytest.fixture(scope="module")
def acts(stack: Stack) -> Stack:
    """The stack with 40 visits of yesterday."""
    start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) - timedelta(days=1)
    body = [
        {
            "eventType": kind,
            "siteId": SITE,
            "sessionId": f"s{number}",
            "visitorId": f"v{number}",
            "timestamp": (start + timedelta(minutes=number, seconds=9 * place)).isoformat(),
            "url": f"https://acts.example{more.get('path', '/')}",
            "path": "/",
            **more,
        }
        for number in range(40)
        for place, (kind, more) in enumerate(acts_of(number))
    ]
    for place in range(0, len(body), 50):
        request = urllib.request.Request(
            f"{stack.url}/collect",
            json.dumps(body[place : place + 50]).encode(),
            {
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
                "Accept-Language": "en",
                "Accept": "*/*",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 202
    wait_for(stack.is_derived, "derivation")
    return stack


class Behaviour:
    """The panel of the site in a browser, and the API beside it."""

    def __init__(self, stack: Stack, page: Page) -> None:
        self.stack = stack
        self.page = page
        self.link, _, fragment = stack.dashboard_link().partition("#")
        self.token = fragment.removeprefix("token=")
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, search: str = "") -> None:
        self.page.goto(f"{self.link}?site={SITE}&period=7d{search}#token={self.token}")
        expect(self.page.locator("h1")).to_have_text(SITE)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Behaviour", exact=True)

    def ask(self, dimension: str, metrics: list[str], **more: Any) -> list[dict[str, Any]]:
        today = datetime.now(UTC).date()
        body = {
            "site_id": SITE,
            "start_date": (today - timedelta(days=6)).isoformat(),
            "end_date": today.isoformat(),
            "metrics": metrics,
            "dimensions": [dimension],
            **more,
        }
        request = urllib.request.Request(
            f"{self.stack.url}/api/query",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            rows: list[dict[str, Any]] = json.load(answer)["rows"]
        assert rows
        return rows

    def expect_figures(self, dimension: str, metrics: list[str], **more: Any) -> None:
        rows = self.ask(dimension, metrics, limit=10, **more)
        for place in range(len(metrics)):
            cells = self.panel.locator(f"tbody td:nth-of-type({place + 1})")
            # The first one has the share beside the figure.
            figures = [re.compile(rf"(^|%){row['metrics'][place]:,}$") for row in rows]
            expect(cells).to_have_text(figures)


@pytest.fixture
def behaviour(acts: Stack, person: BrowserContext) -> Iterator[Behaviour]:
    behaviour = Behaviour(acts, person.new_page())
    yield behaviour
    assert behaviour.errors == []


def test_each_tab_shows_what_the_api_answers(behaviour: Behaviour) -> None:
    behaviour.open()
    for tab, (dimension, metrics) in TABS.items():
        behaviour.panel.get_by_role("tab", name=tab, exact=True).click()
        behaviour.expect_figures(dimension, metrics)
    # 8 visits begin the form and 4 of these send it.
    behaviour.open("&behaviour=form")
    expect(behaviour.panel.get_by_role("row", name="contact")).to_contain_text("50%")


def test_an_event_opens_its_properties_and_a_value_filters(behaviour: Behaviour) -> None:
    page, panel = behaviour.page, behaviour.panel
    signup = {"dimension": "event", "operator": "is", "values": ["signup"]}
    behaviour.open()
    panel.get_by_role("button", name="Properties of signup").click()
    expect(panel.get_by_role("button", name="All events")).to_be_focused()
    panel.get_by_role("tab", name="plan", exact=True).click()
    expect(page).to_have_url(re.compile("event=signup&property=plan"))
    behaviour.expect_figures("property:plan", ["visitors", "events"], filters=[signup])
    panel.get_by_role("button", name="pro", exact=True).click()
    filters = page.get_by_role("group", name="Filters")
    expect(filters.get_by_role("button", name="plan is pro", exact=True)).to_be_visible()
    expect(filters.get_by_role("button", name="Event is signup", exact=True)).to_be_visible()
    sessions = page.get_by_role("button", name=re.compile("^Sessions"))
    expect(sessions).to_contain_text("5")
    # The address says it all; the way back is a press.
    page.reload()
    expect(panel.get_by_role("button", name="pro", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    panel.get_by_role("button", name="All events").click()
    expect(panel.get_by_role("tab", name="Events")).to_be_focused()
    expect(page).not_to_have_url(re.compile("event=signup&"))


def test_all_rows_open_and_a_name_filters(behaviour: Behaviour) -> None:
    page = behaviour.page
    behaviour.open("&behaviour=outbound_link")
    behaviour.panel.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog", name="2 outbound links")
    expect(dialog.get_by_role("columnheader", name="Clicks")).to_be_visible()
    dialog.get_by_role("button", name="other.example/2", exact=True).click()
    chip = page.get_by_role("button", name="Outbound link is other.example/2", exact=True)
    expect(chip).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Sessions"))).to_contain_text("10")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_and_nothing_is_cut_off(
    acts: Stack, browser: Browser, theme: Any, width: int
) -> None:
    context = browser.new_context(
        user_agent=USER_AGENT,
        viewport={"width": width, "height": 844},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    behaviour = Behaviour(acts, context.new_page())
    for search in ("", "&behaviour=form", "&event=signup", "&behaviour=search_term&period=today"):
        behaviour.open(search)
        behaviour.page.wait_for_load_state("networkidle")
        behaviour.page.evaluate(AXE)
        found = behaviour.page.evaluate(
            "axe.run(document.querySelector('[aria-label=Behaviour]'), { resultTypes: ['violations'] })"
            ".then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))"
        )
        assert found == [], search
        wide = behaviour.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, search
    context.close()
