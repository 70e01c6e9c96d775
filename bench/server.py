"""What the benches share: a PostgreSQL of their own, the processes that use it, and bench/RESULTS.md."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import platform
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import click
import psutil

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "api" / "tests")]

from alembic import command  # noqa: E402
from conftest import alembic_config, execute  # noqa: E402 - from the tests' folder, as those below
from embedded.running_stack import free_port  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402

from browsers import BROWSERS  # noqa: E402
from footfall.embedded.postgres import SETTINGS  # noqa: E402

__all__ = [
    "BROWSERS",
    "FOOTFALL",
    "ROOT",
    "TOKEN",
    "Report",
    "Server",
    "cpu_s",
    "fill_log",
    "free_port",
    "wait_until_up",
]

FOOTFALL: Final = str(Path(sys.executable).with_name("footfall"))
RESULTS: Final = ROOT / "bench" / "RESULTS.md"
TOKEN: Final = "a-token-for-the-bench"
DAYS: Final = 90


class Server:
    """A migrated database with the settings of `make up`, and the processes that use it."""

    def __init__(self) -> None:
        self._postgres = PostgresServer(
            os.environ.get("TEST_POSTGRES_MAJOR", "18"), fsync=True, settings=SETTINGS
        )
        self._postgres.create()
        self._postgres.start()
        asyncio.run(execute(self._postgres.url("postgres"), "create database footfall"))
        self.url = self._postgres.url("footfall")
        command.upgrade(alembic_config(self.url), "head")
        self._spool = self._postgres.root / "bench-spool"
        self._spool.mkdir()

    def destroy(self) -> None:
        self._postgres.destroy()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "FOOTFALL_TOKEN": TOKEN,
            "FOOTFALL_SPOOL_DIR": str(self._spool),
            "PYTHONPATH": str(ROOT / "api"),
        }

    @contextmanager
    def running(self, *arguments: str) -> Iterator[psutil.Process]:
        process = subprocess.Popen(
            [FOOTFALL, *arguments], env=self.environment(), stderr=subprocess.DEVNULL
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(self, sql: str, *arguments: Any) -> Any:
        async def run() -> Any:
            connection = await asyncpg.connect(self.url)
            try:
                return await connection.fetchval(sql, *arguments)
            finally:
                await connection.close()

        return asyncio.run(run())

    def behind(self) -> int:
        return int(
            self.ask(
                "select coalesce((select max(last_id) from log_days), 0)"
                " - coalesce((select max(last_id) from consumer_offsets), 0)"
            )
        )

    def derived(self) -> int:
        return int(self.ask("select coalesce(max(last_id), 0) from consumer_offsets"))

    def cpu_s(self) -> float:
        """CPU time of the server and all its processes, also those that are gone."""
        process = self._postgres._process
        assert process is not None
        parent = psutil.Process(process.pid)
        times = parent.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for child in parent.children():
            with contextlib.suppress(psutil.Error):
                own = child.cpu_times()
                total += own.user + own.system
        return float(total)


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def fill_log(url: str, statement: str, visits: int) -> None:
    """A log of 90 days, made in the database a day at a time. statement: $1 visits in all, $2 the day, from 0."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "select ensure_events_log_partitions(date '2026-02-01', date '2026-05-05')"
    )
    with click.progressbar(
        range(DAYS), label=f"Making a log of {visits:,} visits", file=sys.stderr
    ) as days:
        for day in days:
            await connection.execute(statement, visits, day, timeout=None)
    await connection.execute(
        "insert into log_days (received_date, first_id, last_id)"
        " select received_date, min(id), max(id) from events_log group by 1"
    )
    await connection.execute("update log_counts set row_count = (select count(*) from events_log)")
    await connection.execute("vacuum analyze events_log", timeout=None)
    await connection.close()


def wait_until_up(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("footfall serve did not come up within 60 s")


class Report:
    """A section of bench/RESULTS.md: printed as it comes, and kept for the file."""

    def __init__(self, title: str, command: str) -> None:
        self._title = title
        arguments = f" ARGS={shlex.quote(shlex.join(sys.argv[1:]))}" if sys.argv[1:] else ""
        self._lines: list[str] = []
        self.say(f"## {title}\n")
        self.say(
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} CPUs, Python {platform.python_version()}, load"
            f" {os.getloadavg()[0]:.1f} from others at the start; by `{command}{arguments}`."
        )

    def say(self, line: str = "") -> None:
        click.echo(line)
        self._lines.append(line)

    def row(self, *cells: object) -> None:
        self.say(f"| {' | '.join(str(cell) for cell in cells)} |")

    def write(self) -> None:
        """In the place of the section of that title, else at the end."""
        text = RESULTS.read_text() if RESULTS.exists() else "# Results\n"
        own = "\n".join(self._lines).strip() + "\n"
        pattern = rf"^## {re.escape(self._title)}\n.*?(?=^## |\Z)"
        if re.search(pattern, text, re.M | re.S):
            text = re.sub(pattern, lambda _: own + "\n", text, count=1, flags=re.M | re.S)
        else:
            text = f"{text.rstrip()}\n\n{own}"
        RESULTS.write_text(text.rstrip() + "\n")
