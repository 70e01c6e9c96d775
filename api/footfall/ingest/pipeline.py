"""Hit to Event: the ordered steps, each named put_* (adds to the draft) or drop_* (may refuse it).

Pure but for what Surroundings bring: the time, the salt, the known sites, the place of an address and the
memory of each visitor's pace. What a step needs from the database is fetched by `edge` before.
"""

from __future__ import annotations

import itertools
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import SplitResult

import orjson

from footfall.event import Dropped, DropReason, Event, Hit, TimestampSource
from footfall.ingest import agent, bots
from footfall.ingest.agent import (
    NO_HINTS,
    UNKNOWN_AGENT,
    Agent,
    Hints,
    read_agent,
    read_hints,
    read_language,
)
from footfall.ingest.geo import NOWHERE, Place
from footfall.ingest.page import path_of, site_id_of_host, split_url
from footfall.ingest.page_search import is_not_found, search_term_of
from footfall.ingest.policy import opted_out
from footfall.ingest.public_lists import Lists
from footfall.ingest.redact_level import LEVELS, may_need_reduction, reduce, reduce_address
from footfall.ingest.source import NO_ATTRIBUTION, Attribution, attribute
from footfall.ingest.visitor import derive_midnight_id, derive_visitor_id, midnight_salt
from footfall.observe import STEP_SECONDS
from footfall.site import Site

