"""What Footfall derived, against the recount of recount.sql: every cell of every table, by DuckDB.

Both sides come as text under the same names: PostgreSQL's by COPY, times as milliseconds, rates as whole
ten-thousandths, so that nothing is rounded on the way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
from ninety_days import DAYS, FIRST

from footfall.database import Pool

RECOUNT: Final = Path(__file__).with_name("recount.sql")
SHOWN: Final = 20

_SUMS: Final = (
    *("sessions", "bounced_sessions", "duration_seconds_sum", "session_pageviews_sum"),
    *("engaged_ms_sum", "pageviews", "events", "timed_pageviews", "time_on_page_seconds_sum"),
)
_SESSION_SAME: Final = (
    *("pageview_count", "event_count", "interaction_count", "engaged_ms", "bounce"),
    *(
        "exit_url",
        "exit_path",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "utm_content",
        "utm_term",
    ),
    *("referrer_type", "referrer_platform", "browser_language", "screen_width", "session_key"),
    *("start_date", "visitor_id", "browser", "browser_version", "os", "device_type", "channel"),
    *("click_id", "is_bot", "ordinal"),
)


def _ms(column: str, name: str) -> str:
    return f"(extract(epoch from {column}) * 1000)::bigint as {name}"


@dataclass(frozen=True, slots=True)
class Check:
    """stored: asks PostgreSQL; recounted: asks DuckDB, by the same names. key: columns, the first ones."""

    table: str
    key: int
    stored: str
    recounted: str


def _same(*names: str) -> str:
    return ", ".join(names)


_DAILY: Final = """
    with days as (
        select site_id, local::date as day,
            count(distinct visitor_id) filter (where not is_bot) as unique_visitors,
            count(*) filter (where not is_bot and is_view) as total_pageviews,
            count(*) filter (where not is_bot and not is_view) as total_events,
            count(*) filter (where is_bot and is_view) as bot_pageviews,
            count(*) filter (where is_bot and not is_view) as bot_events
        from owned
        group by all
    ),
    visits as (
        select site_id, start_date as day,
            count(*) filter (where not is_bot) as total_sessions,
            count(*) filter (where is_bot) as bot_sessions,
            count(*) filter (where not is_bot and coalesce(referrer_type, 'direct') = 'direct')
                as direct_sessions,
            count(*) filter (where not is_bot and referrer_type = 'search') as search_sessions,
            count(*) filter (where not is_bot and referrer_type = 'social') as social_sessions,
            count(*) filter (where not is_bot and referrer_type = 'referral') as referral_sessions,
            count(*) filter (where not is_bot and referrer_type = 'internal') as other_sessions,
            count(*) filter (where not is_bot and bounce) as bounced_sessions,
            coalesce(sum(duration_s) filter (where not is_bot), 0) as duration_seconds_sum,
            coalesce(sum(pageview_count) filter (where not is_bot), 0) as session_pageviews_sum
        from sessions
        group by all
    )
    select site_id, day,
        {own},
        (20000 * bounced_sessions + total_sessions) // nullif(2 * total_sessions, 0) as bounce_rate,
        (2 * duration_seconds_sum + total_sessions) // nullif(2 * total_sessions, 0) as duration,
        (200 * session_pageviews_sum + total_sessions) // nullif(2 * total_sessions, 0) as pages
    from days
    full join visits using (site_id, day)
