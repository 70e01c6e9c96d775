"""Which browser, on what, in which language: the User-Agent header by ua-parser, and client hints where they
know better.

Chromium's User-Agent is frozen: Windows 11 says 10, macOS says 10.15.7, Android says 10 on a model K. Where
nothing better is sent, such a version is left open rather than told wrongly. Pure; answers are cached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from ua_parser import OS, Domain, Parser, UserAgent
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

MAX_TEXT: Final = 60
CACHED_AGENTS: Final = 20_000
# Longer ones are no browser's (the longest in-app ones have some 500); parsing is linear in the length.
MAX_PARSED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Agent:
    """What runs the page. Versions are as people say them: 141, 18.1."""

    browser: str | None = None
    browser_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_type: str | None = None


UNKNOWN_AGENT: Final = Agent()


@dataclass(frozen=True, slots=True)
class Hints:
    """User-Agent client hints: brands as (name, version); None where nothing was sent."""

    brands: tuple[tuple[str, str], ...] = ()
    platform: str | None = None
    platform_version: str | None = None
    is_mobile: bool | None = None

    @property
    def chromium_version(self) -> str | None:
        """The engine's major version."""
        return next((v.partition(".")[0] for name, v in self.brands if name == "Chromium"), None)


NO_HINTS: Final = Hints()

# Products that their makers publish under several names, one per platform.
_BROWSERS: Final = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome WebView",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "IE": "Internet Explorer",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari WebView",
    "Opera Mobile": "Opera",
    "HeadlessChrome": "Headless Chrome",
    "Yandex Browser": "Yandex",
}
_BRANDS: Final = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Opera": "Opera",
    "Opera GX": "Opera",
    "Brave": "Brave",
    "Vivaldi": "Vivaldi",
    "YaBrowser": "Yandex",
    "Samsung Internet": "Samsung Internet",
    "DuckDuckGo": "DuckDuckGo",
    "HeadlessChrome": "Headless Chrome",
}
# What the User-Agent of any Chromium may say; other names are more telling than a brand.
_PLAIN_CHROMIUM: Final = frozenset(("Chrome", "Edge", "Opera", "Yandex", None))
_SYSTEMS: Final = {
    "Mac OS X": "macOS",
    "Chromium OS": "Chrome OS",
    "Ubuntu": "Linux",
    "Debian": "Linux",
    "Fedora": "Linux",
    "Web0S": "webOS",
    "iPadOS": "iOS",
}
_DESKTOPS: Final = frozenset(("Windows", "macOS", "Linux", "Chrome OS", "FreeBSD", "OpenBSD"))
_HINTED_SYSTEMS: Final = _DESKTOPS | {"Android", "iOS"}

# A word of a User-Agent to the device; the first that matches decides.
_DEVICES: Final = (
    (
        re.compile(
            r"smart-?tv|web0s|appletv|googletv|android tv|hbbtv|bravia|aquos|roku|crkey|viera"
            r"|\btv safari|\bnetcast|\bAFT[A-Z0-9]{1,6}\b|large screen",
            re.IGNORECASE,
        ),
        "tv",
    ),
    (re.compile(r"playstation|xbox|nintendo", re.IGNORECASE), "console"),
    (re.compile(r"oculusbrowser|\bquest\b|; vr\b", re.IGNORECASE), "headset"),
    (re.compile(r"ipad|tablet|kindle|playbook|\bsilk/", re.IGNORECASE), "tablet"),
    (re.compile(r"iphone|ipod|mobi|windows phone|opera mini|blackberry", re.IGNORECASE), "mobile"),
    (re.compile(r"android", re.IGNORECASE), "tablet"),
)
_BRAND: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*;\s*v="([^"]*)"')
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def read_hints(headers: Mapping[str, str], browser: Any) -> Hints:
    """The request's client hints; what it lacks is taken from the event's own userAgentData."""
    brands = headers.get("sec-ch-ua-full-version-list") or headers.get("sec-ch-ua")
    mobile = headers.get("sec-ch-ua-mobile")
    sent = _cached_hints(
        brands[:MAX_PARSED] if brands else None,
        headers.get("sec-ch-ua-platform"),
        headers.get("sec-ch-ua-platform-version"),
        mobile,
    )
    told = browser.get("userAgentData") if isinstance(browser, dict) else None
    if not isinstance(told, dict):
        return sent
    listed = told.get("fullVersionList") or told.get("brands")
    own = tuple(
        (item["brand"], item["version"])
        for item in (listed[:10] if isinstance(listed, list) else ())
        if isinstance(item, dict)
        and isinstance(item.get("brand"), str)
        and isinstance(item.get("version"), str)
    )
    is_mobile = told.get("mobile")
    return Hints(
        sent.brands or own,
        sent.platform or _text(told.get("platform")),
        sent.platform_version or _text(told.get("platformVersion")),
        (is_mobile if sent.is_mobile is None and isinstance(is_mobile, bool) else sent.is_mobile),
    )


