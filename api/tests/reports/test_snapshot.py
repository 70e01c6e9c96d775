"""What reports may do to the database, and what they say when it does not answer."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from footfall.database import open_engine
from footfall.errors import Misconfigured, Unavailable
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
    with pytest.raises(Unavailable) as raised:
        async with snapshot(engine) as connection:
            await connection.execute(text("insert into sites (site_id) values ('x')"))
    assert "in a read-only transaction" in str(raised.value.__cause__)
    await engine.dispose()


async def test_every_statement_sees_the_same_moment(database_url: str) -> None:
    engine = open_engine(database_url, role="test")
    writer = open_engine(database_url, role="writer")
    count = text("select count(*) from sites")
    async with snapshot(engine) as connection:
        assert await connection.scalar(count) == 0
        async with writer.connect() as other:
            await other.execute(text("set default_transaction_read_only = off"))
            await other.commit()
            await other.execute(text("insert into sites (site_id) values ('x')"))
            await other.commit()
        assert await connection.scalar(count) == 0
    async with snapshot(engine) as connection:
        assert await connection.scalar(count) == 1
    await engine.dispose()
    await writer.dispose()


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
