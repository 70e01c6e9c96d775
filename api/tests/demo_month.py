"""Months of demo visits for the tests, at one moment, so that a test says only how many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from footfall.demo import calendar, visit
from footfall.demo.sites import SITES
from footfall.demo.visit import Visit

NOW = datetime(2026, 3, 10, 15, 20, tzinfo=UTC)
DAYS = 30


def make_visits(
    visits: int = 400, *, seed: int = 1, now: datetime = NOW, days: int = DAYS
) -> list[Visit]:
    arrivals = calendar.arrivals(SITES, seed=seed, now=now, days=days, visits=visits)
    return [visit.make(arrival, seed=seed, until=now) for arrival in arrivals]


def events_of(made: Visit) -> list[dict[str, Any]]:
    """A visit's events without their envelopes, in the order of time."""
    events = [e for document in made.documents for e in document.get("events", [document])]
    return sorted(events, key=lambda e: (e["timestamp"], e["sequence"]))


def ids_of(visits: Sequence[Visit]) -> set[str]:
    return {e["eventId"] for made in visits for e in events_of(made)}
