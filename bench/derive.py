"""Derivation: events a second beside those of ingest, its lag under a steady load, CPU time for an event, and how
long a rebuild takes. `make bench-derive` prints the tables and writes them into bench/RESULTS.md.

Everything on this machine: a PostgreSQL of its own with fsync, `footfall serve` and `footfall work` as processes,
loopback only. Each part ends by itself. The logs of the rebuilds are made in the database (log.sql), not collected.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

import asyncpg
import click
import psutil
from server import BROWSERS, ROOT, Report, Server, cpu_s, fill_log, free_port, wait_until_up

SENDERS: Final = 6
BATCH: Final = 100
LOG_SQL: Final = (ROOT / "bench" / "log.sql").read_text()
# A rate is sustained where it was sent, and the lag at its end is at most that of so many seconds.
BOUNDED_LAG_S: Final = 2.0
CATCH_UP_LIMIT_S: Final = 600.0


@dataclass
class Traffic:
    """Visits of six events, half of the visitors coming back, at a fixed rate or as fast as it goes."""

    port: int
    size: int
    sent: int = 0
    failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _number: int = 0
    _run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    def send(self, *, seconds: float, rate: float | None = None) -> float:
        """Returns how long it took."""
        started = time.monotonic()
        threads = [
            threading.Thread(target=self._send_on, args=(started, seconds, rate), daemon=True)
            for _ in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 60)
        return time.monotonic() - started

    def _send_on(self, started: float, seconds: float, rate: float | None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**BROWSERS["Chrome on Windows"], "content-type": "application/json"}
        while True:
            with self._lock:
                number = self._number
                self._number += 1
            due = started + (number * self.size / rate if rate else 0)
            now = time.monotonic()
            if max(due, now) - started >= seconds:
                break
            if due > now:
                time.sleep(due - now)
            connection.request("POST", "/collect", self._body(number), headers)
            answer = connection.getresponse()
            answer.read()
            with self._lock:
                self.sent += self.size if answer.status == 202 else 0
                self.failed += answer.status != 202
        connection.close()

    def _body(self, request: int) -> bytes:
        """Events of as many visits as there are events: a visit's six come in six requests, one after the other."""
        events = []
        at = datetime.now(UTC).isoformat()
        for place in range(self.size):
            visit = request // 6 * self.size + place
            events.append(_event(self._run, visit, request % 6, at))
        return json.dumps(events).encode()


_STEPS: Final = ("pageview", "scroll_depth", "click", "page_exit", "pageview", "page_exit")
_PATHS: Final = (
    "/",
    "/pricing",
    "/features",
    "/docs",
    "/blog/oak",
    "/blog/elm",
    "/search",
    "/contact",
)


def _event(run: str, visit: int, step: int, at: str) -> dict[str, Any]:
    path = _PATHS[(visit + 3 * (step > 3)) % len(_PATHS)]
    site = f"site-{visit % 4}"
    # Every third visit is that of the visitor 3,000 visits before.
    visitor = visit - 3_000 if visit % 3 == 2 and visit >= 3_000 else visit
    kind = _STEPS[step]
    event: dict[str, Any] = {
        "eventType": kind,
        "eventId": str(uuid.uuid4()),
        "siteId": site,
        "sessionId": f"s-{run}-{visit}",
        "visitorId": f"v-{run}-{visitor}",
        "timestamp": at,
        "url": f"https://{site}.example{path}",
        "path": path,
        "eventData": {},
    }
    if kind == "page_exit":
        event["eventData"] = {"timeSpent": 20_000, "engagedMs": 15_000}
    if kind == "pageview":
        event["page"] = {"title": f"Page {path}"}
        event["browser"] = {"language": "en-GB", "screenWidth": 1440, "screenHeight": 900}
        if step == 0 and visit % 2:
            event["attribution"] = {"referrer": "https://www.google.com/"}
    return event


def wait_until_derived(server: Server) -> float:
    started = time.monotonic()
    while server.behind():
        if time.monotonic() - started > CATCH_UP_LIMIT_S:
            raise SystemExit("derivation did not catch up within 10 minutes")
        time.sleep(0.1)
    return time.monotonic() - started


def spread(values: list[float]) -> str:
    return f"{min(values):,.0f} / {median(values):,.0f} / {max(values):,.0f}"


def throughput(server: Server, report: Report, rounds: int, seconds: float) -> None:
    """Ingest and derivation in turn, on the same events."""
    ingested: dict[int, list[float]] = {20: [], BATCH: []}
    derived: list[float] = []
    worker_us: list[float] = []
    postgres_us: list[float] = []
    port = free_port()
    with server.running("serve", "--port", str(port)):
        wait_until_up(port)
        for _ in range(rounds):
            for size, rates in ingested.items():
                traffic = Traffic(port, size)
                took_s = traffic.send(seconds=seconds)
                rates.append(traffic.sent / took_s)
            before, behind = server.derived(), server.behind()
            with server.running("work") as worker:
                while server.derived() == before:
                    time.sleep(0.05)
                first, server_s, worker_s = server.derived(), server.cpu_s(), cpu_s(worker)
                started = time.monotonic()
                wait_until_derived(server)
                count = before + behind - first
                derived.append(count / (time.monotonic() - started))
                worker_us.append((cpu_s(worker) - worker_s) / count * 1e6)
                postgres_us.append((server.cpu_s() - server_s) / count * 1e6)
    report.say(f"\n### Throughput, {rounds} rounds in turn (min / median / max)\n")
    report.row("", "events/s")
    report.row("---", "---:")
    for size, rates in ingested.items():
        report.row(f"ingest, {size} events a request, durable before the answer", spread(rates))
    report.row("derivation of the same events", spread(derived))
    report.row("derivation: µs of CPU for an event, worker", spread(worker_us))
    report.row("derivation: µs of CPU for an event, PostgreSQL", spread(postgres_us))


