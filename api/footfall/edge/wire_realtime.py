"""The realtime page's documents: figures of the last half hour, and events as they came."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from footfall.reports.realtime import Count, Figures, Incoming

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class WireMinute(BaseModel):
    minute: Moment
    visitors: int
    pageviews: int


class WirePageCount(BaseModel):
    value: str
    visitors: int
    pageviews: int


class WireVisitorCount(BaseModel):
    value: str
    visitors: int


class WireFigures(BaseModel):
    """Of people; who is judged to be none is counted in flagged_events only.

    The window is the running minute and the 29 before it, by the time when things happened.
    """

    now: Moment = Field(description="When it was read.")
    current_visitors: int = Field(
        description="Distinct visitors with any event in the last 5 minutes."
    )
    visitors: int = Field(description="Distinct visitors with any event in the window.")
    pageviews: int
    flagged_events: int = Field(
        description="Events of whom is judged to be no person, in the window."
    )
    minutes: list[WireMinute] = Field(description="All 30, the oldest first.")
    pages: list[WirePageCount] = Field(
        description="At most 10, the most visitors first; so the others."
    )
    sources: list[WireVisitorCount]
    countries: list[WireVisitorCount]
    devices: list[WireVisitorCount]


class WireIncoming(BaseModel):
    """session: a name for whose event it is, to tell visits apart; it changes with each start of the API."""

    id: str = Field(description="The event's own id, as in `events_log.event_id`.")
    received_at: Moment
    timestamp: Moment = Field(
        description="When it happened, by the client's word where that is believed."
    )
    event_type: str
    path: str | None
    country: str | None
    browser: str | None
    device: str | None
    is_bot: bool = Field(description="Judged to be no person's, so in no figure.")
    bot_reasons: list[str]
    session: str


class WireRealtime(WireFigures):
    events: list[WireIncoming] = Field(
        description="The newest 100 at most, flagged ones too, in the order they came, the newest first."
    )


def moment(at: datetime) -> str:
    """To the millisecond, as in 2026-11-22T20:41:00.250Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def figures_document(figures: Figures) -> dict[str, Any]:
    """As WireFigures."""
    return {
        "now": moment(figures.now),
        "current_visitors": figures.current_visitors,
        "visitors": figures.visitors,
        "pageviews": figures.pageviews,
        "flagged_events": figures.flagged_events,
        "minutes": [
            {"minute": moment(m.minute), "visitors": m.visitors, "pageviews": m.pageviews}
            for m in figures.minutes
        ],
        "pages": [
            {"value": page.value, "visitors": page.visitors, "pageviews": page.pageviews}
            for page in figures.pages
        ],
        "sources": _visitors(figures.sources),
        "countries": _visitors(figures.countries),
        "devices": _visitors(figures.devices),
    }


def _visitors(counts: tuple[Count, ...]) -> list[dict[str, Any]]:
    return [{"value": count.value, "visitors": count.visitors} for count in counts]


def incoming_document(event: Incoming, key: bytes) -> dict[str, Any]:
    """As WireIncoming. key: secret, so that nobody can look for an id that he knows."""
    whose = f"{event.site_id}\x1f{event.whose}".encode()
    return {
        "id": event.event_id,
        "received_at": moment(event.received_at),
        "timestamp": moment(event.timestamp),
        "event_type": event.event_type,
        "path": event.path,
        "country": event.country,
        "browser": event.browser,
        "device": event.device,
        "is_bot": event.is_bot,
        "bot_reasons": list(event.bot_reasons),
        "session": hashlib.blake2b(whose, key=key, digest_size=4).hexdigest(),
    }
