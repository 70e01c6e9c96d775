"""May a hit be kept? What its sender's browser asks for, and what the site's owner chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from footfall.event import DropReason
from footfall.site import SiteSettings

# A drop for one of these is what somebody asked for, no fault of the request: answered by 202, never listed.
SILENT: Final = frozenset((DropReason.DNT, DropReason.GPC, DropReason.BOT))


def opted_out(headers: Mapping[str, str], settings: SiteSettings) -> DropReason | None:
    """Why the browser wants nothing kept: Global Privacy Control, then Do Not Track.

    The header wins over the tracking script, which asks the browser too: an extension may set the header
    alone.
    """
    if not settings.respect_dnt:
        return None
    if headers.get("sec-gpc") == "1":
        return DropReason.GPC
    return DropReason.DNT if headers.get("dnt") == "1" else None
