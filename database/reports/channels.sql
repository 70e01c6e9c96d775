-- Which channels bring visits, and how good are they?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   channel             as in Organic Search; null for sessions without a pageview
--   sessions            sessions of the period
--   session_share       0 to 1: their part of all sessions of the period
--   visitors            distinct visitor ids of those sessions
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/channels.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/channels.sql

select
    channel,
    count(*) as sessions,
    round(count(*) / sum(count(*)) over (), 4) as session_share,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    round(avg(duration_seconds), 1) as session_duration_s
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    and not is_bot
group by channel
order by sessions desc, channel;
