"""The comparison: everything in one snapshot, up to where the worker had come in it.

Sessions are recomputed from the log in Python (visits.py); single rows in SQL (rows.py, pages.py) from the log
and from the sessions, which are proved by then; tables of days (days.py) from these and the log. Nothing is
written, and nobody is kept waiting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from footfall.database import Connection, Pool
from footfall.derive.apply import CONSUMER
from footfall.errors import NotFound
from footfall.eventlog.consumer import DUPLICATE_DAYS
from footfall.verify import days, midnights, rows, visits

PIECE: Final = 5_000
MAX_DIFFERENCES: Final = 1_000
ABSENT: Final = "no row"
# A day of receipt is UTC's, and a session may begin on the day before.
_MARGIN: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that is not what the log says. key: what else identifies the row, as text."""

    table: str
    site_id: str | None
    day: date | None
    key: str
    column: str
    stored: str
    recomputed: str


@dataclass(slots=True)
class Report:
    """compared: table to the number of its rows that were looked at, stored or recomputed.

    differences stop at MAX_DIFFERENCES a table; those named in cut have more.
    """

    offset: int
    waiting: int
    compared: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)

    def add(self, difference: Difference) -> None:
        known = sum(one.table == difference.table for one in self.differences)
        if known < MAX_DIFFERENCES:
            self.differences.append(difference)
        else:
            self.cut.add(difference.table)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared: one site or all, days that both ends include or all of them.

    whole_since: of sites that retention has taken events from, the first day that can be recomputed.
    """

    site_id: str | None = None
    first: date | None = None
    last: date | None = None
    whole_since: Mapping[str, date] = field(default_factory=dict)

    def holds(self, site_id: str, day: date | None) -> bool:
        if day is None:
            return self.first is None and self.last is None
        first = max(self.first or date.min, self.whole_since.get(site_id, date.min))
        return first <= day <= (self.last or date.max)


Progress = Callable[[str, int, int], object]


async def verify(
    pool: Pool, scope: Scope, *, on_progress: Progress = lambda step, done, of: None
) -> Report:
    """Compare what is derived with the log. on_progress: (table, rows done, rows there are).

    Raises NotFound for an unknown site.
    """
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await _verify(connection, scope, on_progress)


async def _verify(connection: Connection, scope: Scope, on_progress: Progress) -> Report:
    # What is sorted and hashed here is the whole log; by default it would go to disk piece by piece.
    await connection.execute("set local work_mem = '128MB'")
    zones = await _zones(connection)
    if scope.site_id is not None and scope.site_id not in zones:
        raise NotFound(f"There is no site {scope.site_id!r}.", field="site_id")
    offset: int = await connection.fetchval(
        "select coalesce(max(last_id), 0) from consumer_offsets where consumer = $1", CONSUMER
    )
    logged: int = await connection.fetchval("select count(*) from events_log")
    waiting: int = await connection.fetchval(
        "select count(*) from events_log where id > $1", offset
    )
    report = Report(offset, waiting)
    counted = await connection.fetchval("select row_count from log_counts where log = 'events_log'")
    report.compared["log_counts"] = 1
    if counted != logged:
        report.add(Difference("log_counts", None, None, "", "row_count", str(counted), str(logged)))
    skipped = await _skipped(connection, offset)
    floors = await connection.fetch(
        "select site_id, greatest(floor_date, details_date) as floor_date from retention_floors"
    )
    scope = replace(scope, whole_since={f["site_id"]: f["floor_date"] + _MARGIN for f in floors})
    await _compare_sessions(connection, scope, report, zones, skipped, on_progress)
    limits = (scope.site_id, scope.first, scope.last)
    floored = (list(scope.whole_since), list(scope.whole_since.values()))
    checks = [*rows.CHECKS, *days.CHECKS]
    for place, check in enumerate(checks):
        on_progress(check.table, place, len(checks))
        await _compare(connection, check, report, (offset, *limits, skipped, *floored))
    for record in await connection.fetch(rows.BY_SESSION, scope.site_id):
        site_id, day, session_id, table, column, stored, recomputed = record
        if scope.holds(site_id, day):
            key = f"session {session_id}"
            report.add(
                Difference(table, site_id, day, key, column, stored or ABSENT, recomputed or ABSENT)
            )
    on_progress(checks[-1].table, len(checks), len(checks))
    return report


async def _zones(connection: Connection) -> dict[str, ZoneInfo]:
    zones: dict[str, ZoneInfo] = defaultdict(lambda: ZoneInfo("UTC"))
    for record in await connection.fetch("select site_id, timezone from sites"):
        zones[record["site_id"]] = ZoneInfo(record["timezone"])
    return zones


async def _skipped(connection: Connection, offset: int) -> list[int]:
    """Log rows that count for nothing: sent again within days, or set aside by the worker."""
    skipped = {
        record["log_id"]
        for record in await connection.fetch(
            "select log_id from dead_letters where stage = 'derive' and resolved_at is null"
        )
    }
    repeated = await connection.fetch(
        """
        select site_id, event_id, array_agg(id order by id) as ids,
            array_agg(received_date order by id) as dates
        from events_log
        where id <= $1
        group by site_id, event_id
        having count(*) > 1
        """,
        offset,
    )
    for record in repeated:
        sent = list(zip(record["ids"], record["dates"], strict=True))
        for place, (log_id, day) in enumerate(sent):
            if any(abs((day - other).days) <= DUPLICATE_DAYS for _, other in sent[:place]):
                skipped.add(log_id)
    return sorted(skipped)


_EVENT_COUNT: Final = """
    select count(*)
    from events_log
    where id <= $1 and ($2::text is null or site_id = $2) and id <> all($3::bigint[])
