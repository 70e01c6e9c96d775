"""run.json in the data folder: what a running stack is made of, for `down`, `psql` and the tests.

Processes are named by pid and start time, so that a stale file never points at a stranger.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from footfall.config import Settings
from footfall.embedded.children import start_time
from footfall.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class ProcessName:
    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> ProcessName | None:
        started = start_time(pid)
        return None if started is None else cls(pid, started)

    @classmethod
    def of_this(cls) -> ProcessName:
        name = cls.of(os.getpid())
        assert name is not None
        return name

    @property
    def is_alive(self) -> bool:
        return start_time(self.pid) == self.started


@dataclass(slots=True)
class RunFile:
    """url: nginx as a browser reaches it. database_url: with its password, so the file is private.

    database_port: where readers come in by TCP, if anywhere.
    """

    supervisor: ProcessName
    url: str
    api_url: str
    database_url: str = ""
    database_port: int | None = None
    is_ready: bool = False
    children: dict[str, ProcessName] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
        fresh.replace(path)


def read_run_file(path: Path) -> RunFile | None:
    """What the file says, of a run that may be over; None without a readable file."""
    try:
        document = json.loads(path.read_text())
        return RunFile(
            supervisor=ProcessName(**document.pop("supervisor")),
            children={n: ProcessName(**c) for n, c in document.pop("children").items()},
            **document,
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def find_running(path: Path) -> RunFile | None:
    """The run that is alive now, if any."""
    run = read_run_file(path)
    return run if run is not None and run.supervisor.is_alive else None


def find_database_url(settings: Settings) -> str:
    """DATABASE_URL where it is set, else the running stack's. Raises Misconfigured without either."""
    if settings.database_url is not None:
        return settings.require_database_url()
    data_dir = settings.data_dir.absolute()
    run = find_running(data_dir / "run.json")
    if run is None or not run.database_url:
        raise Misconfigured(f"Footfall is not running on {data_dir}: start it with `make up`.")
    return run.database_url


def find_public_url(settings: Settings) -> str | None:
    """Where browsers reach Footfall: as it is set, else as the running stack says; None where nobody knows."""
    if settings.public_url is not None:
        return settings.public_url
    run = find_running(settings.data_dir.absolute() / "run.json")
    return run.url.rstrip("/") if run is not None else None
