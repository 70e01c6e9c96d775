"""nginx's templates: every combination is valid, and each address answers as promised."""

from __future__ import annotations

import itertools
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest
from running_stack import free_port, wait_until

from footfall.embedded import account, nginx
from footfall.embedded.home import Home
from footfall.embedded.programs import find_nginx

COMBINATIONS = list(
    itertools.product(("http", "https"), ("fixed", "resolved"), ("demo", "dashboard"))
)


def variables(folder: Path, **more: str) -> dict[str, str]:
    service = account.find_service_account() if account.is_root() else None
    return {
        "FOOTFALL_NGINX_DIR": str(folder),
        "FOOTFALL_NGINX_USER": f"user {service.name} {service.group};" if service else "",
        "FOOTFALL_PUBLIC_DIR": str(folder / "public"),
        "FOOTFALL_LISTENER": "http",
        "FOOTFALL_LISTEN": f"127.0.0.1:{free_port()}",
        "FOOTFALL_API_LOOKUP": "fixed",
        "FOOTFALL_API": "127.0.0.1:1",
        "FOOTFALL_FRONT": "demo",
        "FOOTFALL_ACCESS_LOG": str(folder / "access.log"),
        "FOOTFALL_ERROR_LOG": "stderr",
        # nginx reads a certificate whose path holds a variable only when a browser comes.
        "FOOTFALL_TLS_CERTIFICATE": "$ssl_server_name.pem",
        "FOOTFALL_TLS_KEY": "$ssl_server_name.key",
        "FOOTFALL_LIMIT_RATE": "100",
        "FOOTFALL_LIMIT_BURST": "500",
        "FOOTFALL_LIMIT_LOOPBACK": "0",
        **more,
    }


def nginx_command(folder: Path, *more: str) -> list[str]:
    return [str(find_nginx()), "-p", str(folder), "-c", "nginx.conf", "-e", "stderr", *more]


@pytest.mark.parametrize(("listener", "lookup", "front"), COMBINATIONS)
def test_every_combination_is_valid(tmp_path: Path, listener: str, lookup: str, front: str) -> None:
    folder = tmp_path / "a folder; with {odd} characters"
    folder.mkdir()
    chosen = {
        "FOOTFALL_LISTENER": listener,
        "FOOTFALL_API_LOOKUP": lookup,
        "FOOTFALL_FRONT": front,
        "FOOTFALL_API": "127.0.0.1:1" if lookup == "fixed" else "api:8000",
    }
    nginx.render_all(nginx.TEMPLATES, folder, variables(folder, **chosen))
    done = subprocess.run(nginx_command(folder, "-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[emerg]" not in done.stderr


def test_every_variable_of_the_templates_is_described() -> None:
    used = set()
    for template in nginx.TEMPLATES.glob("*.template"):
        used |= set(re.findall(r"\$\{(FOOTFALL_[A-Z_]+)\}", template.read_text()))
    described = set(
        re.findall(r"`(FOOTFALL_[A-Z_]+)`", (nginx.TEMPLATES / "README.md").read_text())
    )
    assert used == described == set(variables(Path("/x")))


def test_a_variable_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="FOOTFALL_MISSING"):
        nginx.render("a ${FOOTFALL_MISSING} b", {})
    assert nginx.render("$host ${FOOTFALL_API} ${host}", {"FOOTFALL_API": "x"}) == "$host x ${host}"


@pytest.mark.parametrize(
    ("bind", "spelled"),
    [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("localhost", "localhost:80")],
)
def test_addresses_are_spelled_for_nginx(bind: str, spelled: str) -> None:
    assert nginx.listen_address(bind, 80) == spelled


class Front:
    """A running nginx, whose API is not there."""

    def __init__(self, folder: Path, front: str, **more: str) -> None:
        public = folder / "public"
        shutil.copytree(nginx.SERVED["demo"], public / "demo")
        for path, text in {
            "tracking/tracking.js": "void 0;" * 200,
            "tracking/f.js": "void 1;" * 200,
            "tracking/scripts.json": "{}",
            "tracking/js/tracking.0123456789abcdef.js": "void 0;" * 200,
            "dashboard/index.html": "<!doctype html><title>the dashboard</title>",
            "dashboard/assets/index-abc.js": "void 1;",
            "dashboard/.vite/manifest.json": "{}",
        }.items():
            (public / path).parent.mkdir(parents=True, exist_ok=True)
            (public / path).write_text(text)
        for made in (folder, *folder.rglob("*")):
            made.chmod(0o755)
        self._port = free_port()
        listen = f"127.0.0.1:{self._port}"
        chosen = variables(folder, FOOTFALL_LISTEN=listen, FOOTFALL_FRONT=front, **more)
        nginx.render_all(nginx.TEMPLATES, folder, chosen)
        self._process = subprocess.Popen(nginx_command(folder, "-g", "daemon off;"))
        wait_until(self._answers, "nginx")

    def get(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, HTTPMessage, bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port), timeout=10)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGQUIT)
        assert self._process.wait(20) == 0

    def _answers(self) -> bool:
        try:
            return self.get("/metrics")[0] == 404
        except OSError:
            return False


