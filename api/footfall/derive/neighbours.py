"""What rows tell about each other: the page of an event, and the time, use and scrolling of a pageview.

Time on a page comes from its page_exit, else from the next pageview; engaged time and the depth of
scrolling from any event of the page. All depend on neighbours, so each batch recomputes them for the
pageviews next to what is new, whatever order it came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from footfall.database import Connection
from footfall.derive.rows import Interaction

# Events that named no page belong to the one that was open in their session: the last viewed by then, else
# the first. Those that named only a path have the address at which the session viewed it last by then, else
# that path on the host of the open page.
_PLACE_EVENTS: Final = """
    with viewed as (
        select site_id, session_id, min(view_timestamp) as since
        from pageviews
        where (site_id, id) in (select * from unnest($1::text[], $2::bigint[]))
        group by site_id, session_id
    ),
    touched as (
        select v.site_id, v.session_id,
            case
                when exists (
                    select from pageviews p
                    where p.site_id = v.site_id and p.session_id = v.session_id
                        and p.view_timestamp < v.since
                )
                then v.since
                else '-infinity'
            end as since
        from viewed v
        union all
        select site_id, session_id, '-infinity'
        from unnest($5::text[], $6::text[]) as whole (site_id, session_id)
    ),
    placeless as (
        select u.site_id, u.id, u.session_id, u.event_timestamp, u.page_path, u.page_inferred
        from unnest($3::text[], $4::bigint[]) as new (site_id, id)
        join user_events u using (site_id, id)
        union
        select u.site_id, u.id, u.session_id, u.event_timestamp, u.page_path, u.page_inferred
        from touched t
        join user_events u
            on u.site_id = t.site_id and u.session_id = t.session_id
            and (u.session_id, u.event_timestamp) >= (t.session_id, t.since)
        where u.page_inferred or u.url_inferred
    ),
    placed as (
        select u.site_id, u.id,
            case when u.page_inferred then open.path else u.page_path end as page_path,
            case
                when u.page_inferred then open.url
                else coalesce(
                    named.url,
                    coalesce(substring(open.url from '^[^:/?#]+://[^/?#]*'), '') || u.page_path
                )
            end as page_url
        from placeless u
        cross join lateral (
            (
                select url, path, true as is_before
                from pageviews p
                where p.site_id = u.site_id and p.session_id = u.session_id
                    and p.view_timestamp <= u.event_timestamp
                order by view_timestamp desc, event_id desc
                limit 1
            )
            union all
            (
                select url, path, false
                from pageviews p
                where p.site_id = u.site_id and p.session_id = u.session_id
                order by view_timestamp, event_id
                limit 1
            )
            order by is_before desc
            limit 1
        ) as open
        left join lateral (
            select url
            from pageviews p
            where p.site_id = u.site_id and p.session_id = u.session_id and p.path = u.page_path
                and p.view_timestamp <= u.event_timestamp
            order by view_timestamp desc, event_id desc
            limit 1
        ) as named on not u.page_inferred
    ),
    updated as (
        update user_events u
        set page_url = p.page_url, page_path = p.page_path
        from placed p
        where u.site_id = p.site_id and u.id = p.id
            and (u.page_url is distinct from p.page_url or u.page_path is distinct from p.page_path)
        returning u.site_id, u.id, u.event_type, u.page_url, u.page_path
    )
    update form_submissions f
    set page_url = u.page_url, page_path = u.page_path
    from updated u
    where u.event_type = 'form_submit' and f.site_id = u.site_id and f.id = u.id
