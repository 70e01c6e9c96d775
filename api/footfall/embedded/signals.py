"""Waiting that a signal interrupts: the supervisor sleeps here, and wakes for a child or for a stop.

Also takes the terminal's foreground, so that Ctrl-C reaches the supervisor and not the `make` above
it, which would report the clean stop as an error.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked the stack to stop; like KeyboardInterrupt, no `except Exception` swallows it."""


class Waiter:
    """Made by `listening()`; used by the main thread only."""

    def __init__(self, wake: socket.socket) -> None:
        self._wake = wake
        self.stop_count = 0
        self.on_repeated_stop: Callable[[], None] = lambda: None
        self._has_told = False

    def pause(self, seconds: float, *, stoppable: bool = True) -> None:
        """Sleep until a signal arrives or time is up. Raises Stopped when a stop was asked for."""
        if stoppable and self.stop_count:
            raise Stopped
        readable, _, _ = select.select([self._wake], [], [], seconds)
        if readable:
            self._wake.recv(512)
        # Told here: a handler that prints may interrupt a print, which Python refuses.
        if self.stop_count > 1 and not self._has_told:
            self._has_told = True
            self.on_repeated_stop()
        if stoppable and self.stop_count:
            raise Stopped

    def until(
        self, condition: Callable[[], bool], patience_s: float, *, stoppable: bool = True
    ) -> bool:
        """Whether `condition` came true in time; looked at when a child ends, and 20 times a second."""
        deadline = time.monotonic() + patience_s
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.pause(0.05, stoppable=stoppable)
        return True

    def note(self, signum: int, frame: FrameType | None) -> None:
        self.stop_count += 1


@contextmanager
def listening() -> Iterator[Waiter]:
    """Handle stop signals until the end of the block."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    waiter = Waiter(reader)
    before: dict[int, object] = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None)}
    for stopping in STOPPING:
        # Who starts us by nohup wants us to outlive the terminal.
        if stopping == signal.SIGHUP and signal.getsignal(stopping) == signal.SIG_IGN:
            continue
        before[stopping] = signal.signal(stopping, waiter.note)
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        with _foreground():
            yield waiter
    finally:
        signal.set_wakeup_fd(wakeup)
        for signum, handler in before.items():
            signal.signal(signum, handler)  # type: ignore[arg-type]
        reader.close()
        writer.close()


@contextmanager
def _foreground() -> Iterator[None]:
    """Be the terminal's foreground process group, if our group is it now; give it back at the end."""
    try:
        terminal = sys.stdin.fileno()
        owner = os.tcgetpgrp(terminal)
    except (OSError, ValueError, AttributeError):
        yield
        return
    if owner != os.getpgrp() or owner == os.getpid():
        yield
        return
    # Ctrl-Z would leave `make` waiting with nobody to wake us.
    ignored = (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP)
    before = {signum: signal.signal(signum, signal.SIG_IGN) for signum in ignored}
    try:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        yield
    finally:
        try:
            os.tcsetpgrp(terminal, owner)
            os.setpgid(0, owner)
        except OSError:
            pass
        for signum, handler in before.items():
            signal.signal(signum, handler)