@contextmanager
def serving(front: str, **more: str) -> Iterator[Front]:
    # Not pytest's own folder: nginx's workers, when root starts them, may not enter that.
    folder = Path(tempfile.mkdtemp(prefix="fft-nginx-", dir="/tmp"))
    served = Front(folder, front, **more)
    yield served
    served.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def demo() -> Iterator[Front]:
    with serving("demo") as front:
        yield front


@pytest.fixture(scope="module")
def production() -> Iterator[Front]:
    with serving("dashboard") as front:
        yield front


@pytest.fixture(params=["demo", "production"])
def either(request: pytest.FixtureRequest) -> Front:
    front = request.getfixturevalue(request.param)
    assert isinstance(front, Front)
    return front


def test_the_front_page_is_the_demo_site_or_leads_to_the_dashboard(
    demo: Front, production: Front
) -> None:
    status, headers, body = demo.get("/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"/tracking.js" in body
    assert demo.get("/products.html")[0] == 200
    status, headers, _ = production.get("/")
    assert (status, headers["Location"]) == (302, "/dashboard/")
    assert production.get("/products.html")[0] == 404


def test_an_unknown_page_of_the_demo_site_is_its_own_404(demo: Front) -> None:
    status, headers, body = demo.get("/nowhere")
    assert status == 404
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert body == (nginx.SERVED["demo"] / "404.html").read_bytes()


@pytest.mark.parametrize("path", ["/tracking.js", "/js/tracking.js", "/f.js"])
def test_the_script_is_for_every_site_and_kept_for_an_hour(either: Front, path: str) -> None:
    status, headers, body = either.get(path, Accept_Encoding="gzip")
    assert status == 200
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "public, max-age=3600"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert body
    _, headers, _ = either.get(path)
    assert either.get(path, If_None_Match=headers["ETag"])[0] == 304


def test_a_script_named_by_its_content_is_kept_for_ever(either: Front) -> None:
    status, headers, body = either.get("/js/tracking.0123456789abcdef.js")
    assert status == 200
    assert body == b"void 0;" * 200
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert either.get("/js/tracking.fedcba9876543210.js")[0] == 404
    status, headers, body = either.get("/js/scripts.json")
    assert (status, headers["Cache-Control"], body) == (200, "no-cache", b"{}")


def test_the_dashboard_knows_its_own_addresses(either: Front) -> None:
    status, headers, _ = either.get("/dashboard?site=demo")
    assert (status, headers["Location"]) == (301, "/dashboard/?site=demo")
    for path in ("/dashboard/", "/dashboard/index.html", "/dashboard/sites/demo?period=7d"):
        status, headers, body = either.get(path)
        assert status == 200
        assert b"the dashboard" in body
        assert headers["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_assets_never_change_under_their_name(either: Front) -> None:
    status, headers, _ = either.get("/dashboard/assets/index-abc.js")
    assert status == 200
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert either.get("/dashboard/assets/index-old.js")[0] == 404


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/dashboard/.vite/manifest.json", "/.git/config", "/docs", "/../etc/passwd"],
)
def test_what_is_not_for_visitors_is_not_served(either: Front, path: str) -> None:
    assert either.get(path)[0] in (400, 404)


@pytest.mark.parametrize(
    "path", ["/", "/tracking.js", "/dashboard/", "/dashboard/assets/index-abc.js"]
)
def test_every_answer_carries_the_security_headers_once(either: Front, path: str) -> None:
    _, headers, _ = either.get(path)
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Referrer-Policy") == ["strict-origin-when-cross-origin"]
    assert headers["Server"] == "nginx"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/collect"), ("POST", "/e"), ("POST", "/v1/collect"), ("GET", "/px.gif?site=shop")],
)
def test_collection_without_the_api_says_try_again_to_any_origin(
    either: Front, method: str, path: str
) -> None:
    status, headers, body = either.get(path, method, b"{}", Origin="http://x.example")
    assert status == 503
    assert headers["Content-Type"] == "application/json"
    assert headers["Retry-After"] == "5"
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert json.loads(body)["error"] == "unavailable"


