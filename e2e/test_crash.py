"""The short form of `make crash`: each process killed once under load, a held database, and a full spool."""

from __future__ import annotations

import signal
from pathlib import Path

import crash
from conftest import running_stack


def test_nothing_acknowledged_is_lost_whatever_dies(tmp_path: Path) -> None:
    chosen = [
        *(crash.killing(name, signal.SIGKILL) for name in crash.PROCESSES),
        crash.killing("api", signal.SIGTERM),
        crash.holding(1.0),
    ]
    with running_stack(tmp_path) as stack:
        crash.run(chosen, stack, 7, print)


def test_a_full_spool_refuses_and_loses_nothing(tmp_path: Path) -> None:
    with running_stack(tmp_path, FOOTFALL_SPOOL_MAX_MIB="1") as stack:
        crash.full_spool(stack, 7, print)
