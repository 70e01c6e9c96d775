"""Forty interactions are forty rows: also when the API dies in between, and when answers get lost.

Runs after test_visit.py, which counts everything that the demo site has had.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import USER_AGENT, Stack, answers, wait_for
from playwright.sync_api import Browser, BrowserContext, Page

EXPECTED = {
    "pageview": 6,
    "page_exit": 5,
    "click": 12,
    "catalogue_request": 1,
    "add_to_cart": 2,
    "form_focus": 3,
    "form_submit": 1,
    "text_selection": 1,
    "text_copy": 1,
    "mark": 8,
}


def visit(url: str, page: Page, disturb: Callable[[], None]) -> None:
    """Six pages of the demo shop; `disturb` is called in the middle."""
    page.goto(f"{url}/")
    page.click("#cta-secondary")
    page.locator("header").get_by_role("link", name="Products").click()
    page.wait_for_url("**/products.html")
    for product in ("planting-set", "nursery-bed", "seed-tin"):
        for _ in range(2):
            page.click(f"#{product} [aria-controls]")
    page.click("#seed-tin [data-add]")
    disturb()
    page.click("#planting-set [data-add]")
    page.locator("header").get_by_role("link", name="Contact").click()
    page.wait_for_url("**/contact.html")
    page.fill("#contact-name", "Ada")
    page.fill("#contact-email", "ada@example.org")
    page.fill("#contact-message", "Two oaks, please.")
    page.click("#contact-form button[type=submit]")
    page.goto(f"{url}/journal.html")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('main p'))")
    page.wait_for_function("/text_selection/.test(localStorage._ts_queue)")
    page.evaluate("document.execCommand('copy')")
    page.goto(f"{url}/downloads.html")
    for number in range(8):
        page.evaluate("(number) => footfall('mark', { number })", number)
    # What the end of a page could not confirm is sent again by the next one.
    page.goto(f"{url}/")
    page.wait_for_function("!localStorage._ts_queue.trim()", timeout=45_000)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody before a window so tall that no page scrolls, and without Core Web Vitals."""
    context = browser.new_context(user_agent=USER_AGENT, viewport={"width": 1280, "height": 9000})
    context.set_default_timeout(15_000)
    context.route(re.compile("/js/vitals"), lambda route: route.abort())
    yield context
    context.close()


@pytest.fixture
def lossy(stack: Stack) -> Iterator[tuple[str, list[int]]]:
    """The stack behind a network that turns every third answer of /collect into a 503, after it was stored."""
    statuses: list[int] = []
    lock = threading.Lock()

    class Network(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            names = ("Content-Type", "User-Agent", "Referer", "Accept", "Range")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            body = self.rfile.read(length) if length else None
            request = urllib.request.Request(
                stack.url + self.path, body, headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    status, kind, content = answer.status, answer.headers, answer.read()
            except urllib.error.HTTPError as error:
                status, kind, content = error.code, error.headers, error.read()
            if self.path == "/collect":
                with lock:
                    status = 503 if len(statuses) % 3 == 2 else status
                    statuses.append(status)
            self.send_response(status)
            self.send_header("Content-Type", kind.get("Content-Type", "text/plain"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = forward

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Network)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", statuses
    server.shutdown()
    server.server_close()


def api_process(stack: Stack) -> int:
    """The pid of the stack's API."""
    port = stack.api_url.rpartition(":")[2].encode()
    [pid] = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"serve" in (words := path.read_bytes().split(b"\0")) and port in words
    ]
    return pid


def assert_forty_rows(stack: Stack, page: Page) -> None:
    visitor = page.evaluate("localStorage._ts_visitor_id")
    of_visitor = f"from events_log where visitor_id = '{visitor}'"
    counts = stack.sql(f"select event_type, count(*) {of_visitor} group by 1")
    assert {name: int(count) for name, count in counts} == EXPECTED
    assert sum(EXPECTED.values()) == 40
    assert stack.value(f"select count(distinct event_id) {of_visitor}") == "40"


def test_forty_interactions_are_forty_rows(stack: Stack, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    visit(stack.url, page, lambda: None)
    assert_forty_rows(stack, page)


def test_also_when_the_api_is_killed_in_the_middle(stack: Stack, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    before = api_process(stack)
    visit(stack.url, page, lambda: os.kill(before, signal.SIGKILL))
    wait_for(lambda: answers(f"{stack.api_url}/healthz"), "the API")
    assert api_process(stack) != before
    assert_forty_rows(stack, page)


def test_also_when_every_third_answer_is_a_503(
    stack: Stack, visitor: BrowserContext, lossy: tuple[str, list[int]]
) -> None:
    url, statuses = lossy
    page = visitor.new_page()
    visit(url, page, lambda: None)
    assert_forty_rows(stack, page)
    assert statuses.count(503) >= 4
