"""POST /v1/collect: Tiny Analytics' way in, with its answers and our durability.

One event a request, answered after it is durable; what comes of it is what /collect would have made.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, Field

from footfall.edge.collect import (
    CORS,
    PREFLIGHT,
    Answer,
    Collector,
    Headers,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
)
from footfall.errors import Rejected, TooLarge
from footfall.event import DropReason
from footfall.ingest.tiny import is_complete, translate
from footfall.observe import REQUESTS

PATH: Final = "/v1/collect"

# Tiny Analytics' words, by which its clients may tell one refusal from another.
_REFUSED: Final = {
    DropReason.UNKNOWN_SITE: (401, "unknown site"),
    DropReason.KEY: (401, "missing or invalid api key"),
    DropReason.SIGNATURE: (401, "invalid signature"),
    DropReason.ORIGIN: (403, "origin not allowed"),
}

documentation = APIRouter(tags=["collection"])


class TinyEvent(BaseModel):
    """An event as Tiny Analytics takes it."""

    site_id: str
    event_name: str
    event_id: str | None = Field(default=None, description="New: makes sending twice count once.")
    url: str | None = None
    referrer: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    ts: int = Field(default=0, description="Milliseconds since 1970; 0 for now.")
    props: dict[str, Any] | None = None


class TinyStatus(BaseModel):
    status: str = Field(description="queued, or ignored for what the site does not keep.")


class TinyError(BaseModel):
    error: str


@documentation.post(
    PATH,
    status_code=202,
    response_model=TinyStatus,
    responses={
        status: {"model": TinyError, "description": description}
        for status, description in {
            400: "No JSON, or a field is missing or wrong.",
            401: "An unknown site; an API key or a signature that is missing or wrong.",
            403: "The page's domain is none that the site allows.",
            413: "The body is over 1 MiB.",
            503: "Not durable; send it again after Retry-After.",
        }.items()
    },
)
async def post_tiny(body: TinyEvent) -> NoReturn:
    """Store one event in the shape of Tiny Analytics.

    `X-TA-API-Key` where the site asks for keys, `X-TA-Signature` where it has a secret. 202 comes after
    the event is durable.
    """
    raise AssertionError("Tiny answers /v1/collect")


class Tiny:
    """The endpoint; made once, by the composition root."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await send_answer(send, 204, b"", PREFLIGHT)
            return
        headers: Headers = ()
        cors: Headers = tuple(CORS)
        if method != "POST":
            status, document = 405, {"error": "method not allowed"}
            headers = ((b"allow", b"POST, OPTIONS"),)
        else:
            answer = await self._answer(scope, receive)
            status, document = _in_their_words(answer)
            headers, cors = answer.headers, answer.cors
        REQUESTS.labels(str(status)).inc()
        kind = (b"content-type", b"application/json")
        await send_answer(send, status, orjson.dumps(document), [*cors, kind, *headers])

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            body = await read_body(receive, headers.get(b"content-length"))
        except TooLarge:
            return Answer(413, {"error": "body too large"})
        except Rejected:
            return Answer(400, {"error": "invalid body"})
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Answer(400, {"error": "invalid json"})
        if not isinstance(document, dict):
            return Answer(400, {"error": "invalid json"})
        if not is_complete(document):
            return Answer(400, {"error": "site_id and event_name are required"})
        return await self._collector.collect(scope, orjson.dumps(translate(document)), signed=body)


def _in_their_words(answer: Answer) -> tuple[int, dict[str, Any]]:
    if answer.status == 202:
        kept = answer.document.get("accepted", 0)
        return 202, {"status": "queued" if kept else "ignored"}
    if answer.reason in _REFUSED:
        status, error = _REFUSED[answer.reason]
        return status, {"error": error}
    if answer.status == 503:
        return 503, {"error": "queue unavailable"}
    if answer.status in (413, 429):
        return answer.status, {"error": str(answer.document["error"])}
    return 400, {"error": str(answer.document.get("detail") or answer.document["error"])}
