r"""Columns of links, vitals, fields, scrolling and time, and views of form attempts and properties

Why: what reports ask of an event is a column of its own, so that nobody digs in JSON; the time on pages
adds up in the rollups; and every event of a visit names the page it was on. What is there already is
filled from event_data and from the pageviews. Collection goes on meanwhile; the worker, and whoever reads
these tables, waits.

Revision ID: 0006
Revises: 0005
Created: 2026-11-24
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = """
alter table user_events
    add column link_url text,
    add column is_outbound boolean not null default false,
    add column is_download boolean not null default false,
    add column file_type text,
    add column web_vital text,
    add column web_vital_value double precision,
    add column web_vital_rating text,
    add column web_vital_id text,
    add column url_inferred boolean not null default false;

create index ix_user_events_placeless on user_events (site_id, session_id, event_timestamp)
    where page_inferred or url_inferred;

alter table pageviews add column scroll_percentage integer;

alter table form_submissions add column field_names text[] not null default '{}';

alter table daily_rollups
    add column timed_pageviews bigint not null default 0,
    add column time_on_page_seconds_sum bigint not null default 0;

alter table hourly_rollups
    add column timed_pageviews bigint not null default 0,
    add column time_on_page_seconds_sum bigint not null default 0;
"""

# The one list of what trackers send by themselves; a test holds it to ingest/payload.py.
VIEWS = """
create function is_custom_event(event_type text) returns boolean
language sql immutable parallel safe
return event_type not in (
    'pageview', 'page_exit', 'page_visibility', 'click', 'scroll', 'scroll_depth', 'form_focus',
    'form_submit', 'text_selection', 'text_copy', 'web_vital', 'web_vitals', 'engagement'
);

