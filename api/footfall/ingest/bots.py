"""Is it a person? What the request shows, an explained score from 0 to 100, and a verdict.

Evidence is weighed by WEIGHTS: what a machine says of itself decides alone, a missing or contradictory
header never does. Patterns come from kept packages (isbot; crawler-user-agents for name and kind), read
when the process starts; verdicts on a User-Agent are cached, since a new one costs about a millisecond.
"""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

import orjson
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from footfall.config import PROJECT_DIR
from footfall.ingest.agent import Hints, is_chromium, read_agent
from footfall.ingest.page import split_url

logger = logging.getLogger("footfall.ingest")

VERDICT_SCORE: Final = 50
MAX_SCORE: Final = 100
CACHED_VERDICTS: Final = 20_000
MAX_USER_AGENT: Final = 1_000
ISBOT_FILE: Final = PROJECT_DIR / "lists" / "dist" / "isbot.json"

# Reason to weight; docs/decisions/0007 says why. Contradictions count once, however many there are.
WEIGHTS: Final[Mapping[str, int]] = {
    "crawler": 100,  # the User-Agent is a robot's by its own word
    "library": 100,  # the User-Agent is a program's: curl, python-requests
    "headless": 100,  # the User-Agent or a brand says headless
    "webdriver": 100,  # the page said that a program drives the browser
    "spam_referrer": 80,  # the referrer is a host known for nothing but that
    "impossible_pace": 60,  # more pageviews in a second than anybody can ask for
    "no_user_agent": 30,
    "no_accept_language": 20,
    "no_fetch_metadata": 15,  # of a browser that sends Sec-Fetch-* over https
    "no_accept": 10,
    "no_accept_encoding": 10,
    "hints_of_another_engine": 40,  # client hints beside a Firefox or Safari
    "hints_of_another_version": 40,
    "hints_of_another_platform": 40,
    "hints_of_another_device": 40,  # a phone by one word, a desktop by the other
}
_CONTRADICTIONS: Final = frozenset(name for name in WEIGHTS if name.startswith("hints_of"))
# What is right of a server that reports its visitors by an ingest key, all of them from one address.
_OF_A_SERVER: Final = {
    "library",
    "impossible_pace",
    *(name for name in WEIGHTS if name.startswith("no_")),
}

# Hosts that exist only as referrers: facts of many years' logs, matched at label edges.
SPAM_REFERRERS: Final = frozenset(
    [
        "semalt.com",
        "semaltmedia.com",
        "buttons-for-website.com",
        "buttons-for-your-website.com",
        "darodar.com",
        "ilovevitaly.com",
        "ilovevitaly.co",
        "econom.co",
        "best-seo-offer.com",
        "best-seo-solution.com",
        "best-seo-software.xyz",
        "7makemoneyonline.com",
        "free-share-buttons.com",
        "free-social-buttons.com",
        "social-buttons.com",
        "get-free-traffic-now.com",
        "buy-cheap-online.info",
        "simple-share-buttons.com",
        "100dollars-seo.com",
        "event-tracking.com",
        "traffic2money.com",
        "trafficmonetize.org",
        "trafficmonetizer.org",
        "webmonetizer.net",
        "hulfingtonpost.com",
        "priceg.com",
        "blackhatworth.com",
        "4webmasters.org",
        "success-seo.com",
        "videos-for-your-business.com",
        "rank-checker.online",
        "copyrightclaims.org",
        "o-o-6-o-o.com",
        "o-o-8-o-o.com",
        "pornhub-forum.ga",
        "sharebutton.net",
        "sharebutton.to",
        "site-auditor.online",
        "uptime.com.ua",
        "bottraffic.live",
        "bottraffic.xyz",
        "trafficbot.live",
        "trafficbot.life",
        "news.grets.store",
        "static.seders.website",
    ]
)

