"""Children: known by pid and start time, logged, and unable to outlive the process that made them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from running_stack import wait_until

from footfall.embedded import children
from footfall.embedded.children import Child, Command, rotate_log, start, start_time


def shell(tmp_path: Path, script: str) -> Command:
    return Command("shell", ["/bin/sh", "-c", script], tmp_path / "shell.log", {"PATH": "/bin"})


def wait(child: Child) -> int:
    wait_until(lambda: child.exit_status() is not None, "the child's end")
    status = child.exit_status()
    assert status is not None
    return status


def test_a_child_reads_what_it_is_given_and_logs_what_it_says(tmp_path: Path) -> None:
    command = shell(tmp_path, "cat; echo error >&2; exit 3")
    wait(start(command, b"earlier\n"))
    child = start(command, b"given\n")
    assert wait(child) == 3
    assert child.last_lines() == ["given", "error"]


def test_a_child_has_a_session_of_its_own(tmp_path: Path) -> None:
    child = start(shell(tmp_path, "sleep 60"))
    assert os.getsid(child.pid) == child.pid
    child.ask_to_stop()
    assert wait(child) == -signal.SIGTERM


def test_a_child_ends_with_the_process_that_made_it(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from footfall.embedded.children import *\n"
        f"command = Command('x', ['/bin/sleep', '60'], Path({str(tmp_path / 'log')!r}), {{}})\n"
        "print(start(command).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert start_time(pid) is not None
        parent.kill()
    wait_until(lambda: start_time(pid) is None, "the orphan's end")


def test_start_time_tells_the_living_from_the_dead() -> None:
    assert start_time(os.getpid()) == start_time(os.getpid())
    with subprocess.Popen(["/bin/true"]) as child:
        pass
    assert start_time(child.pid) is None


def test_a_long_log_is_cut_while_its_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LONGEST_LOG_BYTES", 100)
    log = tmp_path / "api.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * 101)
        rotate_log(log)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "api.log.1").read_bytes() == b"a" * 101
    rotate_log(log)
    assert log.read_bytes() == b"after"
