"""Stretches of time: where days begin, and which hours there are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from footfall.reports import buckets
from footfall.reports.query import Period


def hours(zone: str, day: date) -> list[str]:
    keys = buckets.keys("time:hour", Period(day, day), ZoneInfo(zone))
    assert {key[:10] for key in keys} == {day.isoformat()}
    return [key[11:] for key in keys]


ALL_DAY = [f"{hour:02}:00" for hour in range(24)]


@pytest.mark.parametrize(
    ("zone", "day", "missing"),
    [
        ("UTC", date(2026, 3, 29), []),
        ("Asia/Kolkata", date(2026, 3, 29), []),
        ("Europe/Berlin", date(2026, 3, 29), ["02:00"]),
        ("Europe/Berlin", date(2026, 10, 25), []),
        ("America/New_York", date(2026, 3, 8), ["02:00"]),
        ("Australia/Lord_Howe", date(2026, 10, 4), []),
        ("Australia/Lord_Howe", date(2026, 4, 5), []),
        ("America/Havana", date(2026, 3, 8), ["00:00"]),
        ("America/Havana", date(2026, 11, 1), []),
        ("Asia/Kathmandu", date(2026, 3, 29), []),
        ("Pacific/Apia", date(2011, 12, 29), []),
    ],
)
def test_a_day_has_the_hours_that_its_clocks_show(zone: str, day: date, missing: list[str]) -> None:
    assert hours(zone, day) == [hour for hour in ALL_DAY if hour not in missing]


def test_a_day_that_a_zone_left_out_has_no_hours() -> None:
    assert (
        buckets.keys("time:hour", Period(*[date(2011, 12, 30)] * 2), ZoneInfo("Pacific/Apia")) == []
    )


def test_a_day_begins_at_its_first_instant() -> None:
    first, after = buckets.instants(Period(*[date(2026, 3, 8)] * 2), ZoneInfo("America/Havana"))
    assert first == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert after == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_months_and_days_have_no_gaps() -> None:
    period = Period(date(2025, 11, 30), date(2026, 2, 1))
    zone = ZoneInfo("UTC")
    months = ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert buckets.keys("time:month", period, zone) == months
    days = buckets.keys("time:day", period, zone)
    assert (len(days), days[0], days[-1]) == (64, "2025-11-30", "2026-02-01")


def test_weeks_are_named_by_their_mondays_also_where_the_range_cuts_them() -> None:
    zone = ZoneInfo("Europe/Berlin")
    # From a Sunday to a Monday, over the end of summer time.
    period = Period(date(2026, 10, 18), date(2026, 11, 2))
    weeks = ["2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02"]
    assert buckets.keys("time:week", period, zone) == weeks
