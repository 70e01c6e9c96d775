"""POST and OPTIONS /collect, also as /e: a plain ASGI endpoint, since a framework route costs two thirds of the rate.

Body to Hits, Hits to Events, Events to the log; 202 after the COMMIT, never before. Answers CORS
itself (no cookie is ever used), so proxies must not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NoReturn
from uuid import UUID

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, Field

from footfall.config import Settings
from footfall.database import AWAY
from footfall.edge.admission import Admission
from footfall.edge.caller import client_ip, forwarded_for
from footfall.edge.limits import SiteLimits
from footfall.errors import FootfallError, Rejected, TooLarge, TooMany, Unavailable, UnsupportedType
from footfall.event import Dropped, DropReason, Event, TimestampSource
from footfall.eventlog import ledger
from footfall.eventlog.dead_letters import LEDGER_SITE
from footfall.eventlog.intake import DeadLetter, Intake
from footfall.eventlog.log import EventLog
from footfall.ingest import pipeline, wire
from footfall.ingest.bots import Driven, Pace
from footfall.ingest.policy import SILENT
from footfall.ingest.public_lists import ListsInUse
from footfall.ingest.redact_level import reduce
from footfall.ingest.visitor import Salts, derive_midnight_id, derive_visitor_id, midnight_salt
from footfall.ingest.wire import CollectedBatch, CollectedEvent
from footfall.observe import REQUESTS, TIMESTAMPS_REPLACED
from footfall.site import Site, SiteDirectory

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

# The second name is for blocking lists that take every /collect for an advertiser's.
PATHS: Final = ("/collect", "/e")
_EXPOSED: Final = (b"access-control-expose-headers", b"Retry-After, X-Gotrack-Accepted")
# For all whom no site's list concerns: an answer before the site is known, and sites without one.
CORS: Final = [(b"access-control-allow-origin", b"*"), _EXPOSED]
# A preflight has no body, so it cannot know the site: it lets every page ask, and the answer decides.
PREFLIGHT: Final = [
    *CORS,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"Content-Type, Authorization, X-Footfall-Key, X-TA-API-Key, X-TA-Signature, X-GoTrack-HMAC",
    ),
    (b"access-control-max-age", b"86400"),
    (b"content-type", b"application/json"),
]
_REFUSALS: Final = {
    DropReason.ORIGIN: (403, "forbidden"),
    DropReason.KEY: (401, "unauthorized"),
    DropReason.SIGNATURE: (401, "unauthorized"),
}
_CONTENT_TYPES: Final = (b"application/json", b"text/plain")


# FastAPI's part in /collect is its page in the API's documentation; Collector answers before it.
documentation = APIRouter(tags=["collection"])


class RejectedEvent(BaseModel):
    """One event that was not kept."""

    index: int = Field(description="Place in the request, from 0.")
    field: str
    reason: str


class Collected(BaseModel):
    """The answer to POST /collect, sent after the events are committed."""

    status: Literal["success", "partial", "dnt", "gpc", "bot"] = Field(
        description="dnt, gpc, bot: nothing was kept, as the browser or the site's owner asks for."
    )
    message: str
    accepted: int = Field(description="Events kept, duplicates included.")
    duplicates: int = Field(description="Of those, events whose id was known already.")
    rejected: list[RejectedEvent]
    timestamp: datetime
    event_id: UUID | None = Field(default=None, description="Only for a single event.")


@documentation.post("/collect", status_code=202, response_model=Collected)
async def post_collect(
    body: CollectedEvent | CollectedBatch | list[CollectedEvent | CollectedBatch],
) -> NoReturn:
    """Store one event, an array of events or a batch; 202 means that they are durable.

    `application/json` or `text/plain`, at most 1 MiB and 100 events. GoTrack's events are understood, too, and
    their answer has the header `X-Gotrack-Accepted`. Good events are kept when others of
    the request are bad; a 4xx says that nothing was. 503 with Retry-After: send the same ids again.
    """
    raise AssertionError("Collector answers /collect")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: status, JSON document, extra headers, CORS. reason: of the first event refused."""

    status: int
    document: dict[str, Any]
    headers: Headers = ()
    cors: Headers = tuple(CORS)
    reason: DropReason | None = None


