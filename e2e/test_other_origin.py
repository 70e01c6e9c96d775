"""The script on a site of another origin: its events arrive, and its answers may be read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Stack, wait_for
from playwright.sync_api import BrowserContext, Response

PAGE = """<!doctype html><html><head><title>Elsewhere</title>{script}</head><body><button>Buy</button></body></html>"""
SCRIPTS = {
    # The site's own script needs nothing but its address.
    "/own": '<script defer src="{stack}/pixel/own/tracking.js"></script>',
    "/": '<script defer src="{stack}/js/tracking.js" data-site="elsewhere"></script>',
}


@pytest.fixture
def elsewhere(stack: Stack) -> Iterator[str]:
    """A site of somebody's own, on a port of its own."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = next(of for path, of in SCRIPTS.items() if self.path.startswith(path))
            body = PAGE.format(script=script.format(stack=stack.url)).encode()
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


def test_a_sites_own_script_knows_its_site_and_its_options(
    stack: Stack, elsewhere: str, person: BrowserContext
) -> None:
    stack.footfall("site", "add", "own", "--domain", "localhost")
    stack.footfall("site", "set", "own", "--setting", 'script={"trackClicks": false}')
    page = person.new_page()
    with page.expect_response(f"{stack.url}/collect") as sent:
        page.goto(f"{elsewhere}/own?utm_source=friend")
    assert sent.value.status == 202
    # The site lists where its pages are, so the answer is for this origin and no other.
    assert sent.value.header_value("access-control-allow-origin") == elsewhere
    page.click("button")
    page.goto("about:blank")
    wait_for(
        lambda: ["page_exit"]
        in stack.sql("select distinct event_type from user_events where site_id = 'own'"),
        "the end of the page",
    )
    assert stack.sql(
        "select event_type, count(*) from events_log where site_id = 'own' group by 1 order by 1"
    ) == [
        ["page_exit", "1"],
        ["pageview", "1"],
    ]
