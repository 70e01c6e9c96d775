"""Fixtures: a PostgreSQL for the run, a migrated database for each test, the real app on it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from alembic import command
from alembic.config import Config
from asgi_lifespan import LifespanManager
from hypothesis import settings as hypothesis_settings
from postgres_server import PostgresServer

from browsers import BROWSERS
from build import NOON
from footfall import worker
from footfall.app import App
from footfall.config import PROJECT_DIR, Settings
from footfall.database import Pool, open_pool

# The same examples in every run, and no example fails for what else the machine does.
hypothesis_settings.register_profile("footfall", derandomize=True, deadline=None)
hypothesis_settings.load_profile("footfall")

TOKEN = "a-token-for-the-tests"
TEMPLATE = "migrated"
_SPOOLS = tempfile.TemporaryDirectory(prefix="footfall-spools-")


def alembic_config(url: str) -> Config:
    config = Config(PROJECT_DIR / "database" / "alembic.ini")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The run's server, with a migrated database to copy."""
    server = PostgresServer(os.environ.get("TEST_POSTGRES_MAJOR", "18"))
    try:
        server.create()
        server.start()
        asyncio.run(execute(server.url("postgres"), f"create database {TEMPLATE}"))
        command.upgrade(alembic_config(server.url(TEMPLATE)), "head")
        yield server
    finally:
        server.destroy()


@pytest.fixture
async def empty_database_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """A database without any table."""
    await execute(postgres.url("postgres"), "create database bare")
    yield postgres.url("bare")
    await execute(postgres.url("postgres"), "drop database bare with (force)")


@pytest.fixture
async def database_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    await execute(postgres.url("postgres"), f"create database test template {TEMPLATE}")
    yield postgres.url("test")
    await execute(postgres.url("postgres"), "drop database test with (force)")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, role="test", min_size=1, max_size=8)
    yield pool
    await pool.close()


class Clock:
    """The app's time; tests move it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class Stack:
    """The real app and the real derivation over one database."""

    def __init__(self, client: httpx.AsyncClient, pool: Pool, clock: Clock, url: str) -> None:
        self.client = client
        self.pool = pool
        self.clock = clock
        self.database_url = url

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        """POST /collect with a JSON document, or bytes as they are."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            return await self.client.post("/collect", content=body, headers=names)
        return await self.client.post("/collect", json=body, headers=names)

    async def send(self, *events: Any) -> dict[str, Any]:
        """Collect events in one request; returns the answer, which must be 202."""
        answer = await self.post(list(events))
        assert answer.status_code == 202, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def derive(self) -> int:
        return await worker.catch_up(self.pool)

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.pool.acquire() as connection:
            return [dict(record) for record in await connection.fetch(sql, *arguments)]

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.pool.acquire() as connection:
            return await connection.fetchval(sql, *arguments)

    async def query(self, **body: Any) -> dict[str, Any]:
        """POST /api/query with the token; returns the answer, which must be 200."""
        answer = await self.client.post(
            "/api/query", json=body, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document


def settings_for(url: str, **overrides: Any) -> Settings:
    """Settings with a spool that no other test sees."""
    spool = Path(_SPOOLS.name) / uuid.uuid4().hex
    return Settings(**{"database_url": url, "token": TOKEN, "spool_dir": spool, **overrides})


@pytest.fixture
def clock() -> Clock:
    """Two hours after build.NOON, so that events near it are past but fresh."""
    return Clock(NOON + timedelta(hours=2))


@pytest.fixture
def settings_overrides() -> dict[str, Any]:
    """Settings that differ from the defaults; a test module may define its own."""
    return {}


@asynccontextmanager
async def running(settings: Settings, pool: Pool, clock: Clock) -> AsyncIterator[Stack]:
    """An API process, as long as it is needed; several may share a database."""
    app = App(settings, clock)
    async with LifespanManager(app, startup_timeout=30, shutdown_timeout=30) as manager:
        transport = httpx.ASGITransport(manager.app, client=("127.0.0.1", 5))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://footfall.test",
            headers=BROWSERS["Chromium of a plain address"],
        ) as client:
            yield Stack(client, pool, clock, settings.require_database_url())


@pytest.fixture
async def stack(
    database_url: str, pool: Pool, clock: Clock, settings_overrides: dict[str, Any], tmp_path: Path
) -> AsyncIterator[Stack]:
    settings = settings_for(database_url, spool_dir=tmp_path / "spool", **settings_overrides)
    async with running(settings, pool, clock) as stack:
        yield stack
