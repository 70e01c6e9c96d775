-- Where do visits begin, and does the page hold them?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   page                path of the session's first pageview, else of its first event
--   sessions            sessions of the period that began there
--   visitors            distinct visitor ids of those sessions
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
--   views_per_session   pageviews of those sessions, by their number
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/landing_pages.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/landing_pages.sql

select
    entry_path as page,
    count(*) as sessions,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    round(avg(duration_seconds), 1) as session_duration_s,
    round(avg(pageview_count), 2) as views_per_session
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    and not is_bot
    and entry_path is not null
group by entry_path
order by sessions desc, page;