"""

# Whose visits are one visitor's with another's, over midnight, are that one's.
_CHAINED: Final = """
    left join unnest($4::text[], $5::bool[], $6::text[], $7::text[]) as chained (site, flag, member, root)
        on site = site_id and flag = is_bot and member = coalesce(session_id, visitor_id)
"""
_KEY: Final = "coalesce(root, session_id, visitor_id)"

_EVENTS: Final = f"""
    select site_id, is_bot, {_KEY} as key, event_id, event_type, timestamp, path,
        raw_event_data -> 'eventData' -> 'engagedMs' as engaged,
        raw_event_data -> 'eventData' -> 'timeSpent' as spent,
        raw_event_data -> 'eventData' -> 'previousPath' as previous,
        {", ".join(visits.TAKEN)}
    from events_log
    {_CHAINED}
    where id <= $1 and ($2::text is null or site_id = $2) and id <> all($3::bigint[])
    order by site_id collate "C", is_bot, {_KEY} collate "C"
"""  # noqa: S608 - names of columns

# By key, each a probe of an index.
_SESSIONS: Final = f"""
    select u.session_key, u.site_id, {", ".join(f"u.{name}" for name in visits.COMPARED)}
    from unnest($1::text[], $2::text[]) as t (site_id, session_key)
    cross join lateral (
        select * from user_sessions u
        where u.site_id = t.site_id and u.session_key = t.session_key
        order by session_start
        limit 1000000
    ) as u
"""  # noqa: S608

_WITHOUT_EVENTS: Final = f"""
    with keys as (
        select distinct site_id,
            case
                when is_bot then {_KEY} || '~bot'
                when {_KEY} ~ '~bot~*$' then {_KEY} || '~'
                else {_KEY}
            end as session_key
        from events_log
        {_CHAINED}
        where id <= $1 and ($2::text is null or site_id = $2) and id <> all($3::bigint[])
    )
    select u.site_id, u.start_date, u.session_id
    from user_sessions u
    left join keys k using (site_id, session_key)
    where k.session_key is null and ($2::text is null or u.site_id = $2)
