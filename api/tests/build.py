"""Builders for what trackers send, so that a test says only what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from browsers import BROWSERS
from footfall.event import Dropped
from footfall.eventlog import ledger
from footfall.eventlog.intake import Intake
from footfall.ingest import pipeline, wire
from footfall.site import Site

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def at(minutes: float, start: datetime = NOON) -> str:
    """ISO time `minutes` after `start`."""
    return (start + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def event(event_type: str, minutes: float = 0, **fields: Any) -> dict[str, Any]:
    """An event of session s1, visitor v1 at site `shop`; fields overwrite, None takes one away."""
    path = fields.get("path", "/")
    document = {
        "eventType": event_type,
        "siteId": "shop",
        "sessionId": "s1",
        "visitorId": "v1",
        "timestamp": at(minutes),
        "url": f"https://shop.example{path}",
        "path": path,
        "eventData": {},
        **fields,
    }
    return {key: value for key, value in document.items() if value is not None}


def pageview(path: str = "/", minutes: float = 0, **fields: Any) -> dict[str, Any]:
    return event("pageview", minutes, path=path, **fields)


def page_exit(path: str, minutes: float, spent_ms: int, **fields: Any) -> dict[str, Any]:
    return event(
        "page_exit",
        minutes,
        path=path,
        eventData={"timeSpent": spent_ms, **fields.pop("data", {})},
        **fields,
    )


def click(minutes: float = 0, **fields: Any) -> dict[str, Any]:
    return event("click", minutes, eventData={"tagName": "A", "id": "cta"}, **fields)


def batch(events: list[dict[str, Any]], **context: Any) -> dict[str, Any]:
    """The envelope of seed 003 around inner events."""
    return {
        "eventType": "batch",
        "siteId": "shop",
        "sessionId": "s1",
        "visitorId": "v1",
        "timestamp": at(0),
        "batchMetadata": {"eventCount": len(events)},
        "events": events,
        **context,
    }


def intake_of(*documents: dict[str, Any], received_at: datetime = NOON) -> Intake:
    """What the collector would hand to the log for these events of site `shop`."""
    around = pipeline.Surroundings(
        received_at=received_at,
        ip="192.0.2.1",
        user_agent=BROWSERS["Chrome on Windows"]["user-agent"],
        headers=BROWSERS["Chrome on Windows"],
        salt=b"salt",
        sites={"shop": Site("shop")},
        max_event_age=timedelta(days=100),
    )
    events = []
    for _, hit in wire.parse(orjson.dumps(list(documents))).hits:
        outcome = pipeline.run(hit, around)
        assert not isinstance(outcome, Dropped)
        events.append(outcome)
    return Intake(received_at, tuple(events), (), {("shop", ledger.RECEIVED): len(events)})
