"""The realtime page, current visitors and all sites in a real browser, over the whole stack, nginx included."""

from __future__ import annotations

import os
import re
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import Stack, wait_for
from dashboard import (
    ask,
    collect,
    expect_well_made,
    find_problems,
    listen,
    screen,
    screens,
    token_of,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect

from footfall.embedded.run_file import read_run_file

SITE = "live-shop"
OTHERS = [f"live-{number}" for number in range(7)]


def view(site_id: str, visitor: str, path: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
    return {
        "eventType": "pageview",
        "siteId": site_id,
        "sessionId": f"s-{visitor}",
        "visitorId": visitor,
        "timestamp": (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(),
        "url": f"https://{site_id}.example{path}",
        "path": path,
        **more,
    }


def open_page(stack: Stack, page: Page, search: str) -> None:
    link = stack.dashboard_link().partition("#")[0]
    page.goto(f"{link}{search}#token={token_of(stack)}")


@pytest.fixture(scope="module")
def busy(stack: Stack) -> Stack:
    """The stack with five visitors of a shop in the last half hour, a robot, and seven sites more."""
    collect(
        stack,
        [
            view(SITE, "a", "/", 20, attribution={"referrer": "https://www.google.com/"}),
            view(SITE, "a", "/basket", 12),
            view(SITE, "b", "/", 12),
            view(SITE, "c", "/a/path/that/is/much/longer/than/any/phone/is/wide/and/goes/on", 7),
            view(SITE, "d", "/", 2),
            view(SITE, "e", "/basket", 1),
        ],
    )
    collect(stack, [view(SITE, "robot", "/robots.txt", 1)], agent="curl/8.5.0")
    for site in OTHERS:
        collect(stack, [view(site, "a", "/", 60 * 24 * 3), view(site, "b", "/", 60 * 24 * 40)])
    wait_for(stack.is_derived, "derivation")
    return stack


def table(page: Page) -> list[list[int]]:
    rows: list[list[int]] = page.evaluate(
        """[...document.querySelectorAll("figure table tbody tr")].map(
            (row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent)))"""
    )
    return rows


def test_the_page_shows_what_the_api_says_and_what_comes(
    busy: Stack, person: BrowserContext
) -> None:
    page = person.new_page()
    errors = listen(page)
    # Two are there, however long the tests before this one took.
    collect(busy, [view(SITE, name, "/") for name in ("f", "g")])
    wait_for(busy.is_derived, "derivation")
    open_page(busy, page, f"?site={SITE}&period=7d")

    # From the report, by the number of who is there.
    current = ask(busy, f"/api/sites/{SITE}/realtime")["current_visitors"]
    page.get_by_role("link", name=f"{current} current visitors").click()
    expect(page.get_by_role("link", name="Realtime", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.get_by_role("heading", name="Last 30 minutes")).to_be_visible()

    def agrees() -> bool:
        seen = ask(busy, f"/api/sites/{SITE}/realtime")
        minutes = [[minute["visitors"], minute["pageviews"]] for minute in seen["minutes"]]
        now = page.get_by_role("region", name="Now", exact=True)
        shown = [now.locator("p span").first, *now.locator("dd").all()]
        figures = [seen["current_visitors"], seen["visitors"], seen["pageviews"]]
        figures.append(seen["flagged_events"])
        return table(page) == minutes and [int(one.inner_text()) for one in shown] == figures

    wait_for(agrees, "the API's figures")
    seen = ask(busy, f"/api/sites/{SITE}/realtime")
    for name, key in (("Pages", "pages"), ("Sources", "sources")):
        items = page.get_by_role("region", name=name, exact=True).get_by_role("listitem")
        assert [item.split("\n")[1].split()[0] for item in items.all_inner_texts()] == [
            str(row["visitors"]) for row in seen[key]
        ]

    # A robot's, with the reason.
    lines = page.get_by_role("region", name="Events", exact=True).locator("tbody tr")
    expect(lines).to_have_count(len(seen["events"]))
    expect(lines.filter(has_text="/robots.txt")).to_contain_text("Robot: sent by a program")

    # What is collected now stands on top at once.
    collect(busy, [view(SITE, "new", "/just-now")])
    expect(lines.first).to_contain_text("/just-now")
    expect(page.get_by_role("region", name="Pages", exact=True)).to_contain_text("/just-now")

    # Held still, and on again.
    page.get_by_role("button", name="Pause").click()
    collect(busy, [view(SITE, "new", "/meanwhile")])
    expect(page.get_by_text("Paused: 1 newer")).to_be_visible()
    expect(lines.first).to_contain_text("/just-now")
    page.get_by_role("button", name="Go on").click()
    expect(lines.first).to_contain_text("/meanwhile")
    assert errors == []


def test_a_connection_that_is_lost_is_said_and_found_again(
    busy: Stack, person: BrowserContext
) -> None:
    page = person.new_page()
    open_page(busy, page, f"?site={SITE}&view=realtime")
    expect(page.get_by_text("Live: events appear")).to_be_visible()
    run = read_run_file(busy.data_dir / "run.json")
    assert run is not None
    os.kill(run.children["api"].pid, signal.SIGKILL)
    expect(page.get_by_text("Connection lost, trying again.")).to_be_visible()
    # What was known stays.
    expect(page.get_by_role("heading", name="Last 30 minutes")).to_be_visible()
    expect(page.get_by_text("Live: events appear")).to_be_visible(timeout=60_000)
    collect(busy, [view(SITE, "after", "/after")])
    lines = page.get_by_role("region", name="Events", exact=True).locator("tbody tr")
    expect(lines.first).to_contain_text("/after")


def test_a_new_site_waits_for_its_first_event(busy: Stack, person: BrowserContext) -> None:
    ask(busy, "/api/sites", {"site_id": "live-new"})
    page = person.new_page()
    open_page(busy, page, "?site=live-new&view=realtime")
    expect(page.get_by_role("heading", name="Waiting for the first event")).to_be_visible()
    expect(page.get_by_text('data-site="live-new"')).to_be_visible()
    assert find_problems(page) == []
    collect(busy, [view("live-new", "first", "/hello")])
    lines = page.get_by_role("region", name="Events", exact=True).locator("tbody tr")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("/hello")


def test_all_sites_lead_to_each_and_back(busy: Stack, person: BrowserContext) -> None:
    page = person.new_page()
    open_page(busy, page, "")
    expect(page.get_by_role("heading", name="All sites")).to_be_visible()
    cards = page.locator("main li")
    found = ask(busy, "/api/overview")["sites"]
    by_name = {site["site_id"]: site for site in found}
    expect(cards).to_have_count(len(found))
    for text in cards.all_inner_texts():
        name, visitors, *_ = filter(None, text.split("\n"))
        assert visitors == str(by_name[name]["visitors"]), text
    expect(cards.filter(has_text=OTHERS[0])).to_contain_text("unchanged 0%")

    # Search, by the keyboard; it is in the address.
    page.keyboard.press("/")
    page.keyboard.type("live-s")
    expect(cards).to_have_count(1)
    assert page.url.endswith("?find=live-s")
    page.keyboard.type("x")
    expect(page.get_by_text("No site has “live-sx” in its name.")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(SITE)
    assert page.url.endswith(f"?site={SITE}")

    # Back by the mark, and by the picker.
    page.get_by_role("link", name="Footfall: all sites").click()
    expect(page.get_by_role("heading", name="All sites")).to_be_visible()
    page.go_back()
    page.get_by_role("combobox", name=f"Site: {SITE}").click()
    page.get_by_role("option", name="All sites").click()
    expect(cards).to_have_count(len(found))
    assert re.search(r"/dashboard/$", page.url)


@pytest.mark.parametrize("search", [f"?site={SITE}&view=realtime", f"?site={SITE}", ""])
@screens
def test_axe_finds_nothing_wrong(
    busy: Stack, browser: Browser, search: str, theme: Any, width: int
) -> None:
    with screen(browser, theme, width) as page:
        open_page(busy, page, search)
        told = page.get_by_text("Last event").first
        expect(told if "view" not in search else page.locator("figure")).to_be_visible()
        expect_well_made(page)
