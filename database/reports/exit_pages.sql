-- On which pages do visits end, and how often for those that got there?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   page       path of the session's last pageview, else of its last event
--   exits      sessions of the period that ended there
--   sessions   sessions of the period that were there at all
--   exit_rate  0 to 1: exits by those sessions
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/exit_pages.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/exit_pages.sql

with ended as (
    select session_id, exit_path
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        and not is_bot
        and exit_path is not null
),
been_there as (
    select session_id, path
    from ended
    join pageviews using (session_id)
    where site_id = :'site'
    union
    select session_id, exit_path
    from ended
)
select
    path as page,
    count(*) filter (where exit_path = path) as exits,
    count(*) as sessions,
    round(count(*) filter (where exit_path = path) / count(*)::numeric, 4) as exit_rate
from been_there
join ended using (session_id)
group by path
having count(*) filter (where exit_path = path) > 0
order by exits desc, page;
