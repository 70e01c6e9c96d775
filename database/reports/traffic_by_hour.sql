-- What happened in each hour?
-- No bots parameter: hourly_rollups counts people.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   day        date in the site's time zone
--   hour       0 to 23, in the site's time zone; hours with events only, one that the clocks repeat is one row
--   sessions   sessions that started in that hour
--   pageviews  pageviews of that hour
--   events     other events of that hour
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/traffic_by_hour.sql
--   footfall report traffic_by_hour --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: hourly_rollups counts people.' \quit \endif \endif

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
