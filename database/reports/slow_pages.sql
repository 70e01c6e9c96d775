-- Which pages are slow, answer late or jump about, by their Core Web Vitals?
-- Measured where the script has data-web-vitals. A page is as good as its 75th percentile, says web.dev/vitals;
-- of one measurement (web_vital_id) only the last value counts.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page                     path
--   vital                    LCP, INP, FCP, TTFB (milliseconds) or CLS (no unit)
--   measurements             measurements of the period
--   p75                      milliseconds, of CLS a bare number: three of four measurements were at most this
--   good_share               0 to 1: measurements rated good, by all that are rated; null where none is
--   needs_improvement_share  0 to 1: those rated needs-improvement
--   poor_share               0 to 1: those rated poor
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/slow_pages.sql
--   footfall report slow_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with measured as (
    select distinct on (web_vital, coalesce(web_vital_id, event_id::text))
        page_path, web_vital, web_vital_value, web_vital_rating
    from user_events
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and event_timestamp between :'from'::date - 2 and :'to'::date + 3
        and web_vital is not null
    order by web_vital, coalesce(web_vital_id, event_id::text), event_timestamp desc, event_id desc
)
select
    page_path as page,
    web_vital as vital,
    count(*) as measurements,
    round((percentile_cont(0.75) within group (order by web_vital_value))::numeric, 3) as p75,
    round(avg((web_vital_rating = 'good')::int), 4) as good_share,
    round(avg((web_vital_rating = 'needs-improvement')::int), 4) as needs_improvement_share,
    round(avg((web_vital_rating = 'poor')::int), 4) as poor_share
from measured
where web_vital_value is not null
group by page_path, web_vital
order by measurements desc, page, vital;
