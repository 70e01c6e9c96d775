"""What figures are kept by: the values that a session or an event has in each dimension. Pure.

A value of None is kept nowhere: a session without a campaign is in no row of utm_campaign.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from footfall.derive.sessions import Session
from footfall.event import DIRECT_SOURCE

# Everything of the site; its one value is the empty text.
TOTAL: Final = "total"
# By what happens, not by whose session it is: path of the pageview, name of the other event.
PAGE: Final = "page"
EVENT: Final = "event"

# Dimension to the name of what a session takes from its first pageview (derive.sessions.Entry).
_OF_ENTRY: Final = {
    "entry_page": "path",
    "channel": "channel",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_content": "utm_content",
    "utm_term": "utm_term",
    "country": "country",
    "region": "region",
    "city": "city",
    "browser": "browser",
    "os": "os",
    "device": "device_type",
}


def values_of(session: Session) -> Iterator[tuple[str, str]]:
    """(dimension, value) of a session, but for TOTAL."""
    entry = session.entry
    for dimension, name in _OF_ENTRY.items():
        value = getattr(entry, name)
        if value is not None:
            yield dimension, value
    if session.exit.path is not None:
        yield "exit_page", session.exit.path
    referrer_type = entry.referrer_type or "direct"
    yield "referrer_type", referrer_type
    # A visit that starts from the site's own page, after a pause, came from nowhere else.
    platform = None if referrer_type == "internal" else entry.referrer_platform
    if entry.utm_source is not None:
        yield "source", entry.utm_source
    else:
        yield "source", DIRECT_SOURCE if platform is None else platform
