"""The pure session rules, as a table and as properties."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.derive import rows
from footfall.derive.sessions import Session, sessionize
from footfall.eventlog.consumer import LogRow

START = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)


def log_row(number: int, seconds: int, event_type: str, path: str = "/") -> LogRow:
    return LogRow(
        id=number,
        event_id=UUID(int=number),
        event_type=event_type,
        session_id="s",
        visitor_id="v",
        site_id="shop",
        timestamp=START + timedelta(seconds=seconds),
        received_at=START + timedelta(days=1, seconds=number),
        url=f"https://shop.example{path}",
        path=path,
        user_agent=None,
        referrer=None,
        referrer_type="direct" if event_type == "pageview" else None,
        referrer_platform=None,
        utm_source=f"campaign {number}",
        utm_medium=None,
        utm_campaign=None,
        utm_content=None,
        utm_term=None,
        page={"title": f"Page {number}"},
        browser=None,
        event_data=None,
    )


def fold(events: list[LogRow], cuts: list[int]) -> list[Session]:
    """Sessionize in batches cut at `cuts`, each over what the one before left."""
    sessions: list[Session] = []
    for first, last in zip([0, *cuts], [*cuts, len(events)], strict=True):
        singles = [rows.single(row) for row in events[first:last]]
        if singles:
            sessions = sessionize("s", sessions, singles, first_ordinal=1).sessions
    return sessions


GAPS = [
    ("29:59 apart is one session", [0, 29 * 60 + 59], 1),
    ("exactly 30:00 apart is one session", [0, 1800], 1),
    ("30:01 apart is two", [0, 1801], 2),
    ("activity carries a session on for hours", [n * 1700 for n in range(10)], 1),
    ("10:05 and 10:50 in one clock hour are two", [300, 3000], 2),
    ("10:58 and 11:02 over the clock hour are one", [3480, 3720], 1),
    ("across midnight is one", [3500, 3700], 1),
    ("across the start of summer time is one", [2 * 3600, 2 * 3600 + 1700], 1),
]


@pytest.mark.parametrize(("name", "seconds", "count"), GAPS, ids=[case[0] for case in GAPS])
def test_the_gap_rule(name: str, seconds: list[int], count: int) -> None:
    events = [log_row(n, s, "pageview") for n, s in enumerate(seconds, 1)]
    assert len(fold(events, [])) == count


def test_ids_are_the_clients_then_numbered() -> None:
    sessions = fold([log_row(n, n * 4000, "pageview") for n in range(1, 4)], [])
    assert [session.session_id for session in sessions] == ["s", "s.2", "s.3"]


def test_a_late_event_joins_two_sessions_and_renames_the_rest() -> None:
    stored = fold(
        [log_row(1, 0, "pageview"), log_row(2, 3000, "pageview"), log_row(3, 9000, "pageview")], []
    )
    late = [rows.single(log_row(4, 1500, "click"))]
    outcome = sessionize("s", stored, late, first_ordinal=1)
    assert [s.session_id for s in outcome.sessions] == ["s", "s.2"]
    assert outcome.renamed == {"s.2": "s", "s.3": "s.2"}
    assert outcome.joined == ["s"]
    assert outcome.owners == [0]
    assert outcome.sessions[0].event_count == 3


def test_entry_and_exit_are_the_first_and_last_pageview_not_other_events() -> None:
    [session] = fold(
        [
            log_row(1, 0, "scroll", "/teaser"),
            log_row(2, 5, "pageview", "/first"),
            log_row(3, 50, "pageview", "/last"),
            log_row(4, 90, "page_exit", "/gone"),
        ],
        [],
    )
    assert (session.entry.path, session.entry.title) == ("/first", "Page 2")
    assert session.entry.utm_source == "campaign 2"
    assert session.exit.path == "/last"
    assert session.duration_s == 90


BOUNCES = [
    (["pageview"], 0, True),
    (["pageview", "scroll", "page_exit", "page_visibility", "scroll_depth"], 0, True),
    (["pageview", "web_vital", "web_vitals", "engagement"], 0, True),
    (["pageview", "form_focus"], 0, False),
    (["pageview", "text_selection"], 0, False),
    (["pageview"], 9_999, True),
    (["pageview"], 10_000, False),
    (["pageview", "click"], 0, False),
    (["pageview", "form_submit"], 0, False),
    (["pageview", "anything-custom"], 0, False),
    (["pageview", "pageview"], 0, False),
    (["click"], 0, False),
]


@pytest.mark.parametrize(("types", "engaged_ms", "bounce"), BOUNCES)
def test_a_bounce_is_one_pageview_without_interaction_under_ten_seconds(
    types: list[str], engaged_ms: int, bounce: bool
) -> None:
    [session] = fold([log_row(n, n, t) for n, t in enumerate(types, 1)], [])
    assert replace(session, engaged_ms=engaged_ms).is_bounce is bounce


events_of_a_visitor = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 20_000), st.sampled_from([0, 1800, 1801, 3600, 3601])),
        st.sampled_from(["pageview", "click", "scroll", "page_exit"]),
    ),
    min_size=1,
    max_size=25,
)


@given(events_of_a_visitor, st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_split_give_the_same_sessions(
    given_events: list[tuple[int, str]], shuffler: random.Random, data: st.DataObject
) -> None:
    events = [log_row(n, s, t) for n, (s, t) in enumerate(given_events, 1)]
    expected = fold(events, [])
    shuffler.shuffle(events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(events)), max_size=6)))
    assert fold(events, cuts) == expected


@given(events_of_a_visitor)
def test_every_event_is_in_exactly_one_session_and_gaps_are_kept(
    given_events: list[tuple[int, str]],
) -> None:
    events = [log_row(n, s, t) for n, (s, t) in enumerate(given_events, 1)]
    sessions = fold(events, [])
    assert sum(session.event_count for session in sessions) == len(events)
    for before, after in itertools.pairwise(sessions):
        assert (after.start - before.end).total_seconds() > 1800
