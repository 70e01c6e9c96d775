"""Exact visitors over any range of days, by addition (docs/decisions/0008).

Distinct counts do not add up over days, but this does: count each visitor of a value on each day by the
day before that on which the same visitor was seen there. The visitors of a range are those of its days
whose day before is not in it. One new day changes at most two pairs of days, wherever it falls.

What makes that exact is rollup_members: who (a hash of dimension, value and visitor) was seen on which
day, and by how many sessions, since a session may change its values.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import md5
from typing import Any, Final, NamedTuple

from footfall.database import Connection
from footfall.derive.dimensions import TOTAL

# The day before of a visitor's first day, which PostgreSQL writes as -infinity.
NEVER: Final = date.min

_KNOWN: Final = """
    select
        exists(
            select from rollup_members m
            where m.site_id = t.site_id and m.member_key = t.member_key
        ) as is_known
    from unnest($1::text[], $2::bytea[]) with ordinality as t (site_id, member_key, place)
    order by place
"""

_LOOK_UP: Final = """
    select
        (
            select holder_count from rollup_members m
            where m.site_id = t.site_id and m.member_key = t.member_key and m.visit_date = t.visit_date
        ) as holder_count
    from unnest($1::text[], $2::bytea[], $3::date[]) with ordinality
        as t (site_id, member_key, visit_date, place)
    order by place
"""

_NEIGHBOURS: Final = """
    select
        (
            select visit_date from rollup_members m
            where m.site_id = t.site_id and m.member_key = t.member_key and m.visit_date < t.visit_date
            order by visit_date desc
            limit 1
        ) as earlier,
        (
            select visit_date from rollup_members m
            where m.site_id = t.site_id and m.member_key = t.member_key and m.visit_date > t.visit_date
            order by visit_date
            limit 1
        ) as later
    from unnest($1::text[], $2::bytea[], $3::date[]) with ordinality
        as t (site_id, member_key, visit_date, place)
    order by place
"""

_CHANGE: Final = """
    update rollup_members m
    set holder_count = t.holder_count
    from unnest($1::text[], $2::bytea[], $3::date[], $4::int[])
        as t (site_id, member_key, visit_date, holder_count)
    where m.site_id = t.site_id and m.member_key = t.member_key and m.visit_date = t.visit_date
"""

_FORGET: Final = """
    delete from rollup_members m
    using unnest($1::text[], $2::bytea[], $3::date[]) as t (site_id, member_key, visit_date)
    where m.site_id = t.site_id and m.member_key = t.member_key and m.visit_date = t.visit_date
"""

_ADD_PAIRS: Final = """
    insert into rollup_visitors as d
        (site_id, dimension, visit_date, value_key, previous_date, value, visitor_count)
    select * from unnest($1::text[], $2::text[], $3::date[], $4::bytea[], $5::date[], $6::text[], $7::int[])
    on conflict (site_id, dimension, visit_date, value_key, previous_date) do update set
        visitor_count = d.visitor_count + excluded.visitor_count
"""

_DROP_PAIRS: Final = """
    delete from rollup_visitors d
    using unnest($1::text[], $2::text[], $3::date[], $4::bytea[], $5::date[])
        as t (site_id, dimension, visit_date, value_key, previous_date)
    where d.site_id = t.site_id and d.dimension = t.dimension and d.visit_date = t.visit_date
        and d.value_key = t.value_key and d.previous_date = t.previous_date
        and d.visitor_count = 0
