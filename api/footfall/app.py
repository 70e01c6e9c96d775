"""The HTTP process: puts the parts together, starts and stops them in order.

Collection is answered by plain ASGI endpoints in front of FastAPI; everything else is FastAPI's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypedDict

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from footfall import __version__
from footfall.config import Settings
from footfall.database import AWAY, REFUSED, Pool, connection_within, open_pool
from footfall.edge import (
    accounts,
    admin,
    auth,
    collect,
    etl,
    ledger,
    overview,
    pixel,
    privacy,
    probes,
    quality,
    query,
    realtime,
    reports,
    script,
    sessions,
    tiny,
    tiny_metrics,
    users,
    vitals,
)
from footfall.edge.attempts import Attempts, Hashing
from footfall.edge.collect import Collector, Receive, Scope, Send
from footfall.edge.hub import Hub, Pace
from footfall.edge.limits import SHARE_PERIOD_S, SiteLimits
from footfall.edge.pixel import Pixel
from footfall.edge.tiny import Tiny
from footfall.errors import FootfallError, Misconfigured, TooMany, Unavailable
from footfall.eventlog.log import EventLog
from footfall.eventlog.spool import Spool
from footfall.eventlog.store import ensure_partitions
from footfall.ingest.public_lists import ListsInUse
from footfall.ingest.visitor import Salts
from footfall.reader import open_engine
from footfall.site import SiteDirectory

logger = logging.getLogger("footfall.app")

PREPARE_LIMIT_S: Final = 10.0
LISTS_S: Final = 30.0


class State(TypedDict):
    """What requests find in `request.state`."""

    settings: Settings
    pool: Pool
    engine: AsyncEngine
    log: EventLog
    sites: SiteDirectory
    token: auth.Token
    attempts: Attempts
    hashing: Hashing
    tiny_answers: tiny_metrics.KeptAnswers
    hub: Hub
    clock: Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def _describe(error: FootfallError) -> JSONResponse:
    document = {"error": error.code, "detail": error.detail}
    if error.field is not None:
        document["field"] = error.field
    headers = None
    if isinstance(error, Unavailable | TooMany):
        headers = {"Retry-After": str(error.retry_after_s)}
    return JSONResponse(document, error.status, headers)


async def _on_footfall_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FootfallError)
    return _describe(error)


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return JSONResponse(
        {
            "error": "unprocessable",
            "detail": f"{field or 'body'}: {first['msg'].removeprefix('Value error, ')}",
            "field": field or "body",
        },
        422,
    )


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return JSONResponse(
        {"error": code, "detail": str(error.detail)}, error.status_code, error.headers
    )


class App:
    """The ASGI application. `settings` are read once; resources live from start-up to shutdown."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime] = _now, pace: Pace | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._pace = pace or Pace()
        self._hub: Hub | None = None
        self._endpoints: dict[str, ASGIApp] = {}
        self.api = FastAPI(
            title="Footfall",
            version=__version__,
            summary="Self-hosted web analytics for one VM",
            lifespan=self._lifespan,
        )
        self.api.include_router(collect.documentation)
        self.api.include_router(pixel.documentation)
        self.api.include_router(tiny.documentation)
        self.api.include_router(script.router)
        self.api.include_router(probes.router)
        self.api.include_router(reports.router)
        self.api.include_router(query.router)
        self.api.include_router(sessions.router)
        self.api.include_router(vitals.router)
        self.api.include_router(overview.router)
        self.api.include_router(realtime.router)
        self.api.include_router(tiny_metrics.router)
        self.api.include_router(admin.router)
        self.api.include_router(accounts.router)
        self.api.include_router(users.router)
        self.api.include_router(users.site_router)
        self.api.include_router(ledger.router)
        self.api.include_router(quality.router)
        self.api.include_router(privacy.router)
        self.api.include_router(etl.router)
        self.api.add_exception_handler(FootfallError, _on_footfall_error)
        self.api.add_exception_handler(RequestValidationError, _on_validation_error)
        self.api.add_exception_handler(HTTPException, _on_http_error)

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        endpoint = self._endpoints.get(scope["path"]) if scope["type"] == "http" else None
        await (endpoint or self.api)(scope, receive, send)

    def end_streams(self) -> None:
        """To be called when the server begins to stop: it waits for its answers, and these would not end."""
        if self._hub is not None:
            self._hub.close()

    @asynccontextmanager
    async def _lifespan(self, api: FastAPI) -> AsyncIterator[State]:
        settings = self._settings
        url = settings.require_database_url()
        pool = await open_pool(url, role="api", min_size=0, max_size=6)
        engine = open_engine(url, role="reports")
        folder = settings.spool_folder
        log = EventLog(pool, Spool(folder, settings.spool_max_mib * 1024 * 1024))
        sites = SiteDirectory(
            pool,
            registers_unknown=settings.site_registration == "open",
            memory=folder / "sites.json",
        )
        salts = Salts(pool)
        limits = SiteLimits(pool)
        token = auth.Token()
        hashing = Hashing()
        hub = self._hub = Hub(engine, self._clock, self._pace)
        lists = ListsInUse(settings.lists_folder, settings.geo_files)
        prepare = partial(self._prepare, pool, token, sites, salts)
        try:
            await prepare()
        except REFUSED as error:
            raise Misconfigured(f"DATABASE_URL is refused by the server: {error}") from None
        except AWAY as error:
            logger.warning("database away, starting without", extra={"detail": str(error)})
            sites.recall()
        collector = Collector(settings, log, sites, salts, limits, lists, self._clock)
        self._endpoints = {
            **dict.fromkeys(collect.PATHS, collector),
            pixel.PATH: Pixel(collector),
            tiny.PATH: Tiny(collector),
        }
        appender = asyncio.create_task(log.run(), name="appender")
        refresher = asyncio.create_task(_repeat(prepare, SiteDirectory.REFRESH_S), name="refresher")
        reader = asyncio.create_task(_repeat(partial(asyncio.to_thread, lists.look_again), LISTS_S))
        sharer = asyncio.create_task(
            _repeat(lambda: limits.share(self._clock()), SHARE_PERIOD_S), name="site limits"
        )
        logger.info("serving", extra={"registration": settings.site_registration})
        try:
            yield State(
                settings=settings,
                pool=pool,
                engine=engine,
                log=log,
                sites=sites,
                token=token,
                attempts=Attempts(),
                hashing=hashing,
                tiny_answers=tiny_metrics.KeptAnswers(),
                hub=hub,
                clock=self._clock,
            )
        finally:
            # Requests are answered by now; what still waits is committed before the pool closes.
            hashing.close()
            log.close()
            await appender
            for task in (refresher, sharer, reader):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await hub.stop()
            await engine.dispose()
            await pool.close()
            logger.info("stopped")

    async def _prepare(
        self, pool: Pool, token: auth.Token, sites: SiteDirectory, salts: Salts
    ) -> None:
        """Agree with the database on what requests need. Safe to repeat; raises AWAY."""
        async with connection_within(pool, PREPARE_LIMIT_S) as connection:
            await token.load(self._settings, connection)
            today = self._clock().date()
            await ensure_partitions(
                connection, today - timedelta(days=1), today + timedelta(days=2)
            )
        await sites.refresh()
        await salts.share(self._clock())


async def _repeat(work: Callable[[], Awaitable[None]], period_s: float) -> None:
    while True:
        await asyncio.sleep(period_s)
        with suppress(*AWAY):
            await work()
