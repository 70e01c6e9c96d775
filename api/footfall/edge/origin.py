"""From which page a request comes, and how the browser reached us: what a cookie must be checked against."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from footfall.config import Settings
from footfall.errors import Forbidden


def is_secure(request: Request) -> bool:
    """Whether the browser came by https: as the nearest proxy says, or as the setting says of this host."""
    if request.headers.get("x-forwarded-proto", request.url.scheme) == "https":
        return True
    settings: Settings = request.state.settings
    public = urlsplit(settings.public_url or "")
    return public.scheme == "https" and public.netloc == request.headers.get("host")


def check_own_page(request: Request) -> None:
    """Raises Forbidden for what a page of another origin sends; programs name no origin and pass."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site") or (
        origin is not None and not _is_own(request, origin)
    ):
        raise Forbidden(
            "This came from a page of another address. If it is your own proxy's, let it pass the Host "
            "header on, or set FOOTFALL_PUBLIC_URL.",
            field="Origin",
        )


def _is_own(request: Request, origin: str) -> bool:
    settings: Settings = request.state.settings
    return origin == settings.public_url or (
        origin.startswith(("http://", "https://"))
        and urlsplit(origin).netloc == request.headers.get("host")
    )
