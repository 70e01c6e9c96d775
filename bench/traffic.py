"""What the benches of derivation and retention send, and the log of 90 days that both begin with."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from server import BROWSERS, ROOT, fill_log

SENDERS: Final = 6
LOG_SQL: Final = (ROOT / "bench" / "log.sql").read_text()


@dataclass
class Traffic:
    """Visits of six events, half of the visitors coming back, at a fixed rate or as fast as it goes."""

    port: int
    size: int
    sent: int = 0
    failed: int = 0
    # From the moment a request was due, so that one that waits for another counts its wait.
    answered_ms: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0
    _run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def send(self, *, seconds: float, rate: float | None = None) -> float:
        """Returns how long it took."""
        started = time.monotonic()
        threads = [
            threading.Thread(target=self._send_on, args=(started, seconds, rate), daemon=True)
            for _ in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 60)
        return time.monotonic() - started

    def _send_on(self, started: float, seconds: float, rate: float | None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**BROWSERS["Chrome on Windows"], "content-type": "application/json"}
        while True:
            with self._lock:
                number = self._number
                self._number += 1
            due = started + (number * self.size / rate if rate else 0)
            now = time.monotonic()
            if max(due, now) - started >= seconds:
                break
            if due > now:
                time.sleep(due - now)
            try:
                connection.request("POST", "/collect", self._body(number), headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                with self._lock:
                    self.failed += 1
                continue
            took_ms = (time.monotonic() - due) * 1e3
            with self._lock:
                if rate:
                    self.answered_ms.append(took_ms)
                self.sent += self.size if answer.status == 202 else 0
                self.failed += answer.status != 202
        connection.close()

    def _body(self, request: int) -> bytes:
        """Events of as many visits as there are events: a visit's six come in six requests, one after the other."""
        events = []
        at = datetime.now(UTC).isoformat()
        for place in range(self.size):
            visit = request // 6 * self.size + place
            events.append(_event(self._run, visit, request % 6, at))
        return json.dumps(events).encode()


_STEPS: Final = ("pageview", "scroll_depth", "click", "page_exit", "pageview", "page_exit")
_PATHS: Final = (
    "/",
    "/pricing",
    "/features",
    "/docs",
    "/blog/oak",
    "/blog/elm",
    "/search",
    "/contact",
)


def _event(run: str, visit: int, step: int, at: str) -> dict[str, Any]:
    path = _PATHS[(visit + 3 * (step > 3)) % len(_PATHS)]
    site = f"site-{visit % 4}"
    # Every third visit is that of the visitor 3,000 visits before.
    visitor = visit - 3_000 if visit % 3 == 2 and visit >= 3_000 else visit
    kind = _STEPS[step]
    event: dict[str, Any] = {
        "eventType": kind,
        "eventId": str(uuid.uuid4()),
        "siteId": site,
        "sessionId": f"s-{run}-{visit}",
        "visitorId": f"v-{run}-{visitor}",
        "timestamp": at,
        "url": f"https://{site}.example{path}",
        "path": path,
        "eventData": {},
    }
    if kind == "page_exit":
        event["eventData"] = {"timeSpent": 20_000, "engagedMs": 15_000}
    if kind == "pageview":
        event["page"] = {"title": f"Page {path}"}
        event["browser"] = {"language": "en-GB", "screenWidth": 1440, "screenHeight": 900}
        if step == 0 and visit % 2:
            event["attribution"] = {"referrer": "https://www.google.com/"}
    return event


async def fill_four_sites(url: str, events: int) -> None:
    """log.sql's log, of sites in four zones."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "insert into sites (site_id, timezone) select 'site-' || n,"
        " (array['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC'])[n + 1]"
        " from generate_series(0, 3) as n"
    )
    await connection.close()
    await fill_log(url, LOG_SQL, events // 6)
