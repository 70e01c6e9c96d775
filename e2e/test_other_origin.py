"""The script on a site of another origin: its events arrive, and its answers may be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Stack, wait_for
from playwright.sync_api import BrowserContext, Response

PAGE = """<!doctype html><html><head><title>Elsewhere</title>
<script defer src="{stack}/js/tracking.js" data-site="elsewhere"></script></head><body>Hello</body></html>"""


@pytest.fixture
def elsewhere(stack: Stack) -> Iterator[str]:
    """A site of somebody's own, on a port of its own."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.format(stack=stack.url).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_script_reports_to_where_it_came_from(
    stack: Stack, elsewhere: str, person: BrowserContext
) -> None:
    answers: list[Response] = []
    page = person.new_page()
    page.on("response", lambda r: answers.append(r) if r.url.endswith("/collect") else None)
    with page.expect_response(f"{stack.url}/collect"):
        page.goto(f"{elsewhere}/page?utm_source=friend")
    assert answers[0].status == 202
    allowed = [
        h["value"]
        for h in answers[0].headers_array()
        if h["name"].lower() == "access-control-allow-origin"
    ]
    assert allowed == ["*"]
    wait_for(
        lambda: stack.sql("select path, utm_source from pageviews where site_id = 'elsewhere'")
        == [["/page", "friend"]],
        "the pageview",
    )


def test_a_preflight_is_answered_and_json_can_be_sent(
    stack: Stack, elsewhere: str, person: BrowserContext
) -> None:
    page = person.new_page()
    page.goto(f"{elsewhere}/")
    answer = page.evaluate(
        """async (url) => {
            const answer = await fetch(url, {
                method: 'POST',
                headers: {'Content-Type': 'application/json'},
                body: JSON.stringify({eventType: 'signup', siteId: 'elsewhere', eventId: 'order-1'}),
            });
            return {status: answer.status, body: await answer.json()};
        }""",
        f"{stack.url}/collect",
    )
    assert (answer["status"], answer["body"]["accepted"]) == (202, 1)