"""


class Place(NamedTuple):
    """Where visitors are counted: a value of a dimension of a site."""

    site_id: str
    dimension: str
    value: str


class Appearance(NamedTuple):
    """A visitor who is now (change 1) or no longer (change -1) known at a place on a day."""

    place: Place
    day: date
    visitor_id: str
    change: int


@lru_cache(maxsize=10_000)
def value_key(value: str) -> bytes:
    """By which rows are told apart, since an index cannot hold a text of any length."""
    return _md5(value.encode())


def member_key(place: Place, visitor_id: str) -> bytes:
    return _md5(_front(place.dimension, place.value) + visitor_id.encode())


@lru_cache(maxsize=10_000)
def _front(dimension: str, value: str) -> bytes:
    # The dimension has no blank and the middle a fixed length, so no two triples are written alike.
    return f"{dimension} {value_key(value).hex()} ".encode()


def _md5(data: bytes) -> bytes:
    return md5(data, usedforsecurity=False).digest()


class VisitorChanges:
    """Who one batch saw where on which day, and which sessions no longer say so."""

    def __init__(self) -> None:
        self._seen: set[tuple[Place, str, date]] = set()
        self._held: Counter[tuple[Place, str, date]] = Counter()

    def see(self, place: Place, visitor_id: str, day: date) -> None:
        """An event says it, and events stay."""
        self._seen.add((place, visitor_id, day))

    def hold(self, place: Place, visitor_id: str, day: date, sign: int) -> None:
        """A session says it (sign 1), or no longer (sign -1)."""
        self._held[place, visitor_id, day] += sign

    async def save(self, connection: Connection) -> list[Appearance]:
        """Write what changed; returns who appeared and vanished. The caller holds the offset's lock."""
        newcomers = await self._newcomers(connection)
        days = self._days_of(newcomers)
        pairs: Counter[tuple[Place, date, date]] = Counter()
        made: list[tuple[str, bytes, date, int]] = []
        appeared: list[Appearance] = []
        wanted: list[tuple[str, bytes, date, int, Place, str]] = []
        for (place, visitor_id, day), change in itertools.chain(
            ((seen, 0) for seen in self._seen),
            (held for held in self._held.items() if held[1]),
        ):
            member = member_key(place, visitor_id)
            if len(days.get((place.site_id, visitor_id), ())) != 1:
                wanted.append((place.site_id, member, day, change, place, visitor_id))
                continue
            # Somebody new with one day, as most are: nothing is known, and no day is beside it.
            made.append((place.site_id, member, day, change or 1))
            pairs[place, day, NEVER] += 1
            appeared.append(Appearance(place, day, visitor_id, 1))
        if wanted:
            appeared += await self._save_wanted(connection, sorted(wanted), newcomers, made, pairs)
        await _save_pairs(connection, pairs)
        if made:
            made.sort()
            await connection.copy_records_to_table(
                "rollup_members",
                columns=["site_id", "member_key", "visit_date", "holder_count"],
                records=made,
            )
        return appeared

    async def _save_wanted(
        self,
        connection: Connection,
        wanted: Sequence[tuple[str, bytes, date, int, Place, str]],
        newcomers: set[tuple[str, str]],
        made: list[tuple[str, bytes, date, int]],
        pairs: Counter[tuple[Place, date, date]],
    ) -> list[Appearance]:
        """Compare with what is known; add to `made` and `pairs`, write what changed and what went."""
        asked = [one for one in wanted if (one[0], one[5]) not in newcomers]
        known = dict(
            zip(
                (one[:3] for one in asked),
                (record[0] for record in await connection.fetch(_LOOK_UP, *_columns(asked))),
                strict=True,
            )
        )
        changed: list[tuple[str, bytes, date, int]] = []
        touched: list[tuple[str, bytes, date, int]] = []
        members: dict[tuple[str, bytes], Place] = {}
        appeared: list[Appearance] = []
        for site_id, member, day, change, place, visitor_id in wanted:
            before = known.get((site_id, member, day))
            after = (before or 0) + change if change else 1
            if after == (before or 0):
                continue
            if before is None:
                made.append((site_id, member, day, after))
            elif after:
                changed.append((site_id, member, day, after))
                continue
            sign = 1 if before is None else -1
            touched.append((site_id, member, day, sign))
            members[site_id, member] = place
            appeared.append(Appearance(place, day, visitor_id, sign))
        new_members = {(one[0], one[1]) for one in wanted if (one[0], one[5]) in newcomers}
        await _change_pairs(connection, touched, members, new_members, pairs)
        if changed:
            await connection.execute(_CHANGE, *_columns(changed), [one[3] for one in changed])
        gone = [one for one in touched if one[3] < 0]
        if gone:
            await connection.execute(_FORGET, *_columns(gone))
        return appeared

    def _days_of(self, newcomers: set[tuple[str, str]]) -> dict[tuple[str, str], set[date]]:
        days: dict[tuple[str, str], set[date]] = {}
        for place, visitor_id, day in itertools.chain(self._seen, self._held):
            identity = (place.site_id, visitor_id)
            if identity in newcomers:
                days.setdefault(identity, set()).add(day)
        return days

    async def _newcomers(self, connection: Connection) -> set[tuple[str, str]]:
        """(site id, visitor id) of those who were never seen before: of them nothing need be looked up."""
        visitors = sorted({(place.site_id, visitor_id) for place, visitor_id, _ in self._seen})
        if not visitors:
            return set()
        found = await connection.fetch(
            _KNOWN,
            [site_id for site_id, _ in visitors],
            [member_key(Place(site_id, TOTAL, ""), visitor_id) for site_id, visitor_id in visitors],
        )
        return {one for one, (is_known,) in zip(visitors, found, strict=True) if not is_known}


