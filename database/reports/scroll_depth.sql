-- How far down are pages read?
-- A page that fits the window does not scroll, and tells nothing: it is in pageviews and in no other column.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page            path
--   pageviews       pageviews of the period
--   scrolled        those whose scrolling is known
--   reached_25      0 to 1: share of scrolled that got to at least 25 per cent of the page; null where none scrolled
--   reached_50      0 to 1: as reached_25, half of the page
--   reached_75      0 to 1: as reached_25, three quarters
--   reached_100     0 to 1: as reached_25, the end
--   median_percent  per cent: half of scrolled got at most this far
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/scroll_depth.sql
--   footfall report scroll_depth --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    path as page,
    count(*) as pageviews,
    count(scroll_percentage) as scrolled,
    round(avg((scroll_percentage >= 25)::int), 4) as reached_25,
    round(avg((scroll_percentage >= 50)::int), 4) as reached_50,
    round(avg((scroll_percentage >= 75)::int), 4) as reached_75,
    round(avg((scroll_percentage >= 100)::int), 4) as reached_100,
    round((percentile_cont(0.5) within group (order by scroll_percentage))::numeric, 1) as median_percent
from pageviews
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and view_timestamp between :'from'::date - 2 and :'to'::date + 3
group by path
order by scrolled desc, pageviews desc, page;
