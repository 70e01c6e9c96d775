"""What tracking.js would send of one visit: events in order, then the documents they travel in.

Shapes and names are the tracker's (systems of seed 003): pageview, form_submit and custom events go
alone and at once; the rest waits in a `batch` until the page ends or 10 seconds are over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from footfall.demo.dice import event_id

BATCH_WAIT: Final = timedelta(seconds=10)
MAX_BATCH: Final = 50

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event. load: which page load it belongs to, counted from 0. alone: not in a batch."""

    at: datetime
    load: int
    alone: bool
    body: Document


class Tape:
    """Records one visit's events; `name` makes their ids the same every time."""

    def __init__(self, site_id: str, session_id: str, visitor_id: str, name: str) -> None:
        self._envelope = {"sessionId": session_id, "visitorId": visitor_id, "siteId": site_id}
        self._name = name
        self._events: list[Recorded] = []
        self._load = -1
        self._sequence = 0
        self._url = ""
        self._path = ""

    def load_page(self) -> None:
        """A new document: the tracker starts anew."""
        self._load += 1
        self._sequence = 0

    def show(self, url: str, path: str) -> None:
        """From now on events happen on this page."""
        self._url, self._path = url, path

    def record(
        self,
        event_type: str,
        at: datetime,
        event_data: Mapping[str, object],
        *,
        alone: bool = False,
        **blocks: object,
    ) -> None:
        """`blocks`: attribution, browser and page of a pageview."""
        self._sequence += 1
        body = {
            "eventType": event_type,
            "eventId": event_id(self._name, len(self._events)),
            "sequence": self._sequence,
            "timestamp": stamp(at),
            "url": self._url,
            "path": self._path,
            "eventData": dict(event_data),
            **blocks,
        }
        self._events.append(Recorded(at, self._load, alone, body))

    def documents(self, until: datetime) -> list[Document]:
        """What was sent of everything that happened up to `until`."""
        documents: list[Document] = []
        waiting: list[Recorded] = []
        for event in self._events:
            if event.at > until:
                continue
            if event.alone:
                documents.append({**event.body, **self._envelope})
                continue
            if waiting and _is_due(waiting, event):
                documents.append(self._batch(waiting))
                waiting = []
            waiting.append(event)
        if waiting:
            documents.append(self._batch(waiting))
        return documents

    def _batch(self, events: Sequence[Recorded]) -> Document:
        first, last = events[0], events[-1]
        return {
            "eventType": "batch",
            "timestamp": last.body["timestamp"],
            **self._envelope,
            "url": last.body["url"],
            "path": last.body["path"],
            "batchMetadata": {
                "eventCount": len(events),
                "batchStartTime": first.body["timestamp"],
                "batchEndTime": last.body["timestamp"],
                "activityDuration": round((last.at - first.at).total_seconds() * 1000),
                "sentOnExit": _ends_page(last),
                "droppedCount": 0,
            },
            "events": [event.body for event in events],
        }


def _is_due(waiting: Sequence[Recorded], following: Recorded) -> bool:
    return (
        following.load != waiting[0].load
        or following.at - waiting[0].at > BATCH_WAIT
        or len(waiting) >= MAX_BATCH
    )


def _ends_page(event: Recorded) -> bool:
    return event.body["eventType"] == "page_exit" and "newPath" not in event.body["eventData"]


def stamp(at: datetime) -> str:
    """As JavaScript's toISOString: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_count(document: Document) -> int:
    """How many events a document holds; a batch is none itself."""
    events = document.get("events")
    return len(events) if isinstance(events, list) else 1
