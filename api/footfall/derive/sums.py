"""daily_rollups and hourly_rollups by addition: sums by day and hour of the site for each dimension.

A session counts at the hour it starts, a pageview with the time on it and another event at its own. Of
people only. An hour that the clocks repeat is one row, one that they skip is none.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from footfall.database import Connection
from footfall.derive.dimensions import EVENT, PAGE, TOTAL, values_of
from footfall.derive.neighbours import PageChange
from footfall.derive.sessions import Session
from footfall.derive.visitors import Appearance, Place, VisitorChanges, value_key

# In the order of each list of sums; the hours know no visitors, who are counted by the day.
SUMS: Final = (
    "sessions",
    "bounced_sessions",
    "duration_seconds_sum",
    "session_pageviews_sum",
    "engaged_ms_sum",
    "pageviews",
    "events",
    "timed_pageviews",
    "time_on_page_seconds_sum",
    "visitors",
)
_SESSIONS: Final = SUMS.index("sessions")
_PAGEVIEWS: Final = SUMS.index("pageviews")
_EVENTS: Final = SUMS.index("events")
_TIMED: Final = SUMS.index("timed_pageviews")
_SECONDS: Final = SUMS.index("time_on_page_seconds_sum")
_VISITORS: Final = SUMS.index("visitors")


def _statements(table: str, key: dict[str, str], sums: tuple[str, ...]) -> tuple[str, str]:
    """(add to the rows of a key, drop those that nothing is left of)."""
    columns = {**key, "value": "text", **dict.fromkeys(sums, "bigint")}
    arrays = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), 1))
    keys = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(key.values(), 1))
    add = f"""
        insert into {table} as d ({", ".join(columns)})
        select * from unnest({arrays})
        on conflict ({", ".join(key)}) do update set
            {", ".join(f"{name} = d.{name} + excluded.{name}" for name in sums)}
    """  # noqa: S608 - names are the constants here
    drop = f"""
        delete from {table} d
        using unnest({keys}) as t ({", ".join(key)})
        where {" and ".join(f"d.{name} = t.{name}" for name in key)}
            and d.sessions = 0 and d.pageviews = 0 and d.events = 0
    """  # noqa: S608
    return add, drop


_DAY_KEY: Final = {
    "site_id": "text",
    "dimension": "text",
    "rollup_date": "date",
    "value_key": "bytea",
}
_HOUR_KEY: Final = {
    "site_id": "text",
    "dimension": "text",
    "rollup_date": "date",
    "hour": "int2",
    "value_key": "bytea",
}
_ADD_DAYS, _DROP_DAYS = _statements("daily_rollups", _DAY_KEY, SUMS)
_ADD_HOURS, _DROP_HOURS = _statements("hourly_rollups", _HOUR_KEY, SUMS[:_VISITORS])


class SumChanges:
    """What one batch adds to (and takes from) the hours and days of each site, and who was there."""

    def __init__(self) -> None:
        self._hours: dict[tuple[Place, date, int], list[int]] = {}
        self.visitors = VisitorChanges()

    def count_event(
        self, site_id: str, local: datetime, visitor_id: str, *, event_type: str, path: str
    ) -> None:
        """A person's event at `local` time. path: of a pageview."""
        day = local.date()
        is_pageview = event_type == "pageview"
        place = Place(site_id, PAGE, path) if is_pageview else Place(site_id, EVENT, event_type)
        for counted in (place, Place(site_id, TOTAL, "")):
            self._sums(counted, day, local.hour)[_PAGEVIEWS if is_pageview else _EVENTS] += 1
            self.visitors.see(counted, visitor_id, day)

    def count_time(self, change: PageChange, local: datetime) -> None:
        """A change of the time on a person's page that was viewed at `local` time."""
        for place in (
            Place(change.site_id, PAGE, change.path),
            Place(change.site_id, TOTAL, ""),
        ):
            sums = self._sums(place, local.date(), local.hour)
            sums[_TIMED] += change.timed_pageviews
            sums[_SECONDS] += change.time_on_page_seconds

    def count_session(self, session: Session, hour: int, sign: int) -> None:
        """Add (sign 1) or take back (sign -1) a session that starts in the `hour` of its start_date."""
        if session.is_bot:
            return
        day = session.start_date
        assert day is not None
        added = (
            sign,
            sign * session.is_bounce,
            sign * session.duration_s,
            sign * session.pageview_count,
            sign * session.engaged_ms,
        )
        visitor_id = session.entry.visitor_id
        self._add(Place(session.site_id, TOTAL, ""), day, hour, added)
        for dimension, value in values_of(session):
            place = Place(session.site_id, dimension, value)
            self._add(place, day, hour, added)
            self.visitors.hold(place, visitor_id, day, sign)

    def _add(self, place: Place, day: date, hour: int, added: tuple[int, ...]) -> None:
        sums = self._sums(place, day, hour)
        for position, amount in enumerate(added):
            sums[position] += amount

    def _sums(self, place: Place, day: date, hour: int) -> list[int]:
        key = (place, day, hour)
        sums = self._hours.get(key)
        if sums is None:
            sums = self._hours[key] = [0] * len(SUMS)
        return sums

    async def save(self, connection: Connection) -> list[Appearance]:
        """Add the changes, rows in one order; returns who appeared and vanished on which day."""
        appeared = await self.visitors.save(connection)
        days: dict[tuple[Place, date], list[int]] = {}
        hours = []
        for (place, day, hour), sums in self._hours.items():
            if any(sums):
                row = (*place[:2], day, hour, value_key(place.value), place.value, *sums)
                hours.append(row[:-1])
                total = days.setdefault((place, day), [0] * len(SUMS))
                for position, amount in enumerate(sums):
                    total[position] += amount
        for one in appeared:
            days.setdefault((one.place, one.day), [0] * len(SUMS))[_VISITORS] += one.change
        rows = [
            (*place[:2], day, value_key(place.value), place.value, *sums)
            for (place, day), sums in days.items()
            if any(sums)
        ]
        await _save(connection, sorted(hours), len(_HOUR_KEY), _ADD_HOURS, _DROP_HOURS)
        await _save(connection, sorted(rows), len(_DAY_KEY), _ADD_DAYS, _DROP_DAYS)
        return appeared


async def _save(
    connection: Connection,
    rows: list[tuple[Any, ...]],
    key_length: int,
    add: str,
    drop: str,
) -> None:
    if not rows:
        return
    await connection.execute(add, *(list(column) for column in zip(*rows, strict=True)))
    counts = [key_length + 1 + position for position in (_SESSIONS, _PAGEVIEWS, _EVENTS)]
    fewer = [row[:key_length] for row in rows if any(row[place] < 0 for place in counts)]
    if fewer:
        await connection.execute(drop, *(list(column) for column in zip(*fewer, strict=True)))
