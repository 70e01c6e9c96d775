"""Rows of pageviews, user_events and form_submissions, and what they tell about each other.

Time on a page comes from its page_exit, else from the next pageview; engaged time from any event of
the page. Both depend on neighbours, so each batch recomputes them for the pageviews next to what is
new, whatever order it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from footfall.database import Connection
from footfall.derive.rows import Interaction, Pageview, Submission

PAGEVIEW_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "url",
    "path",
    "title",
    "query_params",
    "hash_fragment",
    "view_timestamp",
    "referrer",
    "internal_referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "created_at",
    "event_id",
    "is_bot",
    "is_not_found",
    "search_term",
]
EVENT_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "event_type",
    "event_timestamp",
    "page_url",
    "page_path",
    "event_data",
    "element_tag",
    "element_classes",
    "element_id",
    "scroll_percentage",
    "form_id",
    "created_at",
    "event_id",
    "time_spent_ms",
    "engaged_ms",
    "page_inferred",
    "is_bot",
]
SUBMISSION_COLUMNS: Final = [
    "id",
    "session_id",
    "visitor_id",
    "site_id",
    "form_id",
    "form_action",
    "form_method",
    "page_url",
    "page_path",
    "submit_timestamp",
    "field_count",
    "form_data",
    "created_at",
    "event_id",
    "is_bot",
]

# Events that named no page belong to the page that was open in their session.
_INFER_PAGES: Final = """
    with touched as (
        select site_id, session_id, min(at) as since
        from (
            select site_id, session_id, view_timestamp as at from pageviews where {new}
            union all
            select site_id, session_id, event_timestamp from user_events where {new} and page_inferred
            union all
            select site_id, session_id, '-infinity' from {whole}
        ) as t
        group by site_id, session_id
    ),
    inferred as (
        select u.site_id, u.id, p.url, p.path
        from touched t
        join user_events u
            on u.site_id = t.site_id
            and u.session_id = t.session_id
            and u.event_timestamp >= t.since
            and u.page_inferred
        cross join lateral (
            select url, path
            from pageviews p
            where p.site_id = u.site_id
                and p.session_id = u.session_id
                and p.view_timestamp <= u.event_timestamp
            order by view_timestamp desc, event_id desc
            limit 1
        ) as p
    )
    update user_events u
    set page_url = i.url, page_path = i.path
    from inferred i
    where u.site_id = i.site_id and u.id = i.id
"""

_TIME_PAGES: Final = """
    with touched as (
        select site_id, session_id, path, view_timestamp as at, event_id
        from pageviews
        where {new}
        union
        select site_id, session_id, page_path, event_timestamp, 'ffffffff-ffff-ffff-ffff-ffffffffffff'
        from user_events
        where {new} and (time_spent_ms is not null or engaged_ms is not null) and page_path is not null
        union
        select p.site_id, p.session_id, p.path, p.view_timestamp, p.event_id
        from pageviews p
        join {whole} using (site_id, session_id)
    ),
    affected as (
        select distinct p.site_id, p.id
        from touched t
        cross join lateral (
            (
                select site_id, id from pageviews p
                where p.site_id = t.site_id and p.session_id = t.session_id
                    and (p.view_timestamp, p.event_id) <= (t.at, t.event_id)
                order by view_timestamp desc, event_id desc
                limit 2
            )
            union
            (
                select site_id, id from pageviews p
                where p.site_id = t.site_id and p.session_id = t.session_id and p.path = t.path
                    and (p.view_timestamp, p.event_id) <= (t.at, t.event_id)
                order by view_timestamp desc, event_id desc
                limit 2
            )
        ) as p
    ),
    timed as (
        select
            p.site_id,
            p.id,
            p.session_id,
            p.engaged_ms as engaged_before_ms,
            coalesce(on_page.engaged_ms, 0) as engaged_ms,
            coalesce(
                on_page.time_spent_ms / 1000,
                floor(extract(epoch from following.view_timestamp - p.view_timestamp))::int
            ) as time_on_page_seconds
        from affected a
        join pageviews p using (site_id, id)
        left join lateral (
            select view_timestamp
            from pageviews n
            where n.site_id = p.site_id and n.session_id = p.session_id
                and (n.view_timestamp, n.event_id) > (p.view_timestamp, p.event_id)
            order by view_timestamp, event_id
            limit 1
        ) as following on true
        left join lateral (
            select view_timestamp
            from pageviews n
            where n.site_id = p.site_id and n.session_id = p.session_id and n.path = p.path
                and (n.view_timestamp, n.event_id) > (p.view_timestamp, p.event_id)
            order by view_timestamp, event_id
            limit 1
        ) as again on true
        left join lateral (
            select max(engaged_ms) as engaged_ms, max(time_spent_ms) as time_spent_ms
            from user_events u
            where u.site_id = p.site_id and u.session_id = p.session_id and u.page_path = p.path
                and u.event_timestamp >= p.view_timestamp
                and (again.view_timestamp is null or u.event_timestamp < again.view_timestamp)
                and (u.time_spent_ms is not null or u.engaged_ms is not null)
        ) as on_page on true
    ),
    updated as (
        update pageviews p
        set time_on_page_seconds = t.time_on_page_seconds, engaged_ms = t.engaged_ms
        from timed t
        where p.site_id = t.site_id and p.id = t.id
            and (p.time_on_page_seconds is distinct from t.time_on_page_seconds or p.engaged_ms <> t.engaged_ms)
    )
    select site_id, session_id, sum(engaged_ms - engaged_before_ms)::bigint as engaged_ms
    from timed
    group by site_id, session_id
    having sum(engaged_ms - engaged_before_ms) <> 0
