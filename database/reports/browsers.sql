-- With which browsers do people come?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   browser             as its maker calls it; null where it is none that is known
--   version             as people say it: 141, 18.1
--   sessions            sessions of the period
--   session_share       0 to 1: their part of all sessions of the period
--   visitors            distinct visitor ids of those sessions
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/browsers.sql
--   footfall report browsers --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    browser,
    browser_version as version,
    count(*) as sessions,
    round(count(*) / sum(count(*)) over (), 4) as session_share,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    round(avg(duration_seconds), 1) as session_duration_s
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and session_start between :'from'::date - 2 and :'to'::date + 3
    and (not is_bot or :'bots'::boolean)
group by browser, browser_version
order by sessions desc, browser, version;
