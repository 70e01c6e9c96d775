"""Sessions recomputed from the log's rows, written from the glossary and not from derive/.

Reads a stream of events that is sorted by site, key and time, and holds one key's events at a time. Pure
but for that. What derivation does by merging, this does by cutting a sorted list.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

Event = Mapping[str, Any]
Visit = dict[str, Any]

_PAUSE: Final = timedelta(minutes=30)
_DAY_MS: Final = 24 * 60 * 60 * 1000
_PASSIVE: Final = {
    *("pageview", "page_exit", "page_visibility", "scroll", "scroll_depth"),
    *("engagement", "web_vital", "web_vitals"),
}
_ORDER: Final = itemgetter("timestamp", "event_id")

# Columns of a session that it has from its first pageview under the same name in the log.
TAKEN: Final = (
    *("visitor_id", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("referrer_type", "referrer_platform", "browser", "os", "device_type", "country", "region"),
    *("city", "channel", "click_id"),
)
COMPARED: Final = (
    *("session_id", "session_start", "session_end", "duration_seconds", "start_date", "ordinal"),
    *("pageview_count", "event_count", "interaction_count", "engaged_ms", "bounce", "is_bot"),
    *("entry_path", "entry_event_id", "exit_path", "exit_event_id", *TAKEN),
)


async def visits_of(
    events: AsyncIterator[list[Event]], zones: Mapping[str, ZoneInfo]
) -> AsyncIterator[list[Visit]]:
    """The sessions of each key in turn, by time. events: batches, sorted by site_id and key.

    An event has the log's columns, `key` (who or what ties a visit together, not yet apart for flagged
    events), and engaged, spent and previous: those fields of its data, whatever they hold.
    """
    group: list[Event] = []
    async for batch in events:
        for event in batch:
            if group and _identity(group[0]) != _identity(event):
                yield _cut(group, zones)
                group = []
            group.append(event)
    if group:
        yield _cut(group, zones)


def _identity(event: Event) -> tuple[Any, ...]:
    return event["site_id"], event["is_bot"], event["key"]


def _cut(group: list[Event], zones: Mapping[str, ZoneInfo]) -> list[Visit]:
    group.sort(key=_ORDER)
    pieces = [[group[0]]]
    for event in group[1:]:
        if event["timestamp"] - pieces[-1][-1]["timestamp"] > _PAUSE:
            pieces.append([])
        pieces[-1].append(event)
    key = session_key(group[0]["key"], is_bot=group[0]["is_bot"])
    zone = zones[group[0]["site_id"]]
    return [_visit(piece, key, number, zone) for number, piece in enumerate(pieces, 1)]


def session_key(identity: str, *, is_bot: bool) -> str:
    if is_bot:
        return f"{identity}~bot"
    # A person whose id is written like a flagged one's is kept apart from it.
    return f"{identity}~" if re.search(r"~bot~*$", identity) else identity


def _visit(events: list[Event], key: str, number: int, zone: ZoneInfo) -> Visit:
    views = [event for event in events if event["event_type"] == "pageview"]
    first, last = (views or events)[0], (views or events)[-1]
    start, end = events[0]["timestamp"], events[-1]["timestamp"]
    interactions = sum(event["event_type"] not in _PASSIVE for event in events)
    engaged_ms = sum(_engaged_by_view(events))
    is_plain = number == 1 and not re.search(r"\.\d+$", key)
    return {
        "site_id": first["site_id"],
        "session_key": key,
        "session_id": key if is_plain else f"{key}.{number}",
        "ordinal": number,
        "session_start": start,
        "session_end": end,
        "duration_seconds": (end - start) // timedelta(seconds=1),
        "start_date": start.astimezone(zone).date(),
        "pageview_count": len(views),
        "event_count": len(events),
        "interaction_count": interactions,
        "engaged_ms": engaged_ms,
        "bounce": len(views) == 1 and not interactions and engaged_ms < 10_000,
        "is_bot": first["is_bot"],
        "entry_path": _path(first),
        "entry_event_id": first["event_id"],
        "exit_path": _path(last),
        "exit_event_id": last["event_id"],
        **{name: first[name] for name in TAKEN},
    }


def _path(event: Event) -> str | None:
    path: str | None = event["path"]
    return path or ("/" if event["event_type"] == "pageview" else None)


def _engaged_by_view(events: Iterable[Event]) -> Iterable[int]:
    """Of each page viewed, the most that an event said before the same page was viewed again."""
    most: dict[Any, int] = {}
    shown: Event | None = None
    shown_at: dict[str | None, Any] = {}
    # Of one moment, views come first: what happens then happens on them.
    in_order = sorted(
        events, key=lambda e: (e["timestamp"], e["event_type"] != "pageview", e["event_id"])
    )
    for event in in_order:
        if event["event_type"] == "pageview":
            shown = event
            shown_at[_path(event)] = event["event_id"]
            continue
        is_exit = event["event_type"] == "page_exit"
        engaged = _milliseconds(event["engaged"])
        if engaged is None and is_exit:
            engaged = _milliseconds(event["spent"])
        path = (_path_left(event["previous"]) if is_exit else None) or event["path"]
        if path is None and shown is not None:
            path = _path(shown)
        view = shown_at.get(path)
        if engaged is not None and view is not None:
            most[view] = max(most.get(view, 0), engaged)
    return most.values()


def _path_left(previous: Any) -> str | None:
    """The path that a page_exit of a single-page site names, else None."""
    if not isinstance(previous, str) or not previous.strip():
        return None
    return previous.strip()[:2000].split("?")[0] or "/"


def _milliseconds(value: Any) -> int | None:
    if type(value) not in (int, float) or not 0 <= value <= 2**31 - 1:
        return None
    return min(int(value), _DAY_MS)