"""

_RELATE_PAGES: Final = """
    with viewed as (
        select site_id, session_id, path, view_timestamp, event_id, id
        from pageviews
        where (site_id, id) in (select * from unnest($1::text[], $2::bigint[]))
    ),
    affected as (
        select site_id, id from viewed
        union
        select p.site_id, p.id
        from viewed v
        cross join lateral (
            (
                select site_id, id from pageviews p
                where p.site_id = v.site_id and p.session_id = v.session_id
                    and (p.view_timestamp, p.event_id) < (v.view_timestamp, v.event_id)
                order by view_timestamp desc, event_id desc
                limit 1
            )
            union all
            (
                select site_id, id from pageviews p
                where p.site_id = v.site_id and p.session_id = v.session_id and p.path = v.path
                    and (p.view_timestamp, p.event_id) < (v.view_timestamp, v.event_id)
                order by view_timestamp desc, event_id desc
                limit 1
            )
        ) as p
        union
        select p.site_id, p.id
        from user_events u
        cross join lateral (
            select site_id, id from pageviews p
            where p.site_id = u.site_id and p.session_id = u.session_id and p.path = u.page_path
                and p.view_timestamp <= u.event_timestamp
            order by view_timestamp desc, event_id desc
            limit 1
        ) as p
        where (u.site_id, u.id) in (select * from unnest($3::text[], $4::bigint[]))
        union
        select p.site_id, p.id
        from pageviews p
        join unnest($5::text[], $6::text[]) as whole (site_id, session_id) using (site_id, session_id)
    ),
    related as (
        select
            p.site_id,
            p.id,
            p.session_id,
            p.path,
            p.view_timestamp,
            p.is_bot,
            p.engaged_ms as engaged_before_ms,
            p.time_on_page_seconds as seconds_before,
            p.scroll_percentage as scroll_before,
            coalesce(on_page.engaged_ms, 0) as engaged_ms,
            coalesce(
                on_page.time_spent_ms / 1000,
                floor(extract(epoch from following.view_timestamp - p.view_timestamp))::int
            )::int as time_on_page_seconds,
            on_page.scroll_percentage
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
            select max(engaged_ms) as engaged_ms, max(time_spent_ms) as time_spent_ms,
                max(scroll_percentage) as scroll_percentage
            from user_events u
            where u.site_id = p.site_id and u.session_id = p.session_id and u.page_path = p.path
                and (u.session_id, u.event_timestamp) >= (p.session_id, p.view_timestamp)
                and (u.session_id, u.event_timestamp)
                    < (p.session_id, coalesce(again.view_timestamp, 'infinity'))
        ) as on_page on true
    ),
    updated as (
        update pageviews p
        set time_on_page_seconds = r.time_on_page_seconds,
            engaged_ms = r.engaged_ms,
            scroll_percentage = r.scroll_percentage
        from related r
        where p.site_id = r.site_id and p.id = r.id
            and (r.time_on_page_seconds is distinct from r.seconds_before
                or r.engaged_ms <> r.engaged_before_ms
                or r.scroll_percentage is distinct from r.scroll_before)
    )
    select site_id, session_id, path, view_timestamp, is_bot,
        engaged_ms - engaged_before_ms as engaged_ms,
        num_nonnulls(time_on_page_seconds) - num_nonnulls(seconds_before) as timed_pageviews,
        coalesce(time_on_page_seconds, 0) - coalesce(seconds_before, 0) as time_on_page_seconds
    from related
    where time_on_page_seconds is distinct from seconds_before or engaged_ms <> engaged_before_ms
"""

Ids = tuple[list[str], list[int]]


@dataclass(frozen=True, slots=True)
class PageChange:
    """By how much a pageview's figures changed; timed_pageviews: 1 where its time became known, -1 unknown."""

    site_id: str
    session_id: str
    path: str
    viewed_at: datetime
    is_bot: bool
    engaged_ms: int
    timed_pageviews: int
    time_on_page_seconds: int


class Arrivals:
    """The new rows by (site id, log id), as far as they have to do with others."""

    def __init__(self) -> None:
        self.views: Ids = ([], [])
        self.placeless: Ids = ([], [])
        self.telling: Ids = ([], [])

    def add_view(self, site_id: str, row_id: int) -> None:
        self._add(self.views, site_id, row_id)

    def add_event(self, site_id: str, row_id: int, event: Interaction) -> None:
        if event.page_inferred or event.url_inferred:
            self._add(self.placeless, site_id, row_id)
        if event.engaged_ms is not None or event.scroll_percentage is not None:
            self._add(self.telling, site_id, row_id)

    @staticmethod
    def _add(ids: Ids, site_id: str, row_id: int) -> None:
        ids[0].append(site_id)
        ids[1].append(row_id)


async def relate(
    connection: Connection, new: Arrivals, joined: Sequence[tuple[str, str]]
) -> list[PageChange]:
    """Place events and time pages around the rows that are new.

    joined: (site id, session id) of sessions that were several before, to be related from end to end.
    Returns the pageviews whose time or engaged time changed.
    """
    whole = ([site_id for site_id, _ in joined], [session_id for _, session_id in joined])
    await connection.execute(_PLACE_EVENTS, *new.views, *new.placeless, *whole)
    records = await connection.fetch(_RELATE_PAGES, *new.views, *new.telling, *whole)
    return [PageChange(*record) for record in records]
