"""GET /pixel/SITE/tracking.js: the tracking script with the site's settings in front of it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from footfall.config import PROJECT_DIR
from footfall.database import AWAY
from footfall.edge.reports import WireError
from footfall.errors import NotFound, Unavailable
from footfall.site import Site, SiteDirectory

router = APIRouter(tags=["collection"])

SCRIPT: Final = PROJECT_DIR / "tracking" / "dist" / "tracking.js"
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
# What would end a script element or, for old browsers, a line: harmless as an escape in a JSON string.
_UNSAFE: Final = re.compile("[<>&\u2028\u2029]")


@router.head("/pixel/{site_id:path}/tracking.js", include_in_schema=False)
@router.get(
    "/pixel/{site_id:path}/tracking.js",
    response_class=Response,
    responses={
        200: {"content": {"text/javascript": {}}, "description": "The script; to keep 5 minutes."},
        304: {"description": "It is as If-None-Match says."},
        404: {"model": WireError, "description": "No such site."},
        503: {"model": WireError, "description": "The database is away, and the site not known."},
    },
)
async def get_script(request: Request, site_id: str) -> Response:
    """The tracking script of one site, with the options that its server has for it."""
    sites: SiteDirectory = request.state.sites
    try:
        site = await sites.find_registered(site_id)
    except AWAY as error:
        raise Unavailable("The database is away.") from error
    if site is None:
        raise NotFound(
            f"There is no site {site_id[:200]!r}: add it by `footfall site add`.", field="site_id"
        )
    body = prelude(site) + await asyncio.to_thread(_read_script, SCRIPT)
    # Of the whole, so that a new release and a new setting both change it.
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_HEADERS, "ETag": etag}
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/javascript", headers=headers)


def prelude(site: Site) -> bytes:
    """Statements that give the script its options; an attribute of its element still wins, but for the site."""
    options: dict[str, Any] = site.settings.script.model_dump(exclude_none=True)
    options |= {"site": site.site_id, "respectDnt": site.settings.respect_dnt}
    text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", orjson.dumps(options).decode())
    return (
        f"window.FootfallConfig=Object.assign({{}},window.FootfallConfig,{text});"
        "document.currentScript&&document.currentScript.removeAttribute('data-site');\n"
    ).encode()


@cache
def _read_script(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable("The tracking script has not been built: run `make build`.") from error


def _matches(given: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: compared weakly, since a proxy that compresses makes a tag weak."""
    tags = (tag.strip().removeprefix("W/") for tag in given.split(","))
    return any(tag in ("*", etag) for tag in tags)
