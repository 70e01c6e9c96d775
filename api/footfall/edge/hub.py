"""Who listens to which site, and the one look at the database that all of them share.

While somebody listens, the log's newest rows are read twice a second for all sites together, and a site's
figures again once its new events are derived; while nobody does, nothing is read. What a slow listener has
not taken is replaced by what is newer, so nothing piles up.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from footfall.edge.wire_realtime import figures_document, incoming_document
from footfall.errors import FootfallError, Unavailable
from footfall.reports import realtime
from footfall.reports.realtime import MAX_EVENTS, Figures, Incoming, Position
from footfall.reports.sites import timezone_of
from footfall.reports.snapshot import snapshot

logger = logging.getLogger("footfall.edge")

MAX_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, and how many.

    poll_s: between two looks at the log. figures_s: at least so long between two readings of a site's figures,
    and twenty times what one took. oldest_s: they are read anew after that even if nothing came, since the
    window moves. beat_s: a line to say that the stream lives, and whether its listener may still. kept_s: an
    answer without a stream is given again.
    """

    poll_s: float = 0.5
    figures_s: float = 2.0
    oldest_s: float = 10.0
    beat_s: float = 15.0
    lifetime_s: float = 3600.0
    kept_s: float = 3.0
    max_streams: int = 200


class Listener:
    """What one stream has still to send: the newest figures, and the newest events."""

    def __init__(self, site_id: str) -> None:
        self.site_id = site_id
        self.ended = False
        self._figures: bytes | None = None
        self._events: deque[bytes] = deque(maxlen=MAX_EVENTS)
        self._came = 0
        self._wake = asyncio.Event()

    def put_figures(self, document: bytes) -> None:
        self._figures = document
        self._wake.set()

    def put_events(self, documents: Iterable[bytes], came: int) -> None:
        """documents: the newest first, at most MAX_EVENTS. came: how many there were."""
        self._events.extendleft(reversed(list(documents)))
        self._came += came
        self._wake.set()

    def end(self) -> None:
        """No more is to come: who reads it may come again."""
        self.ended = True
        self._wake.set()

    async def wait(self, limit_s: float) -> None:
        """Until there is something to take, or it has ended; `limit_s` at most."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.0, limit_s))

    def take(self) -> list[tuple[str, bytes]]:
        """(name, document) of each message that waits."""
        self._wake.clear()
        messages = []
        if self._came:
            skipped = self._came - len(self._events)
            body = b'{"events":[%b],"skipped":%d}' % (b",".join(self._events), skipped)
            messages.append(("events", body))
            self._events.clear()
            self._came = 0
        if self._figures is not None:
            messages.append(("figures", self._figures))
            self._figures = None
        return messages


@dataclass(slots=True)
class Sight:
    """What is known of a site. events: documents, the newest first. read_at: of figures, by the loop's clock.

    last_id: the log is read up to there. counted_id: figures hold what was derived up to there.
    """

    figures: bytes
    events: deque[bytes]
    read_at: float
    took_s: float
    last_id: int
    counted_id: int
    newest_event_id: int

    def document(self) -> bytes:
        """As WireRealtime."""
        return self.figures[:-1] + b',"events":[' + b",".join(self.events) + b"]}"


class Hub:
    """One of each API process. Every method is of its event loop."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime], pace: Pace) -> None:
        self.pace = pace
        self._engine = engine
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._sights: dict[str, Sight] = {}
        self._listeners: dict[str, set[Listener]] = {}
        self._opening = 0
        self._reading: dict[str, asyncio.Task[Sight]] = {}
        self._kept: dict[str, Sight] = {}
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def stream_count(self) -> int:
        return self._opening + sum(len(listeners) for listeners in self._listeners.values())

    @property
    def is_looking(self) -> bool:
        """Whether the database is asked again and again."""
        return self._poller is not None

    async def look(self, site_id: str) -> Sight:
        """The last half hour, a few seconds old at most. Raises NotFound, Unavailable."""
        for found, age_s in (
            (self._sights.get(site_id), self.pace.oldest_s),
            (self._kept.get(site_id), self.pace.kept_s),
        ):
            if found is not None and self._time() - found.read_at < age_s:
                return found
        found = await self._read_once(site_id)
        self._kept.pop(site_id, None)
        while len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[site_id] = found
        return found

    async def listen(self, site_id: str) -> tuple[Listener, bytes]:
        """A listener, and what there is at its begin, after which nothing is left out.

        Raises NotFound, Unavailable. Whoever gets one must leave().
        """
        if self._closed:
            raise Unavailable("The server is being stopped; try again in a moment.")
        if self.stream_count >= self.pace.max_streams:
            raise Unavailable(
                f"{self.pace.max_streams} realtime pages are open, which is as many as this server bears;"
                " close one, or try again later.",
                retry_after_s=30,
            )
        self._opening += 1
        try:
            if site_id not in self._sights:
                sight = await self._read_once(site_id)
                self._sights.setdefault(site_id, sight)
        finally:
            self._opening -= 1
        listener = Listener(site_id)
        if self._closed:
            listener.end()
        self._listeners.setdefault(site_id, set()).add(listener)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll(), name="realtime")
            self._poller.add_done_callback(self._after_polling)
        return listener, self._sights[site_id].document()

    def leave(self, listener: Listener) -> None:
        """The last one of a site ends the looks at it."""
        listeners = self._listeners.get(listener.site_id, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(listener.site_id, None)
            self._sights.pop(listener.site_id, None)

    def close(self) -> None:
        """End all streams, so that the server's stop need not wait for them."""
        self._closed = True
        self._end_all()

    async def stop(self) -> None:
        self.close()
        tasks = [task for task in (self._poller, *self._reading.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()

    async def _read_once(self, site_id: str) -> Sight:
        """However many ask at once, the database is asked once."""
        task = self._reading.get(site_id)
        if task is None:
            task = self._reading[site_id] = asyncio.create_task(self._read(site_id))
            task.add_done_callback(lambda done: self._after_reading(site_id, done))
        return await asyncio.shield(task)

    def _after_reading(self, site_id: str, done: asyncio.Task[Sight]) -> None:
        self._reading.pop(site_id, None)
        # Where nobody waits any more, nobody would fetch the exception.
        if not done.cancelled():
            done.exception()

    async def _read(self, site_id: str) -> Sight:
        now = self._clock()
        began = self._time()
        async with snapshot(self._engine) as connection:
            await timezone_of(connection, site_id)
            position = await realtime.read_position(connection)
            figures = await realtime.read_figures(connection, site_id, now)
            took_s = self._time() - began
            newest = await realtime.read_newest(connection, site_id, now, position)
        return Sight(
            figures=_encode(figures),
            events=deque(self._documents(newest), maxlen=MAX_EVENTS),
            read_at=began,
            took_s=took_s,
            last_id=position.newest_id,
            counted_id=position.derived_id,
            newest_event_id=newest[0].log_id if newest else 0,
        )

    async def _poll(self) -> None:
        try:
            while self._listeners:
                try:
                    async with snapshot(self._engine) as connection:
                        await self._look_at_all(connection)
                except FootfallError as error:
                    # The listeners stay: once the database is back, they are told what came.
                    logger.warning("realtime cannot read", extra={"detail": error.detail})
                await asyncio.sleep(self.pace.poll_s)
        finally:
            # Here and not once the task is done: whoever listens in between must start another.
            self._poller = None

    def _after_polling(self, done: asyncio.Task[None]) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            logger.error("realtime ended", exc_info=error)
            self._end_all()

    async def _look_at_all(self, connection: AsyncConnection) -> None:
        position = await realtime.read_position(connection)
        await self._tell_events(connection, position)
        began = self._time()
        for site_id, sight in sorted(self._sights.items(), key=lambda item: item[1].read_at):
            # Where many sites are due, the next look at the log comes first.
            if self._time() - began > self.pace.poll_s:
                break
            if self._is_due(sight, position):
                await self._tell_figures(connection, site_id, sight, position)

    def _is_due(self, sight: Sight, position: Position) -> bool:
        age_s = self._time() - sight.read_at
        if age_s < max(self.pace.figures_s, 20 * sight.took_s):
            return False
        fresh = sight.counted_id < min(sight.newest_event_id, position.derived_id)
        return fresh or age_s >= self.pace.oldest_s

    async def _tell_events(self, connection: AsyncConnection, position: Position) -> None:
        sights = dict(self._sights)
        behind = [sight.last_id for sight in sights.values() if sight.last_id < position.newest_id]
        if not behind:
            return
        found = await realtime.read_incoming(
            connection, list(sights), min(behind), self._clock(), position
        )
        of_site: dict[str, list[Incoming]] = {}
        for event in found:
            if event.log_id > sights[event.site_id].last_id:
                of_site.setdefault(event.site_id, []).append(event)
        for sight in sights.values():
            # One that was opened meanwhile may know of more already.
            sight.last_id = max(sight.last_id, position.newest_id)
        for site_id, events in of_site.items():
            sight = sights[site_id]
            if self._sights.get(site_id) is not sight:
                continue
            documents = self._documents(events[:MAX_EVENTS])
            sight.newest_event_id = events[0].log_id
            sight.events.extendleft(reversed(documents))
            for listener in self._listeners.get(site_id, ()):
                listener.put_events(documents, len(events))

    async def _tell_figures(
        self, connection: AsyncConnection, site_id: str, sight: Sight, position: Position
    ) -> None:
        # First, so that a site whose figures cannot be read does not keep the others waiting.
        began = sight.read_at = self._time()
        try:
            now = self._clock()
            figures = await realtime.read_figures(connection, site_id, now)
            newest = await realtime.read_newest(connection, site_id, now, position)
        finally:
            sight.took_s = self._time() - began
        sight.figures = _encode(figures)
        sight.counted_id = position.derived_id
        if sight.last_id == position.newest_id:
            # Without what has become too old, or was erased.
            sight.events = deque(self._documents(newest), maxlen=MAX_EVENTS)
        for listener in self._listeners.get(site_id, ()):
            listener.put_figures(sight.figures)

    def _documents(self, events: Iterable[Incoming]) -> list[bytes]:
        return [orjson.dumps(incoming_document(event, self._key)) for event in events]

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


def _encode(figures: Figures) -> bytes:
    document: dict[str, Any] = figures_document(figures)
    return orjson.dumps(document)
