"""Two sites in two time zones with known visits over a change of clocks, and a browser on their report page.

What test_chart.py is about; no test is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from conftest import Stack, running_stack, wait_for
from dashboard import Dashboard, collect, over
from playwright.sync_api import Locator, expect

ZONES = {"plaza": "America/New_York", "bazaar": "Asia/Kolkata"}
# As DB-IP has them: a large country, one that the outlines lack, and one that is not on the map at all.
ADDRESSES = {"DE": "87.128.0.1", "SG": "101.127.0.1", "RE": "102.35.0.1", "US": "8.8.8.8"}
DAYS_AROUND = 20


def last_change(zone: str) -> date:
    """The last day on which the zone's clocks changed, with DAYS_AROUND days after it in the past."""
    day = datetime.now(UTC).date() - timedelta(days=DAYS_AROUND + 1)

    def offset(of: date) -> Any:
        return datetime.combine(of, time(12), ZoneInfo(zone)).utcoffset()

    while offset(day) == offset(day - timedelta(days=1)):
        day -= timedelta(days=1)
    return day


CHANGE = last_change("America/New_York")
FIRST, LAST = CHANGE - timedelta(days=DAYS_AROUND), CHANGE + timedelta(days=DAYS_AROUND)


def visits(site: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(country, events) of each session: one to five a day, of nine visitors who come back, round the clock."""
    countries = list(ADDRESSES)
    for number in range((LAST - FIRST).days + 1):
        midnight = datetime.combine(FIRST + timedelta(days=number), time(), UTC)
        for place in range(1 + number * 7 % 5):
            visitor = (number + place * 4) % 9
            start = midnight + timedelta(hours=(number * 5 + place * 7) % 24, minutes=number % 60)
            source = {"utm_source": "letter", "utm_term": f"word {visitor % 3}"}
            yield countries[min(visitor, 3)], [
                {
                    "eventType": "pageview",
                    "siteId": site,
                    "sessionId": f"{site}-{number}-{place}",
                    "visitorId": f"v{visitor}",
                    "timestamp": (start + timedelta(seconds=30 * step)).isoformat(),
                    "url": f"https://{site}.example{path}",
                    "path": path,
                    "attribution": {"utmParams": source} if visitor % 2 else {},
                    "browser": {"screenWidth": 1280 + visitor // 5 * 640, "screenHeight": 800},
                }
                for step, path in enumerate(["/", f"/stall/{place}"][: 1 + number % 2])
            ]


@contextmanager
def open_market(folder: Path) -> Iterator[Stack]:
    """A stack of its own: its events are older than others may be."""
    with running_stack(folder, FOOTFALL_MAX_EVENT_AGE="400") as stack:
        for site, zone in ZONES.items():
            stack.footfall("site", "add", site, "--timezone", zone)
            by_country: dict[str, list[dict[str, Any]]] = {}
            for country, events in visits(site):
                by_country.setdefault(country, []).extend(events)
            for country, events in by_country.items():
                collect(stack, events, address=ADDRESSES[country])
        wait_for(stack.is_derived, "derivation")
        yield stack


class Report(Dashboard):
    """The report page of a site, over days of one's choice."""

    def show(self, start: date, end: date, more: str = "") -> None:
        self.go(f"&period=custom&from={start}&to={end}{more}")
        expect(self.page.locator("h1")).to_have_text(self.site)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def ask(
        self, start: date, end: date, metrics: list[str], *dimensions: str, **more: Any
    ) -> list[dict[str, Any]]:
        return self.query(metrics, *dimensions, days=over(start, end), **more)

    def expect_series(self, figures: list[int], column: int = 1) -> None:
        """The chart, as the table that it also is, has these figures."""
        self.button("Show as a table").click()
        cells = self.panel("Overview").locator(f"tbody td:nth-of-type({column})")
        expect(cells).to_have_text([f"{figure:,}" for figure in figures])
        self.button("Show as a chart").click()

    def expect_address(self, pattern: str) -> None:
        expect(self.page).to_have_url(re.compile(pattern))

    @property
    def plot(self) -> Locator:
        return self.panel("Overview").locator(".u-over")

    def at(self, share: float) -> tuple[float, float]:
        """A place on the plot, from its left end (0) to its right (1)."""
        # The comparison comes by itself, and the plot is drawn anew with it.
        expect(self.panel("Overview").locator("[aria-busy=true]")).to_have_count(0)
        box = self.plot.bounding_box()
        assert box is not None
        return box["x"] + box["width"] * share, box["y"] + box["height"] / 2
