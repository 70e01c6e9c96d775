"""What the log of the last hours tells about its own quality: facts only, judged by the checks.

One pass over the newest SAMPLE events of the site, so that the cost is bounded whatever the window; the ledger
and the rollups for what is beyond. Which events these are is in `Facts.looked_at` and `Facts.since`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, text
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall.reports.sites import timezone_of

SAMPLE: Final = 50_000
EXAMPLES: Final = 5
# Two pageviews of one page in one session closer than this are one page that was counted twice.
DOUBLE_S: Final = 1
# More pageviews in one session than somebody reads.
BUSY_PAGEVIEWS: Final = 200
# What the present silence is compared with.
HISTORY: Final = timedelta(days=7)
# Pageviews of the days before that make a page one that is missed.
MISSED_PAGEVIEWS: Final = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """site: allowed_domains, settings. sample: the keys of _SAMPLE. ledger: outcome to events of the window.
    heard_hours: hours of the last week with a stored event, ascending. missed: [path, pageviews], the first
    EXAMPLES of missed_count.
    """

    now: datetime
    start: datetime
    since: datetime
    site: Mapping[str, Any]
    sample: Mapping[str, Any]
    ledger: Mapping[str, int]
    heard_hours: tuple[datetime, ...]
    last_event_at: datetime | None
    missed: tuple[tuple[str, int], ...]
    missed_count: int

    @property
    def looked_at(self) -> int:
        return int(self.sample["events"])


async def read_facts(connection: AsyncConnection, site_id: str, hours: int, now: datetime) -> Facts:
    """Facts of the last `hours`. Raises NotFound, and what snapshot() explains."""
    await timezone_of(connection, site_id)
    found = (await connection.execute(_SITE, {"site_id": site_id})).mappings().one()
    start = now - timedelta(hours=hours)
    window = {"site_id": site_id, "start": start, "end": now}
    sample = await connection.scalar(_SAMPLE, {**window, "sample": SAMPLE})
    oldest = datetime.fromisoformat(sample["oldest"]) if sample["oldest"] else start
    since = oldest if sample["events"] >= SAMPLE else start
    ledger = await connection.execute(_LEDGER, window)
    heard = await connection.execute(_HEARD, {**window, "start": now - HISTORY})
    asked = {**window, "least": MISSED_PAGEVIEWS, "rows": EXAMPLES}
    missed = (await connection.execute(_MISSED, asked)).all()
    return Facts(
        now=now,
        start=start,
        since=since,
        site=dict(found),
        sample=sample,
        ledger={row.outcome: int(row.events) for row in ledger},
        heard_hours=tuple(row.hour for row in heard),
        last_event_at=found["last_event_at"],
        missed=tuple((row.value, int(row.pageviews)) for row in missed),
        missed_count=int(missed[0].total) if missed else 0,
    )


_SITE: Final = text("""
    select sites.allowed_domains, sites.settings, last_events.received_at as last_event_at
    from sites
    left join last_events using (site_id)
    where site_id = :site_id
    """).columns(settings=JSON)

_LEDGER: Final = text("""
    select outcome, sum(event_count) as events
    from ingest_ledger
    where site_id = :site_id and hour >= date_trunc('hour', cast(:start as timestamptz)) and hour <= :end
    group by outcome
    """)

_HEARD: Final = text("""
    select hour
    from ingest_ledger
    where site_id = :site_id and hour >= :start and hour <= :end and outcome = 'stored' and event_count > 0
    order by hour
    """)

# Pages that people viewed in the week before and none since: perhaps they lost the tag. Rollups are by day, so
# the window is widened to whole days; what was viewed within them is in the log, too.
_MISSED: Final = text("""
    with day as (
        select
            (cast(:start as timestamptz) at time zone timezone)::date as first,
            (cast(:end as timestamptz) at time zone timezone)::date as last
        from sites
        where site_id = :site_id
    )
    select value, sum(pageviews) as pageviews, count(*) over () as total
    from daily_rollups
    cross join day
    where site_id = :site_id
        and dimension = 'page'
        and rollup_date >= day.first - 7
        and rollup_date <= day.last
    group by value
    having sum(pageviews) filter (where rollup_date < day.first) >= :least
        and sum(pageviews) filter (where rollup_date >= day.first) is null
    order by pageviews desc, value
    limit :rows
    """)

# Of hosts: the port and what stands before an @ are none of it.
_HOST: Final = r"substring(url from '^https?://(?:[^/?#@]*@)?([^/?#:]+)')"


def _paths(table: str) -> str:
    return f"""(
            select coalesce(jsonb_agg(p order by events desc, path), '[]')
            from (select path, events from {table} order by events desc, path limit {EXAMPLES}) as p
        )"""  # noqa: S608


# By id, which is the order of receipt: the newest partitions' indexes are read backwards, and no more of them
# than the limit needs.
_SAMPLE: Final = text(rf"""
    with sample as materialized (
        select
            id, event_id, event_type, session_id, coalesce(session_id, visitor_id) as visit, timestamp, received_at,
            timestamp_source, path, lower({_HOST}) as host, language, country, user_agent, is_bot, is_not_found,
            coalesce(bot_reasons[1], 'unknown') as bot_reason,
            utm_source, utm_medium, utm_campaign, utm_content, utm_term,
            raw_event_data ->> 'sequence' as sequence,
            raw_event_data #>> '{{browser,screenWidth}}' as screen,
            nullif(trim(raw_event_data #>> '{{page,title}}'), '') as title
        from events_log
        where site_id = :site_id
            and received_date >= (cast(:start as timestamptz) at time zone 'UTC')::date
            and received_date <= (cast(:end as timestamptz) at time zone 'UTC')::date
            and received_at >= :start
            and received_at <= :end
        order by id desc
        limit :sample
    ),
    views as materialized (
        select *, timestamp - lag(timestamp) over (partition by visit, path order by timestamp, id) as since_same
        from sample
        where event_type = 'pageview' and not is_bot
    ),
    doubles as (
        select path, count(*) as events
        from views
        where since_same < interval '{DOUBLE_S} second'
        group by path
    ),
    visits as materialized (
        select
            visit,
            count(*) as events,
            count(*) filter (where event_type = 'pageview') as pageviews,
            bool_and(language is null and screen is null) as is_bare,
            max(user_agent) as agent
        from sample
        where not is_bot
        group by visit
    ),
    odd as materialized (
        select *, pageviews >= {BUSY_PAGEVIEWS} as is_busy
        from visits
        where (is_bare and events = 1 and pageviews = 1) or pageviews >= {BUSY_PAGEVIEWS}
    ),
    untitled as (select path, count(*) as events from views where title is null group by path),
    lost_pages as (select path, count(*) as events from views where is_not_found group by path),
    hosts as (
        select host, count(*) as events from views where host is not null group by 1
    ),
    kinds as (
        select event_type, count(*) as events, max(received_at) as newest from sample where not is_bot group by 1
    ),
    flagged as (
        select
            bot_reason, count(*) as events,
            (array_agg(distinct left(user_agent, 160)) filter (where user_agent is not null))[1:3] as agents
        from sample
        where is_bot
        group by 1
    ),
    utm as (
        select parameter, value, count(*) as events
        from views
        cross join lateral (
            values
                ('utm_source', utm_source), ('utm_medium', utm_medium), ('utm_campaign', utm_campaign),
                ('utm_content', utm_content), ('utm_term', utm_term)
        ) as parameters (parameter, value)
        where value is not null
        group by 1, 2
    ),
    spellings as (
        select parameter, array_agg(value order by events desc, value) as variants, sum(events) as events
        from utm
        group by parameter, regexp_replace(lower(trim(value)), '[\s_+-]+', '-', 'g')
        having count(*) > 1
    ),
    -- As eventlog.ledger counts them; visits that may have begun before the sample are left out.
    begun as (
        select session_id
        from sample
        where session_id is not null and not is_bot
        group by session_id
        having min(received_at) >= case
            when (select count(*) from sample) < :sample then cast(:start as timestamptz)
            else (select min(received_at) from sample)
        end + interval '30 minutes'
    ),
    numbers as (
        select session_id, cast(sequence as int) as number, count(*) as events
        from sample
        join begun using (session_id)
        where not is_bot and sequence ~ '^[0-9]{{1,4}}$'
        group by 1, 2
    ),
    expected as (
        select
            *,
            number - coalesce(lag(number) over by_number, 0) - 1 as skipped,
            max(events) over (
                partition by session_id order by number rows between current row and unbounded following
            ) as later
        from numbers
        window by_number as (partition by session_id order by number)
    )
    select jsonb_build_object(
        'events', (select count(*) from sample),
        'oldest', (select min(received_at) from sample),
        'people', (select count(*) from sample where not is_bot),
        'pageviews', (select count(*) from views),
        'without_country', (select count(*) from sample where country is null),
        'times', (
            select coalesce(jsonb_object_agg(timestamp_source, events), '{{}}')
            from (select timestamp_source, count(*) as events from sample group by 1) as by_source
        ),
        'lateness_s', (
            select extract(epoch from percentile_cont(0.5) within group (order by received_at - timestamp))
            from views
            where timestamp_source = 'client'
        ),
        'kinds', (select coalesce(jsonb_agg(k order by newest desc), '[]') from kinds as k),
        'doubles', (select coalesce(sum(events), 0) from doubles),
        'double_paths', {_paths('doubles')},
        'visits', (select count(*) from visits),
        'bare_visits', (select count(*) from odd where not is_busy),
        'busy_visits', (select count(*) from odd where is_busy),
        'odd_agents', (
            select coalesce(jsonb_agg(a order by visits desc, agent), '[]')
            from (
                select left(agent, 160) as agent, count(*) as visits from odd group by 1
                order by 2 desc, 1 limit {EXAMPLES}
            ) as a
        ),
        'flagged', (select coalesce(jsonb_agg(f order by events desc, bot_reason), '[]') from flagged as f),
        'untitled', (select coalesce(sum(events), 0) from untitled),
        'untitled_paths', {_paths('untitled')},
        'lost_pages', (select coalesce(sum(events), 0) from lost_pages),
        'lost_paths', {_paths('lost_pages')},
        'hosts', (
            select coalesce(jsonb_agg(h order by events desc, host), '[]')
            from (select host, events from hosts order by events desc, host limit {EXAMPLES}) as h
        ),
        'host_count', (select count(distinct regexp_replace(host, '^www\.', '')) from hosts),
        'spellings', (
            select coalesce(jsonb_agg(s order by events desc, parameter), '[]')
            from (select * from spellings order by events desc, parameter limit {EXAMPLES}) as s
        ),
        'spelling_count', (select count(*) from spellings),
        'tagged', (select coalesce(sum(events), 0) from utm),
        'misspelt', (select coalesce(sum(events), 0) from spellings),
        'numbered', (select coalesce(sum(events), 0) from expected where number > 0),
        'missing', (select coalesce(sum(skipped * later + later - events), 0) from expected where number > 0)
    ) as facts
    """).columns(facts=JSON)  # noqa: S608 - constants of this module only
