"""Ends what an earlier run left behind when it was killed, where it is provably its own.

The kernel tells children of a killed supervisor to stop (see `children`), so this mostly waits for a
stop that is under way already.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from footfall.embedded.children import start_time
from footfall.embedded.postgres import STOP_PATIENCE_S, Cluster
from footfall.embedded.run_file import ProcessName, read_run_file
from footfall.embedded.signals import Waiter
from footfall.errors import Misconfigured

PATIENCE_S = 30.0


def end_leftover_children(run_file: Path, waiter: Waiter) -> None:
    """End nginx, API and worker of a run whose supervisor is gone. The data folder must be locked."""
    run = read_run_file(run_file)
    if run is None:
        return
    for name, process in run.children.items():
        if name != "postgres":
            _end(name, process, signal.SIGTERM, PATIENCE_S, signal.SIGKILL, waiter)
    run_file.unlink(missing_ok=True)


def end_leftover_server(cluster: Cluster, waiter: Waiter) -> None:
    """Stop a PostgreSQL that still runs on the cluster, by its fast stop and then by its crash stop."""
    pid = cluster.leftover_pid()
    process = ProcessName.of(pid) if pid is not None else None
    if process is not None:
        _end("postgres", process, signal.SIGINT, STOP_PATIENCE_S, signal.SIGQUIT, waiter)


def _end(
    name: str,
    process: ProcessName,
    polite: signal.Signals,
    patience_s: float,
    forceful: signal.Signals,
    waiter: Waiter,
) -> None:
    def is_over() -> bool:
        return start_time(process.pid) != process.started

    for signum in (polite, forceful):
        with suppress(ProcessLookupError):
            if not is_over():
                os.kill(process.pid, signum)
        if waiter.until(is_over, patience_s):
            return
    raise Misconfigured(
        f"{name} of an earlier run (process {process.pid}) does not end: end it by hand."
    )
