"""Where a visit came from: referrer and UTM parameters to referrer type and platform.

Hosts are matched at label edges (`google.evil.example` is not Google, `notreddit.com` not Reddit).
The classes are seed 003's: direct, search, social, internal, referral, unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl

from footfall.ingest.page import split_url

UTM_NAMES: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
MAX_UTM_CHARACTERS: Final = 500
MAX_REFERRER_CHARACTERS: Final = 8_000

# Engines under a country's own top-level domain: google.com, google.de, google.co.uk, google.com.br.
_NATIONAL_ENGINE: Final = re.compile(
    r"^(?:www\.|m\.|cn\.)?(google|bing|yandex|baidu|yahoo)\.(?:com|[a-z]{2}|com?\.[a-z]{2})$"
)
_SEARCH: Final = {
    "search.yahoo.com": "yahoo",
    "duckduckgo.com": "duckduckgo",
    "ecosia.org": "ecosia",
    "qwant.com": "qwant",
    "startpage.com": "startpage",
    "search.brave.com": "brave",
    "kagi.com": "kagi",
}
_SOCIAL: Final = {
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "fb.me": "facebook",
    "twitter.com": "twitter",
    "x.com": "twitter",
    "t.co": "twitter",
    "linkedin.com": "linkedin",
    "lnkd.in": "linkedin",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "reddit.com": "reddit",
    "redd.it": "reddit",
    "pinterest.com": "pinterest",
    "pin.it": "pinterest",
}
_PINTEREST: Final = re.compile(r"^(?:[a-z]{2,3}\.)?pinterest\.(?:[a-z]{2}|com?\.[a-z]{2})$")


@dataclass(frozen=True, slots=True)
class Attribution:
    """`referrer` is the raw URL; `utm` holds the five parameters in UTM_NAMES' order, verbatim."""

    referrer: str | None
    referrer_type: str | None
    referrer_platform: str | None
    utm: tuple[str | None, str | None, str | None, str | None, str | None]


NO_ATTRIBUTION: Final = Attribution(None, None, None, (None,) * 5)


def by_label(host: str, table: dict[str, str]) -> str | None:
    """The entry of `table` that `host` is, or is a sub-domain of."""
    while True:
        if host in table:
            return table[host]
        _, dot, host = host.partition(".")
        if not dot:
            return None


def classify_referrer(referrer: str | None, own_host: str | None) -> tuple[str, str | None]:
    """(referrer type, platform) of a raw referrer; own_host is the visited page's host."""
    if not referrer:
        return "direct", None
    parts = split_url(referrer)
    if parts is None or parts.hostname is None:
        return "unknown", None
    host = parts.hostname.lower().rstrip(".")
    if own_host is not None and host.removeprefix("www.") == own_host.lower().removeprefix("www."):
        return "internal", host
    if national := _NATIONAL_ENGINE.match(host):
        return "search", national[1]
    if engine := by_label(host, _SEARCH):
        return "search", engine
    if network := by_label(host, _SOCIAL):
        return "social", network
    if _PINTEREST.match(host):
        return "social", "pinterest"
    return "referral", host.removeprefix("www.")


def attribute(raw: dict[str, Any], page: SplitResult | None) -> Attribution:
    """What a pageview's attribution block, page block and landing URL say together."""
    block = _object(raw.get("attribution"))
    sent = _object(block.get("utmParams"))
    in_url: dict[str, str] = {}
    if page is not None and "utm_" in page.query.lower():
        in_url = {name.lower(): value for name, value in parse_qsl(page.query)}
    first, second, third, fourth, fifth = (
        _utm(sent.get(n)) or _utm(in_url.get(n)) for n in UTM_NAMES
    )
    referrer = _text(block.get("referrer")) or _text(_object(raw.get("page")).get("referrer"))
    if referrer == "direct":
        referrer = None
    referrer_type, platform = classify_referrer(referrer, page.hostname if page else None)
    return Attribution(
        referrer[:MAX_REFERRER_CHARACTERS] if referrer else None,
        referrer_type,
        platform,
        (first, second, third, fourth, fifth),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _utm(value: Any) -> str | None:
    text = _text(value)
    # A query string can spell NUL as %00, which PostgreSQL cannot store.
    return text[:MAX_UTM_CHARACTERS].replace("\x00", "\ufffd") if text else None
