-- How many of each week's new visitors come back in the weeks after?
-- A visitor whose browser keeps no id is another one each day: they are new in their week and never come back,
-- and so lower the shares. A week begins on Monday; the first and last may be cut by the period.
-- No bots parameter: visitor_days holds people only.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   cohort_week    Monday of the week, in the site's time zone, in which they were seen for the first time ever
--   new_visitors   visitors first seen in that week, within the period
--   weeks_later    0 for that week, 1 for the next, up to the week of the last day
--   visitors       those of them with an event in that week, until the last day
--   visitor_share  0 to 1: visitors by new_visitors
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/retention_cohorts.sql
--   footfall report retention_cohorts --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: visitor_days holds people only.' \quit \endif \endif

with first_days as (
    select visitor_id, min(visit_date) as first_date
    from visitor_days
    where site_id = :'site' and visit_date <= :'to'::date
    group by visitor_id
),
cohorts as (
    select visitor_id, date_trunc('week', first_date::timestamp)::date as cohort_week
    from first_days
    where first_date >= :'from'::date
),
sizes as (
    select cohort_week, count(*) as new_visitors
    from cohorts
    group by cohort_week
),
seen as (
    select cohort_week, (visit_date - cohort_week) / 7 as weeks_later, count(distinct visitor_id) as visitors
    from cohorts
    join visitor_days using (visitor_id)
    where site_id = :'site' and visit_date between :'from'::date and :'to'::date
    group by 1, 2
)
select
    cohort_week,
    new_visitors,
    weeks_later,
    coalesce(visitors, 0) as visitors,
    round(coalesce(visitors, 0) / new_visitors::numeric, 4) as visitor_share
from sizes
cross join lateral generate_series(0, (:'to'::date - cohort_week) / 7) as weeks_later
left join seen using (cohort_week, weeks_later)
order by cohort_week, weeks_later;
