"""The Behaviour panel in a real browser: what each tab shows is what the API answers, and rows filter and open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import Stack, wait_for
from dashboard import Dashboard, collect, expect_well_made, screen, screens, yesterday_at_eight
from playwright.sync_api import Browser, BrowserContext, Locator, expect

SITE = "acts"
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
    start = yesterday_at_eight()
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
    collect(stack, body)
    wait_for(stack.is_derived, "derivation")
    return stack


class Behaviour(Dashboard):
    """The panel of the site."""

    @property
    def tabs(self) -> Locator:
        return self.panel("Behaviour")

    def expect_figures(self, dimension: str, metrics: list[str], **more: Any) -> None:
        rows = self.query(metrics, dimension, limit=10, **more)
        assert rows
        for place in range(len(metrics)):
            cells = self.tabs.locator(f"tbody td:nth-of-type({place + 1})")
            # The first one has the share beside the figure.
            figures = [re.compile(rf"(^|%){row['metrics'][place]:,}$") for row in rows]
            expect(cells).to_have_text(figures)


@pytest.fixture
def behaviour(acts: Stack, person: BrowserContext) -> Iterator[Behaviour]:
    behaviour = Behaviour(acts, person.new_page(), SITE)
    yield behaviour
    assert behaviour.errors == []


def test_each_tab_shows_what_the_api_answers(behaviour: Behaviour) -> None:
    behaviour.open()
    for tab, (dimension, metrics) in TABS.items():
        behaviour.tabs.get_by_role("tab", name=tab, exact=True).click()
        behaviour.expect_figures(dimension, metrics)
    # 8 visits begin the form and 4 of these send it.
    behaviour.open("&behaviour=form")
    expect(behaviour.tabs.get_by_role("row", name="contact")).to_contain_text("50%")


def test_an_event_opens_its_properties_and_a_value_filters(behaviour: Behaviour) -> None:
    page, panel = behaviour.page, behaviour.tabs
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
    behaviour.tabs.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog", name="2 outbound links")
    expect(dialog.get_by_role("columnheader", name="Clicks")).to_be_visible()
    dialog.get_by_role("button", name="other.example/2", exact=True).click()
    chip = page.get_by_role("button", name="Outbound link is other.example/2", exact=True)
    expect(chip).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Sessions"))).to_contain_text("10")


@screens
def test_axe_finds_nothing_wrong_and_nothing_is_cut_off(
    acts: Stack, browser: Browser, theme: Any, width: int
) -> None:
    with screen(browser, theme, width) as page:
        behaviour = Behaviour(acts, page, SITE)
        for search in (
            *("", "&behaviour=form", "&event=signup", "&behaviour=search_term&period=today"),
        ):
            behaviour.open(search)
            page.wait_for_load_state("networkidle")
            expect_well_made(page, search)
        assert behaviour.errors == []
