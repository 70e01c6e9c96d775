"""The role that asks and changes nothing: what it may read, and the login by which reports connect.

`footfall_reader` is a group without a login, of the whole cluster; migration 0008 makes it. What it may
read is granted table by table, so a new table is withheld until somebody decides. Reports connect by a
login of their own that is a member: from the owner's, `set role` would lead back to the owner.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from footfall.config import plain_url
from footfall.database import CONNECT_TIMEOUT_S, REFUSED, Connection
from footfall.tables import DERIVED

logger = logging.getLogger("footfall.reader")

ROLE: Final = "footfall_reader"
REPORTS: Final = "footfall_reports_"
PASSWORD_NAME: Final = "reports_password"  # noqa: S105 - the name of the row, not a password
LOCK: Final = 7_207_007
LONGEST_NAME: Final = 63
SCRAM_ROUNDS: Final = 4096

# How a server says no to a login; a pooler in front of it says so by the last.
_NOT_LET_IN: Final = (*REFUSED, asyncpg.InsufficientPrivilegeError, asyncpg.ProtocolViolationError)

# Table or view to the columns that readers may read; None: all of them, those of later releases too.
READABLE: Final[dict[str, tuple[str, ...] | None]] = {
    **{str(table.name): None for table in DERIVED},
    "active_sessions": None,
    "page_performance": None,
    "traffic_sources": None,
    "event_properties": None,
    "form_attempts": None,
    "events_log": None,
    "log_counts": None,
    "log_days": None,
    "consumer_offsets": None,
    "spool_positions": None,
    "ingest_ledger": None,
    "site_minutes": None,
    "retention_floors": None,
    "alembic_version": None,
    "sites": (
        *("site_id", "timezone", "registered_by", "created_at"),
        *("allowed_domains", "settings", "updated_at"),
    ),
    "dead_letters": (
        *("id", "received_at", "stage", "site_id", "field", "reason", "log_id", "resolved_at"),
    ),
}

# Table, or column of one that is readable, to why it is not read.
WITHHELD: Final = {
    "secrets": "the dashboard token and the reports' own password",
    "api_keys": "who holds keys, and the hashes to try guesses against",
    "users": "who signs in, and the hashes to try passwords against",
    "user_sites": "which account may do what where",
    "logins": "the hashes of the cookies that are signed in",
    "user_links": "the hashes of the links that set a password",
    "visitor_salts": "with them an address can be matched to a visitor of today or yesterday",
    "erasures": "would tell whether somebody whose id is known had asked to be erased",
    "audit_log": "what operators did, which is no question about visits",
    "sites.hmac_secret": "signs events",
    "dead_letters.payload": "what was sent and could not be understood, so nobody knows what it holds",
    "dead_letters.context": "what the request told besides",
}


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    password: str

    def url(self, owner_url: str) -> str:
        """The same server and database by this login."""
        parts = urlsplit(plain_url(owner_url))
        host = parts.netloc.rpartition("@")[2]
        account = f"{quote(self.role, safe='')}:{quote(self.password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{account}@{host}"))


async def prepare(connection: Connection) -> bool:
    """Make the role where it is missing and grant what it lacks; False where that is not allowed.

    After a migration there is nothing to do; after a restore into another cluster there may be.
    """
    try:
        async with connection.transaction():
            await connection.execute(f"select pg_advisory_xact_lock({LOCK})")
            await _make_role(connection)
            await _grant(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        logger.info("the reader's role cannot be prepared", extra={"detail": str(error)})
        return False
    return True


async def _make_role(connection: Connection) -> None:
    if await connection.fetchval("select to_regrole($1::text) is not null", ROLE):
        return
    try:
        async with connection.transaction():
            await connection.execute(f"create role {ROLE} nologin")
    except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
        # Another database of this cluster made it at the same time.
        pass


async def _grant(connection: Connection) -> None:
    """Only what is missing: a grant that changes nothing still writes to the catalog."""
    if not await connection.fetchval(
        "select has_schema_privilege($1::text, current_schema(), 'usage')", ROLE
    ):
        schema = await connection.fetchval("select quote_ident(current_schema())")
        await connection.execute(f"grant usage on schema {schema} to {ROLE}")
    for table, columns in READABLE.items():
        missing = await connection.fetch(
            """
            select c.attname as name
            from pg_attribute as c
            where c.attrelid = to_regclass($2::text) and c.attnum > 0 and not c.attisdropped
                and ($3::text[] is null or c.attname = any($3))
                and not has_column_privilege($1::text, c.attrelid, c.attnum, 'select')
            order by c.attnum
            """,
            ROLE,
            table,
            None if columns is None else list(columns),
        )
        if missing:
            listed = "" if columns is None else f"({', '.join(row['name'] for row in missing)})"
            await connection.execute(f"grant select {listed} on {table} to {ROLE}")


async def make_login(
    connection: Connection,
    login: Login,
    *,
    connections: int = -1,
    settings: dict[str, str] | None = None,
) -> None:
    """Make or change a member of the role, in the caller's transaction. Raises what the server says.

    connections: at most so many at once; -1: as many as the server has. The server is not told the
    password but what it keeps of it, so that its log holds none.
    """
    name = quote_name(login.role)
    is_there = await connection.fetchval(
        "select exists (select from pg_roles where rolname = $1)", login.role
    )
    await connection.execute(
        f"{'alter' if is_there else 'create'} role {name} login connection limit {connections}"
        f" password '{scram_verifier(login.password)}'"
    )
    for setting, value in {"default_transaction_read_only": "on", **(settings or {})}.items():
        await connection.execute(f"alter role {name} set {setting} = '{value}'")
    await connection.execute(f"grant {ROLE} to {name} with inherit true, set false")


def quote_name(name: str) -> str:
    """As PostgreSQL quotes a name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def scram_verifier(password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803, RFC 5802). password: ASCII."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, SCRAM_ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


