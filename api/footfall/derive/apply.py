"""One batch of log rows into every derived table, in the caller's transaction.

The order: sessionize in memory, move rows of joined sessions, insert what is new, relate neighbours,
then sessions and daily metrics by what changed. Every statement is set-based and touches only what
the batch touches, so an event costs the same however long the history is.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from footfall.database import Connection
from footfall.derive import chains, neighbours, pageviews, rollups, rows, store
from footfall.derive.dimensions import TOTAL
from footfall.derive.sessions import Session, sessionize
from footfall.derive.sums import SumChanges
from footfall.eventlog import consumer
from footfall.eventlog.consumer import LogRow

logger = logging.getLogger("footfall.derive")

CONSUMER: Final = "derive"

TABLES: Final = (
    "user_sessions",
    "pageviews",
    "user_events",
    "form_submissions",
    "daily_site_metrics",
    "visitor_days",
    "daily_rollups",
    "hourly_rollups",
    "rollup_visitors",
    "rollup_members",
    "midnight_links",
    "last_events",
)


async def apply(connection: Connection, batch: Sequence[LogRow]) -> None:
    """Derive `batch`, which is not empty and in log order. Repeating it is the caller's offset's matter."""
    zones = await zones_of(connection, {row.site_id for row in batch})
    by_key: dict[store.Key, list[LogRow]] = {}
    for row in batch:
        by_key.setdefault((row.site_id, rows.session_key(row)), []).append(row)
    chained = await chains.follow(connection, by_key)
    for key, root in chained.roots.items():
        by_key.setdefault((key[0], root), []).extend(by_key.pop(key))
    reaches = {key: min(row.timestamp for row in group) for key, group in by_key.items()}
    stored, first_ordinal = await store.load_joined(connection, reaches, chained.joined)

    sessions: dict[tuple[str, str], Session] = {}
    session_of: dict[int, str] = {}
    renamed: list[tuple[str, str, str]] = []
    joined: list[tuple[str, str]] = []
    for key, group in by_key.items():
        singles = [rows.single(row) for row in group]
        outcome = sessionize(key[1], stored[key], singles, first_ordinal=first_ordinal[key])
        sessions.update(((key[0], session.session_id), session) for session in outcome.sessions)
        renamed.extend((key[0], old, new) for old, new in outcome.renamed.items())
        joined.extend((key[0], session_id) for session_id in outcome.joined)
        for row, owner in zip(group, outcome.owners, strict=True):
            session_of[row.id] = outcome.sessions[owner].session_id

    if renamed:
        await store.rename(connection, renamed)
    arrivals = await _insert(connection, batch, session_of)
    page_changes = await neighbours.relate(connection, arrivals, joined)

    changes = rollups.DailyChanges()
    sums = SumChanges()
    engaged_changes: Counter[tuple[str, str]] = Counter()
    for page in page_changes:
        engaged_changes[page.site_id, page.session_id] += page.engaged_ms
        if not page.is_bot and (page.timed_pageviews or page.time_on_page_seconds):
            sums.count_time(page, page.viewed_at.astimezone(zones[page.site_id]))
    before = {(s.site_id, s.session_id): s for group in stored.values() for s in group}
    after = {
        identity: replace(
            session,
            engaged_ms=session.engaged_ms + engaged_changes[identity],
            start_date=session.start.astimezone(zones[session.site_id]).date(),
        )
        for identity, session in sessions.items()
    }
    changed = [session for identity, session in after.items() if before.get(identity) != session]
    vanished = sorted(before.keys() - after.keys())

    def count_session(session: Session, sign: int) -> None:
        changes.count_session(session, sign)
        sums.count_session(session, session.start.astimezone(zones[session.site_id]).hour, sign)

    for identity in (*vanished, *(identity for identity in after if identity in before)):
        if before[identity] != after.get(identity):
            count_session(before[identity], -1)
    for session in changed:
        count_session(session, 1)
    await store.save(connection, changed, vanished)

    for row in batch:
        local = row.timestamp.astimezone(zones[row.site_id])
        changes.count_event(
            (row.site_id, local.date()),
            is_pageview=row.event_type == "pageview",
            is_bot=row.is_bot,
            received_at=row.received_at,
        )
        if not row.is_bot:
            sums.count_event(
                row.site_id,
                local,
                row.visitor_id,
                event_type=row.event_type,
                path=row.path or "/",
            )
    visits = [one for one in await sums.save(connection) if one.place.dimension == TOTAL]
    await rollups.add_visitor_days(connection, visits)
    changes.count_visitors((one.place.site_id, one.day) for one in visits)
    await changes.save(connection)
    await _save_last_events(connection, batch)


async def empty(connection: Connection) -> None:
    """Take everything derived away, and the offset back to the log's beginning."""
    # The offset first, as a worker locks them, so that the two never wait for each other.
    await consumer.lock_offset(connection, CONSUMER)
    await connection.execute(f"truncate {', '.join(TABLES)} restart identity")
    await connection.execute("delete from dead_letters where stage = 'derive'")
    await consumer.move_offset(connection, CONSUMER, 0)


async def _insert(
    connection: Connection, batch: Sequence[LogRow], session_of: dict[int, str]
) -> neighbours.Arrivals:
    views, interactions, submissions = [], [], []
    arrivals = neighbours.Arrivals()
    for row in batch:
        session_id = session_of[row.id]
        if row.event_type == "pageview":
            views.append((session_id, rows.pageview(row)))
            arrivals.add_view(row.site_id, row.id)
            continue
        event = rows.interaction(row)
        arrivals.add_event(row.site_id, row.id, event)
        interactions.append((session_id, event))
        if row.event_type == "form_submit":
            submissions.append((session_id, rows.submission(event)))
    await pageviews.insert(connection, views, interactions, submissions)
    return arrivals


async def zones_of(connection: Connection, site_ids: set[str]) -> dict[str, ZoneInfo]:
    """Each site's time zone; UTC for one that was deleted after its events came."""
    records = await connection.fetch(
        "select site_id, timezone from sites where site_id = any($1::text[])", sorted(site_ids)
    )
    zones = dict.fromkeys(site_ids, _zone("UTC"))
    zones.update((record["site_id"], _zone(record["timezone"])) for record in records)
    return zones


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        logger.error("unknown time zone, counting in UTC", extra={"timezone": name})
        return ZoneInfo("UTC")


async def _save_last_events(connection: Connection, batch: Sequence[LogRow]) -> None:
    newest = {row.site_id: row for row in batch}
    ordered = [newest[site_id] for site_id in sorted(newest)]
    await connection.execute(
        """
        insert into last_events (site_id, event_type, path, received_at, log_id)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
        on conflict (site_id) do update set
            event_type = excluded.event_type,
            path = excluded.path,
            received_at = excluded.received_at,
            log_id = excluded.log_id
        """,
        [row.site_id for row in ordered],
        [row.event_type for row in ordered],
        [row.path for row in ordered],
        [row.received_at for row in ordered],
        [row.id for row in ordered],
    )
