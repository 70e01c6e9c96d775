"""What reports may do to the database, and what they say when it does not answer."""

from __future__ import annotations

import pytest
from conftest import execute
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from footfall.errors import Misconfigured, Unavailable
from footfall.reader import open_engine
from footfall.reports.snapshot import snapshot


async def test_a_statement_over_its_time_is_stopped_and_explained(database_url: str) -> None:
    engine = open_engine(database_url, role="test", statement_timeout_ms=50)
    with pytest.raises(Unavailable, match="took too long"):
        async with snapshot(engine) as connection:
            await connection.execute(text("select pg_sleep(10)"))
    # And the connection serves the next one.
    async with snapshot(engine) as connection:
        assert await connection.scalar(text("select 1")) == 1
    await engine.dispose()


async def test_nothing_can_be_written(database_url: str) -> None:
    engine = open_engine(database_url, role="test")
    insert = text("insert into sites (site_id) values ('x')")
    with pytest.raises(Unavailable) as raised:
        async with snapshot(engine) as connection:
            await connection.execute(insert)
    assert "in a read-only transaction" in str(raised.value.__cause__)
    # Nor by a session that has switched that off.
    async with engine.connect() as connection:
        await connection.execute(text("set default_transaction_read_only = off"))
        await connection.commit()
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(insert)
    await engine.dispose()


async def test_every_statement_sees_the_same_moment(database_url: str) -> None:
    engine = open_engine(database_url, role="test")
    count = text("select count(*) from sites")
    async with snapshot(engine) as connection:
        assert await connection.scalar(count) == 0
        await execute(database_url, "insert into sites (site_id) values ('x')")
        assert await connection.scalar(count) == 0
    async with snapshot(engine) as connection:
        assert await connection.scalar(count) == 1
    await engine.dispose()


async def test_a_database_that_is_away_is_unavailable() -> None:
    engine = open_engine("postgresql://footfall@/none?host=/nonexistent", role="test")
    with pytest.raises(Unavailable, match="away"):
        async with snapshot(engine):
            pass
    await engine.dispose()


async def test_a_database_that_does_not_exist_is_a_wrong_setting(database_url: str) -> None:
    engine = open_engine(database_url.replace("/test?", "/nosuch?"), role="test")
    with pytest.raises(Misconfigured, match="nosuch"):
        async with snapshot(engine):
            pass
    await engine.dispose()


async def test_a_connection_that_ends_midway_is_unavailable(database_url: str) -> None:
    engine = open_engine(database_url, role="test")
    with pytest.raises(Unavailable, match="away"):
        async with snapshot(engine) as connection:
            await connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))
    await engine.dispose()
