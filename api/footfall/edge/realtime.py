"""The realtime page: the last half hour of a site as one answer, or live as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from footfall.edge.auth import Cookie, Credentials, require_access
from footfall.edge.hub import Hub, Listener
from footfall.edge.reports import ERRORS, NO_SITE, Allowed
from footfall.edge.wire_realtime import WireRealtime
from footfall.errors import Rejected, Unavailable

router = APIRouter(prefix="/api", tags=["reports"], dependencies=[Depends(require_access)])

EVENT_STREAM: Final = "text/event-stream"
# For browsers' own EventSource; the dashboard waits by its own rule.
RETRY_MS: Final = 3_000

_EXAMPLE: Final = """retry: 3000

event: snapshot
data: {"now":"2026-11-24T19:30:02.114Z","current_visitors":2,"visitors":5,…,"events":[…]}

event: events
data: {"events":[{"id":"019ab3…","event_type":"pageview","path":"/",…}],"skipped":0}

event: figures
data: {"now":"2026-11-24T19:30:04.310Z","current_visitors":3,"visitors":6,…}

: alive

"""
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Messages, each with a name: `snapshot` once, as the answer of `/realtime`; then `events`"
        " (`events` as there, `skipped`: how many more came than are told) and `figures` (all but the events)"
        " as they change; between them a comment every 15 seconds.",
        "content": {EVENT_STREAM: {"schema": {"type": "string"}, "example": _EXAMPLE}},
    },
    **ERRORS,
    **NO_SITE,
}


@router.get(
    "/sites/{site_id}/realtime",
    response_model=None,
    responses={200: {"model": WireRealtime}, **ERRORS, **NO_SITE},
)
async def get_realtime(
    request: Request,
    site_id: str,
    access: Allowed,
    events: Annotated[bool, Query(description="false: `events` is empty.")] = True,
) -> Response:
    """The last 30 minutes of a site: figures, and the newest events. A few seconds old at most."""
    access.check_site(site_id)
    hub: Hub = request.state.hub
    sight = await hub.look(site_id)
    body = sight.document() if events else sight.figures[:-1] + b',"events":[]}'
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


class _Stream(StreamingResponse):
    """However it ends, `on_end` is called: a generator that nobody asks again is not told."""

    def __init__(self, content: AsyncIterator[bytes], on_end: Callable[[], None]) -> None:
        super().__init__(
            content,
            media_type=EVENT_STREAM,
            headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
        )
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()


@router.get("/sites/{site_id}/realtime/stream", response_model=None, responses=_STREAM)
async def get_realtime_stream(
    request: Request, site_id: str, access: Allowed, credentials: Credentials, cookie: Cookie
) -> Response:
    """The same, live: an event stands in it within about a second of its collection.

    The stream ends when the caller may no longer read the site, when the server stops, and after an hour;
    whoever reads it comes again. Of a slow reader's events only the newest 100 wait.
    """
    access.check_site(site_id)
    hub: Hub = request.state.hub

    async def check() -> None:
        again = await require_access(request, credentials, cookie)
        again.check_site(site_id)

    listener, first = await hub.listen(site_id)
    messages = _messages(hub, listener, first, check)
    return _Stream(messages, lambda: hub.leave(listener))


async def _messages(
    hub: Hub, listener: Listener, first: bytes, check: Callable[[], Awaitable[None]]
) -> AsyncIterator[bytes]:
    time = asyncio.get_running_loop().time
    began = time()
    beat_at = began + hub.pace.beat_s
    yield b"retry: %d\n\n" % RETRY_MS + _message("snapshot", first)
    while not listener.ended and time() - began < hub.pace.lifetime_s:
        await listener.wait(beat_at - time())
        if time() >= beat_at:
            try:
                await check()
            except Unavailable:
                # The database is away, so there is nothing to tell; who was let in may wait.
                pass
            except Rejected:
                return
            beat_at = time() + hub.pace.beat_s
            yield b": alive\n\n"
        for name, document in listener.take():
            yield _message(name, document)


def _message(name: str, document: bytes) -> bytes:
    """JSON has no line ends of its own, so it is one line of data."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), document)
