"""The role that only asks: what it may read, what it may not, and that reports connect by it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from click.testing import CliRunner, Result
from conftest import TOKEN, Stack, alembic_config, execute
from postgres_server import PostgresServer
from report_lines import samples
from sqlalchemy import text

from build import NOON, pageview
from footfall.cli import main
from footfall.config import PROJECT_DIR
from footfall.database import AWAY, open_pool, transaction
from footfall.reader import READABLE, ROLE, WITHHELD, open_engine, prepare, scram_verifier
from footfall.reports.query import Period
from footfall.reports.sqlfile import list_reports, read_values, run_report
from footfall.tables import metadata

REFUSED = asyncpg.InsufficientPrivilegeError


async def footfall(url: str, *arguments: str) -> Result:
    result = await asyncio.to_thread(
        CliRunner().invoke, main, list(arguments), env={"DATABASE_URL": url}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


async def create(url: str, name: str, *options: str) -> str:
    """The address of a new reader."""
    made = await footfall(url, "reader", "create", name, *options)
    assert made.exit_code == 0, made.output
    assert "Shown once" in made.stderr
    return made.stdout.strip()


@pytest.fixture
async def ask(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """A connection of a tool's login."""
    url = await create(stack.database_url, "tool")
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
    assert (await footfall(stack.database_url, "reader", "remove", "tool")).exit_code == 0


async def test_every_table_and_view_is_either_readable_or_withheld(stack: Stack) -> None:
    rows = await stack.rows(
        """
        select relname as name, array_agg(attname::text order by attnum) as columns,
            array_agg(attname::text order by attnum)
                filter (where has_column_privilege($1::text, c.oid, attnum, 'select')) as granted
        from pg_class c
        join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
            and not relispartition
        group by relname
        """,
        ROLE,
    )
    actual = {row["name"]: row["granted"] or [] for row in rows}
    decided = {
        row["name"]: (
            list(READABLE.get(row["name"], ()) or row["columns"]) if row["name"] in READABLE else []
        )
        for row in rows
    }
    told = {row["name"] for row in rows if row["name"] in READABLE or row["name"] in WITHHELD}
    assert told == set(actual), "decide in footfall/reader.py, and grant it in the migration"
    assert {n: sorted(c) for n, c in actual.items()} == {n: sorted(c) for n, c in decided.items()}
    # And of a table that is read in part, each other column has its reason.
    for row in rows:
        left = set(row["columns"]) - set(actual[row["name"]])
        if row["name"] in READABLE:
            assert {f"{row['name']}.{column}" for column in left} <= WITHHELD.keys()
    assert set(metadata.tables) <= READABLE.keys() | WITHHELD.keys()


async def test_nothing_else_than_reading_is_granted(stack: Stack) -> None:
    held = await stack.rows(
        """
        select relname from pg_class c
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and (
            has_table_privilege($1::text, c.oid, 'insert, update, delete, truncate, references, trigger')
            or has_any_column_privilege($1::text, c.oid, 'insert, update, references'))
        """,
        ROLE,
    )
    assert held == []
    assert not await stack.value("select has_schema_privilege($1::text, 'public', 'create')", ROLE)


async def test_what_is_withheld_is_explained_to_operators() -> None:
    page = (PROJECT_DIR / "database" / "README.md").read_text()
    section = page.partition("## Readers")[2].partition("\n## ")[0]
    listed = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip()
        for line in section.splitlines()
        if line.startswith("| `")
    }
    assert listed == {name: reason[0].upper() + reason[1:] for name, reason in WITHHELD.items()}


