"""Rollups by day and hour for each dimension, filled from the rows that are derived already

Why: reports over months must not read every session, and distinct visitors do not add up over days
(docs/decisions/0008-rollups.md). The worker waits while the tables are filled;
collection and reports go on.

Revision ID: 0003
Revises: 0002
Created: 2026-11-23
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SUMS = """
    value text not null,
    sessions bigint not null default 0,
    bounced_sessions bigint not null default 0,
    duration_seconds_sum bigint not null default 0,
    session_pageviews_sum bigint not null default 0,
    engaged_ms_sum bigint not null default 0,
    pageviews bigint not null default 0,
    events bigint not null default 0"""

# Dimensions and keys are compared by their bytes: they are looked up a lot and sorted by nobody.
UPGRADE = f"""
create table daily_rollups (
    site_id text not null,
    dimension text collate "C" not null,
    rollup_date date not null,
    value_key bytea not null,{SUMS},
    visitors bigint not null default 0,
    constraint pk_daily_rollups primary key (site_id, dimension, rollup_date, value_key)
) with (fillfactor = 80);

create table hourly_rollups (
    site_id text not null,
    dimension text collate "C" not null,
    rollup_date date not null,
    hour smallint not null,
    value_key bytea not null,{SUMS},
    constraint pk_hourly_rollups primary key (site_id, dimension, rollup_date, hour, value_key)
) with (fillfactor = 80);

create table rollup_visitors (
    site_id text not null,
    dimension text collate "C" not null,
    visit_date date not null,
    value_key bytea not null,
    previous_date date not null,
    value text not null,
    visitor_count integer not null default 0,
    constraint pk_rollup_visitors primary key (site_id, dimension, visit_date, value_key, previous_date)
) with (fillfactor = 80);

create table rollup_members (
    site_id text not null,
    member_key bytea not null,
    visit_date date not null,
    holder_count integer not null,
    constraint pk_rollup_members primary key (site_id, member_key, visit_date)
);

comment on column daily_rollups.value_key is 'md5 of value, since an index cannot hold a text of any length.';
comment on column hourly_rollups.value_key is 'md5 of value, since an index cannot hold a text of any length.';
comment on column rollup_visitors.value_key is 'md5 of value, since an index cannot hold a text of any length.';
comment on column rollup_members.member_key is 'md5 of the dimension, the md5 of the value and the visitor id, one blank between.';
comment on table rollup_visitors is 'Visitors of a value and day by the day before it on which they were seen there; -infinity: never. Those of a range have a day in it and the day before outside.';
"""

# One row for each thing that is counted, of people only. A view for the time of the migration.
COUNTED = """
create temporary view counted as
with zoned as (
    select *, coalesce((select timezone from sites where sites.site_id = u.site_id), 'UTC') as zone
    from user_sessions u
    where not is_bot
)
select
    s.site_id, v.dimension, s.start_date as day,
    extract(hour from s.session_start at time zone s.zone)::smallint as hour,
    coalesce(v.value, '') as value,
    case when v.dimension <> 'total' then s.visitor_id end as visitor_id,
    1 as sessions, s.bounce::int as bounced, s.duration_seconds, s.pageview_count, s.engaged_ms,
    0 as pageviews, 0 as events
from zoned s
cross join lateral (values
    ('total', ''),
    ('entry_page', s.entry_path),
    ('exit_page', s.exit_path),
    ('source', coalesce(
        s.utm_source,
        case when s.referrer_type is distinct from 'internal' then s.referrer_platform end,
        'Direct / none')),
    ('referrer_type', coalesce(s.referrer_type, 'direct')),
    ('channel', s.channel),
    ('utm_source', s.utm_source),
    ('utm_medium', s.utm_medium),
    ('utm_campaign', s.utm_campaign),
    ('utm_content', s.utm_content),
    ('utm_term', s.utm_term),
    ('country', s.country),
    ('region', s.region),
    ('city', s.city),
    ('browser', s.browser),
    ('os', s.os),
    ('device', s.device_type)
) as v (dimension, value)
where v.value is not null
union all
select
    e.site_id, v.dimension, (e.at at time zone e.zone)::date,
    extract(hour from e.at at time zone e.zone)::smallint, v.value, e.visitor_id,
    0, 0, 0, 0, 0, (e.event_type is null)::int, (e.event_type is not null)::int
from (
    select site_id, visitor_id, view_timestamp as at, path, null as event_type,
        coalesce((select timezone from sites where sites.site_id = p.site_id), 'UTC') as zone
    from pageviews p
    where not is_bot
    union all
    select site_id, visitor_id, event_timestamp, null, event_type,
        coalesce((select timezone from sites where sites.site_id = u.site_id), 'UTC')
    from user_events u
    where not is_bot
) as e
cross join lateral (values
    ('total', ''),
    (case when e.event_type is null then 'page' else 'event' end, coalesce(e.event_type, e.path))
) as v (dimension, value)
"""

# A session holds its values; of what events say, one row tells that it was said.
FILL = """
insert into rollup_members (site_id, member_key, visit_date, holder_count)
select
    site_id,
    decode(md5(dimension || ' ' || md5(value) || ' ' || visitor_id), 'hex'),
    day,
    greatest(1, sum(sessions))
from counted
where visitor_id is not null
group by site_id, dimension, value, visitor_id, day;

insert into rollup_visitors
    (site_id, dimension, visit_date, value_key, previous_date, value, visitor_count)
select site_id, dimension, day, decode(md5(value), 'hex'), previous_day, value, count(*)
from (
    select site_id, dimension, value, day,
        coalesce(lag(day) over (partition by site_id, dimension, value, visitor_id order by day), '-infinity')
            as previous_day
    from (
        select distinct site_id, dimension, value, visitor_id, day
        from counted
        where visitor_id is not null
    ) as seen
) as returned
group by site_id, dimension, day, value, previous_day;

insert into hourly_rollups
select site_id, dimension, day, hour, decode(md5(value), 'hex'), value, sum(sessions), sum(bounced),
    sum(duration_seconds), sum(pageview_count), sum(engaged_ms), sum(pageviews), sum(events)
from counted
group by site_id, dimension, day, hour, value;

insert into daily_rollups
select site_id, dimension, rollup_date, value_key, value, sum(sessions), sum(bounced_sessions),
    sum(duration_seconds_sum), sum(session_pageviews_sum), sum(engaged_ms_sum), sum(pageviews), sum(events),
    (
        select coalesce(sum(visitor_count), 0)
        from rollup_visitors v
        where v.site_id = h.site_id and v.dimension = h.dimension
            and v.visit_date = h.rollup_date and v.value_key = h.value_key
    )
from hourly_rollups h
group by site_id, dimension, rollup_date, value_key, value;

drop view counted;
"""

DOWNGRADE = """
drop table rollup_members, rollup_visitors, hourly_rollups, daily_rollups;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)
    # No batch may come between what is counted here and what the worker adds later.
    op.execute("lock table consumer_offsets in exclusive mode")
    _run(COUNTED)
    _run(FILL)


def downgrade() -> None:
    _run(DOWNGRADE)
