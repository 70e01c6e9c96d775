"""What the tables of single events must hold, in the form of days.Check: each log row once, in its session."""

from __future__ import annotations

from typing import Final

from footfall.verify import pages
from footfall.verify.days import Check

_SAME: Final = ("visitor_id", "event_id", "is_bot", "created_at", "session_id")

CHECKS: Final = (
    Check(
        "pageviews",
        ("site_id", "id"),
        "view_timestamp",
        (
            *_SAME,
            *("path", "url", "title", "view_timestamp", "time_on_page_seconds", "engaged_ms"),
            *("scroll_percentage", "is_not_found", "search_term"),
            *("utm_source", "utm_medium", "utm_campaign", "referrer"),
        ),
        pages.VIEWS,
    ),
    Check(
        "user_events",
        ("site_id", "id"),
        "event_timestamp",
        (
            *_SAME,
            *("event_type", "event_timestamp", "page_path", "page_url", "page_inferred"),
            *("url_inferred", "scroll_percentage", "link_url", "is_outbound", "is_download"),
            *("file_type", "web_vital", "web_vital_value", "web_vital_rating", "web_vital_id"),
        ),
        pages.EVENTS,
    ),
    Check(
        "form_submissions",
        ("site_id", "id"),
        "submit_timestamp",
        (*_SAME, "submit_timestamp", "page_path", "page_url", "field_count", "field_names"),
        pages.SUBMISSIONS,
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
