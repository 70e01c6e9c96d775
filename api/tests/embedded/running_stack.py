"""A real stack for the tests: `footfall up` as a process, on free ports, in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall.cli_stack import without_password
from footfall.embedded.home import STATE_DIR
from footfall.embedded.programs import find_psql
from footfall.embedded.run_file import RunFile, read_run_file

FOOTFALL = Path(sys.executable).with_name("footfall")
PATIENCE_S = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    """This environment without what it says about another Footfall."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("FOOTFALL_") and name not in ("DATABASE_URL", "SITE_REGISTRATION")
    }
    return {**kept, "FOOTFALL_DATA_DIR": str(data_dir), "FOOTFALL_PORT": str(port), **more}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {PATIENCE_S:.0f} s")
        time.sleep(0.05)


class RunningStack:
    """Use `running()`. Output of `footfall up` goes to a file beside the data folder."""

    def __init__(self, data_dir: Path, port: int) -> None:
        self.data_dir = data_dir
        self.port = port
        self.environment = clean_environment(data_dir, port)
        self._output = data_dir.with_name(f"{data_dir.name}.out")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [FOOTFALL, "up"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        wait_until(lambda: self._is_ready() or self._has_ended(), "a start")
        assert not self._has_ended(), self.output()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit status of `footfall up` after this signal."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(PATIENCE_S)

    def output(self) -> str:
        return self._output.read_text()

    def run_file(self) -> RunFile:
        run = read_run_file(self.data_dir / "run.json")
        assert run is not None
        return run

    def pid(self, name: str) -> int:
        return self.run_file().children[name].pid

    def kill(self, name: str) -> None:
        """Kill a part, and wait until another one has its place."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self.pid(name) != before, f"a new {name}")
        wait_until(
            lambda: self.status("GET", "/health") == 200, f"the database after {name} was killed"
        )

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def status(self, method: str, path: str) -> int | None:
        try:
            return self.request(method, path)[0]
        except OSError:
            return None

    def send(self, count: int = 1, *, site_id: str = "stack-test") -> int:
        """How many of these pageviews were acknowledged."""
        events = [
            {"eventType": "pageview", "siteId": site_id, "url": f"http://x.example/{number}"}
            for number in range(count)
        ]
        status, _, body = self.request("POST", "/collect", json.dumps(events).encode())
        return int(json.loads(body)["accepted"]) if status == 202 else 0

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [FOOTFALL, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def sql(self, statement: str) -> str:
        """One value, asked without the detour of `footfall psql`."""
        url, password = without_password(self.run_file().database_url)
        done = subprocess.run(
            [find_psql(), "--dbname", url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement],
            env={**self.environment, "PGPASSWORD": password or ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def destroy(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        installation = self.data_dir / "installation-id"
        if installation.exists():
            shutil.rmtree(STATE_DIR / installation.read_text().strip())

    def _is_ready(self) -> bool:
        run = read_run_file(self.data_dir / "run.json")
        is_up = run is not None and run.is_ready and run.supervisor.is_alive
        return is_up and self.output().endswith("elsewhere.\n\n")

    def _has_ended(self) -> bool:
        assert self._process is not None
        return self._process.poll() is not None


@contextmanager
def running(folder: Path) -> Iterator[RunningStack]:
    """A started stack; its files are removed at the end."""
    stack = RunningStack(folder / "data", free_port())
    try:
        stack.start()
        yield stack
    finally:
        stack.destroy()
