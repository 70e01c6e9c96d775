-- What did each campaign bring?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   utm_source           as the link says
--   utm_medium           as the link says
--   utm_campaign         as the link says
--   sessions             sessions of the period that a link with any of the three brought
--   visitors             distinct visitor ids of those sessions
--   bounce_rate          0 to 1: share of those sessions that bounced
--   submitting_sessions  those sessions in which a form was submitted
--   submission_rate      0 to 1: submitting_sessions by sessions
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/campaigns.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/campaigns.sql

with brought as (
    select
        *,
        exists (
            select from form_submissions as form
            where form.site_id = session.site_id and form.session_id = session.session_id
        ) as has_submitted
    from user_sessions as session
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        and not is_bot
        and coalesce(utm_source, utm_medium, utm_campaign) is not null
)
select
    utm_source,
    utm_medium,
    utm_campaign,
    count(*) as sessions,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    count(*) filter (where has_submitted) as submitting_sessions,
    round(count(*) filter (where has_submitted) / count(*)::numeric, 4) as submission_rate
from brought
group by utm_source, utm_medium, utm_campaign
order by sessions desc, utm_source, utm_medium, utm_campaign;
