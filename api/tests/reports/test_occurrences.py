"""What happened in sessions: the query API beside the SQL reports on the example, names that are input, and indexes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conftest import TOKEN, Clock, Stack
from report_lines import run_command
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql

from build import event, pageview
from footfall.ingest.page_search import NOT_FOUND_EVENTS, SEARCH_EVENTS
from footfall.reports.compile import compile_breakdown
from footfall.reports.query import make_period, make_query
from footfall.reports.vocabulary import DIMENSIONS, DimensionKind

DAYS = {"start_date": "2026-03-02", "end_date": "2026-03-15"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Row = dict[str, Any]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 20, tzinfo=UTC))


async def report(stack: Stack, name: str) -> list[Row]:
    line = ("report", name, "--site", "example", "--from", DAYS["start_date"])
    result = await run_command(
        stack.database_url, *line, "--to", DAYS["end_date"], "--format", "json"
    )
    assert result.exit_code == 0, result.output
    rows: list[Row] = json.loads(result.stdout)
    assert rows
    return rows


async def ask(stack: Stack, dimension: str, *metrics: str, **more: Any) -> dict[str, list[Any]]:
    site: dict[str, Any] = {"site_id": "example", **DAYS, **more}
    answer = await stack.query(**site, metrics=list(metrics), dimensions=[dimension])
    assert answer["total_rows"] == len(answer["rows"])
    return {row["dimensions"][0]: row["metrics"] for row in answer["rows"]}


def added(rows: list[Row], key: str, *figures: str) -> dict[str, list[Any]]:
    """Rows of a report added up by one of its columns."""
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        sums.setdefault(row[key], Counter()).update({figure: row[figure] for figure in figures})
    return {value: [sums[value][figure] for figure in figures] for value in sums}


async def test_figures_are_those_of_the_sql_reports(stack: Stack) -> None:
    loaded = await run_command(stack.database_url, "example")
    assert loaded.exit_code == 0
    links = await report(stack, "outbound_links")
    assert await ask(stack, "outbound_link", "events") == added(links, "link", "clicks")
    files = await report(stack, "downloads")
    told = await ask(stack, "download", "events", "visitors")
    assert told == added(files, "file", "downloads", "visitors")
    kinds = await ask(stack, "file_type", "events")
    assert kinds == added(files, "file_type", "downloads")
    lost = await report(stack, "not_found_pages")
    assert await ask(stack, "not_found_page", "pageviews") == added(lost, "page", "pageviews")
    terms = await report(stack, "on_site_searches")
    told = await ask(stack, "search_term", "searches", "visitors")
    assert told == added(terms, "term", "searches", "visitors")


async def test_forms_are_those_of_the_sql_reports(stack: Stack) -> None:
    await run_command(stack.database_url, "example")
    sent = await report(stack, "forms")
    begun = await report(stack, "form_abandons")
    # Those that nobody sent are of the only form that others sent on that page.
    only = {row["page"]: row["form"] for row in sent}
    assert len(only) == len(sent)
    for row in begun:
        row["form"] = row["form"] or only.get(row["page"], row["page"])
    starts = added(begun, "form", "attempts", "abandoned", "submitted")
    submissions = added(sent, "form", "submissions")
    metrics = ("form_starts", "form_submissions", "form_abandons", "completion_rate")
    assert await ask(stack, "form", *metrics) == {
        form: [begun, submissions[form][0], left, pytest.approx(done / begun)]
        for form, (begun, left, done) in starts.items()
    }
    assert starts["contact"] == [3, 2, 1]


async def test_a_robots_form_does_not_hide_which_one_a_page_has(stack: Stack) -> None:
    """Who began a form and sent none began the only one that people sent there."""
    stack.clock.now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    at = stack.clock.now.isoformat()

    def on_page(kind: str, who: str, **data: Any) -> Row:
        common: Row = {"siteId": "example", "sessionId": who, "visitorId": who, "timestamp": at}
        return event(kind, url="https://e.example/c", path="/c", eventData=data, **common)

    await stack.send(on_page("form_focus", "a"), on_page("form_submit", "b", formId="own"))
    await stack.post(on_page("form_submit", "r", formId="other"), user_agent="curl/8.5.0")
    await stack.derive()
    assert await ask(stack, "form", "form_starts") == {"own": [2]}
    assert set(await ask(stack, "form", "form_starts", include_bots=True)) == {"/c", "own", "other"}


async def test_properties_are_those_of_the_sql_report(stack: Stack) -> None:
    await run_command(stack.database_url, "example")
    rows = await report(stack, "event_properties")
    seen = 0
    for name in {row["event"] for row in rows}:
        of_event = [row for row in rows if row["event"] == name]
        filters = [{"dimension": "event", "operator": "is", "values": [name]}]
        named = await ask(stack, "event_property", "events", filters=filters)
        assert named == added(of_event, "property", "events"), name
        for one in {row["property"] for row in of_event}:
            of_property = [row for row in of_event if row["property"] == one]
            told = await ask(stack, f"property:{one}", "events", "visitors", filters=filters)
            expected = added(of_property, "value", "events", "visitors")
            assert told == {value: row for value, row in expected.items() if value is not None}
            seen += len(told)
    assert seen > 5


@pytest.mark.parametrize("name", sorted(SEARCH_EVENTS))
async def test_an_event_of_a_search_counts_by_its_words(stack: Stack, name: str) -> None:
    """As the address of a page does; capitals are no difference."""
    await stack.send(
        pageview("/", 0),
        pageview("/find", 1, url="https://shop.example/find?q=oak"),
        event(name.title(), 2, eventData={"q": "OAK"}),
        event("other", 3, eventData={"q": "oak"}),
    )
    await stack.derive()
    found = await ask(stack, "search_term", "searches", "visitors", site_id="shop")
    assert found == {"oak": [2, 1]}


@pytest.mark.parametrize("name", sorted(NOT_FOUND_EVENTS))
async def test_an_event_tells_that_its_page_was_not_found(stack: Stack, name: str) -> None:
    await stack.send(
        pageview("/", 0),
        pageview("/gone", 1),
        event(name.upper(), 2, path="/gone"),
        pageview("/gone", 3, sessionId="s2", visitorId="v2"),
        pageview("/lost", 4, sessionId="s2", visitorId="v2", page={"status": 410}),
    )
    await stack.derive()
    found = await ask(stack, "not_found_page", "pageviews", "visitors", site_id="shop")
    assert found == {"/gone": [1, 1], "/lost": [1, 1]}


HOSTILE = [
    "'",
    '"',
    "a'b",
    "{}",
    "a}b",
    "x'); drop table sites; --",
    "%",
    "a.b.c",
    ".",
    "..",
    "$1",
    "é😀",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_property_of_any_name_is_found_by_it_and_nothing_else(
    stack: Stack, name: str
) -> None:
    outer, dot, inner = name.partition(".")
    data = {name: "yes", "other": "no"}
    await stack.send(
        pageview(),
        event("signup", 1, eventData=data),
        event("signup", 2, eventData={outer: {inner: "inside"}} if dot else {"no": 1}),
    )
    await stack.derive()
    expected = {"yes": [1], "inside": [1]} if dot else {"yes": [1]}
    for flagged in (False, True):
        more: dict[str, Any] = {"site_id": "shop", "include_bots": flagged}
        assert await ask(stack, f"property:{name}", "events", **more) == expected
    filters = [{"dimension": f"property:{name}", "operator": "is", "values": ["yes"]}]
    for dimension in ("event", "event_property", f"property:{name}"):
        found = await ask(stack, dimension, "events", site_id="shop", filters=filters)
        assert found == {
            "event": {"signup": [1]},
            "event_property": {name: [1], "other": [1]},
        }.get(dimension, {"yes": [1]})


@pytest.mark.parametrize("name", ["", "x" * 201, "a\x00b"])
async def test_no_name_of_a_property_is_refused_by_its_field(stack: Stack, name: str) -> None:
    await stack.send(pageview())
    body: dict[str, Any] = {"site_id": "shop", **DAYS, "metrics": ["events"]}
    condition = {"dimension": f"property:{name}", "operator": "is", "values": ["x"]}
    for more, field in (
        ({"dimensions": [f"property:{name}"]}, "dimensions"),
        ({"filters": [condition]}, "filters.0.dimension"),
    ):
        answer = await stack.client.post("/api/query", json=body | more, headers=BEARER)
        assert answer.status_code == 422
        assert answer.json()["field"] == field


async def test_values_that_are_no_text_count_as_they_are_written(stack: Stack) -> None:
    values = ["pro", 12.5, True, ["a"], {}, {"in": 1}, None]
    await stack.send(
        pageview(),
        *(event("signup", n, eventData={"plan": value}) for n, value in enumerate(values)),
    )
    await stack.derive()
    found = await ask(stack, "property:plan", "events", site_id="shop")
    assert found == {value: [1] for value in ("pro", "12.5", "true", '["a"]', "{}")}
    # Null is a property without a value; what is in an object has a name of its own.
    names = await ask(stack, "event_property", "events", site_id="shop")
    assert names == {"plan": [6], "plan.in": [1]}


_FILL = """
insert into user_events (id, session_id, visitor_id, site_id, event_type, event_timestamp, page_path, event_data,
    link_url, is_outbound, is_download, created_at, event_id)
