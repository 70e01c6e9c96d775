"""A request body to Hits: the shapes of seed 003, taken apart and validated event by event.

Accepts one event, an array of events, or the `batch` envelope, whose inner events are merged over the
wrapper's context (the wrapper itself is no event). A bad event never costs its neighbours: it becomes
a Rejection. Knows nothing of sites, time or the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from footfall.errors import Rejected, TooLarge, Unprocessable
from footfall.event import Hit
from footfall.ingest import gotrack
from footfall.ingest.redact import may_hold_secrets, redact

MAX_BODY_BYTES: Final = 1_048_576
MAX_EVENTS: Final = 100
MAX_EVENT_DATA_BYTES: Final = 10_000
MAX_CONTEXT_BYTES: Final = 16_000
MAX_NESTING: Final = 32

# Context of a wrapper that its inner events inherit; `events` and `eventType` are its own.
_NOT_INHERITED: Final = frozenset(
    ("events", "eventType", "eventId", "event_id", "timestamp", "eventData", "sequence")
)


# What an inner event with a url of its own does not inherit.
_OF_THE_PAGE: Final = frozenset(("url", "path", "page"))


def _parse_timestamp(value: Any) -> datetime | None:
    """ISO 8601 (no zone means UTC) or milliseconds since 1970; anything else is no claim at all.

    A timestamp never costs an event: what cannot be read is treated as missing, as seed 003 did.
    """
    try:
        if isinstance(value, str):
            parsed = datetime.fromisoformat(value.strip())
            return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _refuse_wrapper(value: str) -> str:
    if value.lower() == "batch":
        raise ValueError("must not be batch inside a batch, or without events")
    return value


def _blank_to_none(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and not value.strip():
        return None
    return value


def _check_event_data(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is not None and len(orjson.dumps(value)) > MAX_EVENT_DATA_BYTES:
        raise ValueError(f"must be at most {MAX_EVENT_DATA_BYTES:,} bytes of JSON")
    return value


def _check_url(value: str | None) -> str | None:
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value


Identifier = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None,
    BeforeValidator(_blank_to_none),
]


class CollectedEvent(BaseModel):
    """One event as trackers send it. Only `eventType` is required; unknown keys are kept as they are."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    event_type: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        AfterValidator(_refuse_wrapper),
    ] = Field(alias="eventType", description="pageview, click, page_exit, … or a name of your own.")
    event_id: Annotated[
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] | None,
        BeforeValidator(_blank_to_none),
    ] = Field(
        default=None,
        alias="eventId",
        description="Makes sending twice count once. A UUID, or any string of at most 64 characters.",
    )
    session_id: Identifier = Field(default=None, alias="sessionId")
    visitor_id: Identifier = Field(default=None, alias="visitorId")
    site_id: Identifier = Field(
        default=None,
        alias="siteId",
        description="Default: the host of `url`, with dashes for dots.",
    )
    timestamp: Annotated[datetime | None, BeforeValidator(_parse_timestamp)] = Field(
        default=None, description="ISO 8601 or milliseconds since 1970. Default: now."
    )
    url: Annotated[
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=8_000)] | None,
        BeforeValidator(_blank_to_none),
        AfterValidator(_check_url),
    ] = Field(default=None, description="Absolute, http or https.")
    path: Annotated[
        Annotated[str, StringConstraints(max_length=2_000)] | None, BeforeValidator(_blank_to_none)
    ] = Field(default=None, description="Default: the path of `url`.")
    event_data: Annotated[dict[str, Any] | None, AfterValidator(_check_event_data)] = Field(
        default=None,
        alias="eventData",
        description=f"At most {MAX_EVENT_DATA_BYTES:,} bytes of JSON.",
    )


