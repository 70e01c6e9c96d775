-- How many people came on each day, and what did they do?
-- No bots parameter: daily_site_metrics counts people.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   day                 date in the site's time zone; every day of the period
--   visitors            distinct visitor ids with an event that day
--   sessions            sessions that started that day
--   pageviews           pageviews of that day
--   events              other events of that day
--   bounce_rate         0 to 1: share of those sessions that bounced; null without sessions
--   session_duration_s  seconds: mean of those sessions; null without sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/traffic_by_day.sql
--   footfall report traffic_by_day --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: daily_site_metrics counts people.' \quit \endif \endif

with days as (
    select site_id, :'from'::date + n as day
    from sites
    cross join generate_series(0, :'to'::date - :'from'::date) as n
    where site_id = :'site'
)
select
    days.day,
    coalesce(unique_visitors, 0) as visitors,
    coalesce(total_sessions, 0) as sessions,
    coalesce(total_pageviews, 0) as pageviews,
    coalesce(total_events, 0) as events,
    bounce_rate,
    round(duration_seconds_sum::numeric / nullif(total_sessions, 0), 1) as session_duration_s
from days
left join daily_site_metrics as metrics
    on metrics.site_id = days.site_id and metrics.metric_date = days.day
order by days.day;
