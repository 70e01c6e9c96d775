-- Which page do people view after each page?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   page            path
--   next_page       path of the session's next pageview; null where the page was its last
--   pageviews       pageviews of the page in the period that were followed by it
--   pageview_share  0 to 1: their part of the page's pageviews
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/next_pages.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/next_pages.sql

with sessions as (
    select distinct session_id
    from pageviews
    join sites using (site_id)
    where site_id = :'site'
        and not is_bot
        and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
),
followed as (
    select
        path,
        lead(path) over (partition by session_id order by view_timestamp, event_id) as next_path,
        (view_timestamp at time zone sites.timezone)::date as view_date
    from pageviews
    join sites using (site_id)
    join sessions using (session_id)
    where site_id = :'site'
)
select
    path as page,
    next_path as next_page,
    count(*) as pageviews,
    round(count(*) / sum(count(*)) over (partition by path), 4) as pageview_share
from followed
where view_date between :'from'::date and :'to'::date
group by path, next_path
order by pageviews desc, page, next_page;
