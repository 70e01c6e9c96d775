"""A data set whose figures plain Python can tell: 150 sessions of 40 visitors around a change of clocks.

Beside pages, clicks and scrolling they follow links, search, meet pages that are not there, fill in forms and do
things of their own; `values` says what each event tells in each dimension of these.

What is sent, and the sessions that it makes by the definitions of docs and vocabulary; no code is
shared with the product.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from conftest import Stack

from browsers import BROWSERS


@dataclass(frozen=True)
class Case:
    """A zone, and the day in the middle of the data set, where something happens to its clocks."""

    zone: str
    day: date


CASES = [
    Case("America/New_York", date(2026, 3, 8)),  # 23 hours
    Case("America/New_York", date(2026, 11, 1)),  # 25 hours
    Case("Asia/Kolkata", date(2026, 3, 8)),  # 5:30 ahead
    Case("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour more
]

ORIGINS: list[dict[str, Any]] = [
    {"channel": "Direct"},
    {
        "referrer": "https://www.google.com/",
        "type": "search",
        "platform": "google",
        "channel": "Organic Search",
    },
    {
        "referrer": "https://news.example/item",
        "type": "referral",
        "platform": "news.example",
        "channel": "Referral",
    },
    {
        "utm_source": "Letter",
        "utm_medium": "email",
        "utm_campaign": "spring",
        "utm_content": "top",
        "utm_term": "oak",
        "channel": "Email",
    },
    {
        "referrer": "https://t.co/x",
        "type": "social",
        "platform": "twitter",
        "utm_campaign": "autumn",
        "channel": "Organic Social",
    },
]
AGENTS = {
    "Chrome on Windows": {
        "browser": "Chrome",
        "browser_version": "Chrome 141",
        "os": "Windows",
        "device": "desktop",
    },
    "Firefox on Linux": {
        "browser": "Firefox",
        "browser_version": "Firefox 140",
        "os": "Linux",
        "device": "desktop",
    },
    "Safari on an iPhone": {
        "browser": "Safari",
        "browser_version": "Safari 18.1",
        "os": "iOS",
        "device": "mobile",
    },
}
# Of the screens two have no size that is known.
SCREENS: list[dict[str, Any]] = [
    {"screenWidth": 1920, "screenHeight": 1080},
    {"screenWidth": 390, "screenHeight": 844},
    {"screenWidth": 1920},
    {"screenWidth": 0, "screenHeight": 0},
]
PLACES = {
    "v1": {"country": "AT", "region": "Wien", "city": "Wien"},
    "v2": {"country": "DE", "region": "Bayern"},
    "v3": {"country": "DE"},
}
PATHS = ["/", "/pricing", "/docs", "/Docs"]
PROPERTIES = ("property:plan", "property:cart.total", "property:nothing")
OCCURRENCES = (
    "outbound_link",
    "download",
    "file_type",
    "not_found_page",
    "search_term",
    "event_property",
    *PROPERTIES,
)
PASSIVE = ("pageview", "scroll")

# What an event of some kind says besides, and what that tells by dimension.
CLICKS: list[tuple[dict[str, Any], dict[str, set[str]]]] = [
    ({}, {}),
    (
        {"href": "https://partner.example/a?ref=1#top", "isOutbound": True},
        {"outbound_link": {"https://partner.example/a"}},
    ),
    (
        {"href": "https://shop.example/Guide.pdf", "isDownload": True, "fileType": "pdf"},
        {"download": {"https://shop.example/Guide.pdf"}, "file_type": {"pdf"}},
    ),
    (
        {
            "href": "https://cdn.example/all.zip",
            "isOutbound": True,
            "isDownload": True,
            "fileType": "zip",
        },
        {
            "outbound_link": {"https://cdn.example/all.zip"},
            "download": {"https://cdn.example/all.zip"},
            "file_type": {"zip"},
        },
    ),
]
OWN: list[tuple[str, dict[str, Any], dict[str, set[str]]]] = [
    (
        "signup",
        {"plan": "pro", "cart": {"total": 12.5, "gift": True}},
        {
            "event_property": {"plan", "cart.total", "cart.gift"},
            "property:plan": {"pro"},
            "property:cart.total": {"12.5"},
        },
    ),
    (
        "signup",
        {"plan": "Free", "cart.total": "none", "seats": None},
        {
            "event_property": {"plan", "cart.total", "seats"},
            "property:plan": {"Free"},
            "property:cart.total": {"none"},
        },
    ),
    (
        "upgrade",
        {"plan": "pro", "tags": ["a"], "empty": {}},
        {"event_property": {"plan", "tags", "empty"}, "property:plan": {"pro"}},
    ),
    ("search", {"q": "Oak  Tree"}, {"search_term": {"oak tree"}, "event_property": {"q"}}),
    ("page_not_found", {}, {}),
    ("form_focus", {"field": "name"}, {}),
    ("form_focus", {"field": "mail"}, {}),
    ("form_submit", {"formId": "contact", "formData": {"name": "x"}}, {}),
    ("form_submit", {"formId": "Letter", "formData": {}}, {}),
    ("form_submit", {}, {}),
]


@dataclass
class Sent:
    """One event, as the reference computation reads it."""

    at: datetime
    kind: str
    path: str
    visitor: str
    session: str
    origin: dict[str, Any]
    agent: str
    screen: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    status: int = 200
    data: dict[str, Any] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        utm = {k: v for k, v in self.origin.items() if k.startswith("utm_")}
        return {
            "eventType": self.kind,
            "siteId": "shop",
            "sessionId": self.session,
            "visitorId": self.visitor,
            "timestamp": self.at.isoformat(),
            "url": f"https://shop.example{self.path}{self.query}",
            "path": self.path,
            "browser": self.screen,
            "page": {"status": self.status},
            "eventData": self.data,
            "attribution": {"utmParams": utm, "referrer": self.origin.get("referrer", "")},
        }


@dataclass
class Visit:
    """One session by the definitions of docs and vocabulary."""

    events: list[Sent]

    def __post_init__(self) -> None:
        self.events.sort(key=lambda event: event.at)
        self.views = [event for event in self.events if event.kind == "pageview"]
        self.entry = (self.views or self.events)[0]
        self.exit = (self.views or self.events)[-1]
        self.start = self.events[0].at
        self.seconds = int((self.events[-1].at - self.start).total_seconds())
        self.bounced = len(self.views) == 1 and all(e.kind in PASSIVE for e in self.events)
        told = {event.path for event in self.events if event.kind == "page_not_found"}
        for view in self.views:
            if view.status == 404 or view.path in told:
                view.values["not_found_page"] = {view.path}
        self.forms = attempts(self.events)

    def property(self, dimension: str) -> str | None:
        origin: dict[str, str] = self.entry.origin if self.views else {}
        match dimension:
            case "browser" | "browser_version" | "os" | "device":
                return AGENTS[self.entry.agent][dimension]
            case "screen":
                width, height = (self.entry.screen.get(f"screen{x}") for x in ("Width", "Height"))
                return f"{width}x{height}" if width and height else None
            case "country" | "region" | "city":
                return PLACES.get(self.entry.visitor[:2], {}).get(dimension)
            case "entry_page":
                return self.entry.path
            case "exit_page":
                return self.exit.path
            case "source":
                return origin.get("utm_source") or origin.get("platform") or "Direct / none"
            case "referrer_type":
                return origin.get("type", "direct")
            case _:
                return origin.get(dimension)


@dataclass
class Attempt:
    """A form that was begun in a session."""

    at: datetime
    visitor: str
    path: str
    form: str | None
    submissions: int = 0

    def value(self, known: dict[str, str]) -> str:
        """known: the only form that was sent on a page."""
        return self.form or known.get(self.path, self.path)


def attempts(events: list[Sent]) -> list[Attempt]:
    """The forms begun: a touch is of the form sent next on its page, else of the one sent before, else of none."""
    touches = [event for event in events if event.kind in ("form_focus", "form_submit")]
    found: dict[tuple[str, str | None], Attempt] = {}
    for place, touch in enumerate(touches):
        there = [(n, e) for n, e in enumerate(touches) if e.path == touch.path]
        sent = [(n, e.data.get("formId")) for n, e in there if e.kind == "form_submit"]
        later = [form for n, form in sent if n >= place]
        earlier = [form for n, form in sent if n < place]
        form = later[0] if later else earlier[-1] if earlier else None
        attempt = found.setdefault(
            (touch.path, form), Attempt(touch.at, touch.visitor, touch.path, form)
        )
        attempt.submissions += touch.kind == "form_submit"
    return list(found.values())


def only_forms(sent: Iterable[Sent]) -> dict[str, str]:
    """The form of each page on which, of these events, one was sent and no other."""
    found: dict[str, set[str]] = {}
    for event in sent:
        if event.kind == "form_submit" and "formId" in event.data:
            found.setdefault(event.path, set()).add(event.data["formId"])
    return {path: forms.pop() for path, forms in found.items() if len(forms) == 1}


def occurrence_rows(
    dimension: str, events: Iterable[tuple[Sent, str]], metrics: list[str]
) -> dict[str, list[float | None]]:
    """By what the events tell in a dimension, each beside whose it counts as."""
    rows: dict[str, list[str]] = {}
    for event, visitor in events:
        for value in event.values.get(dimension, ()):
            rows.setdefault(value, []).append(visitor)
    return {
        value: [float(len(set(who) if metric == "visitors" else who)) for metric in metrics]
        for value, who in rows.items()
    }


def form_rows(
    forms: Iterable[tuple[str, Attempt]], metrics: list[str]
) -> dict[str, list[float | None]]:
    rows: dict[str, list[Attempt]] = {}
    for value, form in forms:
        rows.setdefault(value, []).append(form)
    found: dict[str, list[float | None]] = {}
    for value, begun in rows.items():
        left = sum(form.submissions == 0 for form in begun)
        figures = {
            "visitors": len({form.visitor for form in begun}),
            "form_starts": len(begun),
            "form_submissions": sum(form.submissions for form in begun),
            "form_abandons": left,
            "completion_rate": (len(begun) - left) / len(begun),
        }
        found[value] = [float(figures[metric]) for metric in metrics]
    return found


def write_visits(case: Case) -> list[Visit]:
    """150 sessions of 40 visitors over nine days around the case's day, the same in every run."""
    dice = random.Random(f"{case.zone} {case.day}")
    middle = datetime.combine(case.day, datetime.min.time(), UTC)
    # Its own, so that what is asked of the rest stays what it was.
    more = random.Random(f"more {case.day}")
    visits = []
    for number in range(150):
        visitor = f"v{dice.randrange(40)}"
        at = middle + timedelta(seconds=dice.randrange(-4 * 86_400, 5 * 86_400))
        origin = dice.choice(ORIGINS)
        agent = dice.choice(sorted(AGENTS))
        screen = SCREENS[number % len(SCREENS)]
        events = []
        for _ in range(dice.choice([1, 1, 2, 3, 5])):
            kind = dice.choice(["pageview", "pageview", "pageview", "click", "scroll"])
            path = dice.choice(PATHS)
            events.append(Sent(at, kind, path, visitor, f"s{number}", origin, agent, screen))
            events += besides(events[-1], more)
            at += timedelta(seconds=dice.randrange(1, 1500))
        visits.append(Visit(events))
    return visits


