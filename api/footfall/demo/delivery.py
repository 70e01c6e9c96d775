"""Post visits to a running API, several at a time, as a trusted proxy would pass them on.

Each request carries its visitor's own address, browser and language. What the server cannot take now
(503, 429, a lost connection) is sent again with the same ids, so it counts once. Blocking: threads.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from footfall.demo.tape import Document, event_count
from footfall.demo.visit import Visit
from footfall.errors import Misconfigured, Rejected, Unavailable

SENDERS: Final = 6
VISITS_IN_HAND: Final = 4 * SENDERS
MAX_EVENTS: Final = 100
TIMEOUT_S: Final = 30.0
PATIENCE_S: Final = 60.0
PAUSE_S: Final = 1.0
SHORTEST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 10.0

_LOST: Final = (OSError, http.client.HTTPException)


@dataclass(slots=True)
class Tally:
    """What became of the events. stored: new ones; duplicates: the server had them already.

    refused: those it did not take, with the first reason it gave.
    """

    visits: int = 0
    requests: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    reason: str = ""
    is_complete: bool = True

    @property
    def sent(self) -> int:
        return self.stored + self.duplicates + self.refused

    def add(self, other: Tally) -> None:
        self.visits += other.visits
        self.requests += other.requests
        self.stored += other.stored
        self.duplicates += other.duplicates
        self.refused += other.refused
        self.reason = self.reason or other.reason


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after_s: float | None
    body: bytes

    def document(self) -> dict[str, Any]:
        """The JSON object that the server answered, or an empty one."""
        try:
            document = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return document if isinstance(document, dict) else {}


class Endpoint:
    """The API at `url`. Each thread keeps a connection of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise Misconfigured(
                f"{url!r} is no address of an API: it must look like http://127.0.0.1:8000."
            )
        self.url = url.rstrip("/")
        self._kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._host, self._port, self._base = parts.hostname, port, parts.path.rstrip("/")
        self._own = threading.local()
        self._open: list[http.client.HTTPConnection] = []

    def check(self) -> bool:
        """Whether registration is closed. Raises Unavailable when the API does not answer."""
        try:
            ready = self.ask("GET", "/readyz")
            if ready.status == 200:
                return self.ask("GET", "/events/count").status == 401
        except _LOST:
            raise Unavailable(
                f"The API does not answer at {self.url}: start Footfall with `make up`, "
                "or name the API's address with --api-url."
            ) from None
        if ready.status == 503:
            raise Unavailable(f"The API at {self.url} cannot reach its database now.")
        raise Unavailable(f"What answers at {self.url} is not Footfall's API.")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request. Raises OSError or HTTPException; the next call makes a new connection then."""
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._kind(self._host, self._port, timeout=TIMEOUT_S)
            self._own.connection = connection
            self._open.append(connection)
        try:
            connection.request(method, self._base + path, body, headers or {})
            response = connection.getresponse()
            content = response.read()
        except _LOST:
            connection.close()
            raise
        return Answer(response.status, _seconds(response.headers.get("Retry-After")), content)

    def close(self) -> None:
        for connection in self._open:
            connection.close()


def deliver(
    visits: Iterable[Visit], endpoint: Endpoint, *, on_progress: Callable[[int], object]
) -> Tally:
    """Send all visits in about their order; on_progress gets how many more are through.

    Ctrl-C ends it after the requests in hand; the tally is not complete then. Raises Unavailable when
    the API stays away for PATIENCE_S, Rejected when it refuses a whole request.
    """
    tally = Tally()
    stop = threading.Event()
    pending: set[Future[Tally]] = set()

    def gather(until: int) -> None:
        nonlocal pending
        while len(pending) > until:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                tally.add(future.result())
            on_progress(len(done))

    with ThreadPoolExecutor(SENDERS, thread_name_prefix="visitor") as pool:
        try:
            for visit in visits:
                pending.add(pool.submit(_send, endpoint, visit, stop))
                gather(VISITS_IN_HAND)
            gather(0)
        except KeyboardInterrupt:
            stop.set()
            tally.is_complete = False
            pool.shutdown(wait=True, cancel_futures=True)
            for future in pending:
                if not future.cancelled() and future.exception() is None:
                    tally.add(future.result())
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return tally


def _send(endpoint: Endpoint, visit: Visit, stop: threading.Event) -> Tally:
    headers = {
        "Accept": "*/*",
        "Content-Type": "text/plain;charset=UTF-8",
        "X-Forwarded-For": visit.ip,
        "User-Agent": visit.user_agent,
        "Accept-Language": visit.accept_language,
    }
    tally = Tally(visits=1)
    for documents in parts(visit.documents):
        answer = _post(endpoint, orjson.dumps(documents), headers, stop)
        if answer is None:
            return tally
        document = answer.document()
        if answer.status != 202:
            reason = document.get("detail") or f"HTTP status {answer.status}"
            raise Rejected(f"The API at {endpoint.url} refused the visit: {reason}")
        duplicates = int(document.get("duplicates", 0))
        rejected = document.get("rejected") or []
        tally.requests += 1
        tally.duplicates += duplicates
        tally.stored += int(document.get("accepted", 0)) - duplicates
        tally.refused += len(rejected)
        if rejected and not tally.reason:
            tally.reason = f"{rejected[0].get('field')} {rejected[0].get('reason')}"
    return tally


def parts(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """`documents` in requests of at most MAX_EVENTS events each."""
    part: list[Document] = []
    size = 0
    for document in documents:
        count = event_count(document)
        if part and size + count > MAX_EVENTS:
            yield part
            part, size = [], 0
        part.append(document)
        size += count
    if part:
        yield part


def _post(
    endpoint: Endpoint, body: bytes, headers: dict[str, str], stop: threading.Event
) -> Answer | None:
    """The server's final word; None when `stop` came first."""
    deadline = time.monotonic() + PATIENCE_S
    while not stop.is_set():
        answer = None
        try:
            answer = endpoint.ask("POST", "/collect", body, headers)
            if answer.status not in (429, 503):
                return answer
        except _LOST:
            pass
        if time.monotonic() > deadline:
            raise Unavailable(
                f"The API at {endpoint.url} has taken nothing for {PATIENCE_S:.0f} seconds. "
                "Run `footfall demo` again later: what it has already counts once."
            )
        asked_for = answer.retry_after_s if answer is not None else None
        pause_s = PAUSE_S if asked_for is None else asked_for
        stop.wait(max(SHORTEST_PAUSE_S, min(pause_s, LONGEST_PAUSE_S)))
    return None


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isdigit() else None