"""  # noqa: S608


async def _compare_sessions(
    connection: Connection,
    scope: Scope,
    report: Report,
    zones: dict[str, ZoneInfo],
    skipped: list[int],
    on_progress: Progress,
) -> None:
    total = await connection.fetchval(_EVENT_COUNT, report.offset, scope.site_id, skipped)
    chained = await _compare_links(connection, scope, report, skipped)
    arguments = (report.offset, scope.site_id, skipped, *chained)
    done = 0

    async def events() -> AsyncIterator[list[Any]]:
        nonlocal done
        cursor = await connection.cursor(_EVENTS, *arguments)
        while batch := await cursor.fetch(PIECE):
            yield batch
            done += len(batch)
            on_progress("user_sessions", done, total)

    report.compared["user_sessions"] = 0
    piece: list[visits.Visit] = []
    async for of_key in visits.visits_of(events(), zones):
        piece += of_key
        if len(piece) >= PIECE:
            await _compare_piece(connection, piece, scope, report)
            piece = []
    await _compare_piece(connection, piece, scope, report)
    for site_id, day, session_id in await connection.fetch(_WITHOUT_EVENTS, *arguments):
        if scope.holds(site_id, day):
            report.compared["user_sessions"] += 1
            key = f"session {session_id}"
            report.add(Difference("user_sessions", site_id, day, key, "row", "1", ABSENT))


_MIDNIGHTS: Final = """
    select distinct site_id, is_bot, visitor_id, midnight_id, received_date
    from events_log
    where midnight_id is not null
        and id <= $1 and ($2::text is null or site_id = $2) and id <> all($3::bigint[])
