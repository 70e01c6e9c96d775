"""database/reports: each file's exact answer on a small data set, by our command's way and by psql's."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from conftest import Stack
from sqlalchemy.ext.asyncio import AsyncEngine

from build import event, pageview
from footfall.config import PROJECT_DIR
from footfall.database import open_engine
from footfall.embedded.programs import find_psql
from footfall.errors import NotFound
from footfall.reports.query import Period
from footfall.reports.sqlfile import find_report, list_reports, run_report

NAMES = [report.name for report in list_reports()]
PERIOD = Period(date(2026, 3, 9), date(2026, 3, 10))
GOOGLE = {"attribution": {"referrer": "https://www.google.com/"}}
HACKER_NEWS = {"attribution": {"referrer": "https://news.ycombinator.com/item?id=1"}}
LETTER = {
    "attribution": {
        "utmParams": {"utm_source": "letter", "utm_medium": "email", "utm_campaign": "spring"}
    }
}


def visit(session: str, visitor: str, *events: dict[str, Any]) -> list[dict[str, Any]]:
    return [one | {"sessionId": session, "visitorId": visitor} for one in events]


def view(path: str, at: str, **fields: Any) -> dict[str, Any]:
    return pageview(path, timestamp=f"2026-{at}Z", **fields)


def act(event_type: str, path: str, at: str, **given: Any) -> dict[str, Any]:
    return event(event_type, path=path, timestamp=f"2026-{at}Z", eventData=given)


def download(path: str, at: str, query: str = "") -> dict[str, Any]:
    return act(
        "click",
        path,
        at,
        href=f"https://shop.example/hats.pdf{query}",
        isDownload=True,
        tagName="a",
    )


# In Kolkata, 5:30 ahead; the period's first instant is 18:30 of the 8th in UTC.
VISITS = [
    # A minute before the period: v1 is known when it begins.
    *visit("s0", "v1", view("/", "03-08T18:29:00")),
    *visit(
        "s1",
        "v1",
        view("/", "03-08T18:31:00", **GOOGLE),
        view("/pricing", "03-08T18:32:00"),
        download("/pricing", "03-08T18:32:30", "?from=top#page=2"),
    ),
    *visit("s2", "v2", view("/pricing", "03-09T06:30:00")),
    *visit(
        "s3",
        "v3",
        view("/", "03-10T05:30:00", **LETTER),
        view("/contact", "03-10T05:32:00"),
        act(
            "form_submit", "/contact", "03-10T05:33:00", formId="inquiry", formData={"name": "Ann"}
        ),
    ),
    *visit(
        "s4",
        "v2",
        view("/contact", "03-10T06:00:00", **HACKER_NEWS),
        download("/contact", "03-10T06:00:10"),
        act("page_exit", "/contact", "03-10T06:00:40", timeSpent=40_000),
    ),
    *visit("s5", "v3", view("/", "03-10T09:00:00", **LETTER)),
]

NO_VIEWS = "0 0 0 0 0 0 0"
EXPECTED = {
    "traffic_by_day": """
        day|visitors|sessions|pageviews|events|bounce_rate|session_duration_s
        2026-03-09|2|2|3|1|0.5000|45.0
        2026-03-10|2|3|4|3|0.3333|73.3
    """,
    "top_pages": """
        page|visitors|pageviews|pageview_share|time_on_page_s
        /|2|3|0.4286|90.0
        /contact|2|2|0.2857|40.0
        /pricing|2|2|0.2857|
    """,
    "landing_pages": """
        page|sessions|visitors|bounce_rate|session_duration_s|views_per_session
        /|3|2|0.3333|90.0|1.67
        /contact|1|1|0.0000|40.0|1.00
        /pricing|1|1|1.0000|0.0|1.00
    """,
    "exit_pages": """
        page|exits|sessions|exit_rate
        /contact|2|2|1.0000
        /pricing|2|2|1.0000
        /|1|3|0.3333
    """,
    "sources": """
        source|referrer_type|sessions|session_share|visitors|bounce_rate|session_duration_s
        letter|direct|2|0.4000|1|0.5000|90.0
        Direct / none|direct|1|0.2000|1|1.0000|0.0
        google|search|1|0.2000|1|0.0000|90.0
        hackernews|social|1|0.2000|1|0.0000|40.0
    """,
    "campaigns": """
        utm_source|utm_medium|utm_campaign|sessions|visitors|bounce_rate|submitting_sessions|submission_rate
        letter|email|spring|2|1|0.5000|1|0.5000
    """,
    "hours_heat_map": "\n".join(
        ["hour|monday|tuesday|wednesday|thursday|friday|saturday|sunday"]
        + [
            f"{hour} {views}".replace(" ", "|")
            for hour, views in enumerate(
                ["2 0 0 0 0 0 0"]
                + [NO_VIEWS] * 10
                + ["0 3 0 0 0 0 0", "1 0 0 0 0 0 0", NO_VIEWS, "0 1 0 0 0 0 0"]
                + [NO_VIEWS] * 9
            )
        ]
    ),
    "forms": """
        page|form|submissions|submitting_sessions|visitors|viewing_sessions|completion_rate
        /contact|inquiry|1|1|1|2|0.5000
    """,
    # By hand from VISITS, as the others: s3 and s5 are the letter's, s1 the search, s4 the network's.
    "channels": """
        channel|sessions|session_share|visitors|bounce_rate|session_duration_s
        Email|2|0.4000|1|0.5000|90.0
        Direct|1|0.2000|1|1.0000|0.0
        Organic Search|1|0.2000|1|0.0000|90.0
        Organic Social|1|0.2000|1|0.0000|40.0
    """,
    "entry_exit_pairs": """
        entry_page|exit_page|sessions|session_share
        /|/|1|0.3333
        /|/contact|1|0.3333
        /|/pricing|1|0.3333
        /contact|/contact|1|1.0000
        /pricing|/pricing|1|1.0000
    """,
    "next_pages": """
        page|next_page|pageviews|pageview_share
        /contact||2|1.0000
        /pricing||2|1.0000
        /|/contact|1|0.3333
        /|/pricing|1|0.3333
        /||1|0.3333
    """,
    "time_to_submit": """
        form|submitting_sessions|median_s|p90_s|pageviews
        inquiry|1|180.0|180.0|2.00
    """,
    "traffic_by_hour": """
        day|hour|sessions|pageviews|events
        2026-03-09|0|1|2|1
        2026-03-09|12|1|1|0
        2026-03-10|11|2|3|3
        2026-03-10|14|1|1|0
    """,
    "downloads": """
        file|downloads|visitors|sessions|pages|last_download
        https://shop.example/hats.pdf|2|2|2|2|2026-03-10 11:30:10
    """,
    "new_versus_returning": """
        day|visitors|new_visitors|returning_visitors|returning_share
        2026-03-09|2|1|1|0.5000
        2026-03-10|2|1|1|0.5000
    """,
}


@pytest.fixture
async def engine(stack: Stack) -> AsyncIterator[AsyncEngine]:
    """On a database with VISITS of `shop` in Kolkata, and of `york` on a day of 23 hours."""
    await stack.rows(
        "insert into sites (site_id, timezone)"
        " values ('shop', 'Asia/Kolkata'), ('york', 'America/New_York'), ('new', 'UTC')"
    )
    times = ["08T04:59", "08T05:00", "08T06:59", "08T07:00", "09T03:59", "09T04:00"]
    await stack.send(
        *VISITS,
        *(
            view(f"/{n}", f"03-{at}:00", siteId="york", sessionId=f"y{n}", visitorId=f"y{n}")
            for n, at in enumerate(times)
        ),
    )
    await stack.derive()
    engine = open_engine(stack.database_url, role="test")
    yield engine
    await engine.dispose()


def as_lines(columns: list[str], rows: list[tuple[Any, ...]]) -> list[str]:
    shown = [["" if value is None else str(value) for value in row] for row in rows]
    return ["|".join(row) for row in [columns, *shown]]


async def ask(engine: AsyncEngine, name: str, site_id: str, period: Period) -> list[str]:
    table = await run_report(engine, find_report(name), site_id, period)
    return as_lines(table.columns, table.rows)


async def psql(stack: Stack, *arguments: str, script: str = "") -> list[str]:
    """The rows that psql prints, run in the project's folder as the files' headers say."""
    process = await asyncio.create_subprocess_exec(
        str(find_psql()),
        *("-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-d", stack.database_url, *arguments),
        cwd=PROJECT_DIR,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(script.encode())
    assert (process.returncode, errors.decode()) == (0, "")
    return ["|".join(row) for row in csv.reader(io.StringIO(output.decode()))]


def test_every_report_has_an_expected_answer() -> None:
    assert sorted(EXPECTED) == NAMES
    assert len(NAMES) >= 15


async def test_each_report_answers_exactly(stack: Stack, engine: AsyncEngine) -> None:
    for name, expected in EXPECTED.items():
        wanted = [line.strip() for line in expected.strip().splitlines()]
        assert await ask(engine, name, "shop", PERIOD) == wanted, name


async def test_psql_runs_each_file_by_the_lines_of_its_header(
    stack: Stack, engine: AsyncEngine
) -> None:
    for name, expected in EXPECTED.items():
        wanted = [line.strip() for line in expected.strip().splitlines()]
        header = (PROJECT_DIR / "database" / "reports" / f"{name}.sql").read_text()
        header = header.replace("demo", "shop")
        header = header.replace("2026-11-01", "2026-03-09").replace("2026-11-30", "2026-03-10")
        [arguments] = re.findall(r"^--   psql (.*)$", header, re.MULTILINE)
        [script] = re.findall(r"^--   make psql, then: (.*)$", header, re.MULTILINE)
        assert await psql(stack, *arguments.split()) == wanted, name
        assert await psql(stack, script=script + "\n") == wanted, name


async def test_a_day_without_the_hour_from_two_to_three(engine: AsyncEngine) -> None:
    sunday = Period(date(2026, 3, 8), date(2026, 3, 8))
    [_, day] = await ask(engine, "traffic_by_day", "york", sunday)
    assert day == "2026-03-08|4|4|4|0|1.0000|0.0"
    pages = await ask(engine, "top_pages", "york", sunday)
    assert [line.partition("|")[0] for line in pages[1:]] == ["/1", "/2", "/3", "/4"]
    hours = await ask(engine, "hours_heat_map", "york", sunday)
    on_sunday = {line.split("|")[0]: line.split("|")[7] for line in hours[1:]}
    assert {hour for hour, views in on_sunday.items() if views == "1"} == {"0", "1", "3", "23"}
    assert sum(int(views) for views in on_sunday.values()) == 4


async def test_a_site_without_events_has_days_and_hours_of_zeros_only(engine: AsyncEngine) -> None:
    for name in NAMES:
        table = await run_report(engine, find_report(name), "new", PERIOD)
        empty = {"traffic_by_day": 2, "hours_heat_map": 24}.get(name, 0)
        assert len(table.rows) == empty, name
        assert all(value in (0, None) for row in table.rows for value in row[1:]), name


async def test_an_unknown_site_is_named(engine: AsyncEngine) -> None:
    for site_id in ("nosuch", "' or true --", "a\x00b"):
        with pytest.raises(NotFound, match="There is no site"):
            await run_report(engine, find_report("sources"), site_id, PERIOD)


async def test_psql_shows_nothing_of_a_misspelt_site(stack: Stack, engine: AsyncEngine) -> None:
    for name in NAMES:
        given = ("-v", "site=shopp", "-v", "from=2026-03-09", "-v", "to=2026-03-10")
        lines = await psql(stack, *given, "-f", f"database/reports/{name}.sql")
        assert len(lines) == 1, name


async def test_each_header_explains_the_columns_that_come(engine: AsyncEngine) -> None:
    for report in list_reports():
        table = await run_report(engine, report, "shop", PERIOD)
        assert list(report.columns) == table.columns, report.name
        assert report.question.endswith("?")
        assert table.rows, report.name


def test_a_misspelt_report_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(NotFound, match=r"did you mean sources\?"):
        find_report("sorces")
    assert find_report("top-pages.sql").name == "top_pages"
