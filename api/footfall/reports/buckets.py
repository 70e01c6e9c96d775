"""Stretches of time in a site's zone: where a range of days begins and ends, and the keys of a series.

A day begins at its first instant: where clocks skip midnight, at the jump.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from footfall.reports.query import Period

# Half an hour is the finest step that a zone in use has between its offsets, so no hour is missed.
_STEP: Final = timedelta(minutes=30)


def instants(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """(first instant of the period, first instant after it), UTC."""
    return _start_of(period.start, zone), _start_of(period.end + timedelta(days=1), zone)


def keys(dimension: str, period: Period, zone: ZoneInfo) -> list[str]:
    """Every bucket of a time dimension, ascending, without gaps."""
    if dimension == "time:day":
        return [day.isoformat() for day in period.days]
    if dimension == "time:week":
        return list(dict.fromkeys(week_key(day) for day in period.days))
    if dimension == "time:month":
        return list(dict.fromkeys(month_key(day) for day in period.days))
    at, end = instants(period, zone)
    found: dict[str, None] = {}
    while at < end:
        found[hour_key(at.astimezone(zone))] = None
        at += _STEP
    return sorted(found)


def key_of(dimension: str, value: date | datetime) -> str:
    """The key under which keys() lists what the database calls `value`, a local day or time."""
    if isinstance(value, datetime):
        return hour_key(value)
    return month_key(value) if dimension == "time:month" else value.isoformat()


def week_key(day: date) -> str:
    """The Monday of the week, which may be before the period."""
    return (day - timedelta(days=day.weekday())).isoformat()


def month_key(day: date) -> str:
    return day.strftime("%Y-%m")


def hour_key(local: datetime) -> str:
    return local.strftime("%Y-%m-%dT%H:00")


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
