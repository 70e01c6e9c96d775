"""What happened in one session, in order, and which other sessions its visitor has.

Forms are told by the names of their fields: what somebody wrote into them is in the database only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Select, Table, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.errors import NotFound, Unprocessable
from footfall.reports.sessions import (
    Session,
    SessionName,
    find_session,
    newest_first,
    session_of,
)
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import snapshot
from footfall.tables import form_submissions, pageviews, user_events, user_sessions

MAX_STEPS: Final = 1_000
DEFAULT_STEPS: Final = 200
OTHERS: Final = 20

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Ids of the log are bigint.
_PLACE: Final = re.compile(r"([0-9]{1,16})-([0-9]{1,18})", re.ASCII)
_FORM: Final = "form_submit"
# The tracker's, and gotrack's.
_FORM_VALUES: Final = frozenset(("formData", "form_data"))


@dataclass(frozen=True, slots=True)
class Step:
    """A pageview or another event. What does not apply is None.

    engaged_ms: of a pageview in all, of an event by then. properties: as sent, secrets redacted.
    field_names: of a submitted form.
    """

    id: str
    kind: Literal["pageview", "event"]
    at: datetime
    name: str
    path: str | None
    title: str | None = None
    referrer: str | None = None
    search_term: str | None = None
    is_not_found: bool = False
    time_on_page_s: int | None = None
    engaged_ms: int | None = None
    scroll_percentage: int | None = None
    link_url: str | None = None
    is_outbound: bool = False
    is_download: bool = False
    form_id: str | None = None
    field_names: list[str] | None = None
    web_vital: str | None = None
    web_vital_value: float | None = None
    properties: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """next: where the next steps begin, None after the last. others: the visitor's newest other sessions;
    more_others: whether there are more of them."""

    timezone: str
    session: Session
    steps: list[Step]
    next: str | None
    others: list[Session]
    more_others: bool


async def read_timeline(
    engine: AsyncEngine, site_id: str, name: SessionName, *, after: str | None, limit: int
) -> Timeline:
    """A page of a session's steps. Raises NotFound for an unknown site or session, Unprocessable."""
    place = None if after is None else _read_place(after)
    async with snapshot(engine) as connection:
        timezone = await timezone_of(connection, site_id)
        found = await find_session(connection, site_id, name)
        if found is None:
            raise NotFound("There is no such session, or it is no longer kept.", field="session")
        session_id, visitor_id, session = found
        steps = await _read_steps(connection, site_id, session_id, place, limit + 1)
        others = await _read_others(connection, site_id, visitor_id, session_id)
    page = steps[:limit]
    return Timeline(
        timezone,
        session,
        page,
        _write_place(page[-1]) if len(steps) > limit else None,
        others[:OTHERS],
        len(others) > OTHERS,
    )


async def _read_steps(
    connection: AsyncConnection,
    site_id: str,
    session_id: str,
    place: tuple[datetime, int] | None,
    limit: int,
) -> list[Step]:
    p, e, f = pageviews.c, user_events.c, form_submissions.c
    views = select(
        p.id,
        p.view_timestamp,
        p.path,
        p.title,
        p.referrer,
        p.search_term,
        p.is_not_found,
        p.time_on_page_seconds,
        p.engaged_ms,
        p.scroll_percentage,
    )
    events = select(
        e.id,
        e.event_timestamp,
        e.event_type,
        e.page_path,
        e.engaged_ms,
        e.scroll_percentage,
        e.link_url,
        e.is_outbound,
        e.is_download,
        e.form_id,
        f.field_names,
        e.web_vital,
        e.web_vital_value,
        e.event_data,
    ).outerjoin_from(user_events, form_submissions, and_(f.site_id == e.site_id, f.id == e.id))
    steps = [
        _view(row)
        for row in await connection.execute(
            _of_session(views, pageviews, p.view_timestamp, site_id, session_id, place, limit)
        )
    ]
    steps += [
        _event(row)
        for row in await connection.execute(
            _of_session(events, user_events, e.event_timestamp, site_id, session_id, place, limit)
        )
    ]
    return sorted(steps, key=lambda step: (step.at, int(step.id)))[:limit]


def _of_session(
    statement: Select[Any],
    table: Table,
    at: Any,
    site_id: str,
    session_id: str,
    place: tuple[datetime, int] | None,
    limit: int,
) -> Select[Any]:
    statement = statement.where(table.c.site_id == site_id, table.c.session_id == session_id)
    if place is not None:
        statement = statement.where(at >= place[0], or_(at > place[0], table.c.id > place[1]))
    return statement.order_by(at, table.c.id).limit(limit)


def _view(row: Any) -> Step:
    log_id, at, path, title, referrer, search_term, is_not_found, seconds, engaged_ms, scrolled = (
        row
    )
    return Step(
        id=str(log_id),
        kind="pageview",
        at=at,
        name="pageview",
        path=path,
        title=title,
        referrer=referrer,
        search_term=search_term,
        is_not_found=is_not_found,
        time_on_page_s=seconds,
        engaged_ms=engaged_ms,
        scroll_percentage=scrolled,
    )


def _event(row: Any) -> Step:
    log_id, at, name, path, engaged_ms, scrolled, link_url, is_outbound, is_download, *rest = row
    form_id, field_names, web_vital, web_vital_value, told = rest
    properties = told if isinstance(told, dict) else {}
    if name == _FORM:
        properties = {key: value for key, value in properties.items() if key not in _FORM_VALUES}
    return Step(
        id=str(log_id),
        kind="event",
        at=at,
        name=name,
        path=path,
        engaged_ms=engaged_ms,
        scroll_percentage=scrolled,
        link_url=link_url,
        is_outbound=is_outbound,
        is_download=is_download,
        form_id=form_id,
        field_names=field_names,
        web_vital=web_vital,
        web_vital_value=web_vital_value,
        properties=properties or None,
    )


async def _read_others(
    connection: AsyncConnection, site_id: str, visitor_id: str, session_id: str
) -> list[Session]:
    s = user_sessions.c
    conditions = [s.visitor_id == visitor_id, s.session_id != session_id]
    statement = newest_first(site_id, conditions, OTHERS + 1)
    return [session_of(site_id, row) for row in await connection.execute(statement)]


def _write_place(step: Step) -> str:
    return f"{(step.at - _EPOCH) // _MICROSECOND}-{step.id}"


def _read_place(text: str) -> tuple[datetime, int]:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise Unprocessable("after: not a place in a timeline.", field="after")
    return _EPOCH + int(found[1]) * _MICROSECOND, int(found[2])