def lag(server: Server, report: Report, rates: list[int], seconds: float) -> None:
    """The lag while events arrive at fixed rates, the first one first, until one is sustained."""
    report.say(f"\n### Lag of derivation while events arrive for {seconds:.0f} s\n")
    report.row(
        "events/s wanted",
        "sent/s",
        "lag in events, median / max / at the end",
        "lag at the end, s",
        "sustained",
    )
    report.row("---:", "---:", "---:", "---:", "---")
    port = free_port()
    with server.running("serve", "--port", str(port)), server.running("work"):
        wait_until_up(port)
        for rate in rates:
            wait_until_derived(server)
            traffic = Traffic(port, BATCH)
            lags: list[int] = []
            took: list[float] = []
            thread = threading.Thread(
                target=lambda traffic=traffic, rate=rate, took=took: took.append(
                    traffic.send(seconds=seconds, rate=rate)
                )
            )
            thread.start()
            while thread.is_alive():
                lags.append(server.behind())
                time.sleep(0.5)
            last = lags[-1]
            sent_rate = traffic.sent / took[0]
            is_sustained = last / rate <= BOUNDED_LAG_S and sent_rate >= 0.95 * rate
            told = f"{median(lags):,.0f} / {max(lags):,} / {last:,}"
            report.row(
                f"{rate:,}",
                f"{sent_rate:,.0f}",
                told,
                f"{last / rate:.1f}",
                "yes" if is_sustained else "no",
            )
            if is_sustained:
                break


async def _fill(url: str, events: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "insert into sites (site_id, timezone) select 'site-' || n,"
        " (array['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC'])[n + 1]"
        " from generate_series(0, 3) as n"
    )
    await connection.close()
    await fill_log(url, LOG_SQL, events // 6)


def rebuild(report: Report, sizes: list[int], limit_s: float) -> None:
    """Fresh databases, whose whole log is derived; also what the last tenth costs."""
    report.say("\n### Rebuild of a log of 90 days\n")
    report.row(
        "events",
        "s",
        "events/s",
        "CPU µs for an event, worker + PostgreSQL",
        "of the last tenth",
        "compared with the size before",
    )
    report.row(*["---:"] * 6)
    before = None
    for size in sizes:
        server = Server()
        try:
            asyncio.run(_fill(server.url, size))
            logged = server.behind()
            marks: list[tuple[int, float, float]] = []
            started = time.monotonic()
            first_s = server.cpu_s()
            with server.running("rebuild") as process:
                while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    if time.monotonic() - started > limit_s:
                        report.say(
                            f"(stopped after {limit_s:.0f} s at {server.derived():,} events)"
                        )
                        break
                    with contextlib.suppress(psutil.Error):
                        marks.append((server.derived(), cpu_s(process), server.cpu_s() - first_s))
                    time.sleep(min(2.0, size / 200_000))
            took_s = time.monotonic() - started
            done, worker_s, postgres_s = marks[-1]
            late = next(mark for mark in marks if mark[0] >= done * 0.9)
            whole = (worker_s + postgres_s) / done * 1e6
            tenth = (worker_s + postgres_s - late[1] - late[2]) / max(1, done - late[0]) * 1e6
            report.row(
                f"{done:,} of {logged:,}",
                f"{took_s:,.0f}",
                f"{done / took_s:,.0f}",
                f"{worker_s / done * 1e6:.0f} + {postgres_s / done * 1e6:.0f}",
                f"{tenth:.0f}",
                f"{whole / before:.2f}" if before else "",
            )
            before = whole
        finally:
            server.destroy()


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 50))
@click.option(
    "--seconds", default=60, show_default=True, type=click.IntRange(5, 600), help="Of each rate."
)
@click.option(
    "--rates",
    default="5000,4000,3000,2500,2000,1500,1000",
    show_default=True,
    help="Tried in turn.",
)
@click.option(
    "--sizes",
    default="100000,1000000",
    show_default=True,
    help="Of the rebuilds; none where empty.",
)
@click.option(
    "--limit",
    default=3600,
    show_default=True,
    type=click.IntRange(min=10),
    help="Seconds of a rebuild.",
)
def main(rounds: int, seconds: int, rates: str, sizes: str, limit: int) -> None:
    """Measure derivation, print it, and write bench/RESULTS.md."""
    report = Report("Derivation", "make bench-derive")
    server = Server()
    try:
        throughput(server, report, rounds, seconds=3)
        lag(server, report, [int(rate) for rate in rates.split(",")], seconds)
    finally:
        server.destroy()
    if sizes:
        rebuild(report, [int(size) for size in sizes.split(",")], limit)
    report.write()


if __name__ == "__main__":
    main()
