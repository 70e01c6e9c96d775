"""When people come: a Poisson stream for each site and day of its own time zone.

What a day holds depends on the seed, the site and the date only, and a smaller wish takes the first
visits of a larger one. So a second run, on the same day or the next, sends nothing but known ids for
the days it has in common with the first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from footfall.demo.dice import dice
from footfall.demo.scenery import Site

DAILY_GROWTH: Final = 0.006
LOYAL_SHARE: Final = 0.34
LOYAL_PEOPLE: Final = 420
# Nobody starts a second visit while the first may still be going on.
LONGEST_VISIT: Final = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One visit to come. `name` tells it from all others of its site, `person` who comes."""

    start: datetime
    site: Site
    name: str
    person: str


def arrivals(
    sites: Sequence[Site], *, seed: int, now: datetime, days: int, visits: int
) -> list[Arrival]:
    """About `visits` arrivals in the last `days` local days (today included) up to `now`, in order."""
    coming = [
        arrival
        for site in sites
        for day, expected in _expectations(site, now, days, visits)
        for arrival in _day(site, seed, day, expected)
        if arrival.start <= now
    ]
    coming.sort(key=lambda arrival: (arrival.start, arrival.site.site_id))
    return coming


def _expectations(
    site: Site, now: datetime, days: int, visits: int
) -> Iterator[tuple[date, float]]:
    """How many visits each day should have if it were whole: weekday, growth and the day's luck."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    weights = {
        day: site.weekdays[day.weekday()] * math.exp(DAILY_GROWTH * place)
        for place, day in enumerate(dates)
    }
    whole = visits * site.share / sum(weights.values())
    for day, weight in weights.items():
        yield day, weight * whole * dice(site.site_id, "weather", day).uniform(0.9, 1.1)


def _day(site: Site, seed: int, day: date, expected: float) -> Iterator[Arrival]:
    throw = dice(seed, site.site_id, "arrivals", day)
    hours = range(24)
    busy: dict[str, list[datetime]] = {}
    level = throw.expovariate(1.0)
    number = 0
    while level < expected:
        hour = throw.choices(hours, weights=site.hours)[0]
        local = datetime.combine(day, time(hour), ZoneInfo(site.time_zone))
        start = (local + timedelta(milliseconds=throw.randrange(3_600_000))).astimezone(UTC)
        # Squaring makes some loyal people far more loyal than others.
        loyal = f"loyal/{int(LOYAL_PEOPLE * throw.random() ** 2)}"
        name = f"{day.isoformat()}/{number}"
        person = loyal if throw.chance(LOYAL_SHARE) else name
        if any(abs(start - other) < LONGEST_VISIT for other in busy.get(person, ())):
            person = name
        busy.setdefault(person, []).append(start)
        yield Arrival(start, site, name, person)
        number += 1
        level += throw.expovariate(1.0)
