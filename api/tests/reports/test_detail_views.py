"""form_attempts and event_properties: what they tell, and that they read only what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
from conftest import Stack

from build import NOON, event, pageview
from footfall.ingest.payload import EventData

ATTEMPTS = """
    select page_path, form_id, first_field, last_field, fields_touched,
        extract(minute from started_at)::int as started, extract(minute from submitted_at)::int as submitted,
        is_abandoned
    from form_attempts
    order by page_path, started_at, form_id
"""


def focus(field: Any, minutes: float, path: str = "/", **data: Any) -> dict[str, Any]:
    return event("form_focus", minutes, path=path, eventData={"field": field, **data})


def submit(form: str | None, minutes: float, path: str = "/") -> dict[str, Any]:
    return event("form_submit", minutes, path=path, eventData={"formId": form})


# Name to (events, rows of ATTEMPTS).
CASES: dict[str, tuple[list[dict[str, Any]], list[tuple[Any, ...]]]] = {
    "sent": (
        [focus("name", 1), focus("email", 2), submit("contact", 3)],
        [("/", "contact", "name", "email", 2, 1, 3, False)],
    ),
    "left half-way": (
        [focus("name", 1), focus("email", 2), focus("name", 3)],
        [("/", None, "name", "name", 2, 1, None, True)],
    ),
    "sent without a touch": (
        [submit("contact", 3)],
        [("/", "contact", None, None, 0, 3, 3, False)],
    ),
    "sent twice": (
        [focus("name", 1), submit("contact", 3), submit("contact", 4)],
        [("/", "contact", "name", "name", 1, 1, 3, False)],
    ),
    "touched again after it was sent": (
        [focus("name", 1), submit("contact", 3), focus("email", 5)],
        [("/", "contact", "name", "email", 2, 1, 3, False)],
    ),
    "two forms of one page": (
        [focus("q", 1), submit("search", 2), focus("name", 3), submit("contact", 4)],
        [
            ("/", "search", "q", "q", 1, 1, 2, False),
            ("/", "contact", "name", "name", 1, 3, 4, False),
        ],
    ),
    "a form without a name": (
        [focus("name", 1), submit(None, 3)],
        [("/", None, "name", "name", 1, 1, 3, False)],
    ),
    "touches that name their form": (
        [focus("name", 1, formId="a"), focus("name", 2, formId="b"), submit("b", 3)],
        [
            ("/", "a", "name", "name", 1, 1, None, True),
            ("/", "b", "name", "name", 1, 2, 3, False),
        ],
    ),
    "two pages": (
        [focus("name", 1), focus("name", 2, "/b"), submit("contact", 3, "/b")],
        [
            ("/", None, "name", "name", 1, 1, None, True),
            ("/b", "contact", "name", "name", 1, 2, 3, False),
        ],
    ),
    "fields without a name": (
        [focus(7, 1), focus("", 2), focus({"a": 1}, 3)],
        [("/", None, None, None, 0, 1, None, True)],
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_an_attempt_is_a_page_and_form_of_a_session(stack: Stack, name: str) -> None:
    events, rows = CASES[name]
    await stack.send(pageview("/", 0), *events, event("click", 9))
    await stack.derive()
    assert [tuple(row.values()) for row in await stack.rows(ATTEMPTS)] == rows


async def test_attempts_are_of_one_session_each(stack: Stack) -> None:
    other = {"sessionId": "s2", "visitorId": "v2"}
    driven = {"sessionId": "s3", "visitorId": "v3", "browser": {"webdriver": True}}
    await stack.send(
        focus("name", 1),
        {**submit("contact", 2), **other},
        {**focus("name", 3), **driven},
        {**focus("name", 4), "url": None, "path": None, "sessionId": "s4"},
    )
    await stack.derive()
    found = await stack.rows(
        "select session_id, visitor_id, page_path, form_id, is_abandoned, is_bot"
        " from form_attempts order by started_at"
    )
    assert [tuple(row.values()) for row in found] == [
        ("s1", "v1", "/", None, True, False),
        ("s2", "v2", "/", "contact", False, False),
        ("s3~bot", "v3", "/", None, True, True),
        ("s4", "v1", None, None, True, False),
    ]


async def test_properties_of_custom_events_are_rows(stack: Stack) -> None:
    given = {
        "plan": "pro",
        "price": 9.5,
        "count": "12",
        "yearly": True,
        "coupon": None,
        "cart": {"total": 3, "item": {"sku": "x"}, "none": {}},
        "empty": {},
        "tags": ["a", 1],
        "huge": 10**18,
    }
    await stack.send(
        pageview(), event("signup", 1, eventData=given), event("click", 2, eventData=given)
    )
    await stack.derive()
    found = await stack.rows(
        "select event_type, page_path, is_bot, name, value_text, value_number, value_boolean"
        " from event_properties order by name"
    )
    assert {tuple(row.values())[:3] for row in found} == {("signup", "/", False)}
    assert {row["name"]: tuple(row.values())[4:] for row in found} == {
        "plan": ("pro", None, None),
        "price": ("9.5", 9.5, None),
        "count": ("12", None, None),
        "yearly": ("true", None, True),
        "coupon": (None, None, None),
        "cart.total": ("3", 3, None),
        "cart.item": ('{"sku": "x"}', None, None),
        "cart.none": ("{}", None, None),
        "empty": ("{}", None, None),
        "tags": ('["a", 1]', None, None),
        "huge": (str(10**18), 10**18, None),
    }
    assert len(found) == 11


async def test_custom_is_what_the_tracker_does_not_send_by_itself(stack: Stack) -> None:
    """And what older trackers sent of themselves: engagement, web_vitals."""
    built_in = {*EventData.__annotations__, "engagement", "web_vitals"}
    names = [*built_in, "signup", "add_to_cart", "Click", "page_exits"]
    rows = await stack.rows(
        "select name from unnest($1::text[]) as given (name) where is_custom_event(name)", names
    )
    assert {row["name"] for row in rows} == set(names) - built_in


BY_TIME = {
    "ix_user_events_site_id_event_timestamp",
    "ix_user_events_form",
    "ix_user_events_custom",
}


@pytest.mark.parametrize(
    ("view", "at"), [("form_attempts", "started_at"), ("event_properties", "event_timestamp")]
)
async def test_a_site_and_a_stretch_of_time_are_read_by_index(
    stack: Stack, view: str, at: str
) -> None:
    """20,000 events of a year; a day of it is read by what the indexes point at, and nothing else."""
    await stack.rows("""
        insert into user_events
            (id, session_id, visitor_id, site_id, event_type, event_timestamp, event_data, created_at, event_id)
        select n, 's' || n / 10, 'v', 'shop', (array['form_focus', 'form_submit', 'signup', 'click'])[n % 4 + 1],
            timestamptz '2026-01-01' + n * interval '26 minutes', '{"field": "a", "b": {"c": 1}}', now(),
            gen_random_uuid()
        from generate_series(1, 20000) as n
        """)
    await stack.rows("analyze user_events")
    [row] = await stack.rows(
        f"explain (analyze, format json) select * from {view} where site_id = 'shop'"
        f" and {at} >= $1 and {at} < $2",
        NOON,
        NOON + timedelta(days=1),
    )
    [plan] = orjson.loads(row["QUERY PLAN"])
    nodes = list(_nodes(plan["Plan"]))
    assert "Seq Scan" not in {node["Node Type"] for node in nodes}
    indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
    assert indexes & BY_TIME
    read = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes
        if node.get("Relation Name") == "user_events"
    )
    assert 0 < read < 1_000


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