"""

# What is new by (site id, log id), and the sessions that were joined and so are new as a whole.
_TOUCHED: Final = {
    "new": "(site_id, id) in (select * from unnest($1::text[], $2::bigint[]))",
    "whole": "unnest($3::text[], $4::text[]) as whole (site_id, session_id)",
}


async def insert(
    connection: Connection,
    views: Sequence[tuple[str, Pageview]],
    interactions: Sequence[tuple[str, Interaction]],
    submissions: Sequence[tuple[str, Submission]],
) -> None:
    """Write the rows of a batch; each comes with the id of its session."""
    await connection.copy_records_to_table(
        "pageviews", columns=PAGEVIEW_COLUMNS, records=[_pageview(*view) for view in views]
    )
    await connection.copy_records_to_table(
        "user_events", columns=EVENT_COLUMNS, records=[_event(*event) for event in interactions]
    )
    if submissions:
        await connection.copy_records_to_table(
            "form_submissions",
            columns=SUBMISSION_COLUMNS,
            records=[_submission(*form) for form in submissions],
        )


async def relate(
    connection: Connection,
    new: Sequence[tuple[str, int]],
    whole_sessions: Sequence[tuple[str, str]],
) -> dict[tuple[str, str], int]:
    """Infer pages and time on page around the `new` rows (site id, log id).

    whole_sessions: (site id, session id) that were joined, to be timed from end to end. Returns by how
    many ms the engaged time of each session changed.
    """
    arguments = (
        [site_id for site_id, _ in new],
        [row_id for _, row_id in new],
        [site_id for site_id, _ in whole_sessions],
        [session_id for _, session_id in whole_sessions],
    )
    await connection.execute(_INFER_PAGES.format(**_TOUCHED), *arguments)
    records = await connection.fetch(_TIME_PAGES.format(**_TOUCHED), *arguments)
    return {(r["site_id"], r["session_id"]): r["engaged_ms"] for r in records}


def _pageview(session_id: str, view: Pageview) -> tuple[object, ...]:
    row = view.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        view.url,
        view.path,
        view.title,
        view.query_params,
        view.hash_fragment,
        row.timestamp,
        row.referrer,
        row.referrer_type == "internal",
        row.utm_source,
        row.utm_medium,
        row.utm_campaign,
        row.utm_content,
        row.utm_term,
        row.received_at,
        row.event_id,
        row.is_bot,
        row.is_not_found,
        row.search_term,
    )


def _event(session_id: str, event: Interaction) -> tuple[object, ...]:
    row = event.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        row.event_type,
        row.timestamp,
        event.page_url,
        event.page_path,
        event.event_data,
        event.element_tag,
        event.element_classes,
        event.element_id,
        event.scroll_percentage,
        event.form_id,
        row.received_at,
        row.event_id,
        event.time_spent_ms,
        event.engaged_ms,
        event.page_inferred,
        row.is_bot,
    )


def _submission(session_id: str, form: Submission) -> tuple[object, ...]:
    event, row = form.interaction, form.interaction.row
    return (
        row.id,
        session_id,
        row.visitor_id,
        row.site_id,
        event.form_id,
        form.form_action,
        form.form_method,
        event.page_url,
        event.page_path,
        row.timestamp,
        form.field_count,
        form.form_data,
        row.received_at,
        row.event_id,
        row.is_bot,
    )
