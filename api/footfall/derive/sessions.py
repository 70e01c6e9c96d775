"""Sessions as a pure function of events: which events belong together, and what they add up to.

A session is the events of one key with gaps of at most 30 minutes of event time. `merge` is
commutative and associative, and a late event can only join sessions, never cut one; so any split of
the same events into batches and any order of arrival give the same sessions. No I/O, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import Final, NamedTuple
from uuid import UUID

from footfall.event import SESSION_GAP

ENGAGED_SESSION_MS: Final = 10_000

# What happens to a page by itself or while reading; everything else is an interaction.
PASSIVE_EVENT_TYPES: Final = frozenset(
    (
        "pageview",
        "page_exit",
        "page_visibility",
        "scroll",
        "scroll_depth",
        "engagement",
        "web_vital",
        "web_vitals",
    )
)

_NUMBERED: Final = re.compile(r"\.\d+$")
_BOT_SUFFIX: Final = "~bot"
_LIKE_A_BOTS: Final = re.compile(r"~bot~*$")

Rank = tuple[bool, datetime, UUID]


class Entry(NamedTuple):
    """What a session takes from its first pageview (or first event, where there is none)."""

    at: datetime
    event_id: UUID
    is_pageview: bool
    visitor_id: str
    url: str | None
    path: str | None
    title: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_content: str | None
    utm_term: str | None
    referrer_type: str | None
    referrer_platform: str | None
    referrer: str | None
    user_agent: str | None
    browser_language: str | None
    timezone: str | None
    screen_width: int | None
    screen_height: int | None
    viewport_width: int | None
    viewport_height: int | None
    device_pixel_ratio: float | None
    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_type: str | None = None
    country: str | None = None
    region: str | None = None
    city: str | None = None
    channel: str | None = None
    click_id: str | None = None

    @property
    def rank(self) -> Rank:
        return (not self.is_pageview, self.at, self.event_id)


@dataclass(frozen=True, slots=True)
class Exit:
    """What a session takes from its last pageview (or last event, where there is none)."""

    at: datetime
    event_id: UUID
    is_pageview: bool
    url: str | None
    path: str | None

    @property
    def rank(self) -> Rank:
        return (self.is_pageview, self.at, self.event_id)


@dataclass(frozen=True, slots=True)
class Session:
    """Times are of events, received_* of their receipt. `ordinal` counts a key's sessions from 1.

    A key's events are all flagged or none is, so that any order of arrival gives the same sessions.

    `engaged_ms` is the sum over its pageviews and is added by the writer, which knows them.
    """

    site_id: str
    key: str
    ordinal: int
    start: datetime
    end: datetime
    pageview_count: int
    event_count: int
    interaction_count: int
    engaged_ms: int
    entry: Entry
    exit: Exit
    first_received_at: datetime
    last_received_at: datetime
    start_date: date | None = None

    @property
    def session_id(self) -> str:
        return session_id_of(self.key, self.ordinal)

    @property
    def is_bot(self) -> bool:
        return self.key.endswith(_BOT_SUFFIX)

    @property
    def duration_s(self) -> int:
        return int((self.end - self.start).total_seconds())

    @property
    def is_bounce(self) -> bool:
        return (
            self.pageview_count == 1
            and self.interaction_count == 0
            and self.engaged_ms < ENGAGED_SESSION_MS
        )


@dataclass(frozen=True, slots=True)
class Sessionized:
    """sessions: ascending by start, one per component, numbered from the first one's ordinal.

    owners[i]: index into `sessions` of the i-th event given. renamed: old session id to new, for
    sessions that were stored under another id. joined: ids of those that were several before.
    """

    sessions: list[Session]
    owners: list[int]
    renamed: dict[str, str]
    joined: list[str]


def merge(a: Session, b: Session) -> Session:
    """The session that holds the events of both; they must be of one site and one visitor."""
    return Session(
        site_id=a.site_id,
        key=a.key,
        ordinal=min(a.ordinal, b.ordinal),
        start=min(a.start, b.start),
        end=max(a.end, b.end),
        pageview_count=a.pageview_count + b.pageview_count,
        event_count=a.event_count + b.event_count,
        interaction_count=a.interaction_count + b.interaction_count,
        engaged_ms=a.engaged_ms + b.engaged_ms,
        entry=a.entry if a.entry.rank <= b.entry.rank else b.entry,
        exit=a.exit if a.exit.rank >= b.exit.rank else b.exit,
        first_received_at=min(a.first_received_at, b.first_received_at),
        last_received_at=max(a.last_received_at, b.last_received_at),
    )


def sessionize(
    key: str, stored: Sequence[Session], singles: Sequence[Session], *, first_ordinal: int
) -> Sessionized:
    """Join stored sessions and one-event sessions (`singles`) into components, which are `key`'s.

    stored: those that the new events can touch and all later ones, so that numbering is right; theirs and
    the singles' keys may be others that are one visitor's with `key`.
    first_ordinal: the number of the earliest component, 1 more than the sessions before.
    """
    pieces: list[tuple[Session, int | None]] = [(session, None) for session in stored]
    pieces += [(single, place) for place, single in enumerate(singles)]
    pieces.sort(key=lambda piece: (piece[0].start, piece[0].end))
    components: list[list[tuple[Session, int | None]]] = []
    end: datetime | None = None
    for piece in pieces:
        if end is None or piece[0].start - end > SESSION_GAP:
            components.append([])
            end = piece[0].end
        components[-1].append(piece)
        end = max(end, piece[0].end)
    sessions: list[Session] = []
    owners = [0] * len(singles)
    renamed: dict[str, str] = {}
    joined: list[str] = []
    for number, component in enumerate(components):
        whole = reduce(merge, (session for session, _ in component))
        whole = replace(whole, key=key, ordinal=first_ordinal + number)
        sessions.append(whole)
        if sum(place is None for _, place in component) > 1:
            joined.append(whole.session_id)
        for session, place in component:
            if place is not None:
                owners[place] = number
            elif session.session_id != whole.session_id:
                renamed[session.session_id] = whole.session_id
    return Sessionized(sessions, owners, renamed, joined)


def session_id_of(key: str, ordinal: int) -> str:
    """The id of `key`'s session of that number."""
    # A client's id that looks like a numbered one is always numbered, so that no two sessions share an id.
    if ordinal == 1 and _NUMBERED.search(key) is None:
        return key
    return f"{key}.{ordinal}"


def make_key(identity: str, *, is_bot: bool) -> str:
    """The key of `identity`'s sessions: another one for its flagged events, whatever clients call theirs."""
    if is_bot:
        return identity + _BOT_SUFFIX
    return f"{identity}~" if _LIKE_A_BOTS.search(identity) else identity


def is_interaction(event_type: str) -> bool:
    """Whether an event of this type shows that a person did something."""
    return event_type not in PASSIVE_EVENT_TYPES
