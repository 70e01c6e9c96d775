"""Queries: how long each panel of a site's page takes over HTTP, by the size of the log, the range and the filters.

`make bench-queries` makes a log of a busy site (visits.sql), derives it, and asks `footfall serve` as the dashboard does, the panels
in turn, so that what slows the machine slows all of them. Loopback only, one request at a time; the first screen is
asked for as a browser does, six requests at a time.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, Final

import asyncpg
import click
from server import FOOTFALL, ROOT, TOKEN, Report, Server, fill_log, free_port, wait_until_up

VISITS_SQL: Final = (ROOT / "bench" / "visits.sql").read_text()
EVENTS_A_VISIT: Final = 5.35
RANGES: Final = {"30 days": ("2026-04-01", "2026-04-30"), "90 days": ("2026-02-01", "2026-05-01")}
BEFORE: Final = {"30 days": ("2026-03-02", "2026-03-31"), "90 days": ("2025-11-03", "2026-01-31")}
FILTERS: Final[dict[str, list[dict[str, Any]]]] = {
    "unfiltered": [],
    "country and browser": [
        {"dimension": "country", "operator": "is", "values": ["AA", "AB"]},
        {"dimension": "browser", "operator": "is", "values": ["Chrome"]},
    ],
    "page contains and source": [
        {"dimension": "page", "operator": "contains", "values": ["/blog/"]},
        {"dimension": "source", "operator": "is_not", "values": ["google"]},
    ],
}
_OF_SITE: Final = [
    *("visitors", "sessions", "pageviews", "views_per_session", "bounce_rate"),
    "session_duration_s",
]
_OF_SESSIONS: Final = ["visitors", "sessions", "bounce_rate", "session_duration_s", "pageviews"]
BREAKDOWNS: Final = {
    "page": ["visitors", "pageviews", "time_on_page_s"],
    **dict.fromkeys(
        (
            *("entry_page", "exit_page", "source", "channel", "utm_campaign", "country", "region"),
            *("city", "browser", "os", "device"),
        ),
        _OF_SESSIONS,
    ),
    "event": ["visitors", "events"],
}
# What a browser asks for at once when it opens the page; the other tabs wait until they are chosen.
FIRST_SCREEN: Final = (
    *("totals", "series", "series before", "page", "source", "country", "browser", "event"),
)
CONNECTIONS: Final = 6
ROWS: Final = 9


def panels(span: str, filters: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Name of a panel to its query."""

    def over(days: tuple[str, str]) -> dict[str, Any]:
        asked = {"site_id": "big", "start_date": days[0], "end_date": days[1]}
        return {**asked, **({"filters": filters} if filters else {})}

    now, before = over(RANGES[span]), over(BEFORE[span])
    compared = {"start_date": BEFORE[span][0], "end_date": BEFORE[span][1]}
    return {
        "totals": {**now, "metrics": _OF_SITE, "comparison": compared},
        "series": {**now, "metrics": _OF_SITE, "dimensions": ["time:day"]},
        "series before": {**before, "metrics": _OF_SITE, "dimensions": ["time:day"]},
        **{
            name: {
                **now,
                "metrics": metrics,
                "dimensions": [name],
                "limit": ROWS,
                "comparison": compared,
            }
            for name, metrics in BREAKDOWNS.items()
        },
    }


