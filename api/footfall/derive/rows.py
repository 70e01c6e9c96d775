"""One log row to the rows it becomes: typed, clamped, never raising for what a tracker sent.

Pure. Shapes of eventData, page and browser are seed 003's (systems 1.5) and foreign; anything of
another type is treated as absent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from footfall.derive.sessions import Entry, Exit, Session, is_interaction, make_key
from footfall.eventlog.consumer import LogRow

MAX_INT: Final = 2_147_483_647
MAX_TIME_MS: Final = 86_400_000
MAX_TEXT: Final = 2_000

_VITAL_TYPES: Final = frozenset(("web_vital", "web_vitals"))
_VITALS: Final = frozenset(("CLS", "FCP", "INP", "LCP", "TTFB"))
_RATINGS: Final = frozenset(("good", "needs-improvement", "poor"))
# Only of these is a milestone one of scrolling.
_SCROLL_TYPES: Final = frozenset(("scroll", "scroll_depth"))


@dataclass(frozen=True, slots=True)
class Pageview:
    """A row of pageviews but for its session id."""

    row: LogRow
    url: str
    path: str
    title: str | None
    query_params: str | None
    hash_fragment: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """What a click tells of the link it was on; url as sent."""

    url: str | None = None
    is_outbound: bool = False
    is_download: bool = False
    file_type: str | None = None


@dataclass(frozen=True, slots=True)
class Vital:
    """A Core Web Vital; value: ms, of CLS a bare number."""

    name: str | None = None
    value: float | None = None
    rating: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """A row of user_events but for its session id.

    page_inferred: the page comes from the session; url_inferred: only its address does.
    """

    row: LogRow
    page_url: str | None
    page_path: str | None
    page_inferred: bool
    url_inferred: bool
    event_data: dict[str, Any]
    element_tag: str | None
    element_classes: str | None
    element_id: str | None
    scroll_percentage: int | None
    form_id: str | None
    time_spent_ms: int | None
    engaged_ms: int | None
    link: Link
    vital: Vital


@dataclass(frozen=True, slots=True)
class Submission:
    """A row of form_submissions but for its session id."""

    interaction: Interaction
    form_action: str | None
    form_method: str | None
    field_count: int
    field_names: list[str]
    form_data: Any


def session_key(row: LogRow) -> str:
    """What ties events together: the client's session id, else the visitor; flagged events apart."""
    return make_key(row.session_id or row.visitor_id, is_bot=row.is_bot)


def pageview(row: LogRow) -> Pageview:
    page = _object(row.page)
    url = row.url or text(page.get("url")) or row.path or ""
    try:
        parts = urlsplit(url)
        query, fragment = parts.query or None, parts.fragment or None
    except ValueError:
        query = fragment = None
    return Pageview(row, url, row.path or "/", text(page.get("title")), query, fragment)


def interaction(row: LogRow) -> Interaction:
    given = _object(row.event_data)
    page_path = row.path
    page_url = row.url
    previous = text(given.get("previousPath"))
    if row.event_type == "page_exit" and previous is not None and page_path != previous:
        page_path, page_url = previous.partition("?")[0] or "/", None
    classes = given.get("classes")
    if isinstance(classes, list):
        classes = " ".join(item for item in classes if isinstance(item, str))
    tag = text(given.get("tagName")) or text(given.get("element"))
    time_spent_ms = milliseconds(given.get("timeSpent")) if row.event_type == "page_exit" else None
    engaged_ms = milliseconds(given.get("engagedMs"))
    is_vital = row.event_type in _VITAL_TYPES
    return Interaction(
        row=row,
        page_url=page_url,
        page_path=page_path,
        page_inferred=page_path is None,
        url_inferred=page_path is not None and page_url is None,
        event_data=given,
        element_tag=tag.lower() if tag else None,
        element_classes=text(classes),
        element_id=None if is_vital else text(given.get("id")),
        scroll_percentage=_percentage(row.event_type, given),
        form_id=text(given.get("formId")) or text(given.get("form_id")),
        time_spent_ms=time_spent_ms,
        # A client of seed 003 knows no engaged time; the time on the page is the best it says.
        engaged_ms=engaged_ms if engaged_ms is not None else time_spent_ms,
        link=_link(given) if row.event_type == "click" else _NO_LINK,
        vital=_vital(given) if is_vital else _NO_VITAL,
    )


