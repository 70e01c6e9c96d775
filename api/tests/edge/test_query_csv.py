"""A query's answer as CSV: what is in it, that no cell is a formula, and that length is no matter."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from conftest import TOKEN, Stack

from build import pageview
from footfall.reports import download

BEARER = {"Authorization": f"Bearer {TOKEN}"}
GOOD: dict[str, Any] = {
    "site_id": "shop",
    "start_date": "2026-03-10",
    "end_date": "2026-03-10",
    "metrics": ["visitors", "time_on_page_s"],
    "dimensions": ["page"],
}


async def ask(stack: Stack, path: str = "/api/query.csv", **changes: Any) -> httpx.Response:
    return await stack.client.post(path, json=GOOD | changes, headers=BEARER)


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text, newline="")))


async def test_rows_are_those_of_the_query_under_a_header(stack: Stack) -> None:
    await stack.send(pageview("/"), pageview('/a,"b"', 1), pageview("/", 5, sessionId="s2"))
    await stack.derive()
    answer = await ask(stack, comparison={"start_date": "2026-03-09", "end_date": "2026-03-09"})
    assert rows_of(answer) == [
        ["page", "visitors", "time_on_page_s", "comparison_visitors", "comparison_time_on_page_s"],
        ["/", "1", "60.0", "0", ""],
        ['/a,"b"', "1", "", "0", ""],
    ]
    assert answer.text.endswith("\r\n")
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="shop-page-2026-03-10-2026-03-10.csv"'
    )


async def test_a_caller_may_ask_for_csv_by_its_accept_header(stack: Stack) -> None:
    await stack.send(pageview("/"))
    await stack.derive()
    for accept, kind in (
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.9, */*", "text/csv; charset=utf-8"),
        ("application/json, text/csv", "application/json"),
        ("*/*", "application/json"),
    ):
        answer = await stack.client.post(
            "/api/query", json=GOOD, headers=BEARER | {"Accept": accept}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), accept


async def test_totals_and_series_are_tables_too(stack: Stack) -> None:
    await stack.send(pageview("/"))
    await stack.derive()
    totals = await ask(stack, dimensions=[], metrics=["visitors", "bounce_rate"])
    assert rows_of(totals) == [["visitors", "bounce_rate"], ["1", "1.0"]]
    series = await ask(
        stack,
        dimensions=["time:day"],
        metrics=["visitors"],
        start_date="2026-03-09",
        comparison={"start_date": "2026-03-10", "end_date": "2026-03-10"},
    )
    assert rows_of(series) == [
        ["time:day", "visitors", "comparison_visitors"],
        ["2026-03-09", "0", "1"],
        ["2026-03-10", "1", ""],
    ]
    nothing = await ask(stack, start_date="2026-01-01", end_date="2026-01-01")
    assert rows_of(nothing) == [["page", "visitors", "time_on_page_s"]]


async def test_no_key_is_a_formula_or_moves_a_terminal(stack: Stack) -> None:
    sources = {
        '=HYPERLINK("https://evil.example";"x")': '\'=HYPERLINK("https://evil.example";"x")',
        "+1+1": "'+1+1",
        "-1": "'-1",
        "@SUM(1)": "'@SUM(1)",
        "＝1": "'＝1",
        "\x1b[2Jgone": "\\x1b[2Jgone",
        "a\tb\r\nc": "a\\tb\\r\\nc",
        "plain = 1": "plain = 1",
    }
    await stack.send(
        *(
            pageview("/", n, sessionId=f"s{n}", attribution={"utmParams": {"utm_campaign": source}})
            for n, source in enumerate(sources)
        )
    )
    await stack.derive()
    stored = await stack.rows("select distinct utm_campaign from user_sessions")
    answer = await ask(stack, dimensions=["utm_campaign"], metrics=["sessions"])
    written = {row[0] for row in rows_of(answer)[1:]}
    expected = {cell for source, cell in sources.items() if {"utm_campaign": source} in stored}
    assert written == expected
    assert len(expected) >= 6


async def test_a_file_name_is_plain_whatever_the_site_is_called(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ($1)", 'a"b/../ü;x')
    answer = await ask(stack, site_id='a"b/../ü;x', dimensions=["time:day"], metrics=["visitors"])
    assert rows_of(answer)
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="a-b-..-x-time-day-2026-03-10-2026-03-10.csv"'
    )


async def test_all_rows_come_in_pieces_and_a_limit_cuts_them(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PIECE_ROWS", 50)
    paths = [f"/{n:04}" for n in range(230)]
    for start in range(0, len(paths), 100):
        await stack.send(
            *(pageview(path, n / 100) for n, path in enumerate(paths[start : start + 100]))
        )
    await stack.derive()
    before = {"start_date": "2026-03-09", "end_date": "2026-03-09"}
    whole = rows_of(await ask(stack, metrics=["visitors"], comparison=before))
    assert [row[0] for row in whole[1:]] == paths
    assert {tuple(row[1:]) for row in whole[1:]} == {("1", "0")}
    cut = rows_of(await ask(stack, metrics=["visitors"], limit=70, offset=200))
    assert [row[0] for row in cut[1:]] == paths[200:]
    filtered = rows_of(
        await ask(
            stack,
            metrics=["visitors"],
            filters=[{"dimension": "page", "operator": "matches", "values": ["^/01"]}],
            order={"by": "key"},
        )
    )
    assert [row[0] for row in filtered[1:]] == paths[199:99:-1]