class ReportConnections:
    """Where reports of one database connect: by their own login, by the owner's where there can be none."""

    def __init__(self, owner_url: str, application: str, settings: dict[str, str]) -> None:
        self._owner_url = plain_url(owner_url)
        self._application = {"application_name": application}
        self._settings = {**settings, "default_transaction_read_only": "on"}
        self._url: str | None = None
        self._choosing = asyncio.Lock()

    async def connect(self) -> asyncpg.Connection:
        """Raises what the server says, and AWAY."""
        async with self._choosing:
            if self._url is None:
                self._url = await self._choose()
        try:
            return await self._open(self._url, self._settings)
        except _NOT_LET_IN:
            if self._url == self._owner_url:
                raise
        # The login was removed, or got another password by a restored backup: choose anew the next time.
        self._url = None
        return await self._open(self._owner_url, self._settings)

    async def _choose(self) -> str:
        owner = await self._open(self._owner_url, {})
        try:
            for find in (find_reports_login, make_reports_login):
                login = await find(owner)
                url = login.url(self._owner_url) if login is not None else None
                if url is not None and await self._works(url):
                    return url
        finally:
            await owner.close()
        logger.info("reports connect as the owner of the database, read-only")
        return self._owner_url

    async def _works(self, url: str) -> bool:
        try:
            connection = await self._open(url, {})
        except _NOT_LET_IN:
            return False
        try:
            may_read: bool = await connection.fetchval(
                "select coalesce(has_table_privilege(to_regclass('events_log'), 'select'), false)"
            )
        finally:
            await connection.close()
        return may_read

    async def _open(self, url: str, settings: dict[str, str]) -> asyncpg.Connection:
        return await asyncpg.connect(
            url, timeout=CONNECT_TIMEOUT_S, server_settings={**self._application, **settings}
        )


async def find_reports_login(owner: Connection) -> Login | None:
    """The login that this database's reports have, as far as the owner knows."""
    try:
        password = await owner.fetchval("select value from secrets where name = $1", PASSWORD_NAME)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return None
    return None if password is None else Login(await _reports_role(owner), password)


async def make_reports_login(owner: Connection) -> Login | None:
    """Give the reports a login with the password that `secrets` has, a new one at the first need.

    None where the owner may not, or where it is no primary.
    """
    try:
        if not await prepare(owner):
            return None
        async with owner.transaction():
            await owner.execute(f"select pg_advisory_xact_lock({LOCK})")
            await owner.execute(
                "insert into secrets (name, value) values ($1, $2) on conflict do nothing",
                PASSWORD_NAME,
                secrets.token_hex(24),
            )
            login = await find_reports_login(owner)
            assert login is not None
            await make_login(owner, login)
    except asyncpg.PostgresError as error:
        logger.info("reports get no login of their own", extra={"detail": str(error)})
        return None
    return login


async def _reports_role(owner: Connection) -> str:
    """Roles are the cluster's, so the database's name is in the role's."""
    database: str = await owner.fetchval("select current_database()")
    role = REPORTS + database
    if len(role.encode()) > LONGEST_NAME:
        role = REPORTS + hashlib.sha256(database.encode()).hexdigest()[:32]
    return role


def open_engine(url: str, *, role: str, statement_timeout_ms: int = 10_000) -> AsyncEngine:
    """An engine for reports: the reader's rights, read-only transactions, a statement timeout.

    role: shows in pg_stat_activity as the application's name. Nothing is connected yet.
    """
    connections = ReportConnections(
        url,
        f"footfall-{role}",
        {
            "statement_timeout": str(statement_timeout_ms),
            "timezone": "UTC",
            "jit": "off",
            # People of a long range are told apart in memory, and a plan for its very days and values.
            "work_mem": "32MB",
            "plan_cache_mode": "force_custom_plan",
        },
    )
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connections.connect,
        pool_size=4,
        max_overflow=4,
        pool_pre_ping=True,
    )
