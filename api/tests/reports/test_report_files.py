"""database/reports: each file's exact answer on the example, by the very lines that its header prints."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from conftest import Stack
from report_lines import command_line, psql_line, run_command, run_psql, samples
from sqlalchemy.ext.asyncio import AsyncEngine

from build import pageview
from footfall.config import PROJECT_DIR
from footfall.database import Pool
from footfall.demo import example
from footfall.errors import NotFound
from footfall.ingest.page_search import NOT_FOUND_EVENTS, SEARCH_EVENTS
from footfall.reader import open_engine
from footfall.reports.query import Period
from footfall.reports.sqlfile import BOTS, USUAL, find_report, list_reports, run_report
from footfall.worker import catch_up

REPORTS = list_reports()
NAMES = [report.name for report in REPORTS]
PERIOD = Period(date.fromisoformat(example.FIRST_DAY), date.fromisoformat(example.LAST_DAY))
DAYS = ("-v", f"from={example.FIRST_DAY}", "-v", f"to={example.LAST_DAY}")
EXPECTED = example.FOLDER / "expected"
# What is told of every day, hour or finding, whether something happened or not.
ALWAYS_THERE = {
    "traffic_by_day": 14,
    "hours_heat_map": 24,
    "page_by_day": 14,
    "period_comparison": 7,
    "session_duration": 8,
    "data_quality": 13,
    "funnel_by_path": 4,
}


def expected(name: str) -> str:
    return (EXPECTED / f"{name}.csv").read_text(encoding="utf-8")


@pytest.fixture
async def example_url(database_url: str, pool: Pool) -> str:
    """A database that holds the example, derived."""
    await example.load(pool)
    await catch_up(pool)
    return database_url


@pytest.fixture
async def engine(example_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(example_url, role="test")
    yield engine
    await engine.dispose()


async def ask(engine: AsyncEngine, name: str, site_id: str, period: Period) -> list[list[Any]]:
    """The rows of a report, asked as its header says."""
    report = find_report(name)
    table = await run_report(engine, report, site_id, period, samples(report))
    return [["" if value is None else str(value) for value in row] for row in table.rows]


def test_every_report_has_an_expected_answer_and_no_other_has() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*")) == NAMES
    assert len(NAMES) >= 27


async def test_the_command_answers_exactly_what_the_example_says(example_url: str) -> None:
    for report in REPORTS:
        result = await run_command(example_url, *command_line(report), "--format", "csv")
        assert (result.exit_code, result.stderr) == (0, ""), report.name
        assert result.stdout.replace("\r\n", "\n") == expected(report.name), report.name


async def test_psql_answers_exactly_what_the_example_says(example_url: str) -> None:
    for report in REPORTS:
        output = await run_psql(example_url, *psql_line(report))
        assert (output.code, output.errors) == (0, ""), report.name
        assert output.text == expected(report.name), report.name


async def test_a_session_of_psql_includes_one_report_after_the_other(example_url: str) -> None:
    """No parameter of one report may reach the next: defaults stay set in a session."""
    lines = [f"\\set site example \\set from {example.FIRST_DAY} \\set to {example.LAST_DAY}"]
    for report in REPORTS:
        lines += [f"\\set {name} {shlex.quote(value)}" for name, value in samples(report).items()]
        lines.append(f"\\i database/reports/{report.name}.sql")
        lines += [f"\\unset {name}" for name in samples(report)]
    output = await run_psql(example_url, script="\n".join(lines) + "\n")
    assert (output.code, output.errors) == (0, "")
    assert output.text == "".join(expected(name) for name in NAMES)


async def test_flagged_traffic_is_left_out_unless_asked_for(
    example_url: str, engine: AsyncEngine, pool: Pool
) -> None:
    """With everybody flagged, a report is empty, and whole again with bots."""
    async with pool.acquire() as connection:
        for table in ("user_sessions", "pageviews", "user_events", "form_submissions"):
            await connection.execute(f"delete from {table} where is_bot")
            await connection.execute(f"update {table} set is_bot = true")
    for report in REPORTS:
        if report.no_bots is not None:
            continue
        rows = await ask(engine, report.name, example.SITE_ID, PERIOD)
        assert len(rows) == ALWAYS_THERE.get(report.name, 0), report.name
        told = [*command_line(report), "--include-bots", "--format", "csv"]
        result = await run_command(example_url, *told)
        assert result.stdout.replace("\r\n", "\n") == expected(report.name), report.name
        output = await run_psql(example_url, "-v", "bots=true", *psql_line(report))
        assert output.text == expected(report.name), report.name


async def test_the_robot_of_the_example_comes_back_with_its_pages(example_url: str) -> None:
    line = [*command_line(find_report("visits")), "--include-bots", "--format", "csv"]
    rows = (await run_command(example_url, *line)).stdout.splitlines()
    assert len(rows) == len(expected("visits").splitlines()) + 1
    [robot] = [row for row in rows if row.endswith(",3,/ > /trees > /old-catalogue")]
    # From 1:58 to 3:02 on the day without the hour from two to three.
    assert robot.startswith("2026-03-08 01:58:00,")
    assert robot.split(",")[5] == "240"


async def test_reports_of_people_refuse_bots_instead_of_leaving_them_out(example_url: str) -> None:
    without = [report for report in REPORTS if report.no_bots is not None]
    assert {"traffic_by_day", "retention_cohorts", "bots"} <= {report.name for report in without}
    for report in without:
        result = await run_command(example_url, *command_line(report), "--include-bots")
        assert (result.exit_code, result.stdout) == (1, ""), report.name
        assert str(report.no_bots) in result.stderr
        output = await run_psql(example_url, "-v", "bots=true", *psql_line(report))
        assert (output.text, output.errors) == ("", f"No bots parameter: {report.no_bots}\n")
        output = await run_psql(example_url, "-v", "bots=false", *psql_line(report))
        assert output.text == expected(report.name), report.name


async def test_psql_names_the_parameter_that_is_missing(example_url: str) -> None:
    for report in REPORTS:
        file = ("-f", f"database/reports/{report.name}.sql")
        output = await run_psql(example_url, *DAYS, *file)
        assert output.code == 3
        assert output.errors.startswith(
            "Which site and days? -v site=example -v from="
        ), report.name
        required = [one.name for one in report.own_parameters if one.default is None]
        output = await run_psql(example_url, "-v", "site=example", *DAYS, *file)
        if required:
            assert output.code == 3
            assert output.errors.startswith(f"{required[0]} is missing: -v {required[0]}=")
        else:
            assert (output.code, output.errors) == (0, ""), report.name


def test_parameters_are_declared_and_psql_sets_the_same_defaults() -> None:
    defaults: dict[str, str | None] = {}
    for report in REPORTS:
        text = (PROJECT_DIR / "database" / "reports" / f"{report.name}.sql").read_text()
        assert set(report.bound) == set(report.parameters), report.name
        assert tuple(report.parameters)[:3] == USUAL, report.name
        assert (BOTS in report.parameters) == (report.no_bots is None), report.name
        for one in report.own_parameters:
            assert one.kind in ("text", "integer", "boolean")
            assert defaults.setdefault(one.name, one.default) == one.default, one.name
            if one.default is None:
                assert f"\\if :{{?{one.name}}} \\else \\warn '{one.name} is missing: -v " in text
                continue
            set_by_psql = re.findall(
                rf"^\\if :{{\?{one.name}}} \\else \\set {one.name} (\S+) \\endif$", text, re.M
            )
            assert [value.strip("'") for value in set_by_psql] == [one.default], report.name


def test_headers_give_the_lines_for_the_example() -> None:
    for report in REPORTS:
        own = [word for item in samples(report).items() for word in ("-v", "=".join(item))]
        file = f"database/reports/{report.name}.sql"
        assert psql_line(report) == ["-v", "site=example", *DAYS, *own, "-f", file]
        given = [word for item in samples(report).items() for word in ("--set", "=".join(item))]
        days = ["--from", example.FIRST_DAY, "--to", example.LAST_DAY]
        assert command_line(report) == [*f"report {report.name} --site example".split(), *days, *given]  # fmt: skip


async def test_each_header_explains_the_columns_that_come(engine: AsyncEngine) -> None:
    for report in REPORTS:
        table = await run_report(engine, report, example.SITE_ID, PERIOD, samples(report))
        assert list(report.columns) == table.columns, report.name
        assert report.question.endswith("?")
        assert table.rows, report.name


def test_events_that_tell_of_searches_and_missing_pages_are_those_of_the_pipeline() -> None:
    for name, known in (("on_site_searches", SEARCH_EVENTS), ("not_found_pages", NOT_FOUND_EVENTS)):
        [listed] = re.findall(r"event_type\) in \(([^)]*)\)", find_report(name).statement)
        assert set(re.findall(r"'([^']*)'", listed)) == known


async def test_the_guides_statement_tells_which_sources_bring_orders(pool: Pool) -> None:
    await example.load(pool)
    await catch_up(pool)
    page = (PROJECT_DIR / "database" / "README.md").read_text()
    [statement] = re.findall(r"^    select coalesce\(utm_source.*?;$", page, re.M | re.S)
    rows = [tuple(row) for row in await pool.fetch(statement)]
    # Anna ordered twice: once she came by herself, once from Google.
    assert rows[:2] == [("Direct / none", 6, 1), ("google", 2, 1)]
    assert len(rows) == 7
    assert all(orders == 0 for _, _, orders in rows[2:])


async def test_a_site_without_events_has_days_and_hours_of_zeros_only(
    engine: AsyncEngine, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        await connection.execute("insert into sites (site_id) values ('new')")
    for report in REPORTS:
        table = await run_report(engine, report, "new", PERIOD, samples(report))
        assert len(table.rows) == ALWAYS_THERE.get(report.name, 0), report.name
        told = [value for row in table.rows for value in row[1:] if not isinstance(value, str)]
        assert all(value in (0, None) for value in told), report.name


async def test_psql_shows_nothing_of_a_misspelt_site(example_url: str) -> None:
    for report in REPORTS:
        line = ["site=exmaple" if word == "site=example" else word for word in psql_line(report)]
        output = await run_psql(example_url, *line)
        assert output.text.splitlines() == expected(report.name).splitlines()[:1], report.name


async def test_an_unknown_site_is_named(engine: AsyncEngine) -> None:
    for site_id in ("nosuch", "' or true --", "a\x00b"):
        with pytest.raises(NotFound, match="There is no site"):
            await run_report(engine, find_report("sources"), site_id, PERIOD)


def test_a_misspelt_report_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(NotFound, match=r"did you mean sources\?"):
        find_report("sorces")
    assert find_report("top-pages.sql").name == "top_pages"


async def test_a_day_without_the_hour_from_two_to_three(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id, timezone) values ('york', 'America/New_York')")
    times = ["08T04:59", "08T05:00", "08T06:59", "08T07:00", "09T03:59", "09T04:00"]
    await stack.send(
        *(
            pageview(
                f"/{n}",
                timestamp=f"2026-03-{at}:00Z",
                siteId="york",
                sessionId=f"y{n}",
                visitorId=f"y{n}",
            )
            for n, at in enumerate(times)
        )
    )
    await stack.derive()
    engine = open_engine(stack.database_url, role="test")
    sunday = Period(date(2026, 3, 8), date(2026, 3, 8))
    [day] = await ask(engine, "traffic_by_day", "york", sunday)
    assert day == ["2026-03-08", "4", "4", "4", "0", "1.0000", "0.0"]
    pages = await ask(engine, "top_pages", "york", sunday)
    assert [row[0] for row in pages] == ["/1", "/2", "/3", "/4"]
    hours = await ask(engine, "hours_heat_map", "york", sunday)
    assert {row[0] for row in hours if row[7] == "1"} == {"0", "1", "3", "23"}
    assert sum(int(row[7]) for row in hours) == 4
    await engine.dispose()
