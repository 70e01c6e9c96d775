"""The whole stack, as `make up` runs it, in a folder of its own; and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from footfall.embedded.home import STATE_DIR

PROJECT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A plain desktop Chrome, so that the visit is one of a person's.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
# Chromium heeds the last such switch alone, so most of these repeat Playwright's own; see tracking/playwright.config.ts.
DISABLED_FEATURES = [
    "UserAgentClientHint",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "BlockOriginHeaderModificationOnRedirect",
    "DestroyProfileOnBrowserClose",
    "DialMediaRouteProvider",
    "GlobalMediaControls",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "Translate",
]
# A shared machine may have a fifth of its speed for minutes.
PATIENCE_S = 180.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """Poll `condition` until it gives something true; returns that."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {patience_s:.0f} s")


@dataclass
class Stack:
    """A running stack. `environment` makes commands mean this one."""

    url: str
    api_url: str
    data_dir: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def sql(self, statement: str) -> list[list[str]]:
        """Rows of text, through `make psql`, as an operator asks."""
        done = self.run(["make", "psql", f"CMD={statement}"])
        return [line.split("|") for line in done.splitlines()]

    def run(self, command: list[str]) -> str:
        """Standard output of a command in the checkout that must succeed, about this stack."""
        done = subprocess.run(
            command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def footfall(self, *arguments: str) -> str:
        """What the command prints, without the space around it."""
        return self.run([str(PROJECT / ".venv" / "bin" / "footfall"), *arguments]).strip()

    def value(self, statement: str) -> str:
        return self.sql(statement)[0][0]

    def is_derived(self) -> bool:
        """Whether the worker has handled the whole log."""
        return (
            self.value(
                "select coalesce((select max(id) from events_log), 0)"
                " <= coalesce((select last_id from consumer_offsets where consumer = 'derive'), 0)"
            )
            == "t"
        )

    def dashboard_link(self) -> str:
        """The link that `make up` prints."""
        printed = (self.data_dir / "up.out").read_text()
        return next(word for word in printed.split() if "/dashboard/#token=" in word)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def running_stack(data_dir: Path, **settings: str) -> Iterator[Stack]:
    """`make up` on `data_dir` with these environment variables, stopped by Ctrl-C in the end."""
    data_dir.mkdir(parents=True, exist_ok=True)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FOOTFALL_") and name not in ("DATABASE_URL", "SITE_REGISTRATION")
    }
    port, api_port = free_port(), free_port()
    environment |= {
        "FOOTFALL_DATA_DIR": str(data_dir),
        "FOOTFALL_PORT": str(port),
        "FOOTFALL_API_PORT": str(api_port),
        **settings,
    }
    with (data_dir / "up.out").open("wb") as output:
        process = subprocess.Popen(
            ["make", "up"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack = Stack(
        f"http://127.0.0.1:{port}", f"http://127.0.0.1:{api_port}", data_dir, environment, process
    )
    try:

        def is_up() -> bool:
            assert process.poll() is None, (data_dir / "up.out").read_text()
            return "/dashboard/#token=" in (data_dir / "up.out").read_text() and answers(stack.url)

        wait_for(is_up, "the stack")
        yield stack
    finally:
        # Ctrl-C reaches every process of a terminal's foreground group.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        # make ends by the signal that it got, once the stack has stopped.
        assert process.wait(60) in (0, -signal.SIGINT, 130), (data_dir / "up.out").read_text()
        assert "nothing was lost" in (data_dir / "up.out").read_text()
        # Root's cluster lies outside the data folder, under the id that the data folder keeps.
        installation = data_dir / "installation-id"
        if installation.exists():
            shutil.rmtree(STATE_DIR / installation.read_text().strip())


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("footfall")) as stack:
        yield stack


def find_browser() -> str:
    """The Chromium to drive. Its absence fails the run: a browser test is never skipped."""
    named = os.environ.get("FOOTFALL_CHROMIUM")
    if named:
        return named
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    pytest.fail(
        "No Chromium found: install one (`apt-get install chromium`) or name it by FOOTFALL_CHROMIUM."
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=[
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-blink-features=AutomationControlled",
                # For every request: what Playwright sets for a context leaves out the beacons at its end,
                # which would be a headless browser's. The hints would say so, too.
                f"--user-agent={USER_AGENT}",
                f"--disable-features={','.join(DISABLED_FEATURES)}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who was never here, at a desktop."""
    context = browser.new_context(user_agent=USER_AGENT, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    context.close()