async def test_a_reader_reads_events_of_days_to_come(stack: Stack, ask: asyncpg.Connection) -> None:
    await stack.send(pageview())
    stack.clock.advance(days=400)
    day = stack.clock.now.date()
    await stack.value("select ensure_events_log_partitions($1::date, $1::date)", day)
    await stack.send(pageview("/later", timestamp=None))
    await stack.derive()
    assert await ask.fetchval("select count(*) from events_log") == 2
    assert await ask.fetchval("select count(*) from pageviews join sites using (site_id)") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "select * from secrets",
        "select key_hash from api_keys",
        "select salt from visitor_salts",
        "select hmac_secret from sites",
        "select * from sites",
        "select count(hmac_secret) from sites",
        "select * from erasures",
        "select * from audit_log",
        "select payload from dead_letters",
        "select * from dead_letters",
        "table pg_authid",
        "select rolpassword from pg_authid",
        "table pg_statistic",
        "select pg_read_file('/etc/passwd')",
        "copy (select 1) to program 'true'",
        f"set role {ROLE}",
        "set role footfall",
        "set session authorization footfall",
        "select set_config('role', 'footfall', false)",
        "create table mine (a int)",
        "select ensure_events_log_partitions('2031-01-01', '2031-01-01')",
        "insert into sites (site_id) values ('x')",
        "update sites set timezone = 'UTC'",
        "delete from events_log",
        "truncate pageviews",
        "select setval('events_log_id_seq', 1)",
        "select * from pageviews for update",
        "begin; lock table events_log in exclusive mode",
        "alter role current_user superuser",
    ],
)
async def test_a_reader_that_writes_or_wants_secrets_is_refused(
    stack: Stack, ask: asyncpg.Connection, statement: str
) -> None:
    """Even after it has switched off what its login came with, and gone back to what it was."""
    await ask.execute("set default_transaction_read_only = off")
    await ask.execute("reset role")
    await ask.execute("set role none")
    await ask.execute("reset session authorization")
    with pytest.raises(REFUSED):
        await ask.execute(statement)


async def test_a_reader_writes_nothing_unless_it_asks_to(ask: asyncpg.Connection) -> None:
    for statement in ("create temp table t (a int)", "select lo_create(0)"):
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await ask.execute(statement)


async def test_a_statement_over_its_time_is_stopped(stack: Stack) -> None:
    url = await create(stack.database_url, "hasty", "--timeout", "1", "--connections", "1")
    connection = await asyncpg.connect(url)
    with pytest.raises(asyncpg.QueryCanceledError, match="statement timeout"):
        await connection.execute("select pg_sleep(60)")
    assert await connection.fetchval("show idle_in_transaction_session_timeout") == "1min"
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await asyncpg.connect(url)
    await footfall(stack.database_url, "reader", "remove", "hasty")
    with pytest.raises(AWAY):
        await connection.execute("select 1")
    await connection.close()


async def test_the_catalogs_show_no_secret(stack: Stack, ask: asyncpg.Connection) -> None:
    """Neither values that the planner has seen, nor statements of others, nor passwords."""
    secret = "a-secret-of-the-test"
    await stack.rows("insert into sites (site_id, hmac_secret) values ('shop', $1)", secret)
    await stack.rows("insert into secrets values ('mine', $1)", secret)
    await stack.rows("insert into secrets select n::text, $1 from generate_series(1, 50) n", secret)
    for table in ("sites", "secrets"):
        await stack.rows(f"analyze {table}")
    assert await stack.value("select count(*) from pg_stats where tablename = 'secrets'") > 0
    connection = await asyncpg.connect(stack.database_url)
    await connection.execute(f"select '{secret}'")
    catalogs = await stack.rows(
        "select c.oid::regclass::text as name from pg_class c"
        " where relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        " and relkind in ('r', 'v') and has_table_privilege($1::text, c.oid, 'select')",
        ROLE,
    )
    assert len(catalogs) > 150
    for row in catalogs:
        try:
            text_of = await ask.fetchval(
                f"select string_agg(to_jsonb(t)::text, '') from {row['name']} t"
            )
        except (asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError):
            continue
        assert secret not in (text_of or ""), row["name"]
        assert "SCRAM-SHA-256$" not in (text_of or ""), row["name"]
    await connection.close()


async def test_the_password_reaches_the_server_only_as_what_it_keeps(stack: Stack) -> None:
    url = await create(stack.database_url, "quiet")
    password = url.split("@")[0].rpartition(":")[2]
    kept = await stack.value(
        "select rolpassword from pg_authid where rolname = 'footfall_reader_quiet'"
    )
    assert kept.startswith("SCRAM-SHA-256$4096:")
    assert password not in kept
    await footfall(stack.database_url, "reader", "remove", "quiet")