EVENT_ID_NAMESPACE: Final = uuid.UUID("5d9a6c1e-3f0b-5b7a-9d55-0f7fa11e0001")
NO_SITE: Final = Site("")
NEVER: Final = datetime.min.replace(tzinfo=UTC)
# RFC 1035: a host name has at most 253 characters; a site id here has at most 200.
MAX_HOST_CHARACTERS: Final = 200
MAX_CLOCK_LEAD: Final = timedelta(minutes=5)
MAX_USER_AGENT_CHARACTERS: Final = 2_000
# One hit of so many is timed step by step: some 50 us more for it, under 1 us on average (make bench).
TIMED_HITS: Final = 64
# Who somebody is stands in these; no step may see them.
_WITHHELD: Final = frozenset(
    (b"cookie", b"authorization", b"forwarded", b"x-forwarded-for", b"x-real-ip")
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What one request's hits have in common, and what the pipeline may know of the world.

    headers: lower-case name to value, in order of arrival, as read_headers() makes them.
    salt, previous_salt: of the UTC day of receipt and of the one before, where it is known.
    vouched: sites whose own server sends this.
    """

    received_at: datetime
    ip: str
    user_agent: str | None
    salt: bytes
    sites: Mapping[str, Site]
    max_event_age: timedelta
    headers: Mapping[str, str] = field(default_factory=dict)
    lists: Lists = field(default_factory=Lists)
    pace: bots.Pace = field(default_factory=bots.Pace)
    driven: bots.Driven = field(default_factory=bots.Driven)
    vouched: frozenset[str] = frozenset()
    previous_salt: bytes | None = None


@dataclass(slots=True)
class Draft:
    """An Event in the making."""

    hit: Hit
    around: Surroundings
    page: SplitResult | None = None
    site_id: str = ""
    site: Site = NO_SITE
    path: str | None = None
    visitor_id: str = ""
    event_id: uuid.UUID = EVENT_ID_NAMESPACE
    timestamp: datetime = NEVER
    timestamp_source: TimestampSource = TimestampSource.MISSING
    midnight_id: str | None = None
    hints: Hints = NO_HINTS
    agent: Agent = UNKNOWN_AGENT
    language: str | None = None
    place: Place = NOWHERE
    attribution: Attribution = field(default=NO_ATTRIBUTION)
    search_term: str | None = None
    is_not_found: bool = False
    stored: bytes = b""
    verdict: bots.Verdict = bots.PERSON


Step = Callable[[Draft], Dropped | None]


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers for Surroundings: without cookies, credentials and addresses; of one name the first."""
    headers: dict[str, str] = {}
    for name, value in raw:
        if name not in _WITHHELD and not name.endswith((b"-key", b"-signature", b"-hmac")):
            headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
    return headers


def site_id_of(hit: Hit) -> str | None:
    """The site a hit names, else the one its URL's host stands for."""
    if hit.site_id is not None:
        return hit.site_id
    parts = split_url(hit.url)
    if parts is None or not parts.hostname or len(parts.hostname) > MAX_HOST_CHARACTERS:
        return None
    return site_id_of_host(parts.hostname)


def put_page(draft: Draft) -> None:
    draft.page = split_url(draft.hit.url)
    draft.path = path_of(draft.hit.path, draft.page)


def drop_unknown_site(draft: Draft) -> Dropped | None:
    site_id = site_id_of(draft.hit)
    if site_id is None:
        return Dropped(
            DropReason.UNKNOWN_SITE,
            "siteId",
            "is missing, and there is no url with a host to take it from",
        )
    site = draft.around.sites.get(site_id)
    if site is None:
        return Dropped(DropReason.UNKNOWN_SITE, "siteId", "is not registered here")
    draft.site_id = site_id
    draft.site = site
    return None


def drop_opted_out(draft: Draft) -> Dropped | None:
    reason = opted_out(draft.around.headers, draft.site.settings)
    return None if reason is None else Dropped(reason, reason.value, "asks that nothing is kept")


def put_visitor(draft: Draft) -> None:
    around = draft.around
    draft.visitor_id = draft.hit.visitor_id or derive_visitor_id(
        around.salt, around.ip, around.user_agent, draft.site_id
    )


def put_event_id(draft: Draft) -> None:
    sent = draft.hit.event_id
    if sent is None:
        draft.event_id = time_ordered_uuid(draft.around.received_at)
        return
    try:
        draft.event_id = uuid.UUID(sent)
    except ValueError:
        draft.event_id = uuid.uuid5(EVENT_ID_NAMESPACE, f"{draft.site_id}\x1f{sent}")


def put_timestamp(draft: Draft) -> None:
    claimed, received_at = draft.hit.timestamp, draft.around.received_at
    source = TimestampSource.CLIENT
    if claimed is None:
        source = TimestampSource.MISSING
    elif claimed > received_at + MAX_CLOCK_LEAD:
        source = TimestampSource.FUTURE
    elif claimed < received_at - draft.around.max_event_age:
        source = TimestampSource.TOO_OLD
    draft.timestamp_source = source
    draft.timestamp = claimed if claimed and source is TimestampSource.CLIENT else received_at


def put_midnight_id(draft: Draft) -> None:
    """What ties a visitor without ids to themselves on the other side of a midnight nearby."""
    hit, around = draft.hit, draft.around
    if hit.session_id is not None or hit.visitor_id is not None:
        return
    salt = midnight_salt(draft.timestamp, around.received_at, around.salt, around.previous_salt)
    if salt is not None:
        draft.midnight_id = derive_midnight_id(salt, around.ip, around.user_agent, draft.site_id)


def put_source(draft: Draft) -> None:
    if draft.hit.event_type == "pageview":
        draft.attribution = attribute(
            draft.hit.raw, draft.page, draft.site, draft.around.lists.sources
        )


def put_search(draft: Draft) -> None:
    hit = draft.hit
    draft.search_term = search_term_of(hit.event_type, hit.raw, draft.page)


def put_not_found(draft: Draft) -> None:
    draft.is_not_found = is_not_found(draft.hit.event_type, draft.hit.raw)


def put_agent(draft: Draft) -> None:
    browser = draft.hit.raw.get("browser")
    draft.hints = read_hints(draft.around.headers, browser)
    draft.agent = read_agent(draft.around.user_agent, draft.hints)
    draft.language = read_language(draft.around.headers.get("accept-language"), browser)


def put_place(draft: Draft) -> None:
    draft.place = draft.around.lists.places.find(draft.around.ip)


def put_bot_verdict(draft: Draft) -> None:
    around = draft.around
    browser = draft.hit.raw.get("browser")
    draft.verdict = bots.judge(
        bots.Evidence(
            user_agent=around.user_agent,
            headers=around.headers,
            hints=draft.hints,
            is_https=around.headers.get("x-forwarded-proto") == "https",
            is_driven=_is_driven(
                draft, says_so=isinstance(browser, dict) and browser.get("webdriver") is True
            ),
            referrer=draft.attribution.referrer,
            spam=around.lists.spam,
            is_vouched=draft.site_id in around.vouched,
            is_impossible=around.pace.is_impossible(
                draft.site_id,
                draft.visitor_id,
                draft.timestamp,
                around.received_at,
                is_view=draft.hit.event_type == "pageview",
            ),
        )
    )


def _is_driven(draft: Draft, *, says_so: bool) -> bool:
    # On the other side of midnight the same browser is known by the midnight id only.
    site_id, now, driven = draft.site_id, draft.around.received_at, draft.around.driven
    is_driven = driven.is_driven(site_id, draft.visitor_id, now, says_so=says_so)
    if draft.midnight_id is not None:
        is_driven |= driven.is_driven(site_id, draft.midnight_id, now, says_so=says_so)
    return is_driven


def drop_bot(draft: Draft) -> Dropped | None:
    if not draft.verdict.is_bot or draft.site.settings.bots != "drop":
        return None
    return Dropped(DropReason.BOT, "bot", f"is no person's: {', '.join(draft.verdict.reasons)}")


def put_stored(draft: Draft) -> None:
    """What is kept, by the site's privacy level and list of query parameters; the last to see the rest."""
    hit, settings = draft.hit, draft.site.settings
    draft.stored = orjson.dumps(hit.raw)
    if not may_need_reduction(hit.raw, draft.stored, settings):
        return
    raw = reduce(hit.raw, settings)
    draft.stored = orjson.dumps(raw)
    url = reduce_address(hit.url, "url", settings) if hit.url else hit.url
    draft.hit = replace(hit, raw=raw, url=url)
    referrer = draft.attribution.referrer
    if referrer is not None:
        referrer = reduce_address(referrer, "referrer", settings)
        draft.attribution = replace(draft.attribution, referrer=referrer)
    if LEVELS[settings.privacy].contents:
        draft.search_term = None
        draft.place = replace(draft.place, region=None, city=None)


STEPS: Final[tuple[Step, ...]] = (
    put_page,
    drop_unknown_site,
    drop_opted_out,
    put_visitor,
    put_event_id,
    put_timestamp,
    put_midnight_id,
    put_agent,
    put_place,
    put_source,
    put_search,
    put_not_found,
    put_bot_verdict,
    drop_bot,
    put_stored,
)
_TIMERS: Final = tuple((step, STEP_SECONDS.labels(step.__name__)) for step in STEPS)
_number = itertools.count()


def run(hit: Hit, around: Surroundings) -> Event | Dropped:
    """Take `hit` through STEPS; the first drop ends it."""
    draft = Draft(hit, around)
    dropped = _run_timed(draft) if next(_number) % TIMED_HITS == 0 else _run(draft)
    if dropped is not None:
        return dropped
    hit, user_agent = draft.hit, around.user_agent
    attribution = draft.attribution
    return Event(
        event_id=draft.event_id,
        event_type=hit.event_type,
        session_id=hit.session_id,
        visitor_id=draft.visitor_id,
        site_id=draft.site_id,
        timestamp=draft.timestamp,
        timestamp_source=draft.timestamp_source,
        received_at=around.received_at,
        url=hit.url,
        path=draft.path,
        user_agent=user_agent[:MAX_USER_AGENT_CHARACTERS] if user_agent else None,
        referrer=attribution.referrer,
        referrer_type=attribution.referrer_type,
        referrer_platform=attribution.referrer_platform,
        utm_source=attribution.utm[0],
        utm_medium=attribution.utm[1],
        utm_campaign=attribution.utm[2],
        utm_content=attribution.utm[3],
        utm_term=attribution.utm[4],
        channel=attribution.channel,
        click_id=attribution.click_id,
        raw=draft.stored,
        browser=draft.agent.browser,
        browser_version=draft.agent.browser_version,
        os=draft.agent.os,
        os_version=draft.agent.os_version,
        device_type=draft.agent.device_type,
        language=draft.language,
        country=draft.place.country,
        region=draft.place.region,
        city=draft.place.city,
        search_term=draft.search_term,
        is_not_found=draft.is_not_found,
        is_bot=draft.verdict.is_bot,
        bot_score=draft.verdict.score,
        bot_reasons=draft.verdict.reasons,
        bot_signals=draft.verdict.signals_json,
        midnight_id=draft.midnight_id,
    )


def prepare() -> None:
    """Read the rules of all steps now, which takes a second, instead of at the first event."""
    agent.prepare()
    bots.prepare()


def _run(draft: Draft) -> Dropped | None:
    for step in STEPS:
        dropped = step(draft)
        if dropped is not None:
            return dropped
    return None


def _run_timed(draft: Draft) -> Dropped | None:
    before = time.perf_counter()
    for step, timer in _TIMERS:
        dropped = step(draft)
        now = time.perf_counter()
        timer.observe(now - before)
        if dropped is not None:
            return dropped
        before = now
    return None


def time_ordered_uuid(now: datetime) -> uuid.UUID:
    """A version 7 UUID (RFC 9562): milliseconds, then 74 random bits; kind to B-tree indexes."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)