def besides(event: Sent, more: random.Random) -> list[Sent]:
    """What the event says, and what is done in the same moment."""
    if event.kind == "click":
        event.data, told = more.choice(CLICKS)
        event.values = dict(told)
    if event.kind == "pageview":
        event.query = more.choice(["", "", "?q=Elm", "?Search=oak+tree&page=2"])
        event.status = more.choice([200, 200, 200, 404])
        words = {"?q=Elm": "elm", "?Search=oak+tree&page=2": "oak tree"}.get(event.query)
        event.values = {} if words is None else {"search_term": {words}}
    found = []
    for number in range(more.choice([0, 0, 1, 2, 4])):
        kind, data, told = more.choice(OWN)
        at = event.at + timedelta(milliseconds=1 + number)
        found.append(replace(event, at=at, kind=kind, query="", data=data, values=dict(told)))
    return found


async def load(stack: Stack, case: Case) -> list[Visit]:
    visits = write_visits(case)
    await stack.rows("insert into sites (site_id, timezone) values ('shop', $1)", case.zone)
    events = [event for visit in visits for event in visit.events]
    random.Random(7).shuffle(events)
    for agent in AGENTS:
        documents = [event.document() for event in events if event.agent == agent]
        for place in range(0, len(documents), 100):
            answer = await stack.post(documents[place : place + 100], **BROWSERS[agent])
            assert answer.status_code == 202
    # What a geo database would have told of their addresses.
    for start, place_of in PLACES.items():
        await stack.rows(
            "update events_log set country = $2, region = $3, city = $4 where left(visitor_id, 2) = $1",
            start,
            *(place_of.get(name) for name in ("country", "region", "city")),
        )
    await stack.derive()
    return visits
