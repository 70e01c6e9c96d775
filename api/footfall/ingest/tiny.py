"""Tiny Analytics' event in the shape of our own, from which the pipeline goes on as with any other."""

from __future__ import annotations

from typing import Any, Final

# Theirs to ours. event_id is new: with it, sending twice counts once.
_NAMES: Final = {
    "event_name": "eventType",
    "event_id": "eventId",
    "site_id": "siteId",
    "user_id": "visitorId",
    "session_id": "sessionId",
    "url": "url",
    "props": "eventData",
}


def is_complete(document: Any) -> bool:
    """Whether it names what must be named."""
    return isinstance(document, dict) and all(
        isinstance(document.get(name), str) and document[name].strip()
        for name in ("site_id", "event_name")
    )


def translate(document: dict[str, Any]) -> dict[str, Any]:
    """ts is milliseconds since 1970, and 0 means now. Other fields than theirs are left out."""
    event: dict[str, Any] = {
        ours: document[theirs] for theirs, ours in _NAMES.items() if document.get(theirs)
    }
    if document.get("ts"):
        event["timestamp"] = document["ts"]
    if document.get("referrer"):
        event["attribution"] = {"referrer": document["referrer"]}
    return event
