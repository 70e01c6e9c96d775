-- How many visitors of each day had been here before?
-- A visitor whose browser keeps no id gets a new one each day, and so counts as new each day.
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   day                 date in the site's time zone; days with visitors only
--   visitors            distinct visitor ids with an event that day
--   new_visitors        those never seen on an earlier day, before the period neither
--   returning_visitors  those seen on an earlier day
--   returning_share     0 to 1: returning_visitors by visitors
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/new_versus_returning.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/new_versus_returning.sql

with first_visits as (
    select visitor_id, min(visit_date) as first_date
    from visitor_days
    where site_id = :'site'
    group by visitor_id
)
select
    visit_date as day,
    count(*) as visitors,
    count(*) filter (where visit_date = first_date) as new_visitors,
    count(*) filter (where visit_date > first_date) as returning_visitors,
    round(count(*) filter (where visit_date > first_date) / count(*)::numeric, 4) as returning_share
from visitor_days
join first_visits using (visitor_id)
where site_id = :'site' and visit_date between :'from'::date and :'to'::date
group by visit_date
order by visit_date;
