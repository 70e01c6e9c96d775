"""The chart, what it is compared with, and the map, in a real browser: figures are the API's, in two time zones, over
a change of clocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import Stack
from dashboard import expect_well_made, screen, screens
from market import ADDRESSES, CHANGE, FIRST, LAST, ZONES, Report, open_market
from playwright.sync_api import Browser, BrowserContext, Page, expect


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with open_market(tmp_path_factory.mktemp("market")) as stack:
        yield stack


@pytest.fixture
def report(market: Stack, person: BrowserContext) -> Iterator[Report]:
    report = Report(market, person.new_page(), "plaza")
    yield report
    assert report.errors == []


def figures(rows: list[dict[str, Any]]) -> list[int]:
    return [row["metrics"][0] for row in rows]


@pytest.mark.parametrize("site", ZONES)
def test_each_interval_draws_what_the_api_tells(report: Report, site: str) -> None:
    report.site = site
    report.show(FIRST, LAST)
    choice = report.page.get_by_label("Interval of the chart")
    for name in ("day", "week", "month"):
        choice.select_option(name)
        report.expect_address(f"&interval={name}$")
        rows = report.ask(FIRST, LAST, ["visitors"], f"time:{name}")
        assert max(figures(rows)) > 0
        report.expect_series(figures(rows))
    # Weeks: cut at the ends, and named by the days that are left.
    choice.select_option("week")
    report.button("Show as a table").click()
    weeks = report.panel("Overview").locator("tbody th")
    expect(weeks.last).to_contain_text(f"{LAST.day} {LAST:%b %Y}")
    report.button("Show as a chart").click()
    choice.select_option("")
    report.expect_address(f"&to={LAST}$")

    # The day on which the clocks change has 23 or 25 hours in New York, 24 in Kolkata.
    eve, next_day = CHANGE - timedelta(days=1), CHANGE + timedelta(days=1)
    report.show(eve, next_day, "&interval=hour&metric=pageviews")
    rows = report.ask(eve, next_day, ["pageviews"], "time:hour")
    report.expect_series(figures(rows))
    assert sum(figures(rows)) == sum(figures(report.ask(eve, next_day, ["pageviews"], "time:day")))
    report.show(CHANGE, CHANGE, "&metric=pageviews")
    expect(report.page.get_by_label("Interval of the chart")).to_have_count(0)
    report.expect_series(figures(report.ask(CHANGE, CHANGE, ["pageviews"], "time:hour")))


def test_a_drag_and_a_press_show_a_part_closer_and_back_undoes_it(report: Report) -> None:
    page = report.page
    report.show(FIRST, LAST)
    expect(report.plot).to_be_visible()
    expect(report.button("Zoom out")).to_have_count(0)

    # 41 days: from the 10th to the 20th.
    page.mouse.move(*report.at(10 / 40))
    page.mouse.down()
    page.mouse.move(*report.at(15 / 40))
    page.mouse.move(*report.at(20 / 40))
    page.mouse.up()
    start, end = FIRST + timedelta(days=10), FIRST + timedelta(days=20)
    report.expect_address(f"from={start}&to={end}&zoomed={FIRST},{LAST}$")
    report.expect_series(figures(report.ask(start, end, ["visitors"], "time:day")))

    # A press on the fourth of eleven days: its hours.
    page.mouse.click(*report.at(3 / 10))
    day = start + timedelta(days=3)
    report.expect_address(f"from={day}&to={day}&zoomed={FIRST},{LAST}$")
    report.expect_series(figures(report.ask(day, day, ["visitors"], "time:hour")))
    # Within a day there is nothing closer.
    page.mouse.click(*report.at(0.5))
    report.expect_address(f"from={day}&to={day}&zoomed={FIRST},{LAST}$")

    page.go_back()
    report.expect_address(f"from={start}&to={end}&")
    page.go_forward()
    report.button("Zoom out").click()
    report.expect_address(f"from={FIRST}&to={LAST}$")
    expect(report.button("Zoom out")).to_have_count(0)


def test_the_keyboard_reads_the_chart_and_shows_a_week_closer(report: Report) -> None:
    page = report.page
    report.show(FIRST, LAST, "&interval=week")
    reader = page.get_by_role("slider", name=re.compile("^Visitors over time"))
    reader.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    monday = LAST - timedelta(days=LAST.weekday() + 21)
    sunday = monday + timedelta(days=6)
    weeks = report.ask(FIRST, LAST, ["visitors"], "time:week")
    assert weeks[-4]["dimensions"] == [monday.isoformat()]
    expect(reader).to_have_attribute(
        "aria-valuetext", re.compile(rf"^{monday.day} .*: {weeks[-4]['metrics'][0]} visitors?$")
    )
    page.keyboard.press("Enter")
    report.expect_address(f"from={monday}&to={sunday}&interval=week&zoomed={FIRST},{LAST}$")
    # The chart of that week has the focus, so that the arrows go on.
    expect(reader).to_be_focused()
    expect(reader).to_have_attribute("max", "6")
    report.expect_series(figures(report.ask(monday, sunday, ["visitors"], "time:day")))


def test_the_tooltip_has_the_figures_of_both_periods(report: Report) -> None:
    page = report.page
    days = (CHANGE - timedelta(days=6), CHANGE)
    before = {
        "start_date": (CHANGE - timedelta(days=13)).isoformat(),
        "end_date": (CHANGE - timedelta(days=7)).isoformat(),
    }
    report.show(*days, "&metric=pageviews")
    expect(report.plot).to_be_visible()
    rows = report.ask(*days, ["pageviews"], "time:day", comparison=before)
    place, now, then = next(
        (place, now, then)
        for place, row in enumerate(rows)
        for now, then in [(row["metrics"][0], row["comparison"][0])]
        if 0 < then != now
    )
    page.mouse.move(*report.at(place / 6))
    tooltip = report.panel("Overview").locator("[data-side]")
    expect(tooltip.locator("strong")).to_have_text(str(now))
    expect(tooltip.locator("p").last).to_contain_text(re.compile(rf"{then}$"))
    moved = abs(round((now - then) / then * 100))
    expect(tooltip.locator("p").first).to_contain_text(f"{moved}%")


def test_a_comparison_is_chosen_and_stands_on_cards_chart_and_lists(report: Report) -> None:
    page = report.page
    start, end = CHANGE, CHANGE + timedelta(days=9)

    def expect_compared(first: date, last: date) -> None:
        days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        [totals] = report.ask(start, end, ["sessions"], comparison=days)
        card = report.panel("Overview").get_by_role("button", name=re.compile("^Sessions"))
        expect(card).to_have_attribute("title", re.compile(f": {totals['comparison'][0]}$"))
        report.expect_series(figures(report.ask(first, last, ["visitors"], "time:day")), column=2)
        rows = report.ask(start, end, ["visitors"], "page", comparison=days, limit=10)
        listed = report.panel("Pages").locator("tbody tr")
        expect(listed).to_have_count(len(rows))
        for place, row in enumerate(rows):
            now, then = row["metrics"][0], row["comparison"][0]
            told = "new" if then == 0 else f"{abs(round((now - then) / then * 100))}%"
            expect(listed.nth(place).locator("td")).to_contain_text(re.compile(rf"{told}$"))

    report.show(start, end)
    expect_compared(start - timedelta(days=10), start - timedelta(days=1))

    choice = report.panel("Overview").get_by_role("button", name=re.compile("^Compare"))
    choice.click()
    menu = page.get_by_role("dialog", name="Choose a comparison")
    menu.get_by_label("Match the days of the week").check()
    report.expect_address("&match=weekday$")
    page.keyboard.press("Escape")
    # Ten days before are three weekdays off; so a week before, or two where that reaches into the period.
    expect_compared(start - timedelta(days=14), start - timedelta(days=5))

    choice.click()
    menu.get_by_label("From").fill((CHANGE - timedelta(days=18)).isoformat())
    menu.get_by_label("To").fill((CHANGE - timedelta(days=9)).isoformat())
    menu.get_by_role("button", name="Compare with these days").click()
    report.expect_address("&compare=custom&compare_from=.*&compare_to=")
    expect_compared(CHANGE - timedelta(days=18), CHANGE - timedelta(days=9))

    # The key takes it away, on every list, and brings the same back.
    page.keyboard.press("x")
    report.expect_address("&compare=none$")
    expect(choice).to_have_text("Compare")
    expect(page.locator("[data-verdict]")).to_have_count(0)
    page.keyboard.press("x")
    report.expect_address("&compare=custom&")

    # The details have it in every column.
    report.panel("Pages").get_by_role("button", name=re.compile("Details|Show all")).click()
    first = page.get_by_role("dialog").locator("tbody tr").first
    row = report.ask(
        start,
        end,
        ["visitors", "pageviews"],
        "page",
        limit=1,
        comparison={
            "start_date": (CHANGE - timedelta(days=18)).isoformat(),
            "end_date": (CHANGE - timedelta(days=9)).isoformat(),
        },
    )[0]
    for place in (0, 1):
        now, then = row["metrics"][place], row["comparison"][place]
        cell = first.locator("td").nth(place)
        expect(cell).to_contain_text(
            re.compile(rf"^{now}\D.*{abs(round((now - then) / then * 100))}%$")
        )


def test_the_map_shows_every_country_or_names_it_and_a_press_filters(report: Report) -> None:
    report.show(FIRST, LAST)
    places = report.panel("Places")
    places.get_by_role("tab", name="Map").click()
    report.expect_address("&places=map$")
    told = {
        r["dimensions"][0]: r["metrics"][0]
        for r in report.ask(FIRST, LAST, ["visitors"], "country")
    }
    assert set(told) == set(ADDRESSES)
    world = places.get_by_role("img", name=re.compile("^Map of the world"))
    shaded = world.locator("[data-shade]")
    expect(shaded).to_have_count(3)
    # Too small for an outline, so a point; and one that is not there at all is named.
    expect(world.locator("circle")).to_have_attribute("data-code", "SG")
    expect(places).to_contain_text(f"Not on this map: Réunion {told['RE']}")
    expect(world.locator("[data-code=US]")).to_have_attribute("data-shade", "5")
    for name, code in (("Germany", "DE"), ("United States", "US")):
        expect(places.get_by_role("row", name=re.compile(name))).to_contain_text(str(told[code]))

    germany = world.locator("[data-code=DE]")
    germany.hover()
    expect(places).to_contain_text(re.compile(f"Germany{told['DE']} visitor"))
    germany.click()
    report.expect_address("&filter=country,is,DE&places=map$")
    expect(shaded).to_have_count(1)
    germany.click()
    expect(shaded).to_have_count(3)
    # The list under it does the same by keyboard.
    places.get_by_role("button", name="Germany").press("Enter")
    report.expect_address("&filter=country,is,DE&places=map$")


def test_every_utm_parameter_has_a_list_and_a_browser_leads_to_its_versions(report: Report) -> None:
    report.show(FIRST, LAST)
    sources, devices = report.panel("Sources"), report.panel("Devices")
    choice = sources.get_by_label("UTM parameter")
    choice.select_option("utm_term")
    report.expect_address("&sources=utm_term$")
    expect(sources.get_by_role("tab", selected=True)).to_have_text("UTM terms")
    rows = report.ask(FIRST, LAST, ["visitors"], "utm_term")
    expect(sources.locator("tbody th")).to_have_text([row["dimensions"][0] for row in rows])
    assert len(rows) == 3

    devices.get_by_role("tab", name="Screens").click()
    rows = report.ask(FIRST, LAST, ["visitors"], "screen")
    assert [row["dimensions"][0] for row in rows] == ["1280x800", "1920x800"]
    expect(devices.locator("tbody th")).to_have_text(["1280 × 800", "1920 × 800"])
    devices.get_by_role("tab", name="Browsers").click()
    expect(devices.get_by_role("tab", name="Versions")).to_have_count(0)
    devices.get_by_role("button", name="Chrome").click()
    report.expect_address("&filter=browser,is,Chrome&.*devices=browser_version$")
    expect(devices.locator("tbody th")).to_have_text(["Chrome 140"])


def test_keys_choose_the_new_periods(report: Report) -> None:
    page = report.page
    report.show(FIRST, LAST)
    period = page.get_by_role("group", name="Period")
    for key, words in (("n", "Last 90 days"), ("p", "Last month"), ("y", "This year")):
        page.keyboard.press(key)
        expect(period).to_contain_text(words)
    page.keyboard.press("a")
    expect(period).to_contain_text("All time")
    # It begins with the first event, which in New York is of the evening before.
    first = datetime.combine(FIRST, time(), UTC).astimezone(ZoneInfo(ZONES["plaza"])).date()
    legend = report.panel("Overview").locator("p").first
    expect(legend).to_contain_text(f"{first.day} {first:%b}")
    expect(page.get_by_role("button", name="Previous period")).to_be_disabled()
    page.keyboard.press("i")
    report.expect_address("&interval=")
    page.keyboard.press("c")
    chooser = page.get_by_role("dialog", name="Choose a period")
    expect(chooser.get_by_label("From")).to_be_focused()
    chooser.get_by_label("From").fill(FIRST.isoformat())
    chooser.get_by_label("To").fill(LAST.isoformat())
    chooser.get_by_role("button", name="Show these days").click()
    report.expect_address(f"from={FIRST}&to={LAST}")
    expect(chooser).to_have_count(0)


def open_comparison(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Compare")).first.click()
    expect(page.get_by_role("dialog", name="Choose a comparison")).to_be_visible()


def show_map(page: Page) -> None:
    expect(page.get_by_role("img", name=re.compile("^Map of the world"))).to_be_visible()


SCENES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "weeks": ("&interval=week&zoomed=12mo&match=weekday", lambda page: None),
    "table": ("&interval=week", lambda page: page.get_by_label("Show as a table").click()),
    "comparison": ("", open_comparison),
    "map": ("&places=map&sources=utm_term", show_map),
    "details": (
        "&details=page",
        lambda page: expect(page.get_by_role("dialog").locator("tbody th").first).to_be_visible(),
    ),
}


@pytest.mark.parametrize("scene", SCENES)
@screens
def test_axe_finds_nothing_wrong(
    market: Stack, browser: Browser, scene: str, theme: Any, width: int
) -> None:
    search, act = SCENES[scene]
    with screen(browser, theme, width) as page:
        report = Report(market, page, "plaza")
        report.show(CHANGE, LAST, search)
        page.wait_for_load_state("networkidle")
        act(page)
        expect_well_made(page)
        assert report.errors == []
