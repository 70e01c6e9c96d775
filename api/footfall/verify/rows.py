"""What the tables of single events must hold, in the form of days.Check: each log row once, in its session."""

from __future__ import annotations

from typing import Final

from footfall.verify.days import Check

_LOGGED: Final = """
    select e.site_id, e.id, e.visitor_id, e.event_id, e.is_bot, e.received_at as created_at, {columns}
    from events_log e
    where e.id <= $1 and e.id <> all($5::bigint[]) and ($2::text is null or e.site_id = $2)
        and e.event_type {condition}"""

_SAME: Final = ("visitor_id", "event_id", "is_bot", "created_at")

CHECKS: Final = (
    Check(
        "pageviews",
        ("site_id", "id"),
        "view_timestamp",
        (
            *_SAME,
            *("path", "view_timestamp", "utm_source", "utm_medium", "utm_campaign", "referrer"),
            *("is_not_found", "search_term"),
        ),
        _LOGGED.format(
            columns="coalesce(e.path, '/') as path, e.timestamp as view_timestamp, e.utm_source,"
            " e.utm_medium, e.utm_campaign, e.referrer, e.is_not_found, e.search_term",
            condition="= 'pageview'",
        ),
    ),
    Check(
        "user_events",
        ("site_id", "id"),
        "event_timestamp",
        (*_SAME, "event_type", "event_timestamp"),
        _LOGGED.format(
            columns="e.event_type, e.timestamp as event_timestamp", condition="<> 'pageview'"
        ),
    ),
    Check(
        "form_submissions",
        ("site_id", "id"),
        "submit_timestamp",
        (*_SAME, "submit_timestamp"),
        _LOGGED.format(columns="e.timestamp as submit_timestamp", condition="= 'form_submit'"),
    ),
)

# Rows whose session is another, or that a session counts and that are not there.
BY_SESSION: Final = """
    with counted as (
        select site_id, session_id, sum(views)::int as pageview_count, sum(n)::int as event_count,
            sum(engaged)::bigint as engaged_ms, sum(forms)::int as submissions, sum(submitted)::int as submitted
        from (
            select site_id, session_id, 1 as views, 1 as n, engaged_ms as engaged, 0 as forms, 0 as submitted
            from pageviews
            where $1::text is null or site_id = $1
            union all
            select site_id, session_id, 0, 1, 0, (event_type = 'form_submit')::int, 0 from user_events
            where $1::text is null or site_id = $1
            union all
            select site_id, session_id, 0, 0, 0, 0, 1 from form_submissions
            where $1::text is null or site_id = $1
        ) as rows
        group by site_id, session_id
    ),
    sessions as (
        select site_id, session_id, start_date, pageview_count, event_count, engaged_ms
        from user_sessions
        where $1::text is null or site_id = $1
    )
    select site_id, start_date as day, session_id, given.*
    from sessions s
    full join counted c using (site_id, session_id)
    cross join lateral (values
        ('pageviews', 'pageview_count', c.pageview_count::text, s.pageview_count::text),
        ('user_events', 'event_count', c.event_count::text, s.event_count::text),
        ('pageviews', 'engaged_ms', c.engaged_ms::text, s.engaged_ms::text),
        ('form_submissions', 'rows', c.submitted::text, c.submissions::text)
    ) as given (table_name, column_name, stored, recomputed)
    where given.stored is distinct from given.recomputed
    order by site_id, session_id
"""