"""


async def _compare_links(
    connection: Connection, scope: Scope, report: Report, skipped: list[int]
) -> tuple[list[Any], ...]:
    """Returns site, flag, member, root of every linked visitor, as columns."""
    told = await connection.fetch(_MIDNIGHTS, report.offset, scope.site_id, skipped)
    rows = await connection.fetch(
        "select * from midnight_links where $1::text is null or site_id = $1", scope.site_id
    )
    # Of days without events any more it only counts what they have to do with the others.
    firsts = {site_id: day - _MARGIN for site_id, day in scope.whole_since.items()}
    links = [midnights.Link(*record) for record in rows]
    whole = [one for one in links if one.key_date >= firsts.get(one.site_id, date.min)]
    given = [one for one in links if one.key_date < firsts.get(one.site_id, date.min)]
    expected = midnights.links_of([midnights.Sighting(*record) for record in told], given)
    report.compared["midnight_links"] = len({one.name for one in (*whole, *expected)})
    was = {one.name: one for one in whole}
    is_ = {one.name: one for one in expected}
    for name in sorted(was.keys() | is_.keys()):
        stored, recomputed = was.get(name), is_.get(name)
        known = stored or recomputed
        assert known is not None
        if stored == recomputed or not scope.holds(known.site_id, known.key_date):
            continue
        where = ("midnight_links", known.site_id, known.key_date, " ".join(name[1:]))
        if stored is None or recomputed is None:
            report.add(Difference(*where, "row", _shown(stored and 1), _shown(recomputed and 1)))
            continue
        for column in ("key_date", "root_key", "root_date"):
            both = getattr(stored, column), getattr(recomputed, column)
            if both[0] != both[1]:
                report.add(Difference(*where, column, *map(str, both)))
    return midnights.members(expected)


async def _compare_piece(
    connection: Connection, piece: list[visits.Visit], scope: Scope, report: Report
) -> None:
    """piece: all the sessions of some keys."""
    keys = sorted({(visit["site_id"], visit["session_key"]) for visit in piece})
    found = await connection.fetch(_SESSIONS, *map(list, zip(*keys, strict=True))) if keys else []
    stored = {_identity(record, scope): record for record in found}
    recomputed = {_identity(visit, scope): visit for visit in piece}
    for identity in sorted(stored.keys() | recomputed.keys()):
        was, is_ = stored.get(identity), recomputed.get(identity)
        known = was if is_ is None else is_
        assert known is not None
        if not any(
            scope.holds(row["site_id"], row["start_date"]) for row in (was, is_) if row is not None
        ):
            continue
        report.compared["user_sessions"] += 1
        key = f"session {known['session_id']}"
        where = ("user_sessions", identity[0], known["start_date"], key)
        if was is None or is_ is None:
            report.add(Difference(*where, "row", _shown(was and 1), _shown(is_ and 1)))
            continue
        is_numbered = identity[0] not in scope.whole_since
        for name in visits.COMPARED:
            if was[name] != is_[name] and (is_numbered or name not in ("session_id", "ordinal")):
                report.add(Difference(*where, name, _shown(was[name]), _shown(is_[name])))


def _identity(row: Any, scope: Scope) -> tuple[str, str, str]:
    """What a session is known by: its id, or its time where those before it cannot be counted any more."""
    if row["site_id"] in scope.whole_since:
        return row["site_id"], row["session_key"], row["session_start"].isoformat()
    return row["site_id"], row["session_id"], ""


async def _compare(
    connection: Connection, check: days.Check, report: Report, arguments: tuple[Any, ...]
) -> None:
    """arguments: offset, site id, first and last day, skipped ids, as the statements number them."""
    day = f"coalesce(stored.{check.day}, expected.{check.day})::date"
    pairs = ", ".join(
        f"stored.{name}::text as stored_{name}, expected.{name}::text as expected_{name}"
        for name in check.columns
    )
    differs = " or ".join(
        [f"stored.{check.key[-1]} is null", f"expected.{check.key[-1]} is null"]
        + [f"stored.{name} is distinct from expected.{name}" for name in check.columns]
    )
    keys = ", ".join(
        f"coalesce(stored.{name}, expected.{name})::text as {name}" for name in check.key
    )
    listed = ", ".join((*check.key, *check.columns))
    own = f"select {listed} from {check.table} where $2::text is null or site_id = $2"  # noqa: S608
    statement = f"""
        with floors as (
            select * from unnest($6::text[], $7::date[]) as f (site_id, first_date)
        ),
        expected as materialized ({check.expected}),
        stored as materialized ({check.stored or own}),
        compared as (
            select {keys}, {day} as compared_day, {pairs + "," if pairs else ""}
                stored.{check.key[-1]} is null as is_missing,
                expected.{check.key[-1]} is null as is_extra,
                {differs} as differs
            from stored
            full join expected on {" and ".join(f"stored.{n} = expected.{n}" for n in check.key)}
        )
        select compared.*, count(*) over () as row_count
        from compared
        left join floors using (site_id)
        where (first_date is null or compared_day >= first_date)
            and ($3::date is null or compared_day >= $3) and ($4::date is null or compared_day <= $4)
        order by differs desc, {", ".join(check.key)}
        limit {MAX_DIFFERENCES + 1}
    """  # noqa: S608 - names are those of days.py and rows.py
    records = await connection.fetch(statement, *arguments)
    report.compared[check.table] = records[0]["row_count"] if records else 0
    for record in records:
        if not record["differs"]:
            break
        names = [n for n in check.key if n not in ("site_id", check.day)]
        key = " ".join(f"{name} {record[name]}" for name in names if record[name] != "")
        where = (check.table, record["site_id"], record["compared_day"], key)
        if record["is_missing"] or record["is_extra"]:
            there = ("1", ABSENT) if record["is_extra"] else (ABSENT, "1")
            report.add(Difference(*where, "row", *there))
            continue
        for name in check.columns:
            was, is_ = record[f"stored_{name}"], record[f"expected_{name}"]
            if was != is_:
                report.add(Difference(*where, name, _shown(was), _shown(is_)))


def _shown(value: Any) -> str:
    return ABSENT if value is None else str(value)