class Collector:
    """The endpoint with what it needs; made once, by the composition root."""

    def __init__(
        self,
        settings: Settings,
        log: EventLog,
        sites: SiteDirectory,
        salts: Salts,
        limits: SiteLimits,
        lists: ListsInUse,
        clock: Callable[[], datetime],
    ) -> None:
        self._clock = clock
        self._trusted = settings.trusted_proxies
        self._max_event_age = timedelta(days=settings.event_age_limit_days)
        self._log = log
        self._sites = sites
        self._salts = salts
        self._lists = lists
        self._pace = Pace()
        self._driven = Driven()
        pipeline.prepare()
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await send_answer(send, 200, b'{"status":"ok"}', PREFLIGHT)
            return
        if method != "POST":
            answer = Answer(
                405,
                {"error": "method_not_allowed", "detail": "Send events by POST."},
                ((b"allow", b"POST, OPTIONS"),),
            )
        else:
            answer = await self._answer(scope, receive)
        REQUESTS.labels(str(answer.status)).inc()
        body = orjson.dumps(answer.document)
        headers = [*answer.cors, (b"content-type", b"application/json"), *answer.headers]
        await send_answer(send, answer.status, body, headers)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            _check_content_type(headers.get(b"content-type", b""))
            body = await read_body(receive, headers.get(b"content-length"))
        except FootfallError as error:
            return _error(error)
        return await self.collect(scope, body, signed=body)

    async def collect(
        self, scope: Scope, body: bytes, *, signed: bytes | None, by_referer: bool = False
    ) -> Answer:
        """Store what `body` holds, for the caller that `scope` tells of; never raises for what was sent.

        signed: the bytes that a signature is of. by_referer: an image's page shows in its Referer only.
        """
        try:
            return await self._collect(scope, body, self._clock(), signed, by_referer)
        except AWAY as error:
            return _error(Unavailable(f"The database is away: {type(error).__name__}"))
        except FootfallError as error:
            return _error(error)

    async def _collect(
        self,
        scope: Scope,
        body: bytes,
        received_at: datetime,
        signed: bytes | None,
        by_referer: bool,
    ) -> Answer:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        parsed = wire.parse(body)
        peer = scope.get("client")
        user_agent = headers.get(b"user-agent")
        wanted = {site_id for _, hit in parsed.hits if (site_id := pipeline.site_id_of(hit))}
        sites = await self._sites.find(wanted)
        ip = client_ip(peer[0] if peer else None, forwarded_for(scope["headers"]), self._trusted)
        admission = Admission(headers, signed, ip, by_referer=by_referer)
        is_guarded = any(site.is_guarded for site in sites.values())
        if is_guarded and any(admission.refuse(hit, sites) for _, hit in parsed.hits):
            # A key or a domain may have been added a moment ago.
            sites = {**sites, **await self._sites.look_again(sites.keys())}
        homes = [pipeline.site_id_of(hit) for _, hit in parsed.hits]
        self._limits.take([site_id for site_id in homes if site_id], sites, received_at)
        salts = await self._salts.refresh(received_at)
        around = pipeline.Surroundings(
            received_at=received_at,
            ip=ip,
            user_agent=user_agent.decode("latin-1").replace("\x00", "") if user_agent else None,
            salt=salts.today,
            sites=sites,
            max_event_age=self._max_event_age,
            headers=pipeline.read_headers(scope["headers"]),
            lists=self._lists.lists,
            pace=self._pace,
            driven=self._driven,
            vouched=frozenset(one.site_id for one in sites.values() if admission.vouches(one)),
            previous_salt=salts.yesterday,
        )
        events: list[Event] = []
        # What its sender or the site's owner wants not kept, which is no fault of the request.
        dropped: list[tuple[str, DropReason]] = []
        # What was refused: which, under which site the ledger has it, and why.
        refused = [
            (rejection, _ledger_site(rejection.site_id, sites), DropReason.INVALID)
            for rejection in parsed.rejections
        ]
        # What each of the request's events must be found again as: (site id, outcome).
        tallies = Counter((site_id, ledger.RECEIVED) for _, site_id, _ in refused)
        for index, hit in parsed.hits:
            site_id = _ledger_site(pipeline.site_id_of(hit), sites)
            tallies[site_id, ledger.RECEIVED] += 1
            refusal = admission.refuse(hit, sites) if is_guarded else None
            outcome = refusal or pipeline.run(hit, around)
            if isinstance(outcome, Dropped) and outcome.reason in SILENT:
                dropped.append((site_id, outcome.reason))
                tallies[site_id, ledger.DROPPED + outcome.reason.value] += 1
            elif isinstance(outcome, Dropped):
                rejection = wire.Rejection(
                    index, outcome.field, outcome.detail, hit.site_id, hit.raw
                )
                refused.append((rejection, site_id, outcome.reason))
            else:
                events.append(outcome)
                if outcome.timestamp_source in (TimestampSource.FUTURE, TimestampSource.TOO_OLD):
                    TIMESTAMPS_REPLACED.labels(outcome.timestamp_source.value).inc()
        refused.sort(key=lambda one: one[0].index)
        rejections = [rejection for rejection, _, _ in refused]
        letters = []
        for rejection, site_id, reason in refused:
            # Who was not let in is not let in by a replay either.
            is_set_aside = bool(events) and reason not in _REFUSALS
            tallies[
                site_id, ledger.DEAD_LETTER if is_set_aside else ledger.DROPPED + reason.value
            ] += 1
            if is_set_aside:
                letters.append(_letter(rejection, site_id, around))
        for key_hash in admission.used_keys:
            self._sites.note_use(key_hash)
        cors = _cors(headers.get(b"origin"), admission, sites.values())
        appended = await self._log.append(Intake(received_at, events, letters, tallies))
        if not events and dropped:
            return _kept_nothing(dropped[0][1], rejections, received_at, cors)
        if not events:
            return _nothing_valid(rejections, refused[0][2], cors)
        if appended.refused:
            why = "holds a value that the database refuses"
            rejections += [wire.Rejection(i, "event", why, None, None) for i in appended.refused]
            if len(appended.refused) == len(events):
                return _nothing_valid(rejections, DropReason.INVALID, cors)
        accepted = len(events) - len(appended.refused)
        document: dict[str, Any] = {
            "status": "success" if not rejections else "partial",
            "message": _message(accepted),
            "accepted": accepted,
            "duplicates": appended.duplicates,
            "rejected": _listed(rejections),
            "timestamp": received_at.isoformat(),
        }
        if parsed.single:
            document["event_id"] = str(events[0].event_id)
        told: Headers = ((b"x-gotrack-accepted", str(accepted).encode()),) if parsed.gotrack else ()
        return Answer(202, document, told, cors)


