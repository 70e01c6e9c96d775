-- Which files are downloaded?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   file           address of the link, without query and fragment
--   downloads      clicks on links to it
--   visitors       distinct visitor ids that clicked
--   sessions       sessions with such a click
--   pages          distinct paths it was clicked on
--   last_download  time of the newest click, in the site's time zone
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/downloads.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/downloads.sql

select
    regexp_replace(event_data ->> 'href', '[?#].*', '') as file,
    count(*) as downloads,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    count(distinct page_path) as pages,
    date_trunc('second', max(event_timestamp at time zone sites.timezone)) as last_download
from user_events
join sites using (site_id)
where site_id = :'site'
    and not is_bot
    and event_type = 'click'
    and event_data ->> 'isDownload' = 'true'
    and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and event_timestamp between :'from'::date - 2 and :'to'::date + 3
group by file
order by downloads desc, file;
