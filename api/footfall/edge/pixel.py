"""GET and HEAD /px.gif: one event in the address of an image, for pages without scripts and browsers without
fetch. What comes of it is what /collect would have made of the same event.
"""

from __future__ import annotations

from typing import Final, NoReturn
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from footfall.edge.collect import CORS, Answer, Collector, Receive, Scope, Send, send_answer
from footfall.observe import REQUESTS

PATH: Final = "/px.gif"

# One transparent pixel: GIF89a, a palette of two colours, the first of them see-through.
_GIF: Final = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
_HEADERS: Final = [
    *CORS,
    (b"content-type", b"image/gif"),
    (b"cache-control", b"no-store, no-cache, must-revalidate, max-age=0"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
# The parameters of GoTrack's pixel, by the names that /collect has for them.
_NAMES: Final = {
    "e": "eventType",
    "site": "siteId",
    "sid": "sessionId",
    "uid": "visitorId",
    "url": "url",
}
_KNOWN: Final = frozenset((*_NAMES, "ref", "data"))
# What a page may say of its own; more is left out, and a longer value cut.
MAX_PROPERTIES: Final = 50
MAX_NAME_CHARACTERS: Final = 100
MAX_VALUE_CHARACTERS: Final = 500
MAX_PROPERTIES_BYTES: Final = 8_000

# As with /collect: FastAPI's part is the page in the API's documentation.
documentation = APIRouter(tags=["collection"])


@documentation.get(
    PATH,
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"image/gif": {}}}},
)
async def get_pixel(
    site: str | None = None,
    e: str = "pageview",
    url: str | None = None,
    ref: str | None = None,
    sid: str | None = None,
    uid: str | None = None,
    data: str | None = None,
) -> NoReturn:
    """Store one event; the image comes when it is durable, and no image (503) asks to try again.

    `url` defaults to the Referer header; `utm_*` are the campaign's; any other parameter becomes a property of
    the event, in `eventData` (50 at most, 8,000 bytes together, 500 characters each). `data`, if given, is
    the whole event as JSON, as /collect takes it. Nothing is stored where the browser says Do Not Track or
    Global Privacy Control, unless the site's settings say otherwise.
    """
    raise AssertionError("Pixel answers /px.gif")


def read_event(query: bytes, referer: str | None) -> bytes:
    """The body for /collect that the parameters of a pixel stand for; the last of a name counts."""
    given = dict(parse_qsl(query.decode("latin-1")))
    if "data" in given:
        return given["data"].encode()
    event: dict[str, object] = {"eventType": "pageview", "url": referer}
    event |= {name: given[short] for short, name in _NAMES.items() if given.get(short)}
    attribution: dict[str, object] = {"referrer": given["ref"]} if given.get("ref") else {}
    if utm := {name: value for name, value in given.items() if name.startswith("utm_")}:
        attribution["utmParams"] = utm
    if attribution:
        event["attribution"] = attribution
    if properties := _properties(given):
        event["eventData"] = properties
    return orjson.dumps(event)


def _properties(given: dict[str, str]) -> dict[str, str]:
    """The parameters that are nobody's else, within bounds."""
    kept: dict[str, str] = {}
    size = 0
    for name, value in given.items():
        if name in _KNOWN or name.startswith("utm_") or len(name) > MAX_NAME_CHARACTERS:
            continue
        value = value[:MAX_VALUE_CHARACTERS]
        size += len(orjson.dumps({name: value}))
        if len(kept) == MAX_PROPERTIES or size > MAX_PROPERTIES_BYTES:
            break
        kept[name] = value
    return kept


class Pixel:
    """The endpoint; made once, by the composition root."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            await send_answer(send, 405, b"", [*CORS, (b"allow", b"GET, HEAD")])
            return
        answer = await self._answer(scope)
        REQUESTS.labels(str(answer.status)).inc()
        if answer.status in (429, 503):
            await send_answer(send, answer.status, b"", [*CORS, *answer.headers])
            return
        # A bad event is final: a broken image on somebody's page would help nobody.
        status = 200 if answer.status == 202 else answer.status
        await send_answer(send, status, _GIF, _HEADERS, with_body=method == "GET")

    async def _answer(self, scope: Scope) -> Answer:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        referer = headers.get(b"referer")
        body = read_event(scope["query_string"], referer.decode("latin-1") if referer else None)
        return await self._collector.collect(scope, body, signed=None, by_referer=True)
