-- Which forms are sent, and by what part of the visits that see them?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page                 path of the page with the form; null where the event names none
--   form                 the form's id
--   submissions          submissions in sessions of the period
--   submitting_sessions  sessions of the period with a submission of it
--   visitors             distinct visitor ids of those sessions
--   viewing_sessions     sessions of the period that were on the page
--   completion_rate      0 to 1: submitting_sessions by viewing_sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/forms.sql
--   footfall report forms --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with visits as (
    select site_id, session_id
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
),
submitted as (
    select page_path, coalesce(form_id, 'unknown') as form, session_id, visitor_id
    from visits
    join form_submissions using (site_id, session_id)
),
been_there as (
    select path, session_id
    from visits
    join pageviews using (site_id, session_id)
    union
    select page_path, session_id
    from submitted
),
viewing as (
    select path, count(*) as sessions
    from been_there
    group by path
)
select
    page_path as page,
    form,
    count(*) as submissions,
    count(distinct session_id) as submitting_sessions,
    count(distinct visitor_id) as visitors,
    viewing.sessions as viewing_sessions,
    round(count(distinct session_id) / viewing.sessions::numeric, 4) as completion_rate
from submitted
join viewing on viewing.path is not distinct from page_path
group by page_path, form, viewing.sessions
order by submissions desc, page, form;
