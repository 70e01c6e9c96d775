-- How many visitors of each day had been here before?
-- A visitor whose browser keeps no id gets a new one each day, and so counts as new each day.
-- No bots parameter: rollup_visitors counts people.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   day                 date in the site's time zone; days with visitors only
--   visitors            distinct visitor ids with an event that day
--   new_visitors        those never seen on an earlier day, before the period neither
--   returning_visitors  those seen on an earlier day
--   returning_share     0 to 1: returning_visitors by visitors
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/new_versus_returning.sql
--   footfall report new_versus_returning --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: rollup_visitors counts people.' \quit \endif \endif

select
    visit_date as day,
    sum(visitor_count) as visitors,
    coalesce(sum(visitor_count) filter (where previous_date = '-infinity'), 0) as new_visitors,
    coalesce(sum(visitor_count) filter (where previous_date > '-infinity'), 0) as returning_visitors,
    round(coalesce(sum(visitor_count) filter (where previous_date > '-infinity'), 0)::numeric / sum(visitor_count), 4)
        as returning_share
from rollup_visitors
where site_id = :'site'
    and dimension = 'total'
    and visit_date between :'from'::date and :'to'::date
group by visit_date
order by visit_date;