class Asking:
    """One connection to the query API."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, query: dict[str, Any]) -> float:
        """Returns milliseconds until the whole answer was there."""
        started = time.perf_counter()
        self._connection.request(
            "POST",
            "/api/query",
            json.dumps(query).encode(),
            {"content-type": "application/json", "authorization": f"Bearer {TOKEN}"},
        )
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise click.ClickException(f"{answer.status} {body[:300]!r} for {query}")
        if not json.loads(body)["rows"]:
            raise click.ClickException(f"no rows for {query}")
        return (time.perf_counter() - started) * 1e3

    def close(self) -> None:
        self._connection.close()


def open_screen(port: int, queries: Iterable[dict[str, Any]]) -> float:
    """Milliseconds until the last answer of a whole screen."""
    pool = [Asking(port) for _ in range(CONNECTIONS)]
    free = list(pool)

    def run(query: dict[str, Any]) -> None:
        asking = free.pop()
        try:
            asking.ask(query)
        finally:
            free.append(asking)

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(run, queries))
    took = (time.perf_counter() - started) * 1e3
    for asking in pool:
        asking.close()
    return took


Times = dict[tuple[str, str, str], list[float]]


def measure(port: int, rounds: int) -> Times:
    """(range, filters, panel) to milliseconds, a round of all panels after the other; the first is not counted."""
    times: Times = {}
    for number in range(rounds + 1):
        for span in RANGES:
            for chosen, filters in FILTERS.items():
                asked = panels(span, filters)
                asking = Asking(port)
                took = {name: asking.ask(query) for name, query in asked.items()}
                asking.close()
                took["first screen"] = open_screen(port, (asked[name] for name in FIRST_SCREEN))
                if number > 0:
                    for name, ms in took.items():
                        times.setdefault((span, chosen, name), []).append(ms)
    return times


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, math.ceil(0.95 * len(values)) - 1)]


def tell(report: Report, sizes: dict[int, Times]) -> None:
    first = next(iter(sizes.values()))
    names = list(dict.fromkeys(name for _, _, name in first))
    for chosen in FILTERS:
        report.say(f"\n### {chosen.capitalize()}: ms, median / p95\n")
        heads = [f"{size:,} events, {span}" for size in sizes for span in RANGES]
        grows = [f"growth, {span}" for span in RANGES] if len(sizes) > 1 else []
        report.row("panel", *heads, *grows)
        report.row("---", *["---:"] * (len(heads) + len(grows)))
        for name in names:
            cells = [
                f"{median(times[span, chosen, name]):.0f} / {p95(times[span, chosen, name]):.0f}"
                for times in sizes.values()
                for span in RANGES
            ]
            least, most = sizes[min(sizes)], sizes[max(sizes)]
            grown = [
                f"{median(most[span, chosen, name]) / median(least[span, chosen, name]):.1f}"
                for span in RANGES
                if grows
            ]
            report.row(name, *cells, *grown)


async def _prepare(url: str, events: int) -> int:
    """Returns how many events there are."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "insert into sites (site_id, timezone) values ('big', 'Europe/Berlin')"
    )
    await fill_log(url, VISITS_SQL, round(events / EVENTS_A_VISIT))
    count: int = await connection.fetchval("select count(*) from events_log")
    await connection.close()
    return count


async def _settle(url: str) -> None:
    """What autovacuum does in the hour after."""
    connection = await asyncpg.connect(url)
    await connection.execute("vacuum analyze", timeout=None)
    await connection.close()


def of_size(server: Server, events: int, rounds: int) -> Times:
    count = asyncio.run(_prepare(server.url, events))
    started = time.monotonic()
    subprocess.run([FOOTFALL, "rebuild"], env=server.environment(), check=True)
    click.echo(f"{count:,} events derived in {time.monotonic() - started:,.0f} s", err=True)
    asyncio.run(_settle(server.url))
    port = free_port()
    with server.running("serve", "--port", str(port)):
        wait_until_up(port)
        return measure(port, rounds)


@click.command()
@click.option("--sizes", default="1000000,5000000", show_default=True, help="Events, ascending.")
@click.option("--rounds", default=20, show_default=True, type=click.IntRange(1, 1000))
def main(sizes: str, rounds: int) -> None:
    """Measure the panels of the dashboard, print it, and write bench/RESULTS.md."""
    report = Report("Queries", "make bench-queries")
    report.say(
        f"\n{rounds} rounds over HTTP after one that is not counted, after `vacuum analyze`; PostgreSQL with the settings of `make up`."
        f" First screen: {len(FIRST_SCREEN)} queries at once over {CONNECTIONS} connections. Each but the series is compared with the"
        " range before, which is empty for the 90 days, since the log begins with them."
    )
    found: dict[int, Times] = {}
    for size in (int(text) for text in sizes.split(",")):
        server = Server()
        try:
            found[size] = of_size(server, size, rounds)
        finally:
            server.destroy()
    tell(report, found)
    report.write()


if __name__ == "__main__":
    main()
