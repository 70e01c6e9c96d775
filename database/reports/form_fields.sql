-- Which fields does each form send?
-- Names only, never what was written in them.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page              path of the page with the form; null where the event names none
--   form              the form's id
--   field             name of the field
--   submissions       submissions of the period that held it
--   submission_share  0 to 1: submissions by all of the form on that page
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/form_fields.sql
--   footfall report form_fields --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with submitted as (
    select page_path, coalesce(form_id, 'unknown') as form, field_names
    from form_submissions
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (submit_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and submit_timestamp between :'from'::date - 2 and :'to'::date + 3
),
totals as (
    select page_path, form, count(*) as submissions
    from submitted
    group by page_path, form
)
select
    submitted.page_path as page,
    submitted.form,
    field,
    count(*) as submissions,
    round(count(*) / totals.submissions::numeric, 4) as submission_share
from submitted
join totals on totals.page_path is not distinct from submitted.page_path and totals.form = submitted.form
cross join lateral (select distinct unnest(field_names) as field) as named
group by submitted.page_path, submitted.form, field, totals.submissions
order by submissions desc, page, form, field;
