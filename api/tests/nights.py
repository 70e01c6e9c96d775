"""Visits of browsers without ids around several midnights UTC, and whose sessions they are in truth."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from browsers import BROWSERS
from build import at, event

AGENTS = [
    {"user-agent": BROWSERS["Chrome on Windows"]["user-agent"]},
    {"user-agent": BROWSERS["Firefox on Windows"]["user-agent"]},
    {"user-agent": "curl/8.5.0"},
]
KINDS = ["pageview", "pageview", "pageview", "click", "page_exit", "form_submit", "scroll"]


@dataclass(frozen=True)
class Sending:
    """One request: when it is received, of which browser, with which events."""

    received_at: datetime
    browser: str
    headers: dict[str, str]
    events: list[dict[str, Any]]


def nights(seed: int, midnight: datetime, count: int = 3, browsers: int = 6) -> list[Sending]:
    """Requests in order of receipt, around `count` midnights from `midnight` on.

    Some browsers send at once, by a clock that is right, slow or fast; others by a right clock and up to
    half an hour late, several events in one request. The first is there at each midnight.
    """
    dice = random.Random(seed)
    numbers = itertools.count()
    sendings = []
    for place in range(browsers):
        headers = {**AGENTS[place % len(AGENTS)], "x-forwarded-for": f"203.0.113.{place // 2}"}
        slow = dice.choice([0, 0, 0, 3, 47, 300, -4])
        is_late = slow == 0 and dice.random() < 0.7
        is_regular = place == 0
        pauses = [0.2, 7] if is_regular else [0.2, 7, 29, 30, 31, 55]
        for start, minutes in _stays(dice, midnight, count, is_regular=is_regular):
            waiting: list[dict[str, Any]] = []
            now = start
            while now < start + timedelta(minutes=minutes):
                waiting.append(_event(dice, next(numbers), now - timedelta(minutes=slow)))
                pause = timedelta(minutes=dice.choice(pauses) * dice.uniform(0.7, 1))
                age = now + pause - datetime.fromisoformat(waiting[0]["timestamp"])
                if not is_late or age > timedelta(minutes=29) or dice.random() < 0.4:
                    sendings.append(Sending(now, str(place), headers, waiting))
                    waiting = []
                now += pause
            if waiting:
                sendings.append(Sending(now - pause, str(place), headers, waiting))
    return sorted(sendings, key=lambda sending: sending.received_at)


def _stays(
    dice: random.Random, midnight: datetime, count: int, *, is_regular: bool
) -> Iterator[tuple[datetime, float]]:
    """(start, minutes) of a browser's stays, around most midnights and on some afternoons."""
    for night in range(count):
        if is_regular:
            yield midnight + timedelta(days=night, minutes=-30), 60
        elif dice.random() < 0.8:
            start = midnight + timedelta(days=night, minutes=dice.uniform(-150, 20))
            yield start, dice.choice([60, 200])
        if dice.random() < 0.3:
            yield midnight + timedelta(days=night, hours=13), 100


def _event(dice: random.Random, number: int, happened_at: datetime) -> dict[str, Any]:
    kind = dice.choice(KINDS)
    return event(
        kind,
        path=dice.choice(["/", "/a", "/b"]),
        timestamp=at(0, happened_at),
        siteId=dice.choice(["shop", "shop", "shop", "blog"]),
        sessionId=None,
        visitorId=None,
        eventId=f"n{number}",
        eventData={"timeSpent": dice.randrange(90_000)} if kind == "page_exit" else {},
    )


def true_sessions(sendings: Iterable[Sending]) -> set[frozenset[str]]:
    """The ids of the events of each session: one browser's at one site, without a pause of more than half an hour."""
    of_browser: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
    for sending in sendings:
        for one in sending.events:
            key = (sending.browser, one["siteId"])
            moment = datetime.fromisoformat(one["timestamp"])
            of_browser.setdefault(key, []).append((moment, one["eventId"]))
    sessions = set()
    for moments in of_browser.values():
        moments.sort()
        piece = [moments[0]]
        for before, after in itertools.pairwise(moments):
            if after[0] - before[0] > timedelta(minutes=30):
                sessions.add(frozenset(name for _, name in piece))
                piece = []
            piece.append(after)
        sessions.add(frozenset(name for _, name in piece))
    return sessions
