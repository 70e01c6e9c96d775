-- How long are people there before they send a form?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   form                 the form's id
--   submitting_sessions  sessions of the period with a submission of it
--   median_s             seconds from the session's start to its first submission: half took at most this long
--   p90_s                seconds: nine of ten took at most this long
--   pageviews            mean number of the session's pageviews until then
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/time_to_submit.sql
--   footfall report time_to_submit --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with visits as (
    select site_id, session_id, session_start
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
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
