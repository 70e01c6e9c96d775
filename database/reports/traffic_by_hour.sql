-- What happened in each hour?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   day        date in the site's time zone
--   hour       0 to 23, in the site's time zone; hours with events only, one that the clocks repeat is one row
--   sessions   sessions that started in that hour
--   pageviews  pageviews of that hour
--   events     other events of that hour
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/traffic_by_hour.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/traffic_by_hour.sql

select
    rollup_date as day,
    hour,
    sessions,
    pageviews,
    events
from hourly_rollups
where site_id = :'site'
    and dimension = 'total'
    and rollup_date between :'from'::date and :'to'::date
    and sessions + pageviews + events > 0
order by day, hour;
