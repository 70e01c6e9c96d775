"""The dashboard in a browser, and the API beside it: what the tests of its pages share."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from conftest import PROJECT, USER_AGENT, Stack
from playwright.sync_api import Browser, Locator, Page, expect

AXE: Final = (PROJECT / "dashboard/node_modules/axe-core/axe.min.js").read_text()
PIECE: Final = 50
PASSWORD: Final = "four owls in a tree"
Events = Sequence[dict[str, Any]]

# A desktop in both colours, and a phone.
screens = pytest.mark.parametrize(
    ("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)


def collect(
    stack: Stack, events: Events, *, agent: str = USER_AGENT, address: str | None = None
) -> None:
    """Send events as a browser does. address: of the visitor, told to the API as a proxy does."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": agent,
        "Accept-Language": "en",
        "Accept": "*/*",
    }
    if address is not None:
        headers["X-Forwarded-For"] = address
    url = stack.url if address is None else stack.api_url
    for place in range(0, len(events), PIECE):
        body = json.dumps(events[place : place + PIECE]).encode()
        request = urllib.request.Request(f"{url}/collect", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 202


def yesterday_at_eight() -> datetime:
    """In UTC."""
    today = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    return today - timedelta(days=1)


def token_of(stack: Stack) -> str:
    return stack.dashboard_link().partition("#token=")[2]


def ask(stack: Stack, path: str, body: Any = None) -> Any:
    """The API's answer to whoever has the dashboard's token. body: what is posted; None: a GET."""
    request = urllib.request.Request(
        f"{stack.url}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token_of(stack)}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def listen(page: Page, *, failed_loads: bool = True) -> list[str]:
    """What goes wrong on the page, a refusal by its Content-Security-Policy included.

    failed_loads: whether a request that the server refuses counts, too.
    """
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda line: (
            errors.append(line.text)
            if line.type == "error" and (failed_loads or "Failed to load resource" not in line.text)
            else None
        ),
    )
    return errors


def find_problems(page: Page) -> list[Any]:
    """What axe finds wrong with the page as it is now."""
    # Fading in, text has less contrast than it will have.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE)
    found: list[Any] = page.evaluate(
        "axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    return found


def expect_well_made(page: Page, what: str = "") -> None:
    """axe finds nothing, and the page does not scroll sideways."""
    assert find_problems(page) == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what


@contextmanager
def screen(browser: Browser, theme: Any, width: int) -> Iterator[Page]:
    """A page in such colours and of such a width."""
    context = browser.new_context(
        user_agent=USER_AGENT,
        viewport={"width": width, "height": 844},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def last_days(number: int) -> dict[str, str]:
    today = datetime.now(UTC).date()
    return over(today - timedelta(days=number - 1), today)


def over(start: date, end: date) -> dict[str, str]:
    return {"start_date": start.isoformat(), "end_date": end.isoformat()}


class Dashboard:
    """A page of a site in a browser."""

    def __init__(self, stack: Stack, page: Page, site: str) -> None:
        self.stack, self.page, self.site = stack, page, site
        self.errors = listen(page)

    def go(self, search: str, *, site: str | None = None) -> None:
        """To the address with this search, which begins with the site."""
        link, _, fragment = self.stack.dashboard_link().partition("#")
        self.page.goto(f"{link}?site={site or self.site}{search}#{fragment}")

    def open(self, search: str = "") -> None:
        """The report of the last seven days."""
        self.go(f"&period=7d{search}")
        # A dialog that is open hides everything else from those who ask by role.
        expect(self.page.locator("h1")).to_have_text(self.site)

    def panel(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def query(
        self,
        metrics: Sequence[str],
        *dimensions: str,
        days: dict[str, str] | None = None,
        **more: Any,
    ) -> list[dict[str, Any]]:
        """Rows that the API answers. days: the last seven, unless told."""
        asked = {"site_id": self.site, "metrics": metrics, "dimensions": dimensions}
        body = {**asked, **(days or last_days(7)), **more}
        rows: list[dict[str, Any]] = ask(self.stack, "/api/query", body)["rows"]
        return rows