async def _change_pairs(
    connection: Connection,
    touched: list[tuple[str, bytes, date, int]],
    members: dict[tuple[str, bytes], Place],
    new_members: set[tuple[str, bytes]],
    pairs: Counter[tuple[Place, date, date]],
) -> None:
    """Add to `pairs` what changes by `touched`: (site id, member, day, 1 for a new one or -1)."""
    asked = [one[:3] for one in touched if one[:2] not in new_members]
    found = await connection.fetch(_NEIGHBOURS, *_columns(asked)) if asked else []
    neighbours = dict(zip(asked, found, strict=True))
    days: dict[tuple[str, bytes], tuple[dict[date, int], set[date]]] = {}
    for site_id, member, day, change in touched:
        changes, others = days.setdefault((site_id, member), ({}, set()))
        changes[day] = change
        beside = neighbours.get((site_id, member, day), ())
        others.update(other for other in beside if other is not None)
    for identity, (changes, others) in days.items():
        for pair, change in changed_pairs(changes, others).items():
            pairs[members[identity], *pair] += change


async def _save_pairs(connection: Connection, pairs: Counter[tuple[Place, date, date]]) -> None:
    rows = sorted(
        (place.site_id, place.dimension, day, value_key(place.value), previous, place.value, n)
        for (place, day, previous), n in pairs.items()
        if n
    )
    if rows:
        await connection.execute(_ADD_PAIRS, *(list(column) for column in zip(*rows, strict=True)))
    fewer = [row[:5] for row in rows if row[6] < 0]
    if fewer:
        await connection.execute(
            _DROP_PAIRS, *(list(column) for column in zip(*fewer, strict=True))
        )


def changed_pairs(changes: dict[date, int], others: set[date]) -> dict[tuple[date, date], int]:
    """What becomes of one member's pairs (day, day before it or NEVER), as 1 and -1.

    changes: days that are added (1) or taken away (-1). others: the days kept before and after each of
    these; a day may be in both.
    """
    if len(changes) == 1 and not others:
        [(day, change)] = changes.items()
        return {(day, NEVER): change}
    before = sorted(others | {day for day, change in changes.items() if change < 0})
    after = sorted(
        (others - {day for day, change in changes.items() if change < 0})
        | {day for day, change in changes.items() if change > 0}
    )
    pairs: Counter[tuple[date, date]] = Counter()
    for days, sign in ((before, -1), (after, 1)):
        for place, day in enumerate(days):
            pairs[day, days[place - 1] if place else NEVER] += sign
    # The first of the others is there only to be a day before; its own does not change.
    return {pair: change for pair, change in pairs.items() if change}


def _columns(rows: list[Any]) -> tuple[list[str], list[bytes], list[date]]:
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
