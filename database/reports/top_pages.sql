-- Which pages are read most, and how long?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page            path
--   visitors        distinct visitor ids that viewed it
--   pageviews       pageviews
--   pageview_share  0 to 1: its part of all pageviews of the period
--   time_on_page_s  seconds: mean over the views whose end is known; null where none is
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/top_pages.sql
--   footfall report top_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    path as page,
    count(distinct visitor_id) as visitors,
    count(*) as pageviews,
    round(count(*) / sum(count(*)) over (), 4) as pageview_share,
    round(avg(time_on_page_seconds), 1) as time_on_page_s
from pageviews
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and view_timestamp between :'from'::date - 2 and :'to'::date + 3
group by path
order by visitors desc, pageviews desc, page;