async def test_the_servers_own_test_accepts_our_verifier(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """By a server that asks for the password, which the tests' own does not."""
    server = PostgresServer("18")
    try:
        server.create()
        rules = server.data / "pg_hba.conf"
        rules.write_text("local all footfall trust\nlocal all all scram-sha-256\n")
        server.start()
        made = f"create role tool login password '{scram_verifier('the right one')}'"
        await execute(server.url("postgres"), made)
        url = server.url("postgres").replace("footfall@", "tool@")
        connection = await asyncpg.connect(url, password="the right one")
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url, password="a wrong one")
    finally:
        server.destroy()


async def test_readers_are_listed_with_their_limits_and_without_passwords(stack: Stack) -> None:
    url = await create(stack.database_url, "metabase", "--timeout", "300", "--connections", "7")
    shown = await footfall(stack.database_url, "reader", "show")
    assert shown.stdout.split("\n")[0].split("  ") == [
        "metabase",
        "footfall_reader_metabase",
        "made for test",
        "300 s a statement",
        "0 of 7 connections",
    ]
    assert url.split("@")[0].rpartition(":")[2] not in shown.output
    again = await footfall(stack.database_url, "reader", "create", "metabase")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "reader remove metabase" in again.stderr
    audit = await stack.rows("select action, target from audit_log order by id")
    assert [tuple(row.values()) for row in audit] == [("reader.create", "metabase")]
    assert (await footfall(stack.database_url, "reader", "remove", "metabase")).exit_code == 0
    gone = await footfall(stack.database_url, "reader", "remove", "metabase")
    assert (gone.exit_code, "no reader 'metabase'" in gone.stderr) == (1, True)
    assert "There is no reader" in (await footfall(stack.database_url, "reader", "show")).stdout


@pytest.mark.parametrize("name", ["", "Upper", "a-b", "1st", "x" * 41, "a;drop role footfall"])
async def test_a_name_that_is_none_is_refused(stack: Stack, name: str) -> None:
    refused = await footfall(stack.database_url, "reader", "create", name)
    assert "lower-case letters" in refused.stderr


async def user_of(engine: Any) -> str:
    async with engine.connect() as connection:
        return str(await connection.scalar(text("select session_user")))


async def test_reports_connect_by_a_login_of_their_own(stack: Stack) -> None:
    engine = open_engine(stack.database_url, role="test")
    assert await user_of(engine) == "footfall_reports_test"
    async with engine.connect() as connection:
        for statement in ("reset role", "set role none", "reset session authorization"):
            await connection.execute(text(statement))
        assert await connection.scalar(text("select current_user")) == "footfall_reports_test"
    await engine.dispose()


async def test_every_report_is_answered_to_a_reader(stack: Stack, ask: asyncpg.Connection) -> None:
    await stack.send(pageview())
    await stack.derive()
    engine = open_engine(stack.database_url, role="test")
    day = NOON.date()
    for report in list_reports():
        given = samples(report)
        await run_report(engine, report, "shop", Period(day, day), given)
        usual = {"site": "shop", "from": day.isoformat(), "to": day.isoformat()}
        values = {**usual, **read_values(report, given)}
        await ask.fetch(report.statement, *(values[name] for name in report.bound))
    assert await user_of(engine) == "footfall_reports_test"
    await engine.dispose()


async def test_the_query_api_asks_as_a_reader(stack: Stack) -> None:
    await stack.send(pageview())
    await stack.derive()
    answer = await stack.query(
        site_id="shop",
        start_date=NOON.date().isoformat(),
        end_date=NOON.date().isoformat(),
        metrics=["visitors", "pageviews"],
    )
    assert answer["rows"]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/api/sites", "/api/sites/shop/installation"):
        assert (await stack.client.get(path, headers=headers)).status_code == 200
    users = await stack.rows(
        "select distinct usename from pg_stat_activity where application_name = 'footfall-reports'"
    )
    assert users == [{"usename": "footfall_reports_test"}]