def _letter(rejection: wire.Rejection, site_id: str, around: pipeline.Surroundings) -> DeadLetter:
    """With what a replay needs of the request; its address only as the hashes that an event would get."""
    who = (around.ip, around.user_agent, site_id)
    now = around.received_at
    context = {
        LEDGER_SITE: site_id,
        "user_agent": around.user_agent,
        "visitor_id": derive_visitor_id(around.salt, *who),
    }
    salt = midnight_salt(now, now, around.salt, around.previous_salt)
    if salt is not None:
        context["midnight_id"] = derive_midnight_id(salt, *who)
    site = around.sites.get(site_id, pipeline.NO_SITE)
    return DeadLetter(
        rejection.site_id,
        rejection.field,
        rejection.reason,
        reduce(rejection.payload, site.settings),
        context,
    )


def _ledger_site(site_id: str | None, sites: Mapping[str, Site]) -> str:
    """Under which site the ledger counts; strangers' words make no rows."""
    return site_id if site_id is not None and site_id in sites else ledger.UNKNOWN_SITE


def _message(count: int) -> str:
    return "Event received and stored" if count == 1 else f"{count} events received and stored"


def _listed(rejections: list[wire.Rejection]) -> list[dict[str, Any]]:
    return [{"index": r.index, "field": r.field, "reason": r.reason} for r in rejections]


def _nothing_valid(rejections: list[wire.Rejection], reason: DropReason, cors: Headers) -> Answer:
    first = rejections[0]
    status, code = _REFUSALS.get(reason, (422, "unprocessable"))
    document = {
        "error": code,
        "detail": f"No valid event: {first.field} {first.reason}",
        "field": first.field,
        "status": "rejected",
        "accepted": 0,
        "duplicates": 0,
        "rejected": _listed(rejections),
    }
    return Answer(status, document, cors=cors, reason=reason)


def _kept_nothing(
    reason: DropReason, rejections: list[wire.Rejection], received_at: datetime, cors: Headers
) -> Answer:
    """As it was asked for; sending it again would change nothing."""
    document = {
        "status": reason.value,
        "message": "Nothing kept, as asked for",
        "accepted": 0,
        "duplicates": 0,
        "rejected": _listed(rejections),
        "timestamp": received_at.isoformat(),
    }
    return Answer(202, document, cors=cors, reason=reason)


def _cors(origin: bytes | None, admission: Admission, sites: Iterable[Site]) -> Headers:
    """`*` unless one of the sites lists domains; then the caller's origin, or none where it is not listed."""
    if not any(site.allowed_domains for site in sites):
        return tuple(CORS)
    varies = (b"vary", b"Origin")
    if origin is None or not all(site.allows(admission.host) for site in sites):
        return (varies,)
    return ((b"access-control-allow-origin", origin), varies, _EXPOSED)


def _error(error: FootfallError) -> Answer:
    document: dict[str, Any] = {"error": error.code, "detail": error.detail}
    if error.field is not None:
        document["field"] = error.field
    if isinstance(error, Unavailable | TooMany):
        return Answer(
            error.status, document, ((b"retry-after", str(error.retry_after_s).encode()),)
        )
    return Answer(error.status, document)


def _check_content_type(value: bytes) -> None:
    kind = value.partition(b";")[0].strip().lower()
    if kind and kind not in _CONTENT_TYPES:
        raise UnsupportedType("Content-Type must be application/json or text/plain.", field="body")


async def read_body(receive: Receive, declared: bytes | None) -> bytes:
    """The whole body. Raises TooLarge as soon as it is known to be over the limit, chunked or not."""
    if declared is not None and declared.isdigit() and int(declared) > wire.MAX_BODY_BYTES:
        raise TooLarge("The body is larger than 1 MiB.", field="body")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Rejected("The connection ended before the body did.", field="body")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > wire.MAX_BODY_BYTES:
            raise TooLarge("The body is larger than 1 MiB.", field="body")
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def send_answer(
    send: Send,
    status: int,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
    *,
    with_body: bool = True,
) -> None:
    """Send a whole response; without its body in answer to HEAD."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body if with_body else b""})
