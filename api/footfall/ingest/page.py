"""The page a hit belongs to: its URL, its path, and the site id that seed 003 takes from the host."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_HOST_PREFIX: Final = re.compile(r"^(?:www|m|mobile)\.")


def split_url(url: str | None) -> SplitResult | None:
    """The parts of an absolute URL, or None where it cannot be read (as with a broken IPv6 host)."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.hostname else None
    except ValueError:
        return None


def site_id_of_host(host: str) -> str:
    """Seed 003's rule: strip one leading www., m. or mobile., dots become dashes."""
    return _HOST_PREFIX.sub("", host.lower(), count=1).replace(".", "-")


def path_of(path: str | None, parts: SplitResult | None) -> str | None:
    """The path without query and fragment: the hit's own, else the URL's; empty becomes `/`."""
    if path is not None:
        bare = path.strip().partition("#")[0].partition("?")[0]
        return bare or "/"
    if parts is not None:
        return parts.path or "/"
    return None
