"""`make compose-test`: the images built and run by the repository's own compose files, as a self-hoster does.

Needs a Docker engine with Compose v2, so it is no part of `make test`. The project has a name and ports of its own,
and its volumes are removed in the end.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import PROJECT, USER_AGENT, free_port, wait_for
from crash import Load

SERVICES = ("postgres", "api", "worker", "nginx")
HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Accept-Language": "en",
}
BUILD_PATIENCE_S = 1_800


@dataclass
class Compose:
    """A project of its own, of the compose files in `folder`."""

    folder: Path
    name: str
    files: tuple[str, ...] = ("docker-compose.yml",)
    environment: dict[str, str] = field(default_factory=dict)
    scheme: str = "http"
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def __call__(self, *command: str, patience_s: float = 300) -> str:
        """Standard output of a command that must succeed."""
        names = [part for file in self.files for part in ("--file", file)]
        own_port = {"http": "FOOTFALL_PORT", "https": "FOOTFALL_TLS_PORT"}[self.scheme]
        done = subprocess.run(
            ["docker", "compose", "--project-name", self.name, *names, *command],
            cwd=self.folder,
            env={**os.environ, own_port: str(self.port), **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_s,
        )
        assert done.returncode == 0, f"docker compose {command}: {done.stdout}{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self("up", "--detach", "--wait", "--wait-timeout", "240")

    def footfall(self, *command: str) -> str:
        return self("exec", "-T", "api", "footfall", *command)

    def sql(self, statement: str) -> list[list[str]]:
        """Rows of text."""
        rows = self("exec", "-T", "postgres", "psql", "-U", "footfall", "-XAtc", statement)
        return [line.split("|") for line in rows.splitlines()]

    def value(self, statement: str) -> str:
        return self.sql(statement)[0][0]

    def get(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """(status, document or text) of a request through nginx."""
        request = urllib.request.Request(
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {**HEADERS, "Content-Type": "application/json", **headers},
        )
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        context = trusting if self.scheme == "https" else None
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            text = answer.read().decode()
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(text) if is_json else text

    def wait_until_derived(self, count: int) -> None:
        wait_for(
            lambda: self.value("select count(*) from pageviews") == str(count),
            f"{count} derived pageviews",
            patience_s=180,
        )

    def container(self, service: str) -> dict[str, Any]:
        """What the engine says of a service's container."""
        [name] = self("ps", "--all", "--quiet", service).split()
        done = subprocess.run(["docker", "inspect", name], capture_output=True, check=True)
        found: dict[str, Any] = json.loads(done.stdout)[0]
        return found

    def check_all_stored(self, load: Load) -> None:
        """What was acknowledged is in the log, once, and derived."""
        stored = [row[0] for row in self.sql("select event_id from events_log")]
        assert len(stored) == len(set(stored))
        assert load.acknowledged - set(stored) == set()
        self.wait_until_derived(len(stored))


@contextmanager
def project(name: str, folder: Path = PROJECT, **options: Any) -> Iterator[Compose]:
    compose = Compose(folder, f"footfall-test-{name}-{os.getpid()}", **options)
    try:
        yield compose
    finally:
        with suppress(AssertionError):
            print(compose("logs", "--no-color", "--tail", "40"))
        compose("down", "--volumes", "--timeout", "60")


def send_pageview(compose: Compose, path: str, site_id: str = "demo") -> None:
    event = {
        "eventType": "pageview",
        "siteId": site_id,
        "url": f"https://shop.example{path}",
        "sessionId": "s1",
        "visitorId": "v1",
    }
    assert compose.get("/collect", event)[0] == 202


@pytest.fixture(scope="module")
def images() -> None:
    Compose(PROJECT, "footfall-test")("build", patience_s=BUILD_PATIENCE_S)


@pytest.fixture(scope="module")
def running(images: None) -> Iterator[Compose]:
    with project("open") as compose:
        compose.up()
        yield compose


def test_an_event_through_nginx_is_on_the_dashboard(running: Compose) -> None:
    send_pageview(running, "/a")
    running.wait_until_derived(1)
    assert "Footfall" in running.get("/dashboard/")[1]
    assert "/tracking.js" in running.get("/")[1]
    token = running.footfall("token").strip()
    today = running.value("select current_date")
    asked = {
        "site_id": "demo",
        "start_date": today,
        "end_date": today,
        "metrics": ["visitors", "pageviews"],
    }
    _, answer = running.get("/api/query", asked, Authorization=f"Bearer {token}")
    assert [row["metrics"] for row in answer["rows"]] == [[1, 1]]


