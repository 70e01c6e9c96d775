"""Views for questions in SQL

Why: seed 003 had these three by these names and columns, and people's dashboards ask them; here they
count what they say. Views hold no rows, so nothing is filled.

Revision ID: 0004
Revises: 0003
Created: 2026-11-23
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UPGRADE = """
create view active_sessions as
select session.*, now() - session_start as session_age
from user_sessions as session
where session_end > now() - interval '30 minutes' and not is_bot;

create view page_performance as
with viewed as (
    select
        site_id,
        path,
        count(*) as total_views,
        avg(time_on_page_seconds) as avg_time_on_page,
        count(distinct session_id) as unique_sessions
    from pageviews
    where view_timestamp >= now() - interval '30 days' and not is_bot
    group by site_id, path
),
entered as (
    select
        site_id,
        entry_path as path,
        count(*) filter (where bounce)::numeric / count(*) as bounce_rate
    from user_sessions
    where session_start >= now() - interval '30 days' and not is_bot
    group by site_id, entry_path
)
select site_id, path, total_views, avg_time_on_page, unique_sessions, bounce_rate
from viewed
left join entered using (site_id, path);

create view traffic_sources as
select
    site_id,
    coalesce(referrer_type, 'direct') as referrer_type,
    count(*) as sessions,
    count(distinct visitor_id) as unique_visitors,
    avg(duration_seconds) as avg_session_duration,
    avg(pageview_count) as avg_pages_per_session
from user_sessions
where session_start >= now() - interval '30 days' and not is_bot
group by site_id, coalesce(referrer_type, 'direct');
"""

DOWNGRADE = """
drop view traffic_sources;
drop view page_performance;
drop view active_sessions;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run(DOWNGRADE)
