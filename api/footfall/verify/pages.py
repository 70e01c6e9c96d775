r"""Which page each event was on, and what was done on each view of a page, as SQL over the log.

Sessions and links, which were verified before, say which events belong together; all else is windows over
the log's rows in order of time. Derivation looks around each new row instead. Parameters as in days.py.
"""

from __future__ import annotations

from typing import Final

# What a text is trimmed of: everything that Unicode calls a space.
_SPACES: Final = (
    r"E' \t\n\x0b\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    r"\u2009\u200a\u2028\u2029\u202f\u205f\u3000'"
)
_LONGEST_TEXT: Final = 2_000
_LARGEST_INTEGER: Final = 2**31 - 1
_DAY_MS: Final = 24 * 60 * 60 * 1000


def text_of(value: str) -> str:
    """SQL for the text in a JSON value, trimmed and cut; null for anything else and for nothing."""
    cut = f"left(btrim({value} #>> '{{}}', {_SPACES}), {_LONGEST_TEXT})"
    return f"(case when jsonb_typeof({value}) = 'string' then nullif({cut}, '') end)"


def whole_of(value: str, at_most: int) -> str:
    """SQL for the number in a JSON value, its fraction cut off, at most so much; null for anything else."""
    number = f"({value} #>> '{{}}')::numeric"
    return f"""(case when jsonb_typeof({value}) = 'number' then case
        when {number} between 0 and {_LARGEST_INTEGER} then least(trunc({number}), {at_most})::int
    end end)"""


# Of milestones only those of scrolling are told in per cent.
_SCROLLED: Final = f"""coalesce(
    {whole_of("told -> 'scrollPercentage'", 100)},
    {whole_of("told -> 'scroll_percentage'", 100)},
    case when event_type in ('scroll', 'scroll_depth') then {whole_of("told -> 'milestone'", 100)} end
)"""

# page_exit of a single-page site: `path` is the page come to, previousPath the one that was left.
_LEFT: Final = text_of("told -> 'previousPath'")
_IS_LEFT: Final = (
    f"event_type = 'page_exit' and {_LEFT} is distinct from path and {_LEFT} is not null"
)

# Every event with its session and page, views numbered by session (views_so_far) and by page (page_number,
# both 0 before the first). Of one moment, views come first: what happens then happens on them.
PLACED: Final = f"""
    logged as (
        select e.id, e.site_id, e.visitor_id, e.event_id, e.event_type, e.is_bot, e.timestamp, e.path,
            nullif(e.url, '') as url, e.received_at as created_at, e.raw_event_data -> 'page' as page,
            case
                when jsonb_typeof(e.raw_event_data -> 'eventData') = 'object'
                then e.raw_event_data -> 'eventData'
                else '{{}}'
            end as told,
            e.event_type = 'pageview' as is_view,
            case
                when e.is_bot then coalesce(e.session_id, e.visitor_id) || '~bot'
                when coalesce(e.session_id, e.visitor_id) ~ '~bot~*$'
                then coalesce(e.session_id, e.visitor_id) || '~'
                else coalesce(e.session_id, e.visitor_id)
            end as session_key
        from events_log e
        where e.id <= $1 and e.id <> all($5::bigint[]) and ($2::text is null or e.site_id = $2)
    ),
    chained as (
        select distinct on (site_id, session_key) site_id, session_key, root_key from midnight_links
        order by site_id, session_key
    ),
    named as (
        select l.*, s.session_id,
            case
                when is_view then coalesce(path, '/')
                when {_IS_LEFT} then coalesce(nullif(split_part({_LEFT}, '?', 1), ''), '/')
                else path
            end as own_path,
            case
                when is_view then coalesce(url, {text_of("page -> 'url'")}, path, '')
                when {_IS_LEFT} then null
                else url
            end as own_url
        from logged l
        left join chained m on m.site_id = l.site_id and m.session_key = l.session_key
        left join user_sessions s
            on s.site_id = l.site_id and s.session_key = coalesce(m.root_key, l.session_key)
            and l.timestamp between s.session_start and s.session_end
    ),
    numbered as (
        select *,
            count(*) filter (where is_view) over (
                partition by site_id, session_id order by timestamp, is_view desc, event_id
            ) as views_so_far
        from named
    ),
    opened as (
        select n.*, v.own_path as open_path, v.own_url as open_url
        from numbered n
        left join numbered v
            on v.is_view and v.site_id = n.site_id and v.session_id = n.session_id
            and v.views_so_far = greatest(n.views_so_far, 1)
    ),
    placed as (
        select *,
            coalesce(own_path, open_path) as page_path,
            own_path is null as page_inferred,
            own_path is not null and own_url is null as url_inferred
        from opened
    ),
    counted as (
        select *,
            count(*) filter (where is_view) over (
                partition by site_id, session_id, page_path order by timestamp, is_view desc, event_id
            ) as page_number
        from placed
    )"""  # noqa: S608 - constants