@lru_cache(maxsize=1_000)
def _cached_hints(
    brands: str | None, platform: str | None, version: str | None, mobile: str | None
) -> Hints:
    return Hints(
        tuple(_BRAND.findall(brands)) if brands else (),
        _text(platform.strip().strip('"')) if platform else None,
        _text(version.strip().strip('"')) if version else None,
        {"?0": False, "?1": True}.get(mobile.strip()) if mobile else None,
    )


@lru_cache(maxsize=CACHED_AGENTS)
def read_agent(user_agent: str | None, hints: Hints = NO_HINTS) -> Agent:
    """The agent of a request. Never raises for what was sent."""
    text = (user_agent or "")[:MAX_PARSED]
    parsed = _parser()(text, Domain.USER_AGENT | Domain.OS)
    browser, version = _browser(parsed.user_agent, hints)
    system, system_version = _system(parsed.os, hints, text)
    return Agent(browser, version, system, system_version, _device(text, system, hints))


def read_language(accepted: str | None, browser: Any) -> str | None:
    """The language most wanted, as in de-AT: of the header, else the page's own word."""
    told = browser.get("language") if isinstance(browser, dict) else None
    return _preferred(accepted[:200] if accepted else None) or _preferred(_text(told))


def is_chromium(user_agent: str | None) -> bool:
    """Whether the engine is one that sends client hints."""
    return user_agent is not None and "Chrome/" in user_agent


@cache
def _parser() -> Parser:
    return Parser(Resolver(load_lazy_builtins()))


def prepare() -> None:
    """Read the rules now, which takes a moment, instead of at the first event."""
    _parser()("", Domain.USER_AGENT | Domain.OS)


def _browser(found: UserAgent | None, hints: Hints) -> tuple[str | None, str | None]:
    name = _BROWSERS.get(found.family, found.family) if found is not None else None
    if name in _PLAIN_CHROMIUM:
        for brand, version in hints.brands:
            if brand in _BRANDS and not (_BRANDS[brand] == "Chrome" and name is not None):
                return _BRANDS[brand], _version(*version.split(".")[:2])
    if found is None or name is None:
        return None, None
    return name[:MAX_TEXT], _version(found.major, found.minor)


def _system(found: OS | None, hints: Hints, text: str) -> tuple[str | None, str | None]:
    name = _SYSTEMS.get(found.family, found.family) if found is not None else None
    version = _version(found.major, found.minor) if found is not None else None
    hinted = _SYSTEMS.get(hints.platform or "", hints.platform)
    if hinted in _HINTED_SYSTEMS and (name is None or name in _HINTED_SYSTEMS):
        if hinted != name:
            name, version = hinted, None
        if hints.platform_version:
            return name, _hinted_version(name, hints.platform_version)
    if name == "Windows" and version == "10":
        return name, "10/11"
    if (name == "macOS" and "10_15_7" in text) or "Mac OS X 10.15;" in text:
        return name, None
    if name == "Android" and "Android 10; K)" in text:
        return name, None
    if name in ("Linux", "Chrome OS"):
        return name, None
    return name[:MAX_TEXT] if name else None, version


def _hinted_version(system: str | None, sent: str) -> str | None:
    major, _, rest = sent.partition(".")
    if not major.isdigit():
        return None
    if system == "Windows":
        # The contract's number, not the product's: 1 to 10 is Windows 10, from 13 on it is 11.
        return "11" if int(major) >= 13 else "10" if int(major) >= 1 else None
    return None if system == "Linux" else _version(major, rest.partition(".")[0])


def _device(text: str, system: str | None, hints: Hints) -> str | None:
    for pattern, device in _DEVICES:
        if pattern.search(text):
            return device
    if hints.is_mobile:
        return "mobile"
    return "desktop" if system in _DESKTOPS else None


def _version(major: str | None, minor: str | None = None) -> str | None:
    if not major:
        return None
    return f"{major}.{minor}"[:MAX_TEXT] if minor and minor != "0" else major[:MAX_TEXT]


@lru_cache(maxsize=2_000)
def _preferred(accepted: str | None) -> str | None:
    best, best_weight = None, 0.0
    for item in (accepted or "").split(","):
        name, _, parameter = item.strip().partition(";")
        try:
            weight = float(parameter.partition("=")[2]) if parameter else 1.0
        except ValueError:
            continue
        if best_weight < weight <= 1 and _LANGUAGE.fullmatch(name):
            best, best_weight = name, weight
    if best is None:
        return None
    language, _, rest = best.partition("-")
    parts = [part.upper() if len(part) == 2 else part.title() for part in rest.split("-") if part]
    return "-".join((language.lower(), *parts))


def _text(value: Any) -> str | None:
    return value.strip()[:MAX_TEXT] or None if isinstance(value, str) else None
