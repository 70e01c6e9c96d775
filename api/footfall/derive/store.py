"""Session rows in and out of user_sessions: load what a batch can touch, write what it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from footfall.database import Connection
from footfall.derive.sessions import Entry, Exit, Session
from footfall.event import SESSION_GAP

_COLUMNS: Final = {
    "session_id": "text",
    "visitor_id": "text",
    "site_id": "text",
    "session_start": "timestamptz",
    "session_end": "timestamptz",
    "duration_seconds": "int",
    "pageview_count": "int",
    "event_count": "int",
    "bounce": "bool",
    "entry_url": "text",
    "entry_path": "text",
    "entry_title": "text",
    "exit_url": "text",
    "exit_path": "text",
    "utm_source": "text",
    "utm_medium": "text",
    "utm_campaign": "text",
    "utm_content": "text",
    "utm_term": "text",
    "referrer_type": "text",
    "referrer_platform": "text",
    "original_referrer": "text",
    "user_agent": "text",
    "browser_language": "text",
    "timezone": "text",
    "screen_width": "int",
    "screen_height": "int",
    "viewport_width": "int",
    "viewport_height": "int",
    "device_pixel_ratio": "numeric",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "session_key": "text",
    "ordinal": "int",
    "start_date": "date",
    "interaction_count": "int",
    "engaged_ms": "bigint",
    "entry_at": "timestamptz",
    "entry_event_id": "uuid",
    "exit_at": "timestamptz",
    "exit_event_id": "uuid",
    "browser": "text",
    "browser_version": "text",
    "os": "text",
    "os_version": "text",
    "device_type": "text",
    "country": "text",
    "region": "text",
    "city": "text",
    "channel": "text",
    "click_id": "text",
    "is_bot": "bool",
}

# For each key: every session that ends no more than a gap before the first new event, and the one
# before those, which only tells the numbering.
_LOAD: Final = f"""
    with touched as (
        select * from unnest($1::text[], $2::text[], $3::timestamptz[]) as t (site_id, session_key, reach)
    )
    select {", ".join(f"s.{name}" for name in _COLUMNS)}, s.session_end >= t.reach as within_reach
    from touched t
    cross join lateral (
        select * from user_sessions u
        where u.site_id = t.site_id and u.session_key = t.session_key and u.session_end >= t.reach
        union all
        (
            select * from user_sessions u
            where u.site_id = t.site_id and u.session_key = t.session_key and u.session_end < t.reach
            order by u.session_start desc
            limit 1
        )
    ) s
    order by s.site_id, s.session_key, s.session_start
"""  # noqa: S608 - column names are the constants above

_SAVE: Final = f"""
    insert into user_sessions ({", ".join(_COLUMNS)})
    select * from unnest({", ".join(f"${i}::{t}[]" for i, t in enumerate(_COLUMNS.values(), 1))})
    on conflict (site_id, session_id) do update set
        {", ".join(f"{n} = excluded.{n}" for n in _COLUMNS if n not in ("site_id", "session_id"))}
