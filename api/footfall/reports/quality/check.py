"""What a check of the data's quality is made of: the verdict by a share, and figures as words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

# Shares of fewer are no evidence.
LEAST: Final = 20


class Verdict(StrEnum):
    """fine, look at it, problem, or unknown where there is not enough to tell."""

    FINE = "fine"
    LOOK = "look"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Example:
    """at: the newest of them, where that is told."""

    label: str
    count: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """finding: a sentence with the figure; count of `of` is the figure itself. advice: "" where all is well."""

    name: str
    title: str
    verdict: Verdict
    finding: str
    meaning: str
    advice: str = ""
    count: int | None = None
    of: int | None = None
    examples: tuple[Example, ...] = ()


def worse(one: Verdict, other: Verdict) -> Verdict:
    return max(one, other, key=(Verdict.UNKNOWN, Verdict.FINE, Verdict.LOOK, Verdict.PROBLEM).index)


def by_share(count: int, of: int, *, look: float, problem: float) -> Verdict:
    """By the share of `count`: more than `look`, at least `problem`; unknown of fewer than LEAST."""
    if of < LEAST:
        return Verdict.UNKNOWN
    if count >= problem * of:
        return Verdict.PROBLEM
    return Verdict.LOOK if count > look * of else Verdict.FINE


def if_bad(verdict: Verdict, advice: str) -> str:
    return advice if verdict in (Verdict.LOOK, Verdict.PROBLEM) else ""


def part_of(count: int, of: int) -> str:
    if of == 0:
        return "None of 0"
    share = count / of
    percent = f" ({share:.0%})" if share >= 0.1 else f" ({share:.1%})" if count else ""
    return f"{count:,} of {of:,}{percent}"


def brief(seconds: float) -> str:
    """As in 0.4 s, 95 s, 12 min, 5 days."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else span(timedelta(seconds=seconds))


def span(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    for size, word in ((1440, "day"), (60, "hour")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {word}{'s' if number > 1 else ''}"
    return f"{minutes} min" if minutes else "under a minute"


def paths(rows: Iterable[Mapping[str, Any]]) -> tuple[Example, ...]:
    return tuple(Example(row["path"] or "(no path)", row["events"]) for row in rows)