def test_a_body_that_nginx_refuses_is_refused_in_json(either: Front) -> None:
    status, headers, body = either.get("/collect", "POST", b"x" * 1_300_000)
    assert status == 413
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert json.loads(body)["error"] == "too_large"


@pytest.mark.parametrize(
    "path",
    [
        "/pixel/shop/tracking.js",
        "/api/sites",
        "/v1/metrics/pageviews",
        "/etl/status",
        "/events/count",
        "/healthz",
        "/readyz",
        "/health",
    ],
)
def test_other_answers_without_the_api_are_json_without_cors(either: Front, path: str) -> None:
    status, headers, body = either.get(path)
    assert status == 503
    assert headers["Retry-After"] == "5"
    assert "Access-Control-Allow-Origin" not in headers
    assert json.loads(body)["error"] == "unavailable"


def test_what_is_served_is_readable_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "assets").mkdir(parents=True)
    (source / "assets" / "app.js").write_text("void 0;")
    (source / "assets" / "app.js").chmod(0o600)
    (source / "assets").chmod(0o700)
    monkeypatch.setattr(nginx, "SERVED", {"dashboard": source})
    before = os.umask(0o077)
    try:
        nginx.publish(Home(tmp_path, tmp_path, None))
    finally:
        os.umask(before)
    public = tmp_path / "public"
    assert {path.stat().st_mode & 0o777 for path in public.rglob("*.js")} == {0o644}
    assert (public / "dashboard" / "assets").stat().st_mode & 0o777 == 0o755


def test_one_address_is_limited_and_others_are_not() -> None:
    """With the API away, 503 is what passed the limit."""
    limits = {"FOOTFALL_LIMIT_RATE": "1", "FOOTFALL_LIMIT_BURST": "4"}
    with serving("demo", **limits, FOOTFALL_LIMIT_LOOPBACK="1") as front:
        answers = [front.get(path, "POST", b"{}") for path in ["/collect", "/e"] * 10]
        statuses = [status for status, _, _ in answers]
        assert statuses[:5] == [503] * 5
        assert statuses.count(429) >= 10
        _, headers, body = next(answer for answer in answers if answer[0] == 429)
        assert int(headers["Retry-After"]) >= 1
        assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
        assert headers["Content-Type"].startswith("application/json")
        assert json.loads(body)["error"] == "too_many_requests"
        assert front.get("/px.gif?e=x")[0] == 429
        # A proxy on this machine tells of others, one of them by a new word each time.
        for number in range(8):
            seen = f"198.51.100.{number}, 203.0.113.{number}"
            assert front.get("/collect", "POST", b"{}", X_Forwarded_For=seen)[0] == 503
        one = [
            front.get("/collect", "POST", b"{}", X_Forwarded_For=f"{n}.2.3.4, 2001:db8::1")[0]
            for n in range(12)
        ]
        assert one.count(429) >= 5
        assert front.get("/tracking.js")[0] == 200


def test_loopback_is_not_limited_unless_asked_for() -> None:
    with serving("demo", FOOTFALL_LIMIT_RATE="1", FOOTFALL_LIMIT_BURST="1") as front:
        assert {front.get("/collect", "POST", b"{}")[0] for _ in range(20)} == {503}
        by_name = [
            front.get("/collect", "POST", b"{}", X_Forwarded_For="203.0.113.9")[0] for _ in range(8)
        ]
        assert by_name.count(429) >= 4


def test_ten_thousand_silent_connections_do_not_keep_others_out(demo: Front) -> None:
    """They never send a byte, or only the beginning of a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    opened = []
    try:
        for number in range(10_000):
            opened.append(demo.connect())
            if number % 2:
                opened[-1].send(b"POST /collect HTTP/1.1\r\nHost: slow\r\nContent-Length: 10\r\n")
        for _ in range(20):
            assert demo.get("/collect", "POST", b"{}")[0] == 503
    finally:
        for one in opened:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
