"""What one request brings to the log: its events, what is set aside, and what the ledger must say of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from footfall.event import Event


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A rejected event of a request whose other events are kept; stored in the same transaction.

    payload: the JSON value as it came, redacted. context: what else the request told, for a replay.
    """

    site_id: str | None
    field: str
    reason: str
    payload: Any
    context: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intake:
    """One request's share of the log.

    tallies: (site id, outcome) to a number of events, of what was decided before the log was asked:
    received, dropped_*, dead_letter. The log itself adds stored and duplicate.
    """

    received_at: datetime
    events: Sequence[Event] = ()
    dead_letters: Sequence[DeadLetter] = ()
    tallies: Mapping[tuple[str, str], int] = dataclasses.field(default_factory=dict)

    @property
    def hour(self) -> datetime:
        """The hour (UTC) of receipt, under which the ledger counts."""
        return self.received_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

    @property
    def size_bytes(self) -> int:
        """What it holds in memory, about."""
        return 200 + sum(len(event.raw) for event in self.events)


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of one request's events: stored now, or in the log already.

    refused: places in the request of events with a value that PostgreSQL does not take, which
    validation should have known; they are dead letters. spooled: they are on disk and wait for it.
    erased: how many are of visitors who were erased after that time, and are not stored.
    """

    stored: int
    duplicates: int
    refused: tuple[int, ...] = ()
    spooled: bool = False
    erased: int = 0
