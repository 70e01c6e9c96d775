-- How does each campaign go on from week to week?
-- A week begins on Monday; the first and last may be cut by the period.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   week                 Monday of the week, in the site's time zone
--   utm_source           as the link says
--   utm_medium           as the link says
--   utm_campaign         as the link says
--   sessions             sessions of the week that a link with any of the three brought
--   visitors             distinct visitor ids of those sessions
--   bounce_rate          0 to 1: share of those sessions that bounced
--   submitting_sessions  those sessions in which a form was submitted
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/campaigns_by_week.sql
--   footfall report campaigns_by_week --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with brought as (
    select
        *,
        date_trunc('week', start_date::timestamp)::date as week,
        exists (
            select from form_submissions as form
            where form.site_id = session.site_id and form.session_id = session.session_id
        ) as has_submitted
    from user_sessions as session
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
        and coalesce(utm_source, utm_medium, utm_campaign) is not null
)
select
    week,
    utm_source,
    utm_medium,
    utm_campaign,
    count(*) as sessions,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    count(*) filter (where has_submitted) as submitting_sessions
from brought
group by week, utm_source, utm_medium, utm_campaign
order by week, sessions desc, utm_source, utm_medium, utm_campaign;
