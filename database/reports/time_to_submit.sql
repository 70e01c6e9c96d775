-- How long are people there before they send a form?
--
-- Parameters: site (site id), from and to (first and last day, in the site's time zone).
-- Columns:
--   form                 the form's id
--   submitting_sessions  sessions of the period with a submission of it
--   median_s             seconds from the session's start to its first submission: half took at most this long
--   p90_s                seconds: nine of ten took at most this long
--   pageviews            mean number of the session's pageviews until then
-- Run:
--   psql -v site=demo -v from=2026-11-01 -v to=2026-11-30 -f database/reports/time_to_submit.sql
--   make psql, then: \set site demo \set from 2026-11-01 \set to 2026-11-30 \i database/reports/time_to_submit.sql

with visits as (
    select site_id, session_id, session_start
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        and not is_bot
),
submitted as (
    select
        site_id,
        session_id,
        coalesce(form_id, 'unknown') as form,
        session_start,
        min(submit_timestamp) as submitted_at
    from visits
    join form_submissions using (site_id, session_id)
    group by site_id, session_id, form, session_start
),
counted as (
    select
        form,
        extract(epoch from submitted_at - session_start) as seconds,
        (
            select count(*)
            from pageviews as view
            where view.site_id = submitted.site_id
                and view.session_id = submitted.session_id
                and view.view_timestamp <= submitted_at
        ) as pageviews
    from submitted
)
select
    form,
    count(*) as submitting_sessions,
    round((percentile_cont(0.5) within group (order by seconds))::numeric, 1) as median_s,
    round((percentile_cont(0.9) within group (order by seconds))::numeric, 1) as p90_s,
    round(avg(pageviews), 2) as pageviews
from counted
group by form
order by submitting_sessions desc, form;
