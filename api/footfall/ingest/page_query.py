"""Query parameters of addresses: which are kept, and what the others leave behind, which is nothing.

A parameter goes with its name, since names tell, too (`?jane`), and addresses that differ in nothing
else become the same page. What stands after `#` follows the same list where it holds parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

from footfall.ingest.channel import CLICK_IDS

# What sites call the words of their own search; the first five are GA4's.
SEARCH_NAMES: Final = (
    "q", "s", "search", "query", "keyword",
    "keywords", "search_query", "searchquery", "search_term", "searchterm", "searchword", "term", "text", "wd", "k",
)  # fmt: skip
UTM_NAMES: Final = (
    "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term",
    "utm_id", "utm_source_platform", "utm_creative_format", "utm_marketing_tactic",
)  # fmt: skip
TAG_NAMES: Final = ("ref", "source")
PAGE_NAMES: Final = ("page", "p", "paged", "pg", "seite", "offset", "start", "per_page", "sort")

# What is kept for every site; `query_parameters` of its settings adds its own.
USUAL: Final = frozenset((*UTM_NAMES, *CLICK_IDS, *TAG_NAMES, *SEARCH_NAMES, *PAGE_NAMES))


@lru_cache(maxsize=1_024)
def kept_names(added: tuple[str, ...]) -> frozenset[str]:
    """The parameters that a site keeps which adds these."""
    return USUAL | {name.lower() for name in added}


def keep_parameters(address: str, kept: Collection[str]) -> str:
    """`address` (a URL, a path, a query or a fragment) with only those parameters that are in `kept`."""
    front, hash_mark, fragment = address.partition("#")
    front, mark, query = front.partition("?")
    kept_query = _join(query, kept)
    result = front + (mark + kept_query if kept_query else "")
    if not hash_mark:
        return result
    route, route_mark, route_query = fragment.partition("?")
    if route_mark:
        route_query = _join(route_query, kept)
    elif "=" in fragment:
        route, route_query = "", _join(fragment, kept)
        route_mark = ""
    fragment = route + (route_mark + route_query if route_query else "")
    return f"{result}#{fragment}" if fragment else result


def _join(query: str, kept: Collection[str]) -> str:
    return "&".join(_keep(query.replace(";", "&").split("&"), kept)) if query else ""


def _keep(pairs: Iterable[str], kept: Collection[str]) -> Iterable[str]:
    for pair in pairs:
        name, equals, _ = pair.partition("=")
        if equals and unquote_plus(name).strip().lower() in kept:
            yield pair
