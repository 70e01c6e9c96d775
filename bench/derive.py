"""Derivation: events a second beside those of ingest, its lag under a steady load, CPU time for an event, and how
long a rebuild takes. `make bench-derive` prints the tables and writes them into bench/RESULTS.md.

Everything on this machine: a PostgreSQL of its own with fsync, `footfall serve` and `footfall work` as processes,
loopback only. Each part ends by itself. The logs of the rebuilds are made in the database (log.sql), not collected.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from statistics import median
from typing import Final

import click
import psutil
from server import Report, Server, cpu_s, free_port, wait_until_up
from traffic import Traffic, fill_four_sites

BATCH: Final = 100
# A rate is sustained where it was sent, and the lag at its end is at most that of so many seconds.
BOUNDED_LAG_S: Final = 2.0
CATCH_UP_LIMIT_S: Final = 600.0


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
            asyncio.run(fill_four_sites(server.url, size))
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