create view event_properties as
select event.site_id, event.id, event.session_id, event.visitor_id, event.event_type, event.event_timestamp,
    event.page_path, property.name, property.value #>> '{}' as value_text,
    case when jsonb_typeof(property.value) = 'number' then (property.value #>> '{}')::numeric end
        as value_number,
    case when jsonb_typeof(property.value) = 'boolean' then (property.value #>> '{}')::boolean end
        as value_boolean,
    event.is_bot
from user_events as event
cross join lateral (
    select outer_name as name, outer_value as value
    from jsonb_each(event.event_data) as given (outer_name, outer_value)
    where jsonb_typeof(outer_value) <> 'object' or outer_value = '{}'
    union all
    select outer_name || '.' || inner_name, inner_value
    from jsonb_each(event.event_data) as given (outer_name, outer_value)
    cross join lateral jsonb_each(
        case when jsonb_typeof(outer_value) = 'object' then outer_value else '{}' end
    ) as inside (inner_name, inner_value)
) as property
where is_custom_event(event.event_type);

create view form_attempts as
select opening.site_id, opening.session_id, opening.visitor_id, opening.page_path, attempt.form_id,
    opening.event_timestamp as started_at, attempt.first_field, attempt.last_field, attempt.fields_touched,
    attempt.submitted_at, attempt.submitted_at is null as is_abandoned, opening.is_bot
from user_events as opening
cross join lateral (
    select form_id,
        (array_agg(id order by event_timestamp, event_id))[1] as first_id,
        (array_agg(field order by event_timestamp, event_id) filter (where field is not null))[1]
            as first_field,
        (array_agg(field order by event_timestamp desc, event_id desc) filter (where field is not null))[1]
            as last_field,
        count(distinct field) as fields_touched,
        min(event_timestamp) filter (where event_type = 'form_submit') as submitted_at
    from (
        select id, event_timestamp, event_id, event_type, field,
            case
                when event_type = 'form_submit' or form_id is not null then form_id
                when submitted_next is not null then submitted_next[cardinality(submitted_next)]
                else submitted_before[cardinality(submitted_before)]
            end as form_id
        from (
            select id, event_timestamp, event_id, event_type, form_id,
                case
                    when event_type = 'form_focus' and jsonb_typeof(event_data -> 'field') = 'string'
                    then nullif(event_data ->> 'field', '')
                end as field,
                array_agg(form_id) filter (where event_type = 'form_submit')
                    over (order by event_timestamp desc, event_id desc) as submitted_next,
                array_agg(form_id) filter (where event_type = 'form_submit')
                    over (order by event_timestamp, event_id) as submitted_before
            from user_events as event
            where event.site_id = opening.site_id
                and event.session_id = opening.session_id
                and event.page_path is not distinct from opening.page_path
                and event.event_type in ('form_focus', 'form_submit')
        ) as touched
    ) as assigned
    group by form_id
) as attempt
where opening.event_type in ('form_focus', 'form_submit') and attempt.first_id = opening.id;
"""

# As str.strip() and footfall.derive.rows have it, which fills the columns from here on.
FUNCTIONS = r"""
create function pg_temp.text_of(value jsonb) returns text language sql immutable as $$
    select case when jsonb_typeof(value) = 'string' then nullif(left(btrim(value #>> '{}',
        E' \t\n\x0b\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
    ), 2000), '') end
$$;

create function pg_temp.percentage_of(value jsonb) returns integer language sql immutable as $$
    select case when jsonb_typeof(value) = 'number' then
        case when (value #>> '{}')::numeric between 0 and 2147483647
            then least(trunc((value #>> '{}')::numeric), 100)::integer end
    end
$$;
"""

# Only rows that become different are written anew.
FILL = """
update user_events
set link_url = pg_temp.text_of(event_data -> 'href'),
    is_outbound = coalesce(event_data -> 'isOutbound' = 'true', false),
    is_download = coalesce(event_data -> 'isDownload' = 'true', false),
    file_type = pg_temp.text_of(event_data -> 'fileType')
where event_type = 'click'
    and (
        pg_temp.text_of(event_data -> 'href') is not null
        or event_data -> 'isOutbound' = 'true'
        or event_data -> 'isDownload' = 'true'
        or pg_temp.text_of(event_data -> 'fileType') is not null
    );

update user_events
set web_vital = pg_temp.text_of(event_data -> 'name'),
    web_vital_value = case
        when jsonb_typeof(event_data -> 'value') = 'number' then
            case when (event_data ->> 'value')::numeric >= 0
                then least((event_data ->> 'value')::numeric, 86400000)::double precision end
        end,
    web_vital_rating = case
        when pg_temp.text_of(event_data -> 'rating') in ('good', 'needs-improvement', 'poor')
        then pg_temp.text_of(event_data -> 'rating')
    end,
    web_vital_id = pg_temp.text_of(event_data -> 'id')
where event_type in ('web_vital', 'web_vitals')
    and pg_temp.text_of(event_data -> 'name') in ('CLS', 'FCP', 'INP', 'LCP', 'TTFB');

update user_events
set element_id = null
where event_type in ('web_vital', 'web_vitals') and element_id is not null;

update user_events
set scroll_percentage = coalesce(
    pg_temp.percentage_of(event_data -> 'scrollPercentage'),
    pg_temp.percentage_of(event_data -> 'scroll_percentage')
)
where scroll_percentage is not null and event_type not in ('scroll', 'scroll_depth')
    and event_data ? 'milestone';

update user_events set url_inferred = true where page_url is null and page_path is not null;

update user_events u
set page_url = placed.page_url, page_path = placed.page_path
from (
    select u.site_id, u.id,
        case when u.page_inferred then seen.path else u.page_path end as page_path,
        case
            when u.page_inferred then seen.url
            else coalesce(
                named.url, coalesce(substring(seen.url from '^[^:/?#]+://[^/?#]*'), '') || u.page_path
            )
        end as page_url
    from user_events u
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
    ) as seen
    left join lateral (
        select url
        from pageviews p
        where p.site_id = u.site_id and p.session_id = u.session_id and p.path = u.page_path
            and p.view_timestamp <= u.event_timestamp
        order by view_timestamp desc, event_id desc
        limit 1
    ) as named on u.url_inferred
    where u.url_inferred or (u.page_inferred and u.page_path is null)
) as placed
where u.site_id = placed.site_id and u.id = placed.id;

update form_submissions f
set page_url = u.page_url, page_path = u.page_path
from user_events u
where u.event_type = 'form_submit' and u.site_id = f.site_id and u.id = f.id
    and (f.page_url is distinct from u.page_url or f.page_path is distinct from u.page_path);

update form_submissions
set field_names = array(
    select pg_temp.text_of(name)
    from (
        select to_jsonb(name), place
        from jsonb_object_keys(case when jsonb_typeof(form_data) = 'object' then form_data else '{}' end)
            with ordinality as keys (name, place)
        union all
        select item -> 'name', place
        from jsonb_array_elements(case when jsonb_typeof(form_data) = 'array' then form_data else '[]' end)
            with ordinality as items (item, place)
    ) as given (name, place)
    where pg_temp.text_of(name) is not null
    order by place
)
where field_count > 0;

update pageviews p
set scroll_percentage = scrolled.scroll_percentage
from (
    select viewed.site_id, viewed.id, max(u.scroll_percentage) as scroll_percentage
    from user_events u
    cross join lateral (
        select site_id, id
        from pageviews v
        where v.site_id = u.site_id and v.session_id = u.session_id and v.path = u.page_path
            and v.view_timestamp <= u.event_timestamp
        order by view_timestamp desc, event_id desc
        limit 1
    ) as viewed
    where u.scroll_percentage is not null
    group by viewed.site_id, viewed.id
) as scrolled
where p.site_id = scrolled.site_id and p.id = scrolled.id;

with timed as (
    select p.site_id, p.path, p.time_on_page_seconds as seconds,
        p.view_timestamp at time zone coalesce(s.timezone, 'UTC') as local
    from pageviews p
    left join sites s using (site_id)
    where p.time_on_page_seconds is not null and not p.is_bot
),
hours as (
    select timed.site_id, counted.dimension, local::date as rollup_date,
        extract(hour from local)::smallint as hour, decode(md5(counted.value), 'hex') as value_key,
        count(*) as pageviews, sum(seconds) as seconds
    from timed
    cross join lateral (values ('total', ''), ('page', path)) as counted (dimension, value)
    group by timed.site_id, counted.dimension, local::date, extract(hour from local)::smallint, counted.value
)
update hourly_rollups h
set timed_pageviews = t.pageviews, time_on_page_seconds_sum = t.seconds
from hours t
where h.site_id = t.site_id and h.dimension = t.dimension and h.rollup_date = t.rollup_date
    and h.hour = t.hour and h.value_key = t.value_key;

update daily_rollups d
set timed_pageviews = h.timed_pageviews, time_on_page_seconds_sum = h.time_on_page_seconds_sum
from (
    select site_id, dimension, rollup_date, value_key, sum(timed_pageviews) as timed_pageviews,
        sum(time_on_page_seconds_sum) as time_on_page_seconds_sum
    from hourly_rollups
    where timed_pageviews > 0
    group by site_id, dimension, rollup_date, value_key
) as h
where d.site_id = h.site_id and d.dimension = h.dimension and d.rollup_date = h.rollup_date
    and d.value_key = h.value_key;
"""

DOWNGRADE = """
drop view form_attempts, event_properties;
drop function is_custom_event;
alter table hourly_rollups drop column timed_pageviews, drop column time_on_page_seconds_sum;
alter table daily_rollups drop column timed_pageviews, drop column time_on_page_seconds_sum;
alter table form_submissions drop column field_names;
alter table pageviews drop column scroll_percentage;
drop index ix_user_events_placeless;
alter table user_events
    drop column link_url, drop column is_outbound, drop column is_download, drop column file_type,
    drop column web_vital, drop column web_vital_value, drop column web_vital_rating,
    drop column web_vital_id, drop column url_inferred;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    # No batch may come between what is filled here and what the worker adds later.
    op.execute("set local lock_timeout = '5s'")
    op.execute("lock table consumer_offsets in exclusive mode")
    _run(COLUMNS)
    _run(FUNCTIONS)
    _run(FILL)
    _run(VIEWS)


def downgrade() -> None:
    _run(DOWNGRADE)
