"""What a page was asked for and did not have: the words of the site's own search, and pages not found."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl

from footfall.ingest.page_query import SEARCH_NAMES

MAX_SEARCH_CHARACTERS: Final = 200
# Events of the site's own that tell of a search; GA4's two names, and the plain ones.
SEARCH_EVENTS: Final = frozenset(
    ("search", "site_search", "view_search_results", "site-search", "sitesearch")
)
NOT_FOUND_EVENTS: Final = frozenset(("404", "not_found", "page_not_found", "not-found"))
# Of the answer that the page came with, as the script reads it: gone for now, and for ever.
NOT_FOUND_STATUSES: Final = (404, 410)


def search_term_of(event_type: str, raw: dict[str, Any], page: SplitResult | None) -> str | None:
    """What was searched for: by the usual parameter of the page's address, or by an event of its own."""
    if event_type == "pageview":
        if page is None or "=" not in page.query:
            return None
        given = {name.lower(): value for name, value in parse_qsl(page.query)}
    elif event_type.lower() in SEARCH_EVENTS:
        sent = raw.get("eventData")
        given = (
            {key.lower(): value for key, value in sent.items()} if isinstance(sent, dict) else {}
        )
    else:
        return None
    for name in SEARCH_NAMES:
        value = given.get(name)
        if isinstance(value, str) and (words := " ".join(value.split())):
            return words[:MAX_SEARCH_CHARACTERS].replace("\x00", "\ufffd")
    return None


def is_not_found(event_type: str, raw: dict[str, Any]) -> bool:
    """Whether the server answered that there is no such page, or an event of the site's own says so."""
    if event_type != "pageview":
        return event_type.lower() in NOT_FOUND_EVENTS
    page = raw.get("page")
    return isinstance(page, dict) and page.get("status") in NOT_FOUND_STATUSES
