-- Which pages hold people's attention?
-- Engaged is the time in which a page was visible and in use, which the script measures; where nothing told it,
-- it counts as 0.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page               path
--   pageviews          pageviews of the period
--   engaged_pageviews  those with at least 10 s engaged
--   engaged_share      0 to 1: engaged_pageviews by pageviews
--   engaged_s          seconds engaged: mean of pageviews
--   median_engaged_s   seconds engaged: half of the pageviews had at most this
--   time_on_page_s     seconds open: mean over the views whose end is known; null where none is
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/engagement.sql
--   footfall report engagement --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    path as page,
    count(*) as pageviews,
    count(*) filter (where engaged_ms >= 10000) as engaged_pageviews,
    round(count(*) filter (where engaged_ms >= 10000) / count(*)::numeric, 4) as engaged_share,
    round(avg(engaged_ms) / 1000, 1) as engaged_s,
    round((percentile_cont(0.5) within group (order by engaged_ms))::numeric / 1000, 1) as median_engaged_s,
    round(avg(time_on_page_seconds), 1) as time_on_page_s
from pageviews
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and view_timestamp between :'from'::date - 2 and :'to'::date + 3
group by path
order by engaged_pageviews desc, pageviews desc, page;
