-- Where do visits that begin on a page end?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   entry_page     path of the session's first pageview, else of its first event
--   exit_page      path of its last pageview, else of its last event
--   sessions       sessions of the period with both
--   session_share  0 to 1: their part of the sessions that began on the entry page
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/entry_exit_pairs.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/entry_exit_pairs.sql

select
    entry_path as entry_page,
    exit_path as exit_page,
    count(*) as sessions,
    round(count(*) / sum(count(*)) over (partition by entry_path), 4) as session_share
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    and not is_bot
    and entry_path is not null
    and exit_path is not null
group by entry_path, exit_path
order by sessions desc, entry_page, exit_page;
