"""Single sessions of a range of days, the newest first, page by page or all as CSV.

Which sessions is decided as for the figures under filters (narrowed.py), so a list has exactly the
sessions that a query with the same range and filters counts. Nobody's id leaves here: visitors have
pseudonyms, and a session is named by its start and a hash of its id.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.errors import Unprocessable
from footfall.reports.figures import PROPERTIES, Scope
from footfall.reports.filters import Filter, check_filters
from footfall.reports.narrowed import sessions_that_meet
from footfall.reports.pseudonyms import pseudonym
from footfall.reports.query import Period
from footfall.reports.render import csv_lines
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import check_patterns, snapshot
from footfall.tables import user_sessions

MAX_SESSIONS: Final = 200
DEFAULT_SESSIONS: Final = 50
_PIECE_ROWS: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MARK_CHARS: Final = 16
# Sixteen digits of microseconds reach the year 2286.
_NAME: Final = re.compile(rf"([0-9]{{1,16}})-([0-9a-f]{{{_MARK_CHARS}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class SessionName:
    """What names a session to the outside, and its place in the list: the start, then the mark.

    mark: of the session's id, by which sessions of one microsecond are told apart.
    """

    started_at: datetime
    mark: str

    def __str__(self) -> str:
        return f"{(self.started_at - _EPOCH) // _MICROSECOND}-{self.mark}"


def read_name(text: str, *, field: str) -> SessionName:
    """The inverse of str(). Raises Unprocessable, naming the field."""
    found = _NAME.fullmatch(text)
    if found is None:
        raise Unprocessable(f"{field}: not the id of a session.", field=field)
    return SessionName(_EPOCH + int(found[1]) * _MICROSECOND, found[2])


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which sessions of which days. after: only those behind this one in the list."""

    site_id: str
    period: Period
    filters: tuple[Filter, ...] = ()
    include_bots: bool = False
    after: SessionName | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One session as it is told. events: those other than pageviews. seen_before: an earlier session of the
    same visitor id is kept."""

    id: str
    visitor: str
    seen_before: bool
    started_at: datetime
    ended_at: datetime
    duration_s: int
    engaged_ms: int
    pageviews: int
    events: int
    bounce: bool
    entry_page: str | None
    exit_page: str | None
    source: str
    referrer: str | None
    channel: str | None
    utm_campaign: str | None
    country: str | None
    region: str | None
    city: str | None
    browser: str | None
    os: str | None
    device: str | None
    is_bot: bool


COLUMNS: Final = tuple(field.name for field in fields(Session))


@dataclass(frozen=True, slots=True)
class SessionList:
    """next: where the next page begins, None after the last."""

    timezone: str
    sessions: list[Session]
    next: SessionName | None


async def list_sessions(engine: AsyncEngine, asked: ListQuery) -> SessionList:
    """A page of sessions. Raises NotFound for an unknown site, Unprocessable, Unavailable."""
    check_filters(asked.filters)
    limit = asked.limit or DEFAULT_SESSIONS
    async with snapshot(engine) as connection:
        timezone = await timezone_of(connection, asked.site_id)
        await check_patterns(connection, asked.filters)
        statement = compile_list(asked, ZoneInfo(timezone), limit + 1)
        found = [session_of(asked.site_id, row) for row in await connection.execute(statement)]
    page = found[:limit]
    more = len(found) > limit
    return SessionList(timezone, page, read_name(page[-1].id, field="after") if more else None)


async def stream_sessions(engine: AsyncEngine, asked: ListQuery) -> AsyncGenerator[str, None]:
    """All of them as CSV, a header first, in pieces of text that are of one moment; at least one piece."""
    check_filters(asked.filters)
    async with snapshot(engine) as connection:
        timezone = await timezone_of(connection, asked.site_id)
        await check_patterns(connection, asked.filters)
        text = csv_lines([COLUMNS])
        statement = compile_list(asked, ZoneInfo(timezone), asked.limit)
        async with connection.stream(statement) as rows:
            async for piece in rows.partitions(_PIECE_ROWS):
                yield text + _lines(session_of(asked.site_id, row) for row in piece)
                text = ""
        if text:
            yield text


def _lines(sessions: Iterable[Session]) -> str:
    return csv_lines(astuple(session) for session in sessions)


def compile_list(asked: ListQuery, zone: ZoneInfo, limit: int | None) -> Select[Any]:
    """The sessions as rows for session_of(), the newest first; `limit` of them at most."""
    scope = Scope(asked.site_id, asked.period, zone, asked.include_bots)
    conditions = sessions_that_meet(asked.filters, scope)
    if asked.after is not None:
        start = user_sessions.c.session_start
        behind = or_(start < asked.after.started_at, mark() < asked.after.mark)
        conditions.append(and_(start <= asked.after.started_at, behind))
    return newest_first(asked.site_id, conditions, limit)


def newest_first(
    site_id: str, conditions: Iterable[ColumnElement[bool]], limit: int | None
) -> Select[Any]:
    """Sessions that meet the conditions. Index (site_id, session_start) gives the order but for ties."""
    s = user_sessions.c
    page = (
        select(user_sessions, mark().label("mark"), PROPERTIES["source"].label("source"))
        .where(s.site_id == site_id, *conditions)
        .order_by(s.session_start.desc(), mark().desc())
        .limit(limit)
    ).subquery("page")
    p = page.c
    earlier = user_sessions.alias("earlier")
    seen_before = exists().where(
        earlier.c.site_id == site_id,
        earlier.c.visitor_id == p.visitor_id,
        earlier.c.session_start < p.session_start,
    )
    return select(
        p.session_id,
        p.visitor_id,
        p.mark,
        seen_before.label("seen_before"),
        p.session_start,
        p.session_end,
        p.duration_seconds,
        p.engaged_ms,
        p.pageview_count,
        (p.event_count - p.pageview_count).label("events"),
        p.bounce,
        p.entry_path,
        p.exit_path,
        p.source,
        p.original_referrer,
        p.channel,
        p.utm_campaign,
        p.country,
        p.region,
        p.city,
        p.browser,
        p.os,
        p.device_type,
        p.is_bot,
    ).order_by(p.session_start.desc(), p.mark.desc())


def mark() -> ColumnElement[str]:
    """Of a session's id, in an order that is the same on every server."""
    hashed: ColumnElement[str] = func.left(func.md5(user_sessions.c.session_id), _MARK_CHARS)
    return hashed.collate("C")


def session_of(site_id: str, row: Any) -> Session:
    """A row of newest_first() without its ids."""
    _, visitor_id, own_mark, seen_before, started_at, *rest = row
    name = SessionName(started_at, own_mark)
    return Session(str(name), pseudonym(site_id, visitor_id), seen_before, started_at, *rest)


async def find_session(
    connection: AsyncConnection, site_id: str, name: SessionName
) -> tuple[str, str, Session] | None:
    """(session id, visitor id, the session), None where there is none.

    A late event may have moved the start since the name was given; then it is looked for half a day around.
    """
    start = user_sessions.c.session_start
    around = timedelta(hours=12)
    for window in (
        start == name.started_at,
        start.between(name.started_at - around, name.started_at + around),
    ):
        statement = newest_first(site_id, [window, mark() == name.mark], 1)
        row = (await connection.execute(statement)).one_or_none()
        if row is not None:
            return row[0], row[1], session_of(site_id, row)
    return None