async def test_a_login_that_is_gone_or_has_another_password_is_made_anew(stack: Stack) -> None:
    engine = open_engine(stack.database_url, role="test")
    assert await user_of(engine) == "footfall_reports_test"
    await engine.dispose()
    await stack.rows("alter role footfall_reports_test nologin")
    # This time by the owner; from then on by the login again.
    assert await user_of(engine) == "footfall"
    await engine.dispose()
    assert await user_of(engine) == "footfall_reports_test"
    await engine.dispose()


async def test_grants_that_a_restore_left_out_come_back(stack: Stack) -> None:
    await stack.rows(f"revoke all on all tables in schema public from {ROLE}")
    engine = open_engine(stack.database_url, role="test")
    assert await user_of(engine) == "footfall_reports_test"
    async with engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from sites")) == 0
    await engine.dispose()


@pytest.fixture(scope="module")
def bare_server() -> Iterator[PostgresServer]:
    """A server that has no role of ours yet."""
    server = PostgresServer("18")
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.destroy()


async def own_database(server: PostgresServer, name: str, options: str = "") -> str:
    """An empty database of a user of its own, both of this name."""
    await execute(
        server.url("postgres"),
        f"create role {name} login {options}",
        f"create database {name} owner {name}",
    )
    return server.url(name).replace("footfall@", f"{name}@")


async def migrate(url: str) -> str:
    """What `footfall migrate` says. As a process: Alembic's context is one for all threads."""
    program = Path(sys.executable).with_name("footfall")
    environment = {**os.environ, "DATABASE_URL": url}
    process = await asyncio.create_subprocess_exec(
        program, "migrate", env=environment, stderr=asyncio.subprocess.PIPE
    )
    said = (await process.communicate())[1].decode()
    assert process.returncode == 0, said
    return said


async def test_an_owner_who_may_not_make_roles_goes_on_as_before(
    bare_server: PostgresServer,
) -> None:
    url = await own_database(bare_server, "plain")
    assert await migrate(url) == (
        "Notice: this role may not create roles, so reports go on as the owner; see database/README.md.\n"
    )
    assert await migrate(url) == ""
    pool = await open_pool(url, role="test")
    assert await pool.fetchval("select to_regrole('footfall_reader') is null")
    await pool.execute("insert into sites (site_id) values ('shop')")
    asked = await footfall(url, "report", "top_pages", "--format", "json")
    assert (asked.exit_code, json.loads(asked.stdout)) == (0, [])
    assert asked.stderr == "top_pages: nothing on these days.\n"
    engine = open_engine(url, role="test")
    assert await user_of(engine) == "plain"
    await engine.dispose()
    refused = await footfall(url, "reader", "create", "tool")
    assert "may not make logins" in refused.stderr
    await pool.close()
    await asyncio.to_thread(command.downgrade, alembic_config(url), "base")


async def test_databases_of_one_cluster_share_the_role_and_may_migrate_at_once(
    bare_server: PostgresServer,
) -> None:
    names = ("one", "two", "three")
    urls = [await own_database(bare_server, name, "createrole") for name in names]
    assert await asyncio.gather(*map(migrate, urls)) == ["", "", ""]
    engines = [open_engine(url, role="test") for url in urls]
    users = [await user_of(engine) for engine in engines]
    # Who made the role may give it on; the others' reports go on as before.
    assert sorted(user.startswith("footfall_reports_") for user in users) == [False, False, True]
    for url, engine in zip(urls, engines, strict=True):
        pool = await open_pool(url, role="test")
        async with transaction(pool) as connection:
            assert await prepare(connection)
        granted = "select has_table_privilege('footfall_reader', 'pageviews', 'select')"
        assert await pool.fetchval(granted)
        await pool.close()
        await engine.dispose()
    other = next(url for url, user in zip(urls, users, strict=True) if user in names)
    assert "admin option" in (await footfall(other, "reader", "create", "tool")).stderr
