-- Which forms are begun and left, and at which field?
-- A form is begun by its first field or, where that was not seen, by being sent. Fields say no form's id: they belong to
-- the form that is sent next on their page, else before; where none is, the form is null.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page             path of the page with the form
--   form             the form's id; null where it was never sent, so that nobody told it
--   attempts         sessions of the period that began it
--   submitted        those that sent it
--   abandoned        those that did not
--   completion_rate  0 to 1: submitted by attempts
--   fields_touched   mean number of fields that were touched
--   left_at          the field that was touched last by most of those who abandoned it; null where nobody did
--   left_there       how many of them that was
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/form_abandons.sql
--   footfall report form_abandons --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with attempts as (
    select attempt.*
    from user_sessions
    join form_attempts as attempt using (site_id, session_id)
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not user_sessions.is_bot or :'bots'::boolean)
),
left_at as (
    select distinct on (page_path, form_id) page_path, form_id, last_field, count(*) as left_there
    from attempts
    where is_abandoned
    group by page_path, form_id, last_field
    order by page_path, form_id, left_there desc, last_field
)
select
    attempts.page_path as page,
    attempts.form_id as form,
    count(*) as attempts,
    count(*) filter (where not is_abandoned) as submitted,
    count(*) filter (where is_abandoned) as abandoned,
    round(count(*) filter (where not is_abandoned) / count(*)::numeric, 4) as completion_rate,
    round(avg(fields_touched), 2) as fields_touched,
    left_at.last_field as left_at,
    coalesce(left_there, 0) as left_there
from attempts
left join left_at
    on left_at.page_path is not distinct from attempts.page_path
    and left_at.form_id is not distinct from attempts.form_id
group by attempts.page_path, attempts.form_id, left_at.last_field, left_there
order by attempts desc, page, form;
