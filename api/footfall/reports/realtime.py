"""The last half hour of a site: figures from the derived tables, and events as the log got them.

All reads are bounded: by site and event time in the derived tables, by id in the log. `now` is an argument;
the window is the running minute of `now` and the 29 before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall.event import DIRECT_SOURCE

MINUTES: Final = 30
CURRENT: Final = timedelta(minutes=5)
TOP: Final = 10
MAX_EVENTS: Final = 100
# Of more rows than these at once only the newest are looked at.
REACH: Final = 20_000
MAX_INCOMING: Final = 5_000


@dataclass(frozen=True, slots=True)
class Count:
    """pageviews: 0 where they are not told by this dimension."""

    value: str
    visitors: int
    pageviews: int = 0


@dataclass(frozen=True, slots=True)
class MinuteCount:
    minute: datetime
    visitors: int
    pageviews: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of people. current_visitors: distinct in the last 5 minutes. visitors: in all of the window.

    minutes: all 30, ascending. The lists have at most 10, the most visitors first. flagged_events: of whom
    is judged to be no person; they are in no other figure.
    """

    now: datetime
    current_visitors: int
    visitors: int
    pageviews: int
    flagged_events: int
    minutes: tuple[MinuteCount, ...]
    pages: tuple[Count, ...]
    sources: tuple[Count, ...]
    countries: tuple[Count, ...]
    devices: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of the log. whose: the client's session id, else the visitor's; not to be shown."""

    log_id: int
    site_id: str
    event_id: str
    received_at: datetime
    timestamp: datetime
    event_type: str
    path: str | None
    country: str | None
    browser: str | None
    device: str | None
    is_bot: bool
    bot_reasons: tuple[str, ...]
    whose: str


@dataclass(frozen=True, slots=True)
class Position:
    """Ids of the log's newest row and of the last one that is derived."""

    newest_id: int
    derived_id: int


def window_start(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)


# A limit of 1 keeps the planner to one look at the index for each visit: what it thinks of their number is a
# guess. The client's clock may be some minutes ahead: what is to come counts as now.
_FIGURES: Final = text("""
    with seen as materialized (
        select visitor_id, session_id, least(view_timestamp, :now) as at, path, is_bot
        from pageviews
        where site_id = :site_id and view_timestamp >= :start
        union all
        select visitor_id, session_id, least(event_timestamp, :now), null, is_bot
        from user_events
        where site_id = :site_id and event_timestamp >= :start
    ),
    people as materialized (
        select visitor_id, session_id, at, path from seen where not is_bot
    ),
    visits as (
        select distinct visitor_id, session_id from people
    ),
    told as (
        select d.name, d.value, v.visitor_id
        from visits as v
        cross join lateral (
            select utm_source, referrer_type, referrer_platform, country, device_type
            from user_sessions
            where site_id = :site_id and session_id = v.session_id
            limit 1
        ) as s
        cross join lateral (values
            ('source', coalesce(
                s.utm_source,
                case when s.referrer_type is distinct from 'internal' then s.referrer_platform end,
                :direct
            )),
            ('country', s.country),
            ('device', s.device_type)
        ) as d (name, value)
        where d.value is not null
    ),
    ranked as (
        select
            name, value, visitors, pageviews,
            row_number() over (
                partition by name
                order by visitors desc, pageviews desc, value collate "C"
            ) as place
        from (
            select 'page' as name, path as value, count(distinct visitor_id) as visitors,
                count(*) as pageviews
            from people
            where path is not null
            group by path
            union all
            select name, value, count(distinct visitor_id), 0
            from told
            group by name, value
        ) as counted
    )
    select 'minute' as name, extract(epoch from date_trunc('minute', at))::bigint::text as value,
        count(distinct visitor_id) as visitors, count(path) as pageviews, 0 as place
    from people
    group by 2
    union all
    select 'all', '', count(distinct visitor_id), count(path), 0 from people
    union all
    select 'current', '', count(distinct visitor_id), 0, 0 from people where at > :current
    union all
    select 'flagged', '', 0, count(*), 0 from seen where is_bot
    union all
    select name, value, visitors, pageviews, place from ranked where place <= :top
    order by name, place
""")


