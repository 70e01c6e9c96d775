-- Which files are downloaded?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   file           address of the link, without query and fragment
--   file_type      its ending, as in pdf
--   downloads      clicks on links to it
--   visitors       distinct visitor ids that clicked
--   sessions       sessions with such a click
--   pages          distinct paths it was clicked on
--   last_download  time of the newest click, in the site's time zone
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/downloads.sql
--   footfall report downloads --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    regexp_replace(link_url, '[?#].*', '') as file,
    file_type,
    count(*) as downloads,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    count(distinct page_path) as pages,
    to_char(max(event_timestamp at time zone sites.timezone), 'YYYY-MM-DD HH24:MI:SS') as last_download
from user_events
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and event_timestamp between :'from'::date - 2 and :'to'::date + 3
    and is_download
group by file, file_type
order by downloads desc, file, file_type;