overriding system value
select n, 's' || n, 'v', site, kinds[1 + n % 12], at, '/', '{"a": 1}', 'https://x.example/', n % 40 = 0, n % 40 = 12,
    at, gen_random_uuid()
from generate_series(1, 12000) as n
cross join (values ('example'), ('other')) as sites (site)
cross join (
    select array['click', 'form_focus', 'scroll', 'scroll', 'scroll', 'order', 'scroll', '404', 'click', 'search',
        'click', 'click'] as kinds
) as given
cross join lateral (select timestamptz '2026-03-16' - n * interval '1 hour' as at) as times;
insert into pageviews (id, session_id, visitor_id, site_id, url, path, view_timestamp, is_not_found, search_term,
    created_at, event_id)
overriding system value
select n, 's' || n, 'v', site, 'https://x/', '/', at, n % 40 = 0, case when n % 40 = 1 then 'oak' end, at,
    gen_random_uuid()
from generate_series(1, 12000) as n
cross join (values ('example'), ('other')) as sites (site)
cross join lateral (select timestamptz '2026-03-16' - n * interval '1 hour' as at) as times
"""
INDEXES = {
    "outbound_link": {"ix_user_events_outbound"},
    "download": {"ix_user_events_download"},
    "file_type": {"ix_user_events_download"},
    "form": {"ix_user_events_form"},
    "not_found_page": {"ix_pageviews_not_found", "ix_user_events_told"},
    "search_term": {"ix_pageviews_search", "ix_user_events_told"},
    "event_property": {"ix_user_events_custom"},
}


def written_out(statement: Select[Any]) -> str:
    """The statement with its values in it, since explain takes no parameters."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(compiled).replace("%%", "%")


async def test_each_is_read_by_an_index_of_its_own(stack: Stack) -> None:
    await stack.rows("insert into sites (site_id) values ('example'), ('other')")
    for statement in _FILL.split(";\n"):
        await stack.rows(statement)
    await stack.rows("analyze pageviews")
    await stack.rows("analyze user_events")
    kinds = (DimensionKind.OCCURRENCE, DimensionKind.EVENT_PROPERTY)
    told = [dimension for dimension in DIMENSIONS.values() if dimension.kind in kinds]
    assert {dimension.name for dimension in told} == set(INDEXES)
    for dimension in told:
        query = make_query(
            site_id="example",
            period=make_period(date(2026, 2, 14), date(2026, 3, 15)),
            metrics=dimension.metrics,
            dimensions=[dimension.name],
        )
        compiled = compile_breakdown(query, query.period, ZoneInfo("UTC"))
        sql = written_out(compiled.select)
        plan = str(await stack.value(f"explain (format json) {sql}"))
        for index in INDEXES[dimension.name]:
            assert index in plan, (dimension.name, plan)
