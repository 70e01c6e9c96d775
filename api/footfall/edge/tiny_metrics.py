"""GET /v1/metrics/…: Tiny Analytics' three queries in its shapes and words, over our figures.

Everything needs the token or a key. Answers are kept for a short while, so that a page which asks
every second costs one query; each has an ETag.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from footfall.edge.auth import Access, require_access
from footfall.edge.reports import ERRORS, NO_SITE, WireError
from footfall.errors import Rejected, Unprocessable
from footfall.reports.query import Period, make_period, make_query
from footfall.reports.run import run
from footfall.reports.top_urls import top_urls

router = APIRouter(prefix="/v1/metrics", tags=["reports"], dependencies=[Depends(require_access)])

KEPT_S: Final = 30
MAX_KEPT: Final = 500
DEFAULT_PAGES: Final = 20
MAX_PAGES: Final = 100
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER: Final = re.compile(r"0*[1-9]\d{0,17}", re.ASCII)


class TinyPoint(BaseModel):
    date: str
    value: int


class TinySeries(BaseModel):
    """Days without any are absent."""

    site_id: str
    from_: str = Field(alias="from")
    to: str
    series: list[TinyPoint]


class TinyPage(BaseModel):
    url: str
    views: int


class TinyPages(BaseModel):
    site_id: str
    from_: str = Field(alias="from")
    to: str
    pages: list[TinyPage]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer of this process; until: when it is asked for anew."""

    body: bytes
    etag: str
    until: datetime


class KeptAnswers:
    """The newest answers by what was asked, at most MAX_KEPT of them."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, ...], Kept] = {}

    async def get(
        self, asked: tuple[str, ...], now: datetime, make: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Kept:
        """The answer that is kept, else a new one."""
        kept = self._answers.get(asked)
        if kept is not None and now < kept.until:
            return kept
        body = orjson.dumps(await make())
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._answers.pop(asked, None)
        while len(self._answers) >= MAX_KEPT:
            del self._answers[next(iter(self._answers))]
        kept = self._answers[asked] = Kept(body, etag, now + timedelta(seconds=KEPT_S))
        return kept


class Refused(Rejected):
    """A 400 in Tiny Analytics' words."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.code = words


@dataclass(frozen=True, slots=True)
class Asked:
    site_id: str
    period: Period

    def answer(self, **rest: Any) -> dict[str, Any]:
        days = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return {"site_id": self.site_id, **days, **rest}


def read_asked(
    site_id: Annotated[str | None, Query(description="Required.")] = None,
    start: Annotated[
        str | None, Query(alias="from", description="Required: the first day, as 2026-11-01.")
    ] = None,
    end: Annotated[
        str | None, Query(alias="to", description="Required: the last day, inclusive.")
    ] = None,
) -> Asked:
    if not (site_id and start and end):
        raise Refused("site_id, from, and to are required")
    days = [_read_day("from", start), _read_day("to", end)]
    try:
        return Asked(site_id, make_period(*days, names=("from", "to")))
    except Unprocessable as error:
        raise Refused(error.detail) from None


def read_limit(
    limit: Annotated[
        str | None, Query(description=f"{DEFAULT_PAGES} unless told, {MAX_PAGES} at most.")
    ] = None,
) -> int:
    if limit is None:
        return DEFAULT_PAGES
    if not _NUMBER.fullmatch(limit):
        raise Refused("limit must be positive")
    return min(int(limit), MAX_PAGES)


def _read_day(name: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused(f"invalid {name} date")


Reading = Annotated[Asked, Depends(read_asked)]
Limit = Annotated[int, Depends(read_limit)]
Allowed = Annotated[Access, Depends(require_access)]

_REFUSED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "`If-None-Match` names the answer that would come."},
    400: {
        "model": WireError,
        "description": "A parameter is missing or wrong; `error` says which.",
    },
    **ERRORS,
    **NO_SITE,
}


@router.get("/pageviews", response_model=None, responses={200: {"model": TinySeries}, **_REFUSED})
async def get_pageviews(request: Request, access: Allowed, asked: Reading) -> Response:
    """Pageviews a day, in the shape of Tiny Analytics."""
    return await _answer(request, access, asked, partial(_daily, "pageviews"))


@router.get(
    "/unique-users", response_model=None, responses={200: {"model": TinySeries}, **_REFUSED}
)
async def get_unique_users(request: Request, access: Allowed, asked: Reading) -> Response:
    """Distinct visitors a day, in the shape of Tiny Analytics."""
    return await _answer(request, access, asked, partial(_daily, "visitors"))


@router.get("/top-pages", response_model=None, responses={200: {"model": TinyPages}, **_REFUSED})
async def get_top_pages(
    request: Request, access: Allowed, asked: Reading, limit: Limit
) -> Response:
    """Most viewed addresses, in the shape of Tiny Analytics."""
    return await _answer(request, access, asked, partial(_pages, limit), str(limit))


async def _daily(metric: str, engine: AsyncEngine, asked: Asked) -> dict[str, Any]:
    query = make_query(
        site_id=asked.site_id, period=asked.period, metrics=[metric], dimensions=["time:day"]
    )
    answer = await run(engine, query)
    found = [(row.dimensions[0], row.metrics[0]) for row in answer.rows]
    return asked.answer(series=[{"date": day, "value": value} for day, value in found if value])


async def _pages(limit: int, engine: AsyncEngine, asked: Asked) -> dict[str, Any]:
    found = await top_urls(engine, asked.site_id, asked.period, limit)
    return asked.answer(pages=[{"url": url, "views": views} for url, views in found])


async def _answer(
    request: Request,
    access: Access,
    asked: Asked,
    make: Callable[[AsyncEngine, Asked], Awaitable[dict[str, Any]]],
    *more: str,
) -> Response:
    access.check_site(asked.site_id)
    days = (asked.period.start.isoformat(), asked.period.end.isoformat())
    answers: KeptAnswers = request.state.tiny_answers
    kept = await answers.get(
        (request.url.path, asked.site_id, *days, *more),
        request.state.clock(),
        partial(make, request.state.engine, asked),
    )
    headers = {
        "ETag": kept.etag,
        "Cache-Control": f"private, max-age={KEPT_S}",
        "Vary": "Authorization, Cookie",
    }
    known = re.findall(r'"[^"]*"|\*', request.headers.get("if-none-match", ""))
    if kept.etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(kept.body, media_type="application/json", headers=headers)