# Two of isbot's constructs that JavaScript reads and Python's re does not.
_LOOK_BEHIND: Final = re.compile(r"\(\?<!([^()|]+(?:\|[^()|]+)+)\)")
_CLASS_THEN_DASH: Final = re.compile(r"(\\[wds])-(?=[^\]])")
_CHROME_VERSION: Final = re.compile(r"Chrome/(\d+)")
_FETCH_METADATA_SINCE: Final = {"Chrome": 90, "Edge": 90, "Firefox": 94}
_ALWAYS_SENT: Final = {
    "accept": "no_accept",
    "accept-encoding": "no_accept_encoding",
    "accept-language": "no_accept_language",
}
_TOLD_APART: Final = frozenset(("Windows", "macOS", "Linux", "Android"))
_NATURE: Final = {"http-library": "library", "browser-automation": "headless"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """reasons: names of WEIGHTS, the heaviest first. signals: what was seen, for the row."""

    is_bot: bool = False
    score: int = 0
    reasons: tuple[str, ...] = ()
    signals: Mapping[str, Any] | None = None

    @property
    def signals_json(self) -> bytes | None:
        return orjson.dumps(self.signals) if self.signals else None


PERSON: Final = Verdict()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a User-Agent says it is: a reason of WEIGHTS with name and kind, or None for a browser."""

    reason: str | None = None
    name: str | None = None
    kind: str | None = None


class Pace:
    """Pageviews of each visitor in one second of event time; bounded, per process.

    Whoever was once impossible stays so until it is forgotten: for PENALTY_S, or when MAX_VISITORS others
    came since.
    """

    MAX_PER_SECOND: Final = 10
    MAX_VISITORS: Final = 50_000
    PENALTY_S: Final = 600.0

    def __init__(self) -> None:
        # (site, visitor) to [second of event time, pageviews in it, impossible until (received)].
        self._seen: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def is_impossible(
        self, site_id: str, visitor_id: str, at: datetime, received_at: datetime, *, is_view: bool
    ) -> bool:
        """Count a pageview, and say whether its visitor is too fast for a person."""
        key = (site_id, visitor_id)
        entry = self._seen.get(key)
        if entry is None:
            if not is_view:
                return False
            entry = self._seen[key] = [0.0, 0.0, 0.0]
            if len(self._seen) > self.MAX_VISITORS:
                self._seen.popitem(last=False)
        else:
            self._seen.move_to_end(key)
        now = received_at.timestamp()
        if is_view:
            second = float(int(at.timestamp()))
            entry[1] = entry[1] + 1 if entry[0] == second else 1.0
            entry[0] = second
            if entry[1] > self.MAX_PER_SECOND:
                entry[2] = now + self.PENALTY_S
        return now < entry[2]


class Driven:
    """Visitors whose page said that a program drives the browser: pageviews say it, and what follows is theirs."""

    MAX_VISITORS: Final = 10_000
    REMEMBERED_S: Final = 1_800.0

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def is_driven(
        self, site_id: str, visitor_id: str, received_at: datetime, *, says_so: bool
    ) -> bool:
        """Whether this event says so, or one of the visitor's did within REMEMBERED_S."""
        key, now = (site_id, visitor_id), received_at.timestamp()
        if says_so:
            self._until[key] = now + self.REMEMBERED_S
            self._until.move_to_end(key)
            if len(self._until) > self.MAX_VISITORS:
                self._until.popitem(last=False)
        return now < self._until.get(key, 0.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is made of. is_vouched: the site's own server sends it, and so its headers are nobody's."""

    user_agent: str | None
    headers: Mapping[str, str]
    hints: Hints
    is_https: bool
    is_driven: bool = False
    referrer: str | None = None
    is_impossible: bool = False
    spam: Set[str] = SPAM_REFERRERS
    is_vouched: bool = False


def judge(evidence: Evidence) -> Verdict:
    """Weigh the evidence. Never raises for what was sent."""
    headers = evidence.headers
    claim = read_claim(evidence.user_agent)
    of_headers = _of_headers(
        evidence.user_agent,
        tuple(name for name in _ALWAYS_SENT if not headers.get(name)),
        evidence.hints if "sec-ch-ua" in headers else None,
        lacks_metadata=evidence.is_https and "sec-fetch-mode" not in headers,
    )
    is_plain = not (of_headers or claim.reason or evidence.is_driven or evidence.is_impossible)
    if is_plain and evidence.referrer is None:
        return PERSON
    reasons = set(of_headers)
    if claim.reason is not None:
        reasons.add(claim.reason)
    if evidence.is_driven:
        reasons.add("webdriver")
    if evidence.is_impossible:
        reasons.add("impossible_pace")
    if evidence.referrer and is_spam(evidence.referrer, evidence.spam):
        reasons.add("spam_referrer")
    if evidence.is_vouched:
        reasons -= _OF_A_SERVER
    if not reasons:
        return PERSON
    ordered = tuple(sorted(reasons, key=lambda name: (-WEIGHTS[name], name)))
    score = sum(WEIGHTS[name] for name in ordered if name not in _CONTRADICTIONS)
    score += max((WEIGHTS[name] for name in ordered if name in _CONTRADICTIONS), default=0)
    signals: dict[str, Any] = dict.fromkeys(ordered, True)
    signals |= {k: v for k, v in (("name", claim.name), ("kind", claim.kind)) if v}
    return Verdict(score >= VERDICT_SCORE, min(score, MAX_SCORE), ordered, signals)


@lru_cache(maxsize=CACHED_VERDICTS)
def read_claim(user_agent: str | None) -> Claim:
    """What the User-Agent says it is."""
    if not user_agent:
        return Claim("no_user_agent")
    text = user_agent[:MAX_USER_AGENT]
    if not _robots().search(text):
        return Claim()
    for chunk, entries in _kinds():
        if not chunk.search(text):
            continue
        for entry in entries:
            if found := re.search(entry["pattern"], text):
                tags = entry.get("tags") or ["crawler"]
                name = found.group().strip(" /;()")[:60] or entry["pattern"][:60]
                return Claim(_NATURE.get(tags[0], "crawler"), name, tags[0])
    return Claim("headless" if "eadless" in text else "crawler")


def is_spam(referrer: str, spam: Set[str] = SPAM_REFERRERS) -> bool:
    """Whether the referrer's host, or one above it, is in `spam`."""
    parts = split_url(referrer)
    host = (parts.hostname or "").lower().rstrip(".") if parts is not None else ""
    while host:
        if host in spam:
            return True
        host = host.partition(".")[2]
    return False


def prepare() -> None:
    """Read the lists now, which takes half a second, instead of at the first event."""
    _robots()
    _kinds()


@lru_cache(maxsize=CACHED_VERDICTS)
def _of_headers(
    user_agent: str | None,
    missing: tuple[str, ...],
    hints: Hints | None,
    *,
    lacks_metadata: bool,
) -> tuple[str, ...]:
    """What headers tell; hints only as headers sent them, since an event's own words may be anybody's."""
    found = [_ALWAYS_SENT[name] for name in missing]
    agent = read_agent(user_agent)
    if lacks_metadata:
        since = _FETCH_METADATA_SINCE.get(agent.browser or "")
        version = (agent.browser_version or "").partition(".")[0]
        if since is not None and version.isdigit() and int(version) >= since and agent.os != "iOS":
            found.append("no_fetch_metadata")
    if hints is None or user_agent is None:
        return tuple(found)
    if any(brand == "HeadlessChrome" for brand, _ in hints.brands):
        found.append("headless")
    if not is_chromium(user_agent):
        return (*found, "hints_of_another_engine")
    claimed = _CHROME_VERSION.search(user_agent)
    if claimed and hints.chromium_version and claimed[1] != hints.chromium_version:
        found.append("hints_of_another_version")
    system = {"Chromium OS": "Chrome OS"}.get(hints.platform or "", hints.platform)
    if system in _TOLD_APART and agent.os in _TOLD_APART and system != agent.os:
        found.append("hints_of_another_platform")
    if hints.is_mobile is not None and agent.os in ("Windows", "macOS", "Android"):
        is_phone = "Mobile" in user_agent
        if hints.is_mobile != is_phone:
            found.append("hints_of_another_device")
    return tuple(found)


@cache
def _robots() -> re.Pattern[str]:
    """isbot's patterns as one; where they were not built, those of crawler-user-agents."""
    try:
        document = json.loads(ISBOT_FILE.read_bytes())
        patterns = [pattern for given in document["patterns"] if (pattern := _repaired(given))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        logger.warning("isbot's patterns missing", extra={"detail": str(error)})
        return re.compile("|".join(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA))
    return re.compile("|".join(patterns), re.IGNORECASE)


def _repaired(pattern: str) -> str | None:
    """The pattern as Python reads it, None where it cannot be."""
    pattern = _CLASS_THEN_DASH.sub(r"\1\\-", pattern)
    pattern = _LOOK_BEHIND.sub(
        lambda found: "".join(f"(?<!{text})" for text in found[1].split("|")), pattern
    )
    try:
        re.compile(pattern)
    except re.error as error:
        logger.warning(
            "a bot pattern is left out", extra={"pattern": pattern, "detail": str(error)}
        )
        return None
    return pattern


@cache
def _kinds() -> list[tuple[re.Pattern[str], list[dict[str, Any]]]]:
    """crawler-user-agents in parts: one search tells whether it is worth looking closer."""
    size = 50
    parts = [
        CRAWLER_USER_AGENTS_DATA[place : place + size]
        for place in range(0, len(CRAWLER_USER_AGENTS_DATA), size)
    ]
    return [(re.compile("|".join(entry["pattern"] for entry in part)), part) for part in parts]
