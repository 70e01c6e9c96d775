"""Every metric and dimension that can be asked for: name, unit, definition, and which go together; and what
filters mean.

The one list behind /api/vocabulary, the checks of a Query and the SQL in compile.py; names that are
not here never reach a statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from footfall.event import DIRECT_SOURCE


class Unit(StrEnum):
    """What a metric's number counts. Only COUNT is never null."""

    COUNT = "count"
    RATE = "rate"  # 0 to 1
    RATIO = "ratio"  # one count by another, no upper limit
    SECONDS = "seconds"


class DimensionKind(StrEnum):
    """How rows come about: by stretch of time, page viewed, event's name, property of events of one's own,
    something that happened (a link followed, a search, a form), or property of sessions."""

    TIME = "time"
    PAGE = "page"
    EVENT = "event"
    EVENT_PROPERTY = "event_property"
    OCCURRENCE = "occurrence"
    SESSION = "session"


class Operator(StrEnum):
    """How a filter compares a dimension's value with given ones."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: Unit
    definition: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """`metrics`: names of those that can be told per value of this dimension. `filter`: which sessions a
    condition on it chooses."""

    name: str
    kind: DimensionKind
    definition: str
    metrics: tuple[str, ...]
    filter: str


_METRICS: Final = (
    Metric(
        "visitors",
        Unit.COUNT,
        "Distinct visitor ids with an event in the range; by a property of sessions, those of the "
        "sessions that started in the range; by page, those that viewed the page; by event, those "
        "that did it.",
    ),
    Metric(
        "sessions",
        Unit.COUNT,
        "Sessions that started in the range. A session is a visitor's events with gaps of at most "
        "30 minutes, and counts on the day it starts.",
    ),
    Metric(
        "pageviews",
        Unit.COUNT,
        "Pageviews in the range; by a property of sessions, all pageviews of the sessions that "
        "started in the range.",
    ),
    Metric(
        "bounce_rate",
        Unit.RATE,
        "Share of the sessions that had one pageview, no interaction and under 10 seconds of "
        "engagement. Null without sessions.",
    ),
    Metric(
        "session_duration_s",
        Unit.SECONDS,
        "Mean time from a session's first event to its last. Null without sessions.",
    ),
    Metric(
        "views_per_session",
        Unit.RATIO,
        "Pageviews of the sessions that started in the range, by the number of those sessions. "
        "Null without sessions.",
    ),
    Metric("events", Unit.COUNT, "Events in the range other than pageviews."),
    Metric(
        "time_on_page_s",
        Unit.SECONDS,
        "Mean time on the page over the pageviews whose end is known: until the page was left, else "
        "until the session's next pageview. Null where no end is known.",
    ),
    Metric(
        "searches",
        Unit.COUNT,
        "Searches on the site itself: views of a page whose address holds the words, and events named "
        "search, site_search or view_search_results that tell them.",
    ),
    Metric(
        "form_starts",
        Unit.COUNT,
        "Forms begun: once a session, page and form, when the first field is touched or, where that was "
        "not seen, when the form is sent.",
    ),
    Metric(
        "form_submissions",
        Unit.COUNT,
        "Times that those forms were sent; one that was begun once may be sent several times.",
    ),
    Metric("form_abandons", Unit.COUNT, "Forms begun and not sent (yet)."),
    Metric(
        "completion_rate",
        Unit.RATE,
        "Share of the forms begun that were sent. Null where none was begun.",
    ),
)

_OF_SITE: Final = (
    "visitors",
    "sessions",
    "pageviews",
    "bounce_rate",
    "session_duration_s",
    "views_per_session",
    "events",
)
_OF_PAGE: Final = ("visitors", "pageviews", "time_on_page_s")
_OF_EVENT: Final = ("visitors", "events")
_OF_FORM: Final = (
    "visitors",
    "form_starts",
    "form_submissions",
    "form_abandons",
    "completion_rate",
)
_OF_SESSIONS: Final = (
    "visitors",
    "sessions",
    "bounce_rate",
    "session_duration_s",
    "views_per_session",
    "pageviews",
)


def _time(name: str, definition: str) -> Dimension:
    return Dimension(
        name, DimensionKind.TIME, definition, _OF_SITE, "Sessions that started in such a stretch."
    )


def _session(name: str, definition: str) -> Dimension:
    return Dimension(
        name, DimensionKind.SESSION, definition, _OF_SESSIONS, "Sessions that have such a value."
    )


def _occurrence(name: str, definition: str, metrics: tuple[str, ...], what: str) -> Dimension:
    return Dimension(
        name,
        DimensionKind.OCCURRENCE,
        definition,
        metrics,
        f"Sessions with such {what}. Where filters ask for some (is, contains, matches), a breakdown by "
        f"{name} has only these; is_not and does_not_contain choose sessions with no such {what.split(' ', 1)[1]}.",
    )


def _event_property(name: str, definition: str) -> Dimension:
    return Dimension(
        name,
        DimensionKind.EVENT_PROPERTY,
        definition,
        _OF_EVENT,
        "Sessions with an event of your own that has such a property. Where filters ask for some (is, "
        "contains, matches), events are those that have them; is_not and does_not_contain choose sessions "
        "without such an event.",
    )


_DIMENSIONS: Final = (
    _time(
        "time:hour",
        "Hour in the site's time zone, as 2026-11-01T13:00. An hour that the clocks skip is absent, "
        "one that they repeat is one row.",
    ),
    _time("time:day", "Day in the site's time zone, as 2026-11-01."),
    _time(
        "time:week",
        "Week from Monday to Sunday in the site's time zone, by its Monday, as 2026-11-16; cut at the "
        "ends of the range.",
    ),
    _time("time:month", "Month in the site's time zone, as 2026-11; cut at the ends of the range."),
    Dimension(
        "page",
        DimensionKind.PAGE,
        "Path of the pageview.",
        _OF_PAGE,
        "Sessions that viewed such a page. Where filters ask for pages (is, contains, matches), pageviews "
        "are those of the pages asked for; is_not and does_not_contain choose sessions that viewed no such "
        "page.",
    ),
    Dimension(
        "event",
        DimensionKind.EVENT,
        "Name of the event, as click or a name of your own; pageviews are by page.",
        _OF_EVENT,
        "Sessions in which such an event happened. Where filters ask for events (is, contains, matches), "
        "events are those of the names asked for; is_not and does_not_contain choose sessions in which no "
        "such event happened.",
    ),
    _event_property(
        "event_property",
        "Name of a property of an event of your own; of one inside another both, with a dot between. An "
        "event counts under each name that it has.",
    ),
    _occurrence(
        "outbound_link",
        "Address of a link to another host that was clicked, without query and fragment.",
        _OF_EVENT,
        "a click",
    ),
    _occurrence(
        "download",
        "Address of a link to a file that was clicked, without query and fragment.",
        _OF_EVENT,
        "a click",
    ),
    _occurrence(
        "file_type", "Ending of a file whose link was clicked, as pdf.", _OF_EVENT, "a click"
    ),
    _occurrence(
        "form",
        "Id of the form, which trackers tell when it is sent. Of one that was not: the only form that was "
        "sent on its page in the range, else the path of the page.",
        _OF_FORM,
        "a form begun",
    ),
    _occurrence(
        "not_found_page",
        "Path of a page that was asked for and not found, by the status it came with, or by an event named "
        "404, not_found or page_not_found on it in that session.",
        ("visitors", "pageviews"),
        "a pageview",
    ),
    _occurrence(
        "search_term",
        "What was searched for on the site itself, in lower case. The log keeps the words of events, so "
        "those whose log has been removed are left out.",
        ("visitors", "searches"),
        "a search",
    ),
    _session("entry_page", "Path of the session's first pageview, else of its first event."),
    _session("exit_page", "Path of the session's last pageview, else of its last event."),
    _session(
        "source",
        "utm_source of the session's first pageview, else the referrer's platform or host, else "
        f"'{DIRECT_SOURCE}'.",
    ),
    _session(
        "referrer_type",
        "direct, search, social, referral, internal or unknown, by the first pageview's referrer.",
    ),
    _session(
        "channel",
        "Channel of the first pageview, as Organic Search; sessions without a pageview are left out.",
    ),
    *(
        _session(name, f"{name} of the first pageview; sessions without one are left out.")
        for name in ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
    ),
    _session(
        "country",
        "Country of the address that the first pageview came from, as ISO 3166-1 alpha-2; sessions "
        "from unknown places are left out.",
    ),
    _session("region", "Region of that address, where the geo database has it; else left out."),
    _session("city", "City of that address, where the geo database has it; else left out."),
    _session(
        "browser", "Browser of the first pageview, as Firefox; sessions of none are left out."
    ),
    _session("os", "Operating system of the first pageview; sessions of none are left out."),
    _session(
        "device",
        "desktop, mobile, tablet, tv, console or headset, by the first pageview; sessions of none "
        "are left out.",
    ),
    _session(
        "browser_version",
        "Browser of the first pageview with its version, as Firefox 140; sessions of none are left out, and "
        "so are days whose sessions retention has removed.",
    ),
    _session(
        "screen",
        "Width and height of the screen in CSS pixels, as 1920x1080, by the first pageview; sessions of "
        "unknown screens are left out, and so are days whose sessions retention has removed.",
    ),
)

# Kept by no rollup: told from the sessions themselves, which values there are, too.
OF_SESSIONS_ALONE: Final = ("browser_version", "screen")

METRICS: Final = {metric.name: metric for metric in _METRICS}
DIMENSIONS: Final = {dimension.name: dimension for dimension in _DIMENSIONS}

PROPERTY_PREFIX: Final = "property:"
MAX_PROPERTY_CHARS: Final = 200


def _property(name: str) -> Dimension:
    return _event_property(
        f"{PROPERTY_PREFIX}{name}",
        f"Value of the property {name} of events of your own, as text; of one inside another NAME is both "
        "names, with a dot between. Events without it, or with null, are left out.",
    )


# Stands for one dimension for each name of a property.
ANY_PROPERTY: Final = _property("NAME")


def find_dimension(name: str) -> Dimension | None:
    """The dimension of that name. None where there is none, or a property's name is empty or too long."""
    wanted = name.removeprefix(PROPERTY_PREFIX)
    if wanted == name:
        return DIMENSIONS.get(name)
    if not 1 <= len(wanted) <= MAX_PROPERTY_CHARS or "\x00" in wanted:
        return None
    return _property(wanted)


# What can be asked for without any dimension.
TOTALS: Final = _OF_SITE

# What the operators mean; several values are alternatives.
OPERATORS: Final = {
    Operator.IS: "The value is one of those given.",
    Operator.IS_NOT: "Holds exactly where `is` does not, so also where there is no value.",
    Operator.CONTAINS: "One of those given is part of the value; capitals and small letters are the same.",
    Operator.DOES_NOT_CONTAIN: "Holds exactly where `contains` does not, so also where there is no value.",
    Operator.MATCHES: "One of those given, as a regular expression of PostgreSQL, matches a part of the value; "
    "`^` and `$` tie it to the ends, `(?i)` at its start makes capitals and small letters the same.",
}

FILTERS: Final = (
    "Filters choose sessions: those that started in the range and meet all of them. Every figure is then one "
    "of these sessions, and counts when its session started: visitors are theirs, and so are pageviews and "
    "events, of which a filter on page or event takes only those asked for, and one on a property only events "
    "that have it. So all panels count the same sessions. Without filters, visitors, pageviews and events count at their own time, whenever their "
    "session started. Days whose sessions retention has removed have no filtered figures."
)