"""
_DAILY_SUMS: Final = (
    *("unique_visitors", "total_sessions", "total_pageviews", "total_events", "direct_sessions"),
    *("search_sessions", "social_sessions", "referral_sessions", "other_sessions"),
    *("bounced_sessions", "duration_seconds_sum", "session_pageviews_sum"),
    *("bot_sessions", "bot_pageviews", "bot_events"),
)

CHECKS: Final = (
    Check(
        "events_log",
        1,
        "select site_id, count(*) as n, count(distinct visitor_id) as visitors from events_log e"
        # What came again after more than a day is in the log twice, and derived once.
        " where not exists (select from events_log o where o.site_id = e.site_id"
        " and o.event_id = e.event_id and o.id < e.id) group by site_id",
        "select site_id, count(*) as n, count(distinct visitor_id) as visitors from events group by site_id",
    ),
    Check(
        "user_sessions",
        2,
        f"""select site_id, session_id, {_ms("session_start", "start_at")}, {_ms("session_end", "end_at")},
            duration_seconds, entry_url, entry_path, entry_title, original_referrer,
            {_ms("created_at", "first_at")}, {_ms("updated_at", "last_at")}, {_ms("entry_at", "entry_at")},
            country, region, city, {_same(*_SESSION_SAME)}
        from user_sessions""",
        f"""select site_id, session_id, epoch_ms(start_at) as start_at, epoch_ms(end_at) as end_at,
            duration_s as duration_seconds, url as entry_url, path as entry_path, title as entry_title,
            case when is_view then referrer end as original_referrer,
            epoch_ms(first_received_at) as first_at, epoch_ms(last_received_at) as last_at,
            epoch_ms(ts) as entry_at, null as country, null as region, null as city,
            {_same(*_SESSION_SAME)}
        from sessions""",
    ),
    Check(
        "pageviews",
        4,
        f"""select site_id, session_id, {_ms("view_timestamp", "view_at")}, path, visitor_id, url, title,
            query_params, hash_fragment, time_on_page_seconds, referrer, internal_referrer,
            utm_source, utm_medium, utm_campaign, utm_content, utm_term, engaged_ms, scroll_percentage, is_bot, is_not_found,
            search_term, {_ms("created_at", "received")}
        from pageviews""",
        """select site_id, session_id, epoch_ms(ts) as view_at, path, visitor_id, url, title,
            query as query_params, fragment as hash_fragment, time_on_page_s as time_on_page_seconds, referrer,
            referrer_type = 'internal' as internal_referrer,
            utm_source, utm_medium, utm_campaign, utm_content, utm_term, engaged_ms, scroll_percentage, is_bot, is_not_found,
            search_term, epoch_ms(received_at) as received
        from views""",
    ),
    Check(
        "user_events",
        4,
        f"""select site_id, session_id, {_ms("event_timestamp", "event_at")}, event_type, visitor_id,
            page_url, page_path, element_tag, element_classes, element_id, scroll_percentage, form_id,
            link_url, is_outbound, time_spent_ms, engaged_ms, is_bot, {_ms("created_at", "received")}
        from user_events""",
        """select site_id, session_id, epoch_ms(ts) as event_at, event_type, visitor_id,
            page_url, page_path, lower(given.tagName) as element_tag,
            array_to_string(given.classes, ' ') as element_classes, given.id as element_id,
            given.scrollPercentage as scroll_percentage, given.formId as form_id,
            given.href as link_url, coalesce(given.isOutbound, false) as is_outbound,
            spent_ms as time_spent_ms, told_engaged_ms as engaged_ms, is_bot,
            epoch_ms(received_at) as received
        from others""",
    ),
    Check(
        "form_submissions",
        3,
        f"""select site_id, session_id, {_ms("submit_timestamp", "submit_at")}, visitor_id, form_id,
            form_action, form_method, page_url, page_path, field_count,
            array_to_string(field_names, ' ') as names, form_data ->> 'topic' as topic,
            form_data ->> 'answer' as answer, is_bot
        from form_submissions""",
        """select site_id, session_id, epoch_ms(ts) as submit_at, visitor_id, given.formId as form_id,
            given.formAction as form_action, given.formMethod as form_method, page_url, page_path,
            len(json_keys(given.formData)) as field_count,
            'topic answer' as names, given.formData ->> 'topic' as topic,
            given.formData ->> 'answer' as answer, is_bot
        from others
        where event_type = 'form_submit'""",
    ),
    Check(
        "daily_site_metrics",
        2,
        f"""select site_id, metric_date as day, {_same(*_DAILY_SUMS)},
            (bounce_rate * 10000)::bigint as bounce_rate, avg_session_duration_seconds as duration,
            (avg_pages_per_session * 100)::bigint as pages
        from daily_site_metrics""",
        _DAILY.format(own=", ".join(f"coalesce({name}, 0) as {name}" for name in _DAILY_SUMS)),
    ),
    Check(
        "visitor_days",
        3,
        "select site_id, visit_date as day, visitor_id from visitor_days",
        "select distinct site_id, local::date as day, visitor_id from happened",
    ),
    Check(
        "daily_rollups",
        4,
        f"select site_id, dimension, value, rollup_date as day, {_same(*_SUMS)}, visitors from daily_rollups",
        f"""with visitors as (
            select site_id, dimension, value, day, count(distinct visitor_id) as visitors
            from seen
            group by all
        )
        select site_id, dimension, value, day, {", ".join(f"sum({name})::bigint as {name}" for name in _SUMS)},
            any_value(visitors) as visitors
        from rolled
        join visitors using (site_id, dimension, value, day)
        group by all""",
    ),
    Check(
        "hourly_rollups",
        5,
        f"select site_id, dimension, value, rollup_date as day, hour, {_same(*_SUMS)} from hourly_rollups",
        f"""select site_id, dimension, value, day, hour,
            {", ".join(f"sum({name})::bigint as {name}" for name in _SUMS)}
        from rolled
        group by all""",
    ),
    Check(
        "rollup_visitors",
        5,
        """select site_id, dimension, value, visit_date as day, nullif(previous_date, '-infinity') as previous,
            visitor_count as n
        from rollup_visitors""",
        """with days as (
            select distinct site_id, dimension, value, visitor_id, day from seen
        ),
        returned as (
            select site_id, dimension, value, day,
                lag(day) over (partition by site_id, dimension, value, visitor_id order by day) as previous
            from days
        )
        select site_id, dimension, value, day, previous, count(*) as n
        from returned
        group by all""",
    ),
    Check(
        "rollup_members",
        2,
        """select site_id, visit_date as day, count(*) as n, sum(holder_count) as holders
        from rollup_members
        group by site_id, visit_date""",
        """select site_id, day, count(*) as n, sum(holders)::bigint as holders
        from seen
        group by all""",
    ),
)


def ranges() -> Iterator[tuple[int, int]]:
    """(first, last) day, counted from FIRST: all, the thirds, the weeks, five of no particular length."""
    yield 0, DAYS - 1
    yield from ((n, n + 29) for n in (0, 30, 60))
    yield from ((n, n + 6) for n in range(0, DAYS - 6, 7))
    yield from ((0, 0), (13, 57), (44, 44), (35, 36), (71, 89))


def _visitors_of_ranges() -> Check:
    """Exact visitors by addition of rollup_visitors, against count distinct, of each value of each dimension."""
    values = ", ".join(
        f"(date '{FIRST.date()}' + {first}, date '{FIRST.date()}' + {last})"
        for first, last in ranges()
    )
    return Check(
        "visitors of ranges",
        5,
        f"""select site_id, dimension, value, r.first_day, r.last_day, sum(visitor_count) as n
        from (values {values}) as r (first_day, last_day)
        join rollup_visitors v on v.visit_date between r.first_day and r.last_day
            and v.previous_date < r.first_day
        group by site_id, dimension, value, r.first_day, r.last_day""",
        f"""select site_id, dimension, value, r.first_day, r.last_day, count(distinct visitor_id) as n
        from (values {values}) as r (first_day, last_day)
        join seen on seen.day between r.first_day and r.last_day
        group by all""",
    )


@dataclass(slots=True)
class Outcome:
    """rows: stored, recounted. cells: compared. totals: of each column of numbers that adds up to something.

    different: how many cells; shown: the first of them, in words.
    """

    table: str
    rows: tuple[int, int]
    cells: int
    different: int
    shown: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return self.different == 0 and self.rows[0] == self.rows[1] > 0


def recount(deliveries: Path, *, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database in memory with the tables of recount.sql."""
    memory = duckdb.connect(config={"threads": threads, "memory_limit": "6GB"})
    for statement in duckdb.extract_statements(RECOUNT.read_text()):
        named = {"deliveries": str(deliveries)} if statement.named_parameters else None
        memory.execute(statement, named)
    return memory


