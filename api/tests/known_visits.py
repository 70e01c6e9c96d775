"""A data set whose figures plain Python can tell: 150 sessions of 40 visitors around a change of clocks.

What is sent, and the sessions that it makes by the definitions of docs and vocabulary; no code is
shared with the product.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
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
    "Chrome on Windows": {"browser": "Chrome", "os": "Windows", "device": "desktop"},
    "Firefox on Linux": {"browser": "Firefox", "os": "Linux", "device": "desktop"},
    "Safari on an iPhone": {"browser": "Safari", "os": "iOS", "device": "mobile"},
}
PLACES = {
    "v1": {"country": "AT", "region": "Wien", "city": "Wien"},
    "v2": {"country": "DE", "region": "Bayern"},
    "v3": {"country": "DE"},
}
PATHS = ["/", "/pricing", "/docs", "/Docs"]


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

    def document(self) -> dict[str, Any]:
        utm = {k: v for k, v in self.origin.items() if k.startswith("utm_")}
        return {
            "eventType": self.kind,
            "siteId": "shop",
            "sessionId": self.session,
            "visitorId": self.visitor,
            "timestamp": self.at.isoformat(),
            "url": f"https://shop.example{self.path}",
            "path": self.path,
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
        self.bounced = len(self.views) == 1 and all(e.kind != "click" for e in self.events)

    def property(self, dimension: str) -> str | None:
        origin: dict[str, str] = self.entry.origin if self.views else {}
        match dimension:
            case "browser" | "os" | "device":
                return AGENTS[self.entry.agent][dimension]
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


def write_visits(case: Case) -> list[Visit]:
    """150 sessions of 40 visitors over nine days around the case's day, the same in every run."""
    dice = random.Random(f"{case.zone} {case.day}")
    middle = datetime.combine(case.day, datetime.min.time(), UTC)
    visits = []
    for number in range(150):
        visitor = f"v{dice.randrange(40)}"
        at = middle + timedelta(seconds=dice.randrange(-4 * 86_400, 5 * 86_400))
        origin = dice.choice(ORIGINS)
        agent = dice.choice(sorted(AGENTS))
        events = []
        for _ in range(dice.choice([1, 1, 2, 3, 5])):
            kind = dice.choice(["pageview", "pageview", "pageview", "click", "scroll"])
            path = dice.choice(PATHS)
            events.append(Sent(at, kind, path, visitor, f"s{number}", origin, agent))
            at += timedelta(seconds=dice.randrange(1, 1500))
        visits.append(Visit(events))
    return visits


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
