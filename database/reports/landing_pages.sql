-- Where do visits begin, and does the page hold them?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page                path of the session's first pageview, else of its first event
--   sessions            sessions of the period that began there
--   visitors            distinct visitor ids of those sessions
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
--   views_per_session   pageviews of those sessions, by their number
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/landing_pages.sql
--   footfall report landing_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

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
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and session_start between :'from'::date - 2 and :'to'::date + 3
    and (not is_bot or :'bots'::boolean)
    and entry_path is not null
group by entry_path
order by sessions desc, page;
