"""Ninety days of four sites as NDJSON: visits by rules of arithmetic, which a person can check by hand.

Visits are numbered; visit i is number j = i // 4 of site i % 4. "k of m" below means j % m == k.

When. From 1 February 2026 on, all visits at equal distances, each up to 10 minutes later. In these 90
days clocks change in Berlin, New York and Lord Howe (by half an hour) and not in Kathmandu.
- 63 of 100: 60 s before midnight of the site instead, with four pages: so it goes on into the next day.
- 2 of 4, in the 24 hours before its site's clocks change: 45 s before they do.

Who. A third of the visits, 2 of 3, are returns: by the visitor of the visit 2 + 3 * LAGS * j-per-day / 3
before, so 0, 1, 7 or 30 days later; where there is none yet, somebody new. All others are new visitors.
- 1 of 50: one of three regulars of the site, who send no session id. 13 of 30 send none either.
- 4 of 15: Googlebot, who only looks. Everybody else has one of four browsers, by the visitor's number.

What. A visit has 1 + j % 4 pages, page p being PAGES[(j + 3p) % 8]; 0 of 7 ends where it began. Each is
viewed for 4 to 59 s, (7j + 11p) % 56 more than 4. A page_exit tells it, but of the last page where j
is odd; three quarters of it are engaged, of which 1 of 6 (old scripts) say nothing. 5 of 16 name the page
they left by previousPath, as single-page apps do. Depth is told where j + p is even, a click where it is
divisible by 3. On the first page 9 of 22 sign up (without naming the page) and 3 of 25 download; on the
last 7 of 20 send a form of two fields. 17 of 45 are a server's one event, without any page.
- Of four pages, 11, 15 and 31 of 40 pause after the second: 45 minutes, 30 minutes and 1 ms, 30 minutes.
  The first two make a second session.

From where. SOURCES in turn, by j // 3.

How it arrives. At the end of the quarter of an hour in which it happens (of less than 200,000 events: of
six hours), all four sites together; a request holds at most 100 events of one browser.
- 8 of 18: 3 hours and j % 5 days late. 2 of 9: backwards, the last event first, one such time apart.
- 6 of 12: again as a whole, at once or 26, 72 or 156 hours later. 5 of 33 have no event ids, and come once.
  5 of 29 have ids that are no UUIDs.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

FIRST: Final = datetime(2026, 2, 1, tzinfo=UTC)
DAYS: Final = 90
QUARTER_MS: Final = 15 * 60_000
DAY_MS: Final = 86_400_000
FIRST_MS: Final = int(FIRST.timestamp() * 1000)

SITES: Final = {
    "shop": "Europe/Berlin",
    "blog": "America/New_York",
    "docs": "Asia/Kathmandu",
    "isle": "Australia/Lord_Howe",
}
CLOCK_CHANGES: Final = {
    "shop": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "blog": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "isle": datetime(2026, 4, 4, 15, tzinfo=UTC),
}
PAGES: Final = ("/", "/pricing", "/gone", "/docs", "/search", "/blog/oak", "/features", "/contact")
WORDS: Final = ("oak", "elm tree", "ash", "yew", "lime")
LAGS: Final = (0, 1, 7, 30)
BROWSERS: Final = (
    "Chrome on Windows",
    "Firefox on Linux",
    "Safari on an iPhone",
    "Chrome on Android",
)
ROBOT: Final = "Googlebot"
ROBOT_HEADERS: Final = {
    "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate, br",
}
# (referrer, query of the landing page)
SOURCES: Final = (
    (None, ""),
    ("https://www.google.com/", ""),
    (None, ""),
    ("https://www.facebook.com/", ""),
    ("https://news.example/today", ""),
    (None, "utm_source=newsletter&utm_medium=email&utm_campaign=spring+fair"),
    ("https://www.google.com/", "gclid=abc123"),
    (None, ""),
    ("https://chatgpt.com/", "utm_source=chatgpt.com"),
    (None, "utm_source=google&utm_medium=cpc&utm_campaign=trees&utm_content=red&utm_term=oak"),
    ("https://www.google.com/", ""),
)
AGAIN_MS: Final = tuple(hours * 3_600_000 for hours in (0, 26, 72, 156))
# Of pages 1 and 2 of a visit with four, by j % 40.
PAUSES_MS: Final = {11: 45 * 60_000, 15: 30 * 60_000 + 1, 31: 30 * 60_000}

Document = dict[str, Any]


@dataclass(frozen=True)
class Visit:
    """Number i of all that make a data set, which come step_ms apart and arrive every slot_ms."""

    i: int
    step_ms: int
    slot_ms: int = QUARTER_MS

    @property
    def j(self) -> int:
        return self.i // len(SITES)

    @property
    def site(self) -> str:
        return tuple(SITES)[self.i % len(SITES)]

    @property
    def is_robot(self) -> bool:
        return self.j % 15 == 4

    @property
    def is_regular(self) -> bool:
        return self.j % 50 == 1

    @cached_property
    def first_j(self) -> int:
        """Number of the visit by which its visitor came first."""
        j = self.j
        if j % 3 != 2:
            return j
        triples_a_day = DAY_MS / (self.step_ms * len(SITES)) / 3
        earlier = j - 2 - 3 * round(LAGS[j // 3 % len(LAGS)] * triples_a_day)
        return earlier if earlier >= 0 else j

    @property
    def visitor(self) -> str:
        if self.is_regular:
            return f"{self.site}-regular-{self.j // 50 % 3}"
        return f"{self.site}-v{self.first_j}"

    @property
    def session(self) -> str | None:
        if self.is_regular or self.j % 30 == 13:
            return None
        # What looks like the name of another session of ours must not become it.
        return f"{self.site}-s{self.j}" + {33: ".2", 34: "~bot"}.get(self.j % 70, "")

    @property
    def browser(self) -> str:
        return ROBOT if self.is_robot else BROWSERS[self.first_j % len(BROWSERS)]

    @property
    def is_of_a_server(self) -> bool:
        return self.j % 45 == 17

    @property
    def page_count(self) -> int:
        return 0 if self.is_of_a_server else 1 + self.j % 4

    @cached_property
    def start_ms(self) -> int:
        start = FIRST_MS + self.i * self.step_ms + self.i * 7919 % 600_000
        if self.j % 100 == 63:
            return self._next_midnight_ms(start) - 60_000
        change = CLOCK_CHANGES.get(self.site)
        if change is not None and self.j % 4 == 2:
            change_ms = int(change.timestamp() * 1000)
            if change_ms - DAY_MS <= start < change_ms:
                return change_ms - 45_000
        return start

    def _next_midnight_ms(self, at_ms: int) -> int:
        zone = ZoneInfo(SITES[self.site])
        day = datetime.fromtimestamp(at_ms / 1000, zone).date() + timedelta(days=1)
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)

    def path_of(self, p: int) -> str:
        is_back = self.j % 7 == 0 and p == self.page_count - 1
        return PAGES[(self.j + 3 * (0 if is_back else p)) % len(PAGES)]

    def url_of(self, p: int) -> str:
        path = self.path_of(p)
        queries = []
        if path == "/search":
            queries.append(f"q={WORDS[self.j % len(WORDS)].replace(' ', '+')}")
        if p == 0 and (landing := SOURCES[self.j // 3 % len(SOURCES)][1]):
            queries.append(landing)
        query = f"?{'&'.join(queries)}" if queries else ""
        return f"https://{self.site}.example{path}{query}{'#start' if path == '/docs' else ''}"

    def events(self) -> Iterator[tuple[int, Document]]:
        """(event time in ms, the event but for its id and its context)."""
        at = self.start_ms
        if self.is_of_a_server:
            yield at, {"eventType": "renewal", "eventData": {"plan": "yearly"}}
            return
        j, last = self.j, self.page_count - 1
        for p in range(last + 1):
            here = {"url": self.url_of(p), **({"path": self.path_of(p)} if j % 2 else {})}
            yield at, {"eventType": "pageview", **here, **self._view(p)}
            spent_ms = (4 + (7 * j + 11 * p) % 56) * 1000 + j % 1000
            yield from self._on_page(p, at, here)
            at += spent_ms
            if p < last or j % 2 == 0:
                yield at, self._exit(p, spent_ms, here)
            pauses = self.page_count == 4 and p == 1
            at += PAUSES_MS.get(j % 40, 500) if pauses else 500

    def _view(self, p: int) -> Document:
        path = self.path_of(p)
        page = {"title": f"Page {path}", "status": 404 if path == "/gone" else 200}
        block: Document = {"page": page, "eventData": {"navigationMethod": "initial_load"}}
        if p == 0:
            referrer = SOURCES[self.j // 3 % len(SOURCES)][0]
            width = 1200 + self.first_j % 5 * 100
            block["browser"] = {"language": "en-GB", "screenWidth": width, "screenHeight": 900}
        else:
            referrer = f"https://{self.site}.example{self.path_of(p - 1)}"
        if referrer is not None:
            block["attribution"] = {"referrer": referrer}
        return block

    def _on_page(self, p: int, at: int, here: Document) -> Iterator[tuple[int, Document]]:
        if self.is_robot:
            return
        j = self.j
        if p == 0 and j % 22 == 9:
            yield at + 1000, {"eventType": "signup", "eventData": {"plan": "free"}}
        if p == 0 and j % 25 == 3:
            yield at + 1500, {"eventType": "download", **here, "eventData": {"file": "/guide.pdf"}}
        if (j + p) % 2 == 0:
            depth = {"milestone": 50, "scrollPercentage": 50 + j % 50}
            yield at + 2000, {"eventType": "scroll_depth", **here, "eventData": depth}
        if p == self.page_count - 1 and j % 20 == 7:
            form = {
                "formId": "contact",
                "formAction": "/send",
                "formMethod": "post",
                "formData": {"topic": WORDS[j % len(WORDS)], "answer": "yes"},
            }
            yield at + 2500, {"eventType": "form_submit", **here, "eventData": form}
        if (j + p) % 3 == 0:
            element: Document = {"tagName": "A", "id": "cta", "classes": ["button", "large"]}
            if j % 2:
                element.update(href="https://elsewhere.example/", isOutbound=True)
            yield at + 3000, {"eventType": "click", **here, "eventData": element}

    def _exit(self, p: int, spent_ms: int, here: Document) -> Document:
        left: Document = {"timeSpent": spent_ms}
        if self.j % 6 != 1:
            left["engagedMs"] = spent_ms * 3 // 4
        if self.j % 16 == 5 and p < self.page_count - 1:
            left["previousPath"] = self.path_of(p)
            here = {"url": self.url_of(p + 1)}
        return {"eventType": "page_exit", **here, "eventData": left}

    def deliveries(self, events: list[tuple[int, Document]]) -> Iterator[tuple[int, Document]]:
        """(time of receipt in ms, the event); an event that is sent again comes again."""
        j, slot_ms = self.j, self.slot_ms
        late_ms = 3 * 3_600_000 + j % 5 * DAY_MS if j % 18 == 8 else 0
        is_backwards = j % 9 == 2
        end_ms = events[-1][0]
        for place, (at, event) in enumerate(events):
            known = end_ms + (len(events) - 1 - place) * slot_ms if is_backwards else at
            received = (known + late_ms) // slot_ms * slot_ms + slot_ms
            yield received, event
            if j % 12 == 6 and "eventId" in event:
                yield received + AGAIN_MS[j // 12 % len(AGAIN_MS)] // slot_ms * slot_ms, event


def visits(event_count: int) -> Iterator[tuple[Visit, list[tuple[int, Document]]]]:
    """The visits of so many events, the last one cut short where that is needed; in order."""
    step_ms = DAYS * DAY_MS // _visit_count(event_count)
    slot_ms = QUARTER_MS if event_count >= 200_000 else 24 * QUARTER_MS
    left = event_count
    i = 0
    dice = random.Random(event_count)
    while left > 0:
        visit = Visit(i, step_ms, slot_ms)
        events = list(visit.events())[:left]
        _identify(visit, events, dice)
        yield visit, events
        left -= len(events)
        i += 1


def _visit_count(event_count: int) -> int:
    count = 0
    while event_count > 0:
        event_count -= sum(1 for _ in Visit(count, DAY_MS).events())
        count += 1
    return count


def _identify(visit: Visit, events: list[tuple[int, Document]], dice: random.Random) -> None:
    context = {"siteId": visit.site, "visitorId": visit.visitor}
    if visit.session is not None:
        context["sessionId"] = visit.session
    for place, (at, event) in enumerate(events):
        event.update(context, timestamp=_iso(at))
        if visit.j % 29 == 5:
            event["eventId"] = f"{visit.site}-{visit.j}-{place}"
        elif visit.j % 33 != 5:
            event["eventId"] = str(UUID(int=dice.getrandbits(128), version=4))


def write(path: Path, event_count: int) -> int:
    """Write the deliveries of so many events in the order of their receipt; returns how many those are.

    A line: {"received_at": …, "browser": name of the headers, "event": as the tracker sends it}.
    """
    waiting: list[tuple[int, str, int, bytes]] = []
    number = 0
    with path.open("wb") as file:

        def flush(until: float) -> None:
            while waiting and waiting[0][0] < until:
                file.write(heapq.heappop(waiting)[3])

        for visit, events in visits(event_count):
            # No later visit is received before its own time, but one may be moved to a bit earlier.
            flush(FIRST_MS + visit.i * visit.step_ms - 2 * visit.slot_ms)
            for received, event in visit.deliveries(events):
                line = {"received_at": _iso(received), "browser": visit.browser, "event": event}
                number += 1
                heapq.heappush(
                    waiting,
                    (
                        received,
                        visit.browser,
                        number,
                        orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE),
                    ),
                )
        flush(float("inf"))
    return number


def _iso(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
