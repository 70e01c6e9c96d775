"""GoTrack's events in the shape of our own: the one that its README describes, and the one that it sends.

Recognised by what ours never has, so that an event of ours is never taken for one. What has no place in
ours stays under `gotrack`; its `server`, `ip` and `ua` go, since they may hold an address.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

_BLOCKS: Final = ("url", "route", "device", "session")
_NAMES_OF_OURS: Final = ("eventType", "event_type", "events")
_CLICK_IDS: Final = (
    ("google", ("gclid", "gclsrc", "gbraid", "wbraid")),
    ("meta", ("fbclid",)),
    ("microsoft", ("msclkid",)),
)
_BROWSER: Final = {
    "language": "language",
    "tz": "timezone",
    "viewport_w": "viewportWidth",
    "viewport_h": "viewportHeight",
    "device_pixel_ratio": "devicePixelRatio",
}


def is_event(item: dict[str, Any]) -> bool:
    """Whether GoTrack made it."""
    if any(name in item for name in _NAMES_OF_OURS):
        return False
    return (
        any(isinstance(item.get(name), dict) for name in _BLOCKS)
        or ("event_id" in item and any(name in item for name in ("payload", "timestamp", "ts")))
        or ("type" in item and "ts" in item)
    )


def translate(item: dict[str, Any]) -> dict[str, Any]:
    """The event as /collect takes it; a field that is wrong is left for validation to refuse."""
    url, route, device, session = (_object(item.get(name)) for name in _BLOCKS)
    payload = item.get("payload")
    event = {
        "eventType": item.get("type") or item.get("event") or "pageview",
        "eventId": item.get("event_id"),
        "timestamp": item.get("ts") or item.get("timestamp"),
        "siteId": item.get("siteId") or item.get("site_id") or item.get("site"),
        "sessionId": session.get("session_id") or item.get("session_id"),
        "visitorId": session.get("visitor_id") or item.get("visitor_id"),
        "url": item["url"] if isinstance(item.get("url"), str) else _address(url, route),
        "path": route.get("path"),
        "page": _without_blanks({"title": route.get("title")}),
        "attribution": _attribution(item, url),
        "browser": _browser(device),
        "eventData": payload,
        "gotrack": _without_blanks(
            {"url": url, "route": route, "device": {**device, "ua": None}, "session": session}
        ),
    }
    return _without_blanks(event)


def _address(url: dict[str, Any], route: dict[str, Any]) -> str | None:
    domain = route.get("domain")
    if not isinstance(domain, str) or not domain:
        return None
    protocol = str(route.get("protocol") or "https").rstrip(":/")
    rest = str(route.get("fullPath") or route.get("path") or "/")
    if "?" not in rest:
        query = url.get("raw_query")
        if not isinstance(query, str) or not query:
            query = urlencode(_object(route.get("query")), doseq=True)
        rest += f"?{query.removeprefix('?')}" if query else ""
    return f"{protocol}://{domain}{'' if rest.startswith('/') else '/'}{rest}"


def _attribution(item: dict[str, Any], url: dict[str, Any]) -> dict[str, Any]:
    utm = {f"utm_{name}": value for name, value in _object(url.get("utm")).items()}
    ids = dict(_object(url.get("other_click_ids")))
    for network, names in _CLICK_IDS:
        given = _object(url.get(network))
        ids |= {name: given[name] for name in names if given.get(name)}
    return _without_blanks(
        {
            "utmParams": _without_blanks(utm),
            "campaignParams": _without_blanks(ids),
            "referrer": url.get("referrer") or item.get("referrer"),
        }
    )


def _browser(device: dict[str, Any]) -> dict[str, Any]:
    browser = {ours: device.get(theirs) for theirs, ours in _BROWSER.items()}
    screens = device.get("screens")
    screen = _object(screens[0]) if isinstance(screens, list) and screens else {}
    return _without_blanks(
        browser | {"screenWidth": screen.get("width"), "screenHeight": screen.get("height")}
    )


def _without_blanks(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in (None, "", {}, [])}


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