class CollectedBatch(BaseModel):
    """The envelope of seed 003: context once, then the events that happened in it."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    event_type: str = Field(alias="eventType", pattern="^batch$")
    events: list[CollectedEvent] = Field(min_length=1, max_length=MAX_EVENTS)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event that cannot be kept. `index` counts from 0 in the order of the request."""

    index: int
    field: str
    reason: str
    site_id: str | None
    payload: Any


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body held. `single`: it was one event, so the answer may name its id. `gotrack`: of that shape."""

    hits: list[tuple[int, Hit]]
    rejections: list[Rejection]
    single: bool
    gotrack: bool = False


def parse(body: bytes) -> Parsed:
    """Take a body apart into Hits and Rejections, both redacted.

    Raises TooLarge (over 1 MiB or 100 events), Rejected (no JSON), Unprocessable (a shape that holds
    no events at all).
    """
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge("The body is larger than 1 MiB.", field="body")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Rejected(f"The body is no valid JSON: {error}", field="body") from None
    _check_nesting(document)
    if b"\\u0000" in body:
        document = _without_nul(document)
    if may_hold_secrets(body):
        document = redact(document)
    single = isinstance(document, dict) and document.get("eventType") != "batch"
    hits: list[tuple[int, Hit]] = []
    rejections: list[Rejection] = []
    is_gotracks = False
    for index, item in enumerate(_unwrap(document)):
        if index >= MAX_EVENTS:
            raise TooLarge(f"A request may hold at most {MAX_EVENTS} events.", field="events")
        if isinstance(item, dict) and gotrack.is_event(item):
            item, is_gotracks = gotrack.translate(item), True
        outcome = _validate(index, item)
        if isinstance(outcome, Rejection):
            rejections.append(outcome)
        else:
            hits.append((index, outcome))
    return Parsed(hits, rejections, single, is_gotracks)


def _unwrap(document: Any) -> Iterator[Any]:
    """Each event of a body; a batch in an array that holds none comes as the error that it is."""
    if isinstance(document, list):
        if not document:
            raise Unprocessable("The array holds no events.", field="body")
        for item in document:
            if not _is_batch(item):
                yield item
                continue
            try:
                yield from _unwrap_batch(item)
            except Unprocessable as error:
                yield error
    elif isinstance(document, dict):
        yield from _unwrap_batch(document) if _is_batch(document) else (document,)
    else:
        raise Unprocessable(
            "The body must be one event, an array of events or a batch.", field="body"
        )


def _is_batch(item: Any) -> bool:
    return isinstance(item, dict) and item.get("eventType") == "batch"


def _unwrap_batch(wrapper: dict[str, Any]) -> Iterator[Any]:
    inner = wrapper.get("events")
    if not isinstance(inner, list) or not inner:
        raise Unprocessable("A batch needs a non-empty array of events.", field="events")
    context = {key: value for key, value in wrapper.items() if key not in _NOT_INHERITED}
    # It is kept with every event, so a large one would grow a hundredfold.
    if len(orjson.dumps(context)) > MAX_CONTEXT_BYTES:
        raise Unprocessable(
            f"What a batch holds besides its events must be at most {MAX_CONTEXT_BYTES:,} bytes.",
            field="batch",
        )
    fallback = wrapper.get("timestamp")
    for item in inner:
        yield _merge(context, item, fallback) if isinstance(item, dict) else item


def _merge(context: dict[str, Any], item: dict[str, Any], fallback: Any) -> dict[str, Any]:
    """An inner event with what it leaves open taken from its wrapper; its own page is its own."""
    own = {key: value for key, value in item.items() if value not in (None, "")}
    if "url" in own and own["url"] != context.get("url"):
        context = {key: value for key, value in context.items() if key not in _OF_THE_PAGE}
    if fallback is not None:
        own.setdefault("timestamp", fallback)
    return {**context, **own}


def _validate(index: int, item: Any) -> Hit | Rejection:
    if isinstance(item, Unprocessable):
        return Rejection(index, item.field or "event", item.detail, None, {"eventType": "batch"})
    if not isinstance(item, dict):
        return Rejection(index, "event", "must be an object", None, item)
    try:
        event = CollectedEvent.model_validate(item)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        site_id = item.get("siteId")
        return Rejection(
            index,
            ".".join(map(str, first["loc"][:1])) or "event",
            first["msg"].removeprefix("Value error, "),
            site_id if isinstance(site_id, str) else None,
            item,
        )
    return Hit(
        event_type=event.event_type,
        event_id=event.event_id,
        site_id=event.site_id,
        session_id=event.session_id,
        visitor_id=event.visitor_id,
        timestamp=event.timestamp,
        url=event.url,
        path=event.path,
        raw=item,
    )


def _without_nul(value: Any) -> Any:
    """PostgreSQL's text and jsonb hold every character but NUL; U+FFFD stands for it."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value


def _check_nesting(document: Any) -> None:
    """Raises Unprocessable beyond MAX_NESTING levels, so that nothing later can run out of stack."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_NESTING):
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise Unprocessable(f"The body is nested deeper than {MAX_NESTING} levels.", field="body")
