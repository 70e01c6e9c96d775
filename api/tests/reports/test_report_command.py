"""`footfall report` as typed: what it prints, and the sentence where it cannot."""

from __future__ import annotations

import csv
import io
import json

from click.testing import Result
from conftest import Stack
from report_lines import run_command

from build import pageview
from footfall.reports.sqlfile import list_reports

DAYS = ("--from", "2026-03-10", "--to", "2026-03-10")


async def run(database_url: str, *arguments: str) -> Result:
    return await run_command(database_url, "report", *arguments)


async def output(stack: Stack, *arguments: str) -> str:
    result = await run(stack.database_url, *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


async def refusal(database_url: str, *arguments: str) -> str:
    """The one sentence of a command that fails."""
    result = await run(database_url, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    [sentence] = result.stderr.splitlines()
    return sentence


async def visit(stack: Stack) -> None:
    await stack.send(pageview("/a", 0), pageview("/b\x1b[2J", 1))
    await stack.derive()


async def test_without_a_name_it_lists_the_questions() -> None:
    lines = (await run("postgresql://nowhere/none")).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in list_reports()]
    [campaigns] = [line for line in lines if line.startswith("campaigns ")]
    assert campaigns.endswith(" What did each campaign bring?")


async def test_about_tells_what_a_report_takes_and_answers() -> None:
    told = (await run("postgresql://nowhere/none", "funnel-by-path", "--about")).stdout
    assert told.startswith("How many visits go the way through these pages, in this order?\n")
    assert "\n  steps  text, required: two or more paths in order, separated by blanks\n" in told
    assert "\n  median_s           seconds from the step before to this one: " in told


async def test_parameters_of_a_report_are_set_by_name(stack: Stack) -> None:
    await visit(stack)
    rows = await output(
        stack, "funnel_by_path", *DAYS, "--format", "csv", "--set", "steps= /a  /* "
    )
    assert [row.split(",")[:3] for row in rows.splitlines()[1:]] == [["1", "/a", "1"], ["2", "/*", "1"]]  # fmt: skip
    rows = await output(
        stack, "visits", *DAYS, "--format", "csv", "--set", "rows=0", "--set", "rows=1"
    )
    assert len(rows.splitlines()) == 2
    # A value may hold what a name may not, and no value is SQL.
    rows = await output(
        stack, "page_by_day", *DAYS, "--format", "csv", "--set", "path=/a'=1 or ''='"
    )
    assert rows.splitlines()[1] == "2026-03-10,0,0,0,0,"


async def test_a_parameter_that_is_wrong_or_missing_is_named(stack: Stack) -> None:
    cases = [
        (("funnel_by_path",), "funnel_by_path needs steps: two or more paths in order"),
        (("funnel_by_path", "--set", "stps=/"), "has no parameter 'stps'; did you mean steps?"),
        (("funnel_by_path", "--set", "steps= "), "steps must be a text, not ' ': two or more"),
        (("visits", "--set", "quite=1"), "visits has no parameter 'quite'; it has bots, rows."),
        (("visits", "--set", "rows=ten"), "rows must be a whole number, as 100, not 'ten'"),
        (("visits", "--set", "bots=perhaps"), "bots must be true or false, not 'perhaps'"),
        (("visits", "--set", "from=2026-03-01"), "from is told by --from."),
        (("traffic_by_day", "--set", "path=/"), "it has none but --site, --from and --to."),
        (("traffic_by_day", "--include-bots"), "daily_site_metrics counts people."),
    ]
    for arguments, words in cases:
        assert words in await refusal(stack.database_url, *arguments), arguments
    result = await run(stack.database_url, "visits", "--set", "rows")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "must be NAME=VALUE, not 'rows'." in result.stderr


async def test_a_table_is_aligned_and_safe_for_a_terminal(stack: Stack) -> None:
    await visit(stack)
    table = await output(stack, "top_pages", "--site", "shop", *DAYS)
    assert table.splitlines() == [
        "page       visitors  pageviews  pageview_share  time_on_page_s",
        "---------  --------  ---------  --------------  --------------",
        "/a                1          1          0.5000            60.0",
        "/b\\x1b[2J         1          1          0.5000",
    ]


async def test_csv_and_json_hold_the_same_rows(stack: Stack) -> None:
    await visit(stack)
    as_csv = await output(stack, "top_pages", *DAYS, "--format", "csv")
    as_json = await output(stack, "top_pages", *DAYS, "--format", "json")
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert rows[0]["time_on_page_s"] == "60.0"
    assert rows[1] == {
        "page": "/b\\x1b[2J",
        "visitors": "1",
        "pageviews": "1",
        "pageview_share": "0.5000",
        "time_on_page_s": "",
    }
    assert json.loads(as_json)[1] == {
        "page": "/b\x1b[2J",
        "visitors": 1,
        "pageviews": 1,
        "pageview_share": 0.5,
        "time_on_page_s": None,
    }


async def test_an_empty_answer_says_so_beside_the_output(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    for format_name, shape in (("csv", "page,visitors"), ("json", "[]"), ("table", "page")):
        result = await run(stack.database_url, "top_pages", *DAYS, "--format", format_name)
        assert (result.exit_code, result.stderr) == (0, "top_pages: nothing on these days.\n")
        assert result.stdout.startswith(shape)


async def test_the_last_thirty_days_are_asked_for_unless_told(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    lines = (await output(stack, "traffic_by_day", "--format", "csv")).splitlines()
    assert len(lines) == 31
    lines = (
        await output(stack, "traffic_by_day", "--to", "2026-03-10", "--format", "csv")
    ).splitlines()
    assert (lines[1][:10], lines[-1][:10]) == ("2026-02-09", "2026-03-10")


async def test_a_site_must_be_named_where_there_are_several(stack: Stack) -> None:
    assert "no site yet" in await refusal(stack.database_url, "sources")
    await stack.rows("insert into sites (site_id) values ('shop'), ('blog')")
    sentence = await refusal(stack.database_url, "sources")
    assert sentence == "Error: --site must name one of blog, shop."


async def test_what_is_wrong_is_said_in_a_sentence(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('shop')")
    cases = [
        (("sorces",), "did you mean sources?"),
        (("sources", "--site", "nosuch"), "There is no site 'nosuch'."),
        (("sources", "--from", "2026-02-30"), "--from must be a day"),
        (("sources", "--from", "2026-03-02", "--to", "2026-03-01"), "is after --to"),
        (("sources", "--to", "0001-01-01"), "--to: 0001-01-01 is not between"),
        (("sources", "--from", "2010-01-01", "--to", "2026-03-01"), "ten years"),
    ]
    for arguments, words in cases:
        assert words in await refusal(stack.database_url, *arguments), arguments


async def test_a_database_that_is_away_is_said_to_be() -> None:
    away = "postgresql://footfall@/none?host=/nonexistent"
    assert await refusal(away, "sources") == "Error: The database is away."