async def compare(
    pool: Pool, memory: duckdb.DuckDBPyConnection, *tables: str
) -> AsyncIterator[Outcome]:
    """Table by table, all of them where none is named; `memory` is recount()'s."""
    with TemporaryDirectory(prefix="footfall-proof-") as folder:
        for check in (*CHECKS, _visitors_of_ranges()):
            if tables and check.table not in tables:
                continue
            file = Path(folder) / "stored.csv"
            async with pool.acquire() as connection:
                await connection.copy_from_query(
                    check.stored, output=file, format="csv", header=True, null="\\N"
                )
            yield _compare(memory, check, file)


def _compare(memory: duckdb.DuckDBPyConnection, check: Check, file: Path) -> Outcome:
    memory.execute(f"create or replace temp table recounted as {check.recounted}")
    kinds = {row[0]: row[1] for row in memory.execute("describe recounted").fetchall()}
    names = list(kinds)
    memory.execute(
        "create or replace temp table stored as select * from read_csv($file, header = true,"
        " all_varchar = true, nullstr = '\\N', quote = '\"', escape = '\"', delim = ',', parallel = false)",
        {"file": str(file)},
    )
    assert names == [row[0] for row in memory.execute("describe stored").fetchall()], check.table
    key, others = names[: check.key], names[check.key :]
    memory.execute(
        "create or replace temp table texts as select "
        + ", ".join(f'{_text(name, kind)} as "{name}"' for name, kind in kinds.items())
        + " from recounted"
    )
    [stored] = memory.execute("select count(*) from stored").fetchall()
    [recounted] = memory.execute("select count(*) from texts").fetchall()
    differs = {
        name: f's."{name}" is distinct from r."{name}"' for name in others if name not in key
    }
    # A row that one side lacks is different in each of its cells.
    missing = f'(s."{key[0]}" is null or r."{key[0]}" is null)'
    memory.execute(
        "create or replace temp table pairs as select "
        + ", ".join(f'coalesce(s."{name}", r."{name}") as "{name}"' for name in key)
        + f", {missing} as is_missing"
        + "".join(f', {text} as "differs {name}"' for name, text in differs.items())
        + "".join(
            f', s."{name}" as "stored {name}", r."{name}" as "recounted {name}"' for name in others
        )
        + " from stored s full join texts r on "
        + " and ".join(f's."{name}" is not distinct from r."{name}"' for name in key)
    )
    [row] = memory.execute(
        f"select count(*), count(*) filter (where is_missing) * {len(names)}"
        + "".join(
            f', count(*) filter (where not is_missing and "differs {name}")' for name in others
        )
        + " from pairs"
    ).fetchall()
    outcome = Outcome(check.table, (stored[0], recounted[0]), row[0] * len(names), sum(row[1:]))
    if outcome.different:
        outcome.shown = list(_show(memory, key, others))
    return outcome


def _text(name: str, kind: str) -> str:
    """As PostgreSQL writes it."""
    if kind == "BOOLEAN":
        return f"case when \"{name}\" then 't' when not \"{name}\" then 'f' end"
    return f'"{name}"::varchar'


def _show(memory: duckdb.DuckDBPyConnection, key: list[str], others: list[str]) -> Iterator[str]:
    wrong = " or ".join(["is_missing", *(f'"differs {name}"' for name in others)])
    cursor = memory.execute(f"select * from pairs where {wrong} order by all limit {SHOWN}")
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        where = " ".join(str(row[name]) for name in key)
        if row["is_missing"]:
            side = "stored" if all(row[f"recounted {n}"] is None for n in others) else "recounted"
            yield f"{where}: only {side}"
            continue
        for name in others:
            if row[f"differs {name}"]:
                yield (
                    f"{where}: {name}: stored {row[f'stored {name}']},"
                    f" recounted {row[f'recounted {name}']}"
                )