async def read_figures(connection: AsyncConnection, site_id: str, now: datetime) -> Figures:
    """The figures of one site at `now`; zeros where nothing happened."""
    start = window_start(now)
    found: dict[str, list[Count]] = {}
    for name, value, visitors, pageviews, _ in await connection.execute(
        _FIGURES,
        {
            "site_id": site_id,
            "now": now,
            "start": start,
            "current": now - CURRENT,
            "direct": DIRECT_SOURCE,
            "top": TOP,
        },
    ):
        found.setdefault(name, []).append(Count(value, visitors, pageviews))
    by_minute = {int(count.value): count for count in found.get("minute", ())}
    minutes = []
    for place in range(MINUTES):
        minute = start + timedelta(minutes=place)
        count = by_minute.get(int(minute.timestamp()), Count("", 0))
        minutes.append(MinuteCount(minute, count.visitors, count.pageviews))
    return Figures(
        now=now,
        current_visitors=found["current"][0].visitors,
        visitors=found["all"][0].visitors,
        pageviews=found["all"][0].pageviews,
        flagged_events=found["flagged"][0].pageviews,
        minutes=tuple(minutes),
        pages=tuple(found.get("page", ())),
        sources=tuple(found.get("source", ())),
        countries=tuple(found.get("country", ())),
        devices=tuple(found.get("device", ())),
    )


_POSITION: Final = text("""
    select
        coalesce((select max(last_id) from log_days), 0) as newest_id,
        coalesce((select last_id from consumer_offsets where consumer = 'derive'), 0) as derived_id
""")


async def read_position(connection: AsyncConnection) -> Position:
    newest_id, derived_id = (await connection.execute(_POSITION)).one()
    return Position(newest_id, derived_id)


_COLUMNS: Final = """
    e.id, e.site_id, e.event_id, e.received_at, e.timestamp, e.event_type, e.path, e.country, e.browser,
    e.device_type, e.is_bot, e.bot_reasons, coalesce(e.session_id, e.visitor_id) as whose
"""
# As above, by the limit of 1. Those that are derived are found by site and time, the few that are not yet by their ids.
_NEWEST: Final = text(f"""
    with found as (
        (
            select id
            from pageviews
            where site_id = :site_id and view_timestamp >= :start
            order by view_timestamp desc, id desc
            limit :most
        )
        union
        (
            select id
            from user_events
            where site_id = :site_id and event_timestamp >= :start
            order by event_timestamp desc, id desc
            limit :most
        )
        union
        (
            select id
            from events_log
            where id > :derived_id and site_id = :site_id and received_date >= :since
            order by id desc
            limit :most
        )
    )
    select {_COLUMNS}
    from found
    cross join lateral (
        select *
        from events_log
        where id = found.id and received_date >= :since
        limit 1
    ) as e
    order by e.id desc
    limit :most
""")  # noqa: S608 - column names are the constant above
_INCOMING: Final = text(f"""
    select {_COLUMNS}
    from events_log as e
    where e.id > :after_id and e.received_date >= :since and e.site_id = any(:site_ids)
    order by e.id desc
    limit :most
""").bindparams(bindparam("site_ids", type_=ARRAY(Text)))  # noqa: S608


async def read_newest(
    connection: AsyncConnection, site_id: str, now: datetime, position: Position
) -> list[Incoming]:
    """At most MAX_EVENTS of the window, flagged ones too, in the order they came, the newest first.

    One whose time is before the window is among them only until it is derived.
    """
    start = window_start(now)
    found = await connection.execute(
        _NEWEST,
        {
            "site_id": site_id,
            "start": start,
            "since": (start - timedelta(hours=1)).date(),
            "derived_id": max(position.derived_id, position.newest_id - REACH),
            "most": MAX_EVENTS,
        },
    )
    return [_incoming(row) for row in found]


async def read_incoming(
    connection: AsyncConnection,
    site_ids: Sequence[str],
    after_id: int,
    now: datetime,
    position: Position,
) -> list[Incoming]:
    """What came to these sites after `after_id`, the newest first; at most MAX_INCOMING."""
    found = await connection.execute(
        _INCOMING,
        {
            "site_ids": list(site_ids),
            "after_id": max(after_id, position.newest_id - REACH),
            "since": (now - timedelta(days=1)).date(),
            "most": MAX_INCOMING,
        },
    )
    return [_incoming(row) for row in found]


def _incoming(row: Any) -> Incoming:
    values: dict[str, Any] = dict(row._mapping)
    log_id, event_id, device = (values.pop(name) for name in ("id", "event_id", "device_type"))
    reasons = tuple(values.pop("bot_reasons") or ())
    return Incoming(
        log_id=log_id, event_id=str(event_id), device=device, bot_reasons=reasons, **values
    )
