"""The embedded PostgreSQL: made by our own initdb, reached by a private unix socket with a password.

The server is a direct child of the supervisor, not a daemon of pg_ctl's, so that its end is seen at
once; readiness is read where pg_ctl reads it, from the eighth line of postmaster.pid.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from footfall.embedded.children import Command, start_time
from footfall.embedded.home import Home
from footfall.embedded.ports import LOOPBACK
from footfall.embedded.programs import POSTGRES_MAJOR, find_postgres
from footfall.errors import Misconfigured

ROLE = "footfall"
DATABASE = "footfall"
DEFAULT_PORT = 5432
START_PATIENCE_S = 300.0
STOP_PATIENCE_S = 300.0

# For a small VM; an operator may change them in postgresql.conf, where initdb writes them.
SETTINGS = {
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "fsync": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%a ",
}

HBA = """\
# The application uses its password; the server's own account maintains.
local all postgres peer map=owner
local all all scram-sha-256
"""
# Where a port is open (FOOTFALL_DATABASE_PORT), it is so for readers only. Who made their role is a member, too.
READERS_MAY_ENTER = f"""\
host all {ROLE} {LOOPBACK}/32 reject
host all +footfall_reader {LOOPBACK}/32 scram-sha-256
"""


class Cluster:
    """One data directory. `socket_dir` lives as long as the run. port: on loopback, for readers."""

    def __init__(
        self,
        home: Home,
        socket_dir: Path,
        environment: dict[str, str],
        port: int | None = None,
    ) -> None:
        self._home = home
        self._socket_dir = socket_dir
        self._port = port
        self._environment = {**environment, "LC_ALL": "C", "TZ": "UTC"}
        self._bin = find_postgres(home)
        self._data = home.cluster / "data"

    @property
    def url(self) -> str:
        password = self._home.password_file.read_text().strip()
        # The socket's name has the port in it.
        port = f"&port={self._port}" if self._port is not None else ""
        host = quote(str(self._socket_dir))
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={host}{port}"

    @property
    def exists(self) -> bool:
        return self._data.is_dir()

    def check(self) -> None:
        """Raises Misconfigured when this Footfall cannot run the cluster."""
        major = (self._data / "PG_VERSION").read_text().strip()
        if major != POSTGRES_MAJOR:
            raise Misconfigured(
                f"The database in {self._data} was made by PostgreSQL {major}, and this Footfall brings "
                f"{POSTGRES_MAJOR}: move it by the old one's `footfall backup`, or choose another folder with FOOTFALL_DATA_DIR."
            )
        if not self._home.password_file.is_file():
            raise Misconfigured(
                f"The database's password file {self._home.password_file} is missing: put it back."
            )

    def create(self, run: Callable[[Command, bytes], None]) -> None:
        """Make the cluster, its role and its database; an interrupted attempt leaves none.

        run: runs a command to its end with this standard input, and raises when it fails.
        """
        home = self._home
        staging = home.root / "postgres.new"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        home.own(staging)
        password = self._choose_password()
        data = staging / "data"
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        run(
            self._command(
                *(self._bin / "initdb", "--pgdata", data, "--username", "postgres"),
                *("--encoding", "UTF8", "--locale", "C"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *("--auth", "reject", "--no-instructions", *options),
            ),
            b"",
        )
        (data / "pg_hba.conf").write_text(HBA)
        owner = home.account.name if home.account else pwd.getpwuid(os.geteuid()).pw_name
        (data / "pg_ident.conf").write_text(f'owner "{owner}" postgres\n')
        # Single-user mode reads one statement a line; nobody else can connect before it is done.
        statements = (
            f"create role {ROLE} login createdb createrole password '{password}';\n"
            f"grant pg_monitor to {ROLE};\n"
            f"create database {DATABASE} owner {ROLE};\n"
        )
        single = self._command(self._bin / "postgres", "--single", "-D", data, "postgres")
        run(single, statements.encode())
        staging.rename(home.cluster)

    def _choose_password(self) -> str:
        path = self._home.password_file
        password = secrets.token_hex(24)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")
        return password

    def server(self) -> Command:
        """What the supervisor keeps running. SIGINT is PostgreSQL's fast stop, SIGQUIT its crash stop."""
        if self._port is not None:
            self._let_readers_in()
        return self._command(
            *(self._bin / "postgres", "-D", self._data),
            *("-c", f"listen_addresses={LOOPBACK if self._port is not None else ''}"),
            *("-c", f"port={self._port if self._port is not None else DEFAULT_PORT}"),
            *("-c", f"unix_socket_directories={self._socket_dir}"),
            *("-c", "unix_socket_permissions=0700", "-c", "logging_collector=off"),
        )

    def _let_readers_in(self) -> None:
        """The line may be missing, or its operator may have put something more apt."""
        path = self._data / "pg_hba.conf"
        rules = path.read_text()
        if "footfall_reader" not in rules:
            with path.open("a") as file:
                file.write(READERS_MAY_ENTER)

    def _command(self, *arguments: str | Path) -> Command:
        return Command(
            name="postgres",
            arguments=arguments,
            log=self._home.logs / "postgres.log",
            environment=self._environment,
            account=self._home.account,
            stop_signal=signal.SIGINT,
            force_signal=signal.SIGQUIT,
            patience_s=STOP_PATIENCE_S,
        )

    def is_ready(self, pid: int) -> bool:
        """Whether this server answers queries, crash recovery included."""
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def leftover_pid(self) -> int | None:
        """A server that an earlier run left on this cluster, proven by its working directory."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        try:
            is_ours = os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(self._data)
        except OSError:
            return None
        return pid if is_ours and start_time(pid) is not None else None

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []
