"""The dashboard in a real browser: filters, details, keys; what it shows is what the API answers."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import USER_AGENT, Stack, wait_for
from dashboard import Dashboard, collect, expect_well_made, screen, screens, yesterday_at_eight
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

SITE = "shelf"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SESSIONS = 130
CARDS = {
    "Visitors": "visitors",
    "Sessions": "sessions",
    "Pageviews": "pageviews",
}
SOURCES: list[dict[str, Any]] = [
    {"referrer": "https://www.google.com/"},
    {"utmParams": {"utm_source": "letter", "utm_campaign": "=1+1"}},
    {},
]
PANELS = {"Pages": "page", "Sources": "source", "Devices": "browser", "Behaviour": "event"}


def events_of(number: int, start: datetime) -> list[dict[str, Any]]:
    """A session: the guide of its number, half of them the front page before; every fifth one clicks."""
    source = SOURCES[number % 3]
    paths = ["/", f"/guide/{number:03}"] if number % 2 == 0 else [f"/guide/{number:03}"]
    events = [("pageview", path) for path in paths]
    if number % 5 == 0:
        events.append(("click", paths[-1]))
    return [
        {
            "eventType": kind,
            "siteId": SITE,
            "sessionId": f"s{number}",
            "visitorId": f"v{number}",
            "timestamp": (start + timedelta(minutes=number, seconds=20 * place)).isoformat(),
            "url": f"https://shelf.example{path}",
            "path": path,
            "attribution": source,
        }
        for place, (kind, path) in enumerate(events)
    ]


@pytest.fixture(scope="module")
def shelf(stack: Stack) -> Stack:
    """The stack with 130 sessions of yesterday."""
    start = yesterday_at_eight()
    for number in range(0, SESSIONS, 10):
        for agent, some in (
            (USER_AGENT, range(number, number + 7)),
            (FIREFOX, range(number + 7, number + 10)),
        ):
            collect(stack, [event for one in some for event in events_of(one, start)], agent=agent)
    wait_for(stack.is_derived, "derivation")
    return stack


class Report(Dashboard):
    """The report of the site."""

    def card(self, name: str) -> Locator:
        group = self.page.get_by_role("group", name="Figures; choose which one is drawn")
        return group.get_by_role("button", name=re.compile(f"^{name}"))

    def row(self, panel: str, name: str) -> Locator:
        return self.panel(panel).get_by_role("button", name=name, exact=True)

    def chip(self, words: str) -> Locator:
        return self.page.get_by_role("group", name="Filters").get_by_role(
            "button", name=words, exact=True
        )

    def expect_figures(self, filters: list[dict[str, Any]]) -> None:
        """Cards, chart and panels show what the API answers under these filters."""
        [totals] = self.query(list(CARDS.values()), filters=filters)
        for name, figure in zip(CARDS, totals["metrics"], strict=True):
            expect(self.card(name)).to_contain_text(f"{figure:,}")
        for name, dimension in PANELS.items():
            rows = self.query(["visitors"], dimension, filters=filters, limit=10)
            figures = [f"{row['metrics'][0]:,}" for row in rows]
            cells = self.panel(name).locator("tbody td:nth-of-type(1)")
            # The first one of a row; it has the share beside the figure.
            expect(cells).to_have_text([re.compile(rf"{figure}$") for figure in figures])
        days = self.query(["visitors"], "time:day", filters=filters)
        self.page.get_by_role("button", name="Show as a table").click()
        drawn = self.panel("Overview").locator("tbody tr")
        expect(drawn).to_have_count(len(days))
        shown = [cell.inner_text() for cell in drawn.locator("td:nth-of-type(1)").all()]
        # The table has the newest day first or last; the figures are the same ones.
        assert sorted(shown) == sorted(f"{day['metrics'][0]:,}" for day in days)
        self.page.get_by_role("button", name="Show as a chart").click()


@pytest.fixture
def dashboard(shelf: Stack, person: BrowserContext) -> Iterator[Report]:
    dashboard = Report(shelf, person.new_page(), SITE)
    yield dashboard
    assert dashboard.errors == []


def is_(dimension: str, *values: str) -> dict[str, Any]:
    return {"dimension": dimension, "operator": "is", "values": list(values)}


def test_a_click_on_a_row_filters_everything_and_the_next_click_no_longer(
    dashboard: Report,
) -> None:
    page = dashboard.page
    dashboard.open()
    dashboard.expect_figures([])
    dashboard.row("Sources", "Google").click()
    expect(dashboard.chip("Source is Google")).to_be_visible()
    expect(page).to_have_url(re.compile(r"&filter=source,is,google$"))
    dashboard.expect_figures([is_("source", "google")])
    expect(dashboard.row("Sources", "Google")).to_have_attribute("aria-pressed", "true")

    dashboard.row("Pages", "/").click()
    both = [is_("source", "google"), is_("page", "/")]
    expect(dashboard.chip("Page is /")).to_be_visible()
    dashboard.expect_figures(both)
    # 22 sessions came from Google to the front page: every sixth of 130.
    expect(dashboard.card("Sessions")).to_contain_text("22")
    expect(dashboard.card("Pageviews")).to_contain_text("22")

    # A link reproduces the page.
    other = Report(dashboard.stack, page.context.new_page(), SITE)
    other.page.goto(page.url)
    other.expect_figures(both)
    other.page.close()

    # Back and forward again.
    page.go_back()
    expect(dashboard.chip("Page is /")).to_have_count(0)
    dashboard.expect_figures([is_("source", "google")])
    page.go_forward()
    expect(dashboard.chip("Page is /")).to_be_visible()

    dashboard.row("Sources", "Google").click()
    expect(dashboard.chip("Source is Google")).to_have_count(0)
    dashboard.expect_figures([is_("page", "/")])
    page.get_by_role("button", name="Remove the filter Page is /").click()
    expect(page.get_by_role("group", name="Filters")).to_have_count(0)
    dashboard.expect_figures([])


def test_a_filter_is_written_by_the_keyboard_alone(dashboard: Report) -> None:
    page = dashboard.page
    dashboard.open()
    keys = page.keyboard
    keys.press("f")
    dialog = page.get_by_role("dialog", name="Add a filter")
    expect(dialog).to_be_visible()
    values = dialog.get_by_role("listbox").get_by_role("option")
    expect(values.first).to_have_text(re.compile("^/"))
    dialog.get_by_label("Property").focus()
    keys.type("Sou")
    expect(dialog.get_by_label("Property")).to_have_value("source")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("goo")
    expect(values).to_have_text([re.compile("^Google"), re.compile("as typed$")])
    keys.press("Enter")
    keys.type("letter")
    expect(values).to_have_text([re.compile("^letter")])
    keys.press("Enter")
    expect(dialog.get_by_label("Chosen values")).to_contain_text("Googleletter")
    keys.press("Enter")
    expect(dialog).to_have_count(0)
    expect(dashboard.chip("Source is Google or letter")).to_be_visible()
    dashboard.expect_figures([is_("source", "google", "letter")])

    # The chip opens it again: now everything but these.
    dashboard.chip("Source is Google or letter").press("Enter")
    dialog = page.get_by_role("dialog", name="Change the filter")
    dialog.get_by_label("Comparison").select_option("is_not")
    dialog.get_by_role("button", name="Apply").press("Enter")
    expect(dashboard.chip("Source is not Google or letter")).to_be_visible()
    dashboard.expect_figures([is_("source", "google", "letter") | {"operator": "is_not"}])
    keys.press("Escape")
    expect(page.get_by_role("group", name="Filters")).to_have_count(0)


def test_a_wrong_pattern_is_told_in_the_editor(dashboard: Report) -> None:
    page = dashboard.page
    dashboard.open()
    page.get_by_role("button", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog", name="Add a filter")
    dialog.get_by_role("button", name="Add filter").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose or type at least one value.")
    dialog.get_by_label("Comparison").select_option("matches")
    values = dialog.get_by_role("combobox", name="Values")
    values.fill("^/guide/(0")
    dialog.get_by_role("button", name="Add filter").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This is no regular expression")
    # The browser itself notes a 422.
    assert len(dashboard.errors) == 1
    dashboard.errors.clear()
    values.fill("^/guide/00[0-4]$")
    dialog.get_by_role("button", name="Add filter").click()
    expect(dialog).to_have_count(0)
    dashboard.expect_figures(
        [{"dimension": "page", "operator": "matches", "values": ["^/guide/00[0-4]$"]}]
    )
    expect(dashboard.card("Sessions")).to_contain_text("5")


def test_details_are_searched_sorted_paged_and_saved(dashboard: Report, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.open()
    dashboard.panel("Pages").get_by_role("button", name="Show all 131 pages").click()
    expect(page.get_by_role("dialog", name="131 pages")).to_be_visible()
    dialog = page.get_by_role("dialog")
    names = dialog.locator("tbody th")

    def rows(**more: Any) -> list[str]:
        found = dashboard.query(["visitors"], "page", **more)
        return [row["dimensions"][0] for row in found]

    expect(names).to_have_text(rows(limit=100))
    dialog.get_by_role("button", name="Next rows").click()
    expect(names).to_have_text(rows(limit=100, offset=100))
    expect(dialog).to_contain_text("101 – 131 of 131")
    expect(page).to_have_url(re.compile(r"details=page&page=2$"))

    dialog.get_by_role("button", name="Page", exact=True).click()
    expect(names).to_have_text(sorted(rows(limit=1000))[:100])
    dialog.get_by_role("button", name="Page", exact=True).click()
    expect(names).to_have_text(sorted(rows(limit=1000), reverse=True)[:100])
    expect(dialog.get_by_role("columnheader", name="Page", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )

    page.keyboard.press("/")
    page.keyboard.type("GUIDE/10")
    found = [f"/guide/10{number}" for number in reversed(range(10))]
    expect(names).to_have_text(found)
    expect(page).to_have_url(re.compile(r"search=GUIDE/10&sort=key.desc$"))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    assert re.fullmatch(r"shelf-page-[\d-]{21}\.csv", download.value.suggested_filename)
    with saved.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0] == ["page", "visitors", "pageviews", "time_on_page_s"]
    assert [row[:3] for row in table[1:]] == [[path, "1", "1"] for path in found]

    # A name filters and closes; back opens the list as it was.
    dialog.get_by_role("button", name="/guide/105").click()
    expect(dialog).to_have_count(0)
    expect(dashboard.chip("Page is /guide/105")).to_be_visible()
    page.go_back()
    expect(names).to_have_text(found)
    expect(page.get_by_role("searchbox")).to_have_value("GUIDE/10")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_no_cell_of_a_saved_file_is_a_formula(dashboard: Report, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.open("&sources=utm_campaign&details=utm_campaign")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    assert saved.read_text().splitlines()[1].startswith("'=1+1,")


def test_keys_choose_the_period_and_are_listed(dashboard: Report) -> None:
    page = dashboard.page
    dashboard.open()
    period = page.get_by_role("group", name="Period")
    for key, words in (
        ("d", "Today"),
        ("e", "Yesterday"),
        ("W", "Last 7 days"),
        ("m", "This month"),
    ):
        page.keyboard.press(key)
        expect(period).to_contain_text(words)
    page.keyboard.press("e")
    page.keyboard.press("ArrowRight")
    expect(period).to_contain_text("Today")
    page.keyboard.press("?")
    overview = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(overview).to_contain_text("Last 12 months")
    page.keyboard.press("w")
    overview.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(overview).to_have_count(0)
    page.keyboard.press("w")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    overview.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    # Neither key changed anything: the first was the overview's, the second was off.
    expect(period).to_contain_text("Today")
    page.keyboard.press("w")
    expect(period).to_contain_text("Last 7 days")


def open_editor(page: Page) -> None:
    page.get_by_role("button", name="Filter", exact=True).click()
    values = page.get_by_role("combobox", name="Values")
    options = page.get_by_role("listbox").get_by_role("option")
    options.first.click()
    values.fill("gui")
    expect(options.last).to_have_text(re.compile("as typed$"))


SCENES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "filters": ("&filter=source,is,google&filter=page,contains,guide", lambda page: None),
    "nothing": ("&filter=page,is,/nowhere", lambda page: None),
    "editor": ("&filter=source,is,google", open_editor),
    "details": (
        "&details=page&sort=key.asc&page=2",
        lambda page: expect(page.get_by_role("dialog").locator("tbody th")).to_have_count(31),
    ),
    "keys": ("", lambda page: page.keyboard.press("?")),
}


@pytest.mark.parametrize("scene", SCENES)
@screens
def test_axe_finds_nothing_wrong(
    shelf: Stack, browser: Browser, scene: str, theme: Any, width: int
) -> None:
    search, act = SCENES[scene]
    with screen(browser, theme, width) as page:
        dashboard = Report(shelf, page, SITE)
        dashboard.open(search)
        page.wait_for_load_state("networkidle")
        act(page)
        expect_well_made(page)
        assert dashboard.errors == []
