"""One child process of `footfall up`: its own session, its own log, and no life without its parent.

A session of its own keeps the terminal's Ctrl-C from the children, so that the order of the stop is
ours. The kernel sends a child `death_signal` when the supervisor is killed, so none is left behind.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from footfall.embedded.account import Account

PR_SET_PDEATHSIG = 1
LONGEST_LOG_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and how it ends: `stop_signal` cleanly, `force_signal` after `patience_s`."""

    name: str
    arguments: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str]
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    force_signal: signal.Signals = signal.SIGKILL
    patience_s: float = 30.0


@dataclass(slots=True)
class Child:
    """A running Command. `log_start` is where this run's lines begin in the log."""

    command: Command
    process: subprocess.Popen[bytes]
    log_start: int = field(default=0)

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_status(self) -> int | None:
        return self.process.poll()

    def ask_to_stop(self) -> None:
        if self.exit_status() is None:
            self.process.send_signal(self.command.stop_signal)

    def force_to_stop(self) -> None:
        if self.exit_status() is None:
            self.process.send_signal(self.command.force_signal)

    def end_group(self) -> None:
        """End what a dead child left in its session: nginx's workers outlive a killed master."""
        end_group(self.pid)

    def last_lines(self, count: int = 12) -> list[str]:
        """The end of what this run wrote to its log."""
        with self.command.log.open("rb") as log:
            log.seek(0, os.SEEK_END)
            size = log.tell()
            log.seek(max(min(self.log_start, size), size - 20_000))
            return log.read().decode(errors="replace").splitlines()[-count:]


def start(command: Command, given: bytes = b"") -> Child:
    """Start a child that reads `given` (at most 64 KiB) and then the end of its standard input.

    Must be called by the main thread: the kernel watches that thread's life.
    """
    account = command.account
    command.log.parent.mkdir(mode=0o700, exist_ok=True)
    with command.log.open("ab") as log:
        log_start = log.tell()
        process = subprocess.Popen(  # noqa: S603 - every argument is our own
            [str(argument) for argument in command.arguments],
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(command.environment),
            cwd="/" if account else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            preexec_fn=_end_with_parent(command.stop_signal),
        )
    if process.stdin is not None:
        # A child that ended already says why in its log.
        with suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(given)
    return Child(command, process, log_start)


def _end_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    prctl = _libc().prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def end_group(pid: int, with_signal: signal.Signals = signal.SIGTERM) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, with_signal)


def start_time(pid: int) -> int | None:
    """Clock ticks from boot to the process's start; with the pid it names a process for good.

    None when there is no such process, or only its zombie.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in brackets, may hold anything; the fields after it are plain.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


def rotate_log(log: Path) -> None:
    """Keep one earlier log. Children append, so a log can be cut while they write."""
    try:
        if log.stat().st_size > LONGEST_LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
    except FileNotFoundError:
        pass