_NO_LINK: Final = Link()
_NO_VITAL: Final = Vital()


def _link(given: dict[str, Any]) -> Link:
    return Link(
        url=text(given.get("href")),
        is_outbound=given.get("isOutbound") is True,
        is_download=given.get("isDownload") is True,
        file_type=text(given.get("fileType")),
    )


def _vital(given: dict[str, Any]) -> Vital:
    name, rating = text(given.get("name")), text(given.get("rating"))
    if name not in _VITALS:
        return _NO_VITAL
    return Vital(
        name=name,
        value=_vital_value(given.get("value")),
        rating=rating if rating in _RATINGS else None,
        id=text(given.get("id")),
    )


def submission(event: Interaction) -> Submission:
    given = event.event_data
    form_data = given.get("formData")
    return Submission(
        event,
        text(given.get("formAction")),
        text(given.get("formMethod")),
        len(form_data) if isinstance(form_data, dict | list) else 0,
        _field_names(form_data),
        form_data if isinstance(form_data, dict | list) else None,
    )


def _field_names(form_data: Any) -> list[str]:
    """Names only: of an object its keys, of a list what its items have as `name`."""
    if isinstance(form_data, list):
        given = [_object(item).get("name") for item in form_data]
    else:
        given = list(_object(form_data))
    return [name for name in map(text, given) if name is not None]


def single(row: LogRow) -> Session:
    """The session of just this event."""
    is_pageview = row.event_type == "pageview"
    page, browser = _object(row.page), _object(row.browser)
    ratio = browser.get("devicePixelRatio")
    entry = Entry(
        at=row.timestamp,
        event_id=row.event_id,
        is_pageview=is_pageview,
        visitor_id=row.visitor_id,
        url=row.url,
        path=row.path or ("/" if is_pageview else None),
        title=text(page.get("title")),
        utm_source=row.utm_source,
        utm_medium=row.utm_medium,
        utm_campaign=row.utm_campaign,
        utm_content=row.utm_content,
        utm_term=row.utm_term,
        referrer_type=row.referrer_type,
        referrer_platform=row.referrer_platform,
        referrer=row.referrer,
        user_agent=row.user_agent,
        browser_language=text(browser.get("language")),
        timezone=text(browser.get("timezone")),
        screen_width=count(browser.get("screenWidth")),
        screen_height=count(browser.get("screenHeight")),
        viewport_width=count(browser.get("viewportWidth")),
        viewport_height=count(browser.get("viewportHeight")),
        device_pixel_ratio=_ratio(ratio),
        browser=row.browser_name,
        browser_version=row.browser_version,
        os=row.os,
        os_version=row.os_version,
        device_type=row.device_type,
        country=row.country,
        region=row.region,
        city=row.city,
        channel=row.channel,
        click_id=row.click_id,
    )
    return Session(
        site_id=row.site_id,
        key=session_key(row),
        ordinal=1,
        start=row.timestamp,
        end=row.timestamp,
        pageview_count=int(is_pageview),
        event_count=1,
        interaction_count=int(is_interaction(row.event_type)),
        engaged_ms=0,
        entry=entry,
        exit=Exit(row.timestamp, row.event_id, is_pageview, row.url, entry.path),
        first_received_at=row.received_at,
        last_received_at=row.received_at,
    )


def text(value: Any) -> str | None:
    """`value` where it is a string with something in it, cut to MAX_TEXT characters."""
    return value.strip()[:MAX_TEXT] or None if isinstance(value, str) else None


def count(value: Any) -> int | None:
    """A whole number from 0 to MAX_INT, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value <= MAX_INT else None


def milliseconds(value: Any) -> int | None:
    """A duration in ms, cut at one day, or None."""
    number = count(value)
    return min(number, MAX_TIME_MS) if number is not None else None


def _ratio(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    rounded = round(float(value), 3) if 0 < value < 1000 else 0.0
    return rounded if 0 < rounded < 1000 else None


def _vital_value(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return min(number, float(MAX_TIME_MS)) if 0 <= number < math.inf else None


def _percentage(event_type: str, given: dict[str, Any]) -> int | None:
    for name in ("scrollPercentage", "scroll_percentage", "milestone"):
        number = count(given.get(name))
        if number is not None and (name != "milestone" or event_type in _SCROLL_TYPES):
            return min(number, 100)
    return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
