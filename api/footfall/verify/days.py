"""What each table of days must hold, as SQL over the log, and over sessions and pageviews proved before.

Every statement has the parameters $1 offset, $2 site id or null, $3 and $4 first and last day or null,
$5 ids of log rows that count for nothing, $6 and $7 sites of which retention has removed events with the
first day that is whole; its columns are those of the stored table that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Check:
    """A table, what identifies its rows (the day first after the site), and the columns to compare.

    day: column with the day that a row counts for, or the time that tells about which it is. expected:
    statement that recomputes it. stored: statement that reads it, where its columns alone do not do.
    """

    table: str
    key: tuple[str, ...]
    day: str
    columns: tuple[str, ...]
    expected: str
    stored: str = ""


_EVENTS: Final = """
    events as (
        select e.id, e.site_id, e.visitor_id, e.is_bot, e.event_type,
            case when e.event_type = 'pageview' then 'page' else 'event' end as dimension,
            case when e.event_type = 'pageview' then coalesce(e.path, '/') else e.event_type end as value,
            e.timestamp at time zone coalesce(s.timezone, 'UTC') as local,
            p.time_on_page_seconds as seconds
        from events_log e
        left join sites s using (site_id)
        left join pageviews p on p.site_id = e.site_id and p.id = e.id
        where e.id <= $1 and e.id <> all($5::bigint[]) and ($2::text is null or e.site_id = $2)
    )"""

_VISITS: Final = """
    visits as (
        select u.*,
            extract(hour from u.session_start at time zone coalesce(s.timezone, 'UTC'))::int as hour
        from user_sessions u
        left join sites s using (site_id)
        where $2::text is null or u.site_id = $2
    ),
    valued as (
        select v.site_id, given.dimension, given.value, v.visitor_id, v.start_date as day, v.hour,
            v.bounce, v.duration_seconds, v.pageview_count, v.engaged_ms
        from visits v
        cross join lateral (values
            ('total', ''),
            ('entry_page', v.entry_path),
            ('exit_page', v.exit_path),
            ('referrer_type', case when v.referrer_type is null then 'direct' else v.referrer_type end),
            ('source', case
                when v.utm_source is not null then v.utm_source
                when v.referrer_platform is null or v.referrer_type = 'internal' then 'Direct / none'
                else v.referrer_platform
            end),
            ('channel', v.channel),
            ('utm_source', v.utm_source),
            ('utm_medium', v.utm_medium),
            ('utm_campaign', v.utm_campaign),
            ('utm_content', v.utm_content),
            ('utm_term', v.utm_term),
            ('country', v.country),
            ('region', v.region),
            ('city', v.city),
            ('browser', v.browser),
            ('os', v.os),
            ('device', v.device_type)
        ) as given (dimension, value)
        where not v.is_bot and given.value is not null
    )"""

# Who was seen where on which day: by any event anywhere, by a page or event, by a session's value.
_SEEN: Final = """
    seen as (
        select site_id, 'total' as dimension, '' as value, visitor_id, local::date as day, 1 as holders
        from events
        where not is_bot
        group by site_id, visitor_id, local::date
        union all
        select site_id, dimension, value, visitor_id, local::date, 1
        from events
        where not is_bot
        group by site_id, dimension, value, visitor_id, local::date
        union all
        select site_id, dimension, value, visitor_id, day, count(*)
        from valued
        where dimension <> 'total'
        group by site_id, dimension, value, visitor_id, day
    )"""

_SUMS: Final = (
    *("sessions", "bounced_sessions", "duration_seconds_sum", "session_pageviews_sum"),
    *("engaged_ms_sum", "pageviews", "events", "timed_pageviews", "time_on_page_seconds_sum"),
)

_ROLLED: Final = """
    rolled as (
        select site_id, dimension, day as rollup_date, {hour} value,
            count(*) as sessions,
            count(*) filter (where bounce) as bounced_sessions,
            sum(duration_seconds) as duration_seconds_sum,
            sum(pageview_count) as session_pageviews_sum,
            sum(engaged_ms) as engaged_ms_sum,
            0 as pageviews, 0 as events, 0 as timed_pageviews, 0 as time_on_page_seconds_sum, 0 as visitors
        from valued
        group by site_id, dimension, day, {hour} value
        union all
        select e.site_id, given.dimension, e.local::date, {local_hour} given.value, 0, 0, 0, 0, 0,
            count(*) filter (where e.event_type = 'pageview'),
            count(*) filter (where e.event_type <> 'pageview'),
            count(e.seconds),
            coalesce(sum(e.seconds), 0),
            0
        from events e
        cross join lateral (values ('total', ''), (e.dimension, e.value)) as given (dimension, value)
        where not e.is_bot
        group by e.site_id, given.dimension, e.local::date, {local_hour} given.value
        {visitors}
    )
    select site_id, dimension, rollup_date, {hour} value, {sums}
    from rolled
    group by site_id, dimension, rollup_date, {hour} value"""

_VISITORS_OF_DAYS: Final = """
        union all
        select site_id, dimension, day, value, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*)
        from seen
        group by site_id, dimension, day, value"""


def _sums(names: tuple[str, ...]) -> str:
    return ", ".join(f"sum({name})::bigint as {name}" for name in names)


_DAILY: Final = """
    day_events as (
        select site_id, local::date as metric_date,
            count(distinct visitor_id) filter (where not is_bot) as unique_visitors,
            count(*) filter (where not is_bot and event_type = 'pageview') as total_pageviews,
            count(*) filter (where not is_bot and event_type <> 'pageview') as total_events,
            count(*) filter (where is_bot and event_type = 'pageview') as bot_pageviews,
            count(*) filter (where is_bot and event_type <> 'pageview') as bot_events
        from events
        group by site_id, local::date
    ),
    day_visits as (
        select site_id, start_date as metric_date,
            count(*) filter (where not is_bot) as total_sessions,
            count(*) filter (where is_bot) as bot_sessions,
            avg(bounce::int) filter (where not is_bot) as bounce_rate,
            avg(duration_seconds) filter (where not is_bot) as avg_session_duration_seconds,
            avg(pageview_count) filter (where not is_bot) as avg_pages_per_session,
            count(*) filter (where not is_bot and (referrer_type = 'direct' or referrer_type is null))
                as direct_sessions,
            count(*) filter (where not is_bot and referrer_type = 'search') as search_sessions,
            count(*) filter (where not is_bot and referrer_type = 'social') as social_sessions,
            count(*) filter (where not is_bot and referrer_type = 'referral') as referral_sessions,
            count(*) filter (where not is_bot and referrer_type in ('internal', 'unknown'))
                as other_sessions,
            count(*) filter (where not is_bot and bounce) as bounced_sessions,
            sum(duration_seconds) filter (where not is_bot) as duration_seconds_sum,
            sum(pageview_count) filter (where not is_bot) as session_pageviews_sum
        from visits
        group by site_id, start_date
    )
    select site_id, metric_date,
        round(bounce_rate, 4) as bounce_rate,
        round(avg_session_duration_seconds)::int as avg_session_duration_seconds,
        round(avg_pages_per_session, 2) as avg_pages_per_session,
        {counts}
    from day_events
    full join day_visits using (site_id, metric_date)"""

_DAILY_COUNTS: Final = (
    *("unique_visitors", "total_sessions", "total_pageviews", "total_events", "direct_sessions"),
    *("search_sessions", "social_sessions", "referral_sessions", "other_sessions"),
    *("bounced_sessions", "duration_seconds_sum", "session_pageviews_sum"),
    *("bot_sessions", "bot_pageviews", "bot_events"),
)

# Of a day that cannot be recomputed any more it only counts that it was before the others.
_PREVIOUS: Final = """
    case when previous_date >= coalesce(
            (
                select f.first_date
                from unnest($6::text[], $7::date[]) as f (site_id, first_date)
                where f.site_id = r.site_id
            ),
            '-infinity'
        )
        then previous_date
        else '-infinity'
    end"""

_ROLLUP_KEY: Final = ("site_id", "dimension", "rollup_date", "value")

CHECKS: Final = (
    Check(
        "daily_site_metrics",
        ("site_id", "metric_date"),
        "metric_date",
        (
            *_DAILY_COUNTS,
            *("bounce_rate", "avg_session_duration_seconds", "avg_pages_per_session"),
        ),
        f"with {_EVENTS}, {_VISITS}, "
        + _DAILY.format(
            counts=", ".join(f"coalesce({name}, 0) as {name}" for name in _DAILY_COUNTS)
        ),
    ),
    Check(
        "visitor_days",
        ("site_id", "visit_date", "visitor_id"),
        "visit_date",
        (),
        f"with {_EVENTS}"  # noqa: S608 - constants
        " select distinct site_id, local::date as visit_date, visitor_id from events where not is_bot",
    ),
    Check(
        "daily_rollups",
        _ROLLUP_KEY,
        "rollup_date",
        (*_SUMS, "visitors"),
        f"with {_EVENTS}, {_VISITS}, {_SEEN}, "
        + _ROLLED.format(
            hour="", local_hour="", visitors=_VISITORS_OF_DAYS, sums=_sums((*_SUMS, "visitors"))
        ),
    ),
    Check(
        "hourly_rollups",
        (*_ROLLUP_KEY, "hour"),
        "rollup_date",
        _SUMS,
        f"with {_EVENTS}, {_VISITS}, "
        + _ROLLED.format(
            hour="hour,",
            local_hour="extract(hour from e.local)::int,",
            visitors="",
            sums=_sums(_SUMS),
        ),
    ),
    Check(
        "rollup_visitors",
        ("site_id", "dimension", "visit_date", "value", "previous_date"),
        "visit_date",
        ("visitor_count",),
        f"""with {_EVENTS}, {_VISITS}, {_SEEN},
    returned as (
        select site_id, dimension, value, day as visit_date,
            lag(day, 1, '-infinity'::date) over (
                partition by site_id, dimension, value, visitor_id order by day
            ) as previous_date
        from seen
    )
    select site_id, dimension, visit_date, value, {_PREVIOUS} as previous_date, count(*)::int as visitor_count
    from returned r
    group by site_id, dimension, visit_date, value, {_PREVIOUS}""",  # noqa: S608
        stored=f"""
    select site_id, dimension, visit_date, value, {_PREVIOUS} as previous_date,
        sum(visitor_count)::int as visitor_count
    from rollup_visitors r
    where $2::text is null or site_id = $2
    group by site_id, dimension, visit_date, value, {_PREVIOUS}""",  # noqa: S608
    ),
    Check(
        "rollup_members",
        ("site_id", "visit_date", "member_key"),
        "visit_date",
        ("holder_count",),
        f"""with {_EVENTS}, {_VISITS}, {_SEEN}
    select site_id, day as visit_date,
        decode(md5(dimension || ' ' || md5(value) || ' ' || visitor_id), 'hex') as member_key,
        holders::int as holder_count
    from seen""",  # noqa: S608
    ),
)