_ADDRESSED: Final = f"""
    with {PLACED},
    addressed as (
        select c.*,
            case
                when c.page_inferred then coalesce(c.open_url, c.own_url)
                when c.url_inferred and c.open_url is not null then coalesce(
                    v.own_url,
                    coalesce(substring(c.open_url from '^[^:/?#]+://[^/?#]*'), '') || c.page_path
                )
                else c.own_url
            end as page_url
        from counted c
        left join counted v
            on c.url_inferred and v.is_view and v.site_id = c.site_id and v.session_id = c.session_id
            and v.page_path = c.page_path and v.page_number = c.page_number
        where not c.is_view
    )"""  # noqa: S608

_IS_VITAL: Final = f"""(event_type in ('web_vital', 'web_vitals')
        and {text_of("told -> 'name'")} in ('CLS', 'FCP', 'INP', 'LCP', 'TTFB'))"""

EVENTS: Final = f"""{_ADDRESSED}
    select site_id, id, visitor_id, event_id, is_bot, created_at, event_type, timestamp as event_timestamp,
        session_id, page_path, page_url, page_inferred, url_inferred, {_SCROLLED} as scroll_percentage,
        case when event_type = 'click' then {text_of("told -> 'href'")} end as link_url,
        event_type = 'click' and coalesce(told -> 'isOutbound' = 'true', false) as is_outbound,
        event_type = 'click' and coalesce(told -> 'isDownload' = 'true', false) as is_download,
        case when event_type = 'click' then {text_of("told -> 'fileType'")} end as file_type,
        case when {_IS_VITAL} then {text_of("told -> 'name'")} end as web_vital,
        case when {_IS_VITAL} and jsonb_typeof(told -> 'value') = 'number' then
            case when (told ->> 'value')::numeric >= 0
                then least((told ->> 'value')::numeric, {_DAY_MS})::double precision end
            end as web_vital_value,
        case when {_IS_VITAL} and {text_of("told -> 'rating'")} in ('good', 'needs-improvement', 'poor')
            then {text_of("told -> 'rating'")} end as web_vital_rating,
        case when {_IS_VITAL} then {text_of("told -> 'id'")} end as web_vital_id
    from addressed"""  # noqa: S608

SUBMISSIONS: Final = f"""{_ADDRESSED}
    select site_id, id, visitor_id, event_id, is_bot, created_at, timestamp as submit_timestamp,
        session_id, page_path, page_url, {text_of("told -> 'formId'")} as form_id,
        case jsonb_typeof(told -> 'formData')
            when 'array' then jsonb_array_length(told -> 'formData')
            when 'object' then (select count(*) from jsonb_object_keys(told -> 'formData'))
            else 0
        end as field_count,
        case jsonb_typeof(told -> 'formData')
            when 'array' then array(
                select {text_of("item -> 'name'")}
                from jsonb_array_elements(told -> 'formData') with ordinality as given (item, place)
                where {text_of("item -> 'name'")} is not null
                order by place
            )
            when 'object' then array(
                select {text_of("to_jsonb(name)")}
                from jsonb_object_keys(told -> 'formData') with ordinality as given (name, place)
                where {text_of("to_jsonb(name)")} is not null
                order by place
            )
            else '{{}}'::text[]
        end as field_names
    from addressed
    where event_type = 'form_submit'"""  # noqa: S608

_SPENT: Final = (
    f"""case when event_type = 'page_exit' then {whole_of("told -> 'timeSpent'", _DAY_MS)} end"""
)
# Whoever tells no engaged time tells it by the time spent.
_ENGAGED: Final = f"""coalesce({whole_of("told -> 'engagedMs'", _DAY_MS)}, {_SPENT})"""

# A view lasts until an event says how long it was, else to the session's next view; it ends where its page
# is viewed again, and what is told of it in between is its own.
VIEWS: Final = f"""
    with {PLACED},
    on_page as (
        select site_id, session_id, page_path, page_number,
            max({_SCROLLED}) as scroll_percentage,
            max({_SPENT}) / 1000 as seconds,
            max({_ENGAGED}) as engaged_ms
        from counted
        where not is_view and page_number > 0
        group by site_id, session_id, page_path, page_number
    ),
    views as (
        select *,
            lead(timestamp) over (partition by site_id, session_id order by views_so_far) - timestamp as shown
        from counted
        where is_view
    )
    select v.site_id, v.id, v.visitor_id, v.event_id, v.is_bot, v.created_at, v.session_id,
        v.own_path as path, v.own_url as url, {text_of("page -> 'title'")} as title,
        v.timestamp as view_timestamp,
        coalesce(o.seconds, floor(extract(epoch from v.shown))::int) as time_on_page_seconds,
        o.scroll_percentage, coalesce(o.engaged_ms, 0) as engaged_ms,
        e.utm_source, e.utm_medium, e.utm_campaign, e.referrer, e.is_not_found, e.search_term
    from views v
    left join on_page o using (site_id, session_id, page_path, page_number)
    join events_log e on e.site_id = v.site_id and e.id = v.id"""  # noqa: S608
