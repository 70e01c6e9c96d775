-- Which pages are asked for that are not there, and what leads to them?
-- Pages are told by the status they came with, or by an event named 404, not_found or page_not_found on them.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page       path that was not found
--   came_from  address of the page that led there, without query and fragment; null where none is known
--   pageviews  pageviews of it in the period that came from there
--   sessions   sessions with such a pageview
--   visitors   distinct visitor ids that met it
--   last_view  time of the newest, in the site's time zone
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/not_found_pages.sql
--   footfall report not_found_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    path as page,
    nullif(regexp_replace(referrer, '[?#].*', ''), '') as came_from,
    count(*) as pageviews,
    count(distinct session_id) as sessions,
    count(distinct visitor_id) as visitors,
    to_char(max(view_timestamp at time zone sites.timezone), 'YYYY-MM-DD HH24:MI:SS') as last_view
from pageviews
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and view_timestamp between :'from'::date - 2 and :'to'::date + 3
    and (
        is_not_found
        or (session_id, path) in (
            select session_id, page_path
            from user_events
            where site_id = :'site'
                and lower(event_type) in ('404', 'not_found', 'page_not_found', 'not-found')
                and event_timestamp between :'from'::date - 2 and :'to'::date + 3
        )
    )
group by page, came_from
order by pageviews desc, page, came_from;