def test_nobody_is_root_and_nothing_but_nginx_is_published(running: Compose) -> None:
    for service in ("api", "worker", "nginx"):
        found = running.container(service)
        assert found["Config"]["User"] not in ("", "0", "root"), service
        assert found["HostConfig"]["ReadonlyRootfs"], service
        assert running("exec", "-T", service, "id", "-u").strip() != "0"
    # Its entry point begins as root, which hands the volume over and then lets go of it.
    assert "postgres" in running("exec", "-T", "postgres", "stat", "-c", "%U", "/proc/1")
    published = {
        service: list(running.container(service)["HostConfig"]["PortBindings"] or {})
        for service in SERVICES
    }
    assert published == {"postgres": [], "api": [], "worker": [], "nginx": ["8080/tcp"]}


@pytest.mark.parametrize("service", SERVICES)
def test_a_restart_loses_nothing(running: Compose, service: str) -> None:
    load = Load(running.url, seed=SERVICES.index(service))
    load.start()
    load.wait_for_more(200)
    running("restart", "--timeout", "60", service)
    load.wait_for_more(200)
    load.stop()
    running.check_all_stored(load)


@pytest.mark.parametrize("service", SERVICES)
def test_a_kill_loses_nothing(running: Compose, service: str) -> None:
    load = Load(running.url, seed=10 + SERVICES.index(service))
    load.start()
    load.wait_for_more(200)
    running("kill", "--signal", signal.SIGKILL.name, service)
    running.up()
    load.wait_for_more(200)
    load.stop()
    running.check_all_stored(load)


def test_down_and_up_again_with_the_volumes(running: Compose) -> None:
    before = running.sql("select count(*), max(event_id::text) from events_log")
    token = running.footfall("token")
    running("down", "--timeout", "60")
    running.up()
    assert running.sql("select count(*), max(event_id::text) from events_log") == before
    assert running.footfall("token") == token


def test_an_upgrade_keeps_what_an_earlier_revision_stored(images: None, tmp_path: Path) -> None:
    """From the revision before the newest change of the schema, so that there is something to migrate."""

    def git(*command: str) -> str:
        done = subprocess.run(
            ["git", *command], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    changes = git("log", "--format=%H", "--diff-filter=A", "--", "database/versions").split()
    earlier = tmp_path / "earlier"
    git("worktree", "add", "--detach", str(earlier), f"{changes[0]}^")
    try:
        with project("upgrade", earlier, environment={"FOOTFALL_VERSION": "earlier"}) as compose:
            compose("build", patience_s=BUILD_PATIENCE_S)
            compose.up()
            revision = compose.value("select version_num from alembic_version")
            send_pageview(compose, "/before")
            compose.wait_until_derived(1)
            compose("down", "--timeout", "60")
            compose.folder, compose.environment = PROJECT, {}
            compose.up()
            assert compose.value("select version_num from alembic_version") > revision
            send_pageview(compose, "/after")
            compose.wait_until_derived(2)
            assert compose.value("select count(*) from user_sessions") == "1"
    finally:
        git("worktree", "remove", "--force", str(earlier))


def test_production_with_a_certificate_and_secrets_from_files(images: None, tmp_path: Path) -> None:
    for file in ("docker-compose.yml", "docker-compose.prod.yml"):
        shutil.copy(PROJECT / file, tmp_path)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "database_password").write_text("p@ss/word:%41\n")
    (secrets / "dashboard_token").write_text("a-token-of-the-compose-test\n")
    certificate = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    subprocess.run(
        [*certificate.split(), "-keyout", "tls_key.pem", "-out", "tls_certificate.pem"],
        cwd=secrets,
        check=True,
        capture_output=True,
    )
    for secret in secrets.iterdir():
        secret.chmod(0o644)
    with project(
        "production",
        tmp_path,
        files=("docker-compose.yml", "docker-compose.prod.yml"),
        environment={"FOOTFALL_PORT": str(free_port())},
        scheme="https",
    ) as compose:
        compose.up()
        with pytest.raises(urllib.error.HTTPError, match="422"):
            send_pageview(compose, "/", site_id="shop")
        compose.footfall("site", "add", "shop")
        send_pageview(compose, "/", site_id="shop")
        compose.wait_until_derived(1)
        plain = f"http://127.0.0.1:{compose.environment['FOOTFALL_PORT']}/"

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *given: Any) -> None:
                return None

        with pytest.raises(urllib.error.HTTPError, match="301") as moved:
            urllib.request.build_opener(Stay).open(plain, timeout=30)
        moved.value.close()
        for service in SERVICES:
            found = compose.container(service)
            assert found["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped", service
            assert found["HostConfig"]["CapDrop"] == ["ALL"], service
            assert "p@ss" not in json.dumps(found["Config"]["Env"]), service
