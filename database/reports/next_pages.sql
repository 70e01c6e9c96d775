-- Which page do people view after each page?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page            path
--   next_page       path of the session's next pageview; null where the page was its last
--   pageviews       pageviews of the page in the period that were followed by it
--   pageview_share  0 to 1: their part of the page's pageviews
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/next_pages.sql
--   footfall report next_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    view.path as page,
    later.path as next_page,
    count(*) as pageviews,
    round(count(*) / sum(count(*)) over (partition by view.path), 4) as pageview_share
from pageviews as view
join sites using (site_id)
left join lateral (
    select path
    from pageviews
    where pageviews.site_id = view.site_id
        and pageviews.session_id = view.session_id
        and (pageviews.view_timestamp, pageviews.event_id) > (view.view_timestamp, view.event_id)
    order by view_timestamp, event_id
    limit 1
) as later on true
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and view_timestamp between :'from'::date - 2 and :'to'::date + 3
group by view.path, later.path
order by pageviews desc, page, next_page;