"""  # noqa: S608

Key = tuple[str, str]
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)


async def load(
    connection: Connection, reaches: Mapping[Key, datetime]
) -> tuple[dict[Key, list[Session]], dict[Key, int]]:
    """(stored sessions in reach of each key, the ordinal that its first one takes).

    reaches: (site id, session key) to the earliest new event's time.
    """
    records = await connection.fetch(
        _LOAD,
        [site_id for site_id, _ in reaches],
        [key for _, key in reaches],
        [at - SESSION_GAP for at in reaches.values()],
    )
    stored: dict[Key, list[Session]] = {key: [] for key in reaches}
    first_ordinal = dict.fromkeys(reaches, 1)
    for record in records:
        key = (record["site_id"], record["session_key"])
        if record["within_reach"]:
            stored[key].append(_session(record))
        else:
            first_ordinal[key] = record["ordinal"] + 1
    return stored, first_ordinal


async def load_joined(
    connection: Connection,
    reaches: Mapping[Key, datetime],
    joined: Sequence[tuple[str, str, str]],
) -> tuple[dict[Key, list[Session]], dict[Key, int]]:
    """As load(), with all sessions that are stored under keys which from now on are another's.

    joined: (site id, key, the other key), which has a reach.
    """
    if not joined:
        return await load(connection, reaches)
    others, _ = await load(connection, {(site_id, key): _BEGINNING for site_id, key, _ in joined})
    reaches = dict(reaches)
    for site_id, key, root in joined:
        for session in others[site_id, key]:
            reaches[site_id, root] = min(reaches[site_id, root], session.start)
    stored, first_ordinal = await load(connection, reaches)
    for site_id, key, root in joined:
        stored[site_id, root] += others[site_id, key]
    return stored, first_ordinal


async def save(
    connection: Connection, sessions: Sequence[Session], vanished: Sequence[tuple[str, str]]
) -> None:
    """Write `sessions` as they are now; `vanished` are (site id, session id) that no longer exist."""
    if vanished:
        await connection.execute(
            """
            delete from user_sessions s using unnest($1::text[], $2::text[]) as v (site_id, session_id)
            where s.site_id = v.site_id and s.session_id = v.session_id
            """,
            [site_id for site_id, _ in vanished],
            [session_id for _, session_id in vanished],
        )
    if sessions:
        columns = zip(*(_row(session) for session in sessions), strict=True)
        await connection.execute(_SAVE, *(list(column) for column in columns))


async def rename(connection: Connection, renamed: Sequence[tuple[str, str, str]]) -> None:
    """Move the rows of (site id, old session id, new session id) over, all at once."""
    arguments = [list(column) for column in zip(*renamed, strict=True)]
    for table in ("pageviews", "user_events", "form_submissions"):
        await connection.execute(
            f"""
            update {table} d set session_id = r.new_id
            from unnest($1::text[], $2::text[], $3::text[]) as r (site_id, old_id, new_id)
            where d.site_id = r.site_id and d.session_id = r.old_id
            """,  # noqa: S608 - table names are the constants above
            *arguments,
        )


def _session(record: Any) -> Session:
    is_pageview = record["pageview_count"] > 0
    return Session(
        site_id=record["site_id"],
        key=record["session_key"],
        ordinal=record["ordinal"],
        start=record["session_start"],
        end=record["session_end"],
        pageview_count=record["pageview_count"],
        event_count=record["event_count"],
        interaction_count=record["interaction_count"],
        engaged_ms=record["engaged_ms"],
        entry=Entry(
            at=record["entry_at"],
            event_id=record["entry_event_id"],
            is_pageview=is_pageview,
            visitor_id=record["visitor_id"],
            url=record["entry_url"],
            path=record["entry_path"],
            title=record["entry_title"],
            utm_source=record["utm_source"],
            utm_medium=record["utm_medium"],
            utm_campaign=record["utm_campaign"],
            utm_content=record["utm_content"],
            utm_term=record["utm_term"],
            referrer_type=record["referrer_type"],
            referrer_platform=record["referrer_platform"],
            referrer=record["original_referrer"],
            user_agent=record["user_agent"],
            browser_language=record["browser_language"],
            timezone=record["timezone"],
            screen_width=record["screen_width"],
            screen_height=record["screen_height"],
            viewport_width=record["viewport_width"],
            viewport_height=record["viewport_height"],
            device_pixel_ratio=record["device_pixel_ratio"],
            browser=record["browser"],
            browser_version=record["browser_version"],
            os=record["os"],
            os_version=record["os_version"],
            device_type=record["device_type"],
            country=record["country"],
            region=record["region"],
            city=record["city"],
            channel=record["channel"],
            click_id=record["click_id"],
        ),
        exit=Exit(
            at=record["exit_at"],
            event_id=record["exit_event_id"],
            is_pageview=is_pageview,
            url=record["exit_url"],
            path=record["exit_path"],
        ),
        first_received_at=record["created_at"],
        last_received_at=record["updated_at"],
        start_date=record["start_date"],
    )


def _row(session: Session) -> tuple[Any, ...]:
    entry = session.entry
    return (
        session.session_id,
        entry.visitor_id,
        session.site_id,
        session.start,
        session.end,
        session.duration_s,
        session.pageview_count,
        session.event_count,
        session.is_bounce,
        entry.url,
        entry.path,
        entry.title,
        session.exit.url,
        session.exit.path,
        entry.utm_source,
        entry.utm_medium,
        entry.utm_campaign,
        entry.utm_content,
        entry.utm_term,
        entry.referrer_type,
        entry.referrer_platform,
        entry.referrer,
        entry.user_agent,
        entry.browser_language,
        entry.timezone,
        entry.screen_width,
        entry.screen_height,
        entry.viewport_width,
        entry.viewport_height,
        entry.device_pixel_ratio,
        session.first_received_at,
        session.last_received_at,
        session.key,
        session.ordinal,
        session.start_date,
        session.interaction_count,
        session.engaged_ms,
        entry.at,
        entry.event_id,
        session.exit.at,
        session.exit.event_id,
        entry.browser,
        entry.browser_version,
        entry.os,
        entry.os_version,
        entry.device_type,
        entry.country,
        entry.region,
        entry.city,
        entry.channel,
        entry.click_id,
        session.is_bot,
    )
