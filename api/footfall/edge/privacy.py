"""Data subjects over HTTP: what is known of a visitor, and its erasure; for owners and administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from footfall.admin import privacy
from footfall.config import Settings
from footfall.database import AWAY
from footfall.edge.admin import ERRORS, WRONG, read_body, takes
from footfall.edge.auth import Access, require_owner
from footfall.errors import Unavailable

router = APIRouter(prefix="/api/privacy", tags=["privacy"], dependencies=[Depends(require_owner)])

Allowed = Annotated[Access, Depends(require_owner)]

NAME: Final = 'attachment; filename="visitor.json"'


class Erasure(BaseModel):
    model_config = ConfigDict(extra="forbid")

    visitor_id: str = Field(description="As the browser keeps it, or the daily hash.")
    site_id: str | None = Field(default=None, description="Null: at every site.")
    preview: bool = Field(default=False, description="Only count; erase nothing.")


class WireFound(BaseModel):
    site_id: str
    counts: dict[str, int] = Field(description="Table to rows; spool: events that wait on disk.")


class WireErasure(BaseModel):
    erased: bool
    sites: list[WireFound] = Field(description="Those where something was found.")


def _check(access: Access, site_id: str | None) -> None:
    if site_id is None:
        access.check_installation()
    else:
        access.check_site(site_id, "owner")


@router.get("/export", responses={**ERRORS, **WRONG}, response_class=StreamingResponse)
async def get_export(
    request: Request,
    access: Allowed,
    visitor_id: Annotated[str, Query()],
    site_id: Annotated[str | None, Query(description="Else every site.")] = None,
) -> StreamingResponse:
    """Everything that is kept of a visitor, as JSON: each table's rows, with the raw events."""
    _check(access, site_id)
    settings: Settings = request.state.settings
    pieces = privacy.export(
        request.state.pool, settings.spool_folder, visitor_id, site_id, request.state.clock()
    )
    try:
        # What is refused must be so before the answer has begun.
        first = await anext(pieces)
    except AWAY as error:
        raise Unavailable("The database is away.") from error

    async def document() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(
        document(), media_type="application/json", headers={"Content-Disposition": NAME}
    )


@router.post("/erase", responses={**ERRORS, **WRONG}, openapi_extra=takes(Erasure))
async def post_erase(request: Request, access: Allowed) -> WireErasure:
    """Erase what a visitor did until now; to do it twice changes nothing. Takes as long as it takes."""
    body = await read_body(request, Erasure)
    _check(access, body.site_id)
    state = request.state
    folder = state.settings.spool_folder
    try:
        if body.preview:
            found = await privacy.preview(state.pool, folder, body.visitor_id, body.site_id)
        else:
            found = await privacy.erase(
                state.pool,
                folder,
                state.sites,
                body.visitor_id,
                body.site_id,
                state.clock(),
                actor=access.actor,
            )
    except AWAY as error:
        raise Unavailable("The database is away.") from error
    return WireErasure(
        erased=not body.preview,
        sites=[WireFound(site_id=one.site_id, counts=one.counts) for one in found],
    )
