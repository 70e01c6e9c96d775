"""The nouns of the flow: a validated Hit, the immutable Event stored in the log, and a Dropped hit.

These are plain values without I/O. `ingest.wire` makes Hits from bytes, `ingest.pipeline` makes
Events from Hits, `eventlog.log` stores them, `derive` reads them back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

# The source of a visit that names no campaign and comes from no page.
DIRECT_SOURCE: Final = "Direct / none"
# A longer pause of event time ends a session.
SESSION_GAP: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a tracker sent, validated and redacted, one per event (batches are already taken apart).

    `raw` is the JSON object that is kept in events_log.raw_event_data: for an event of a batch the
    wrapper's context with the event's own fields over it. `timestamp` is the client's claim.
    """

    event_type: str
    event_id: str | None
    site_id: str | None
    session_id: str | None
    visitor_id: str | None
    timestamp: datetime | None
    url: str | None
    path: str | None
    raw: dict[str, Any]


class TimestampSource(StrEnum):
    """Where an event's time comes from; anything but CLIENT is counted."""

    CLIENT = "client"  # the tracker's claim, believed
    MISSING = "missing"  # none sent, time of receipt
    FUTURE = "future"  # claimed more than 5 minutes ahead, time of receipt
    TOO_OLD = "too_old"  # claimed older than the age limit, time of receipt


@dataclass(frozen=True, slots=True)
class Event:
    """An accepted hit, enriched: one row of events_log. All times are aware and UTC.

    midnight_id: of a visitor without ids near midnight, the same on both sides of it (ingest.visitor).
    """

    event_id: UUID
    event_type: str
    session_id: str | None
    visitor_id: str
    site_id: str
    timestamp: datetime
    timestamp_source: TimestampSource
    received_at: datetime
    url: str | None
    path: str | None
    user_agent: str | None
    referrer: str | None
    referrer_type: str | None
    referrer_platform: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_content: str | None
    utm_term: str | None
    raw: bytes
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_type: str | None = None
    language: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    channel: str | None = None
    click_id: str | None = None
    search_term: str | None = None
    is_not_found: bool = False
    is_bot: bool = False
    bot_score: int = 0
    bot_reasons: tuple[str, ...] = ()
    bot_signals: bytes | None = None
    midnight_id: str | None = None


class DropReason(StrEnum):
    """Why a well-formed hit is not kept. A closed set: it labels metrics and the loss ledger."""

    INVALID = "invalid"  # nothing of the request could be read as an event
    UNKNOWN_SITE = "unknown_site"  # closed registration, or the 1,000 automatic sites are used up
    ORIGIN = "origin"  # the page's domain is none of those that the site allows
    KEY = "key"  # the site asks for an ingest key, and none or a wrong one came
    SIGNATURE = "signature"  # the site has a secret, and the body is not signed by it
    DNT = "dnt"  # the browser sends Do Not Track, and the site honours it
    GPC = "gpc"  # the browser sends Global Privacy Control, and the site honours it
    BOT = "bot"  # no person's, and the site chose to drop these
    ERASED = "erased"  # of a visitor who was erased after it happened


@dataclass(frozen=True, slots=True)
class Dropped:
    """A hit that policy refuses; the answer names the reason."""

    reason: DropReason
    field: str
    detail: str
