"""Retention under load: what a request of collection waits while old events go, and that none is refused.

`make bench-retention` derives a log of 90 days from long ago, sends new events at a fixed rate, and runs `footfall retention run` meanwhile: first
for two sites of four, so that rows go one by one, then for all, so that whole days do. Answers are timed from when
their request was due.
"""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import threading
import time
from statistics import median
from typing import Final

import click
from server import FOOTFALL, Report, Server, free_port, wait_until_up
from traffic import Traffic, fill_four_sites

BATCH: Final = 10
KEEPS: Final = json.dumps({"keep_events_days": 30})


def retention_while(
    server: Server, port: int, seconds: float, rate: float, *arguments: str
) -> list[str]:
    """A row of the table: answers, and what the command, where there is one, took away meanwhile."""
    traffic = Traffic(port, BATCH)
    took: list[float] = []
    thread = threading.Thread(target=lambda: took.append(traffic.send(seconds=seconds, rate=rate)))
    thread.start()
    told = ""
    if arguments:
        time.sleep(1)
        started = time.monotonic()
        done = subprocess.run(
            [FOOTFALL, "retention", *arguments],
            env=server.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        took_s = time.monotonic() - started
        told = f"{' '.join(done.stdout.split())} ({took_s:.1f} s)"
        if not thread.is_alive():
            told += ", longer than the load"
    thread.join()
    waits = sorted(traffic.answered_ms)
    return [
        f"{traffic.sent / took[0]:,.0f}",
        str(traffic.failed),
        f"{median(waits):.1f}",
        f"{waits[math.ceil(0.99 * len(waits)) - 1]:.0f}",
        f"{waits[-1]:.0f}",
        told,
    ]


@click.command()
@click.option("--events", default=300_000, show_default=True, help="Of the log of long ago.")
@click.option("--rate", default=1_000, show_default=True, help="New events a second.")
@click.option("--seconds", default=30, show_default=True, help="Of each row.")
def main(events: int, rate: int, seconds: int) -> None:
    """Measure what retention makes collection wait, and write bench/RESULTS.md."""
    report = Report("Retention under load", "make bench-retention")
    report.say(
        f"\n{events:,} events of 90 days long ago, {rate:,} new events a second in requests of {BATCH}.\n"
    )
    server = Server()
    try:
        asyncio.run(fill_four_sites(server.url, events))
        subprocess.run([FOOTFALL, "rebuild"], env=server.environment(), check=True)
        report.row(
            "", "events/s", "refused or lost", "p50 ms", "p99 ms", "longest ms", "removed meanwhile"
        )
        report.row("---", *["---:"] * 5, "---")
        port = free_port()
        with server.running("serve", "--port", str(port)), server.running("work"):
            wait_until_up(port)
            report.row("nothing removed", *retention_while(server, port, seconds, rate))
            for name, sites in (
                ("rows of two sites of four", ["site-0", "site-1"]),
                ("whole days", ["site-0", "site-1", "site-2", "site-3"]),
            ):
                server.ask(
                    "update sites set settings = $2::text::jsonb where site_id = any($1::text[]) returning 1",
                    sites,
                    KEEPS,
                )
                report.row(name, *retention_while(server, port, seconds, rate, "run"))
            report.row("nothing removed, again", *retention_while(server, port, seconds, rate))
        left = server.ask("select count(*) from events_log where received_date < current_date - 30")
        counted = server.ask(
            "select (select count(*) from events_log) = (select row_count from log_counts where log = 'events_log')"
        )
        report.say(
            f"\n{left} old events are left; the count of the log is {'right' if counted else 'WRONG'}."
        )
    finally:
        server.destroy()
    report.write()


if __name__ == "__main__":
    main()
