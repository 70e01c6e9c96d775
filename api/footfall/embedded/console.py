"""What `footfall up` says: one line a step, a summary, notices. A closed terminal never stops it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

NAME_WIDTH = 12


class Console:
    def say(self, text: str = "") -> None:
        with suppress(OSError, ValueError):
            click.echo(text)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Announce a step, and end its line with what the block appends to the list, and the time."""
        started = time.monotonic()
        result: list[str] = []
        yield result
        seconds = click.style(f"{time.monotonic() - started:.1f} s", dim=True)
        self.say(f"  {name:<{NAME_WIDTH}}{' '.join(result)}  {seconds}")

    def notice(self, text: str) -> None:
        stamp = time.strftime("%H:%M:%S")
        self.say(f"{click.style(stamp, dim=True)}  {text}")

    def summary(self, rows: list[tuple[str, str]], closing: str) -> None:
        self.say()
        self.say(click.style("Footfall is running.", bold=True))
        self.say()
        for name, text in rows:
            self.say(f"  {click.style(f'{name:<{NAME_WIDTH}}', dim=True)}{text}")
        self.say()
        self.say(f"  {closing}")
        self.say()
