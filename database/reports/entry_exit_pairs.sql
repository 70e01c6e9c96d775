-- Where do visits that begin on a page end?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   entry_page     path of the session's first pageview, else of its first event
--   exit_page      path of its last pageview, else of its last event
--   sessions       sessions of the period with both
--   session_share  0 to 1: their part of the sessions that began on the entry page
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/entry_exit_pairs.sql
--   footfall report entry_exit_pairs --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    entry_path as entry_page,
    exit_path as exit_page,
    count(*) as sessions,
    round(count(*) / sum(count(*)) over (partition by entry_path), 4) as session_share
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and session_start between :'from'::date - 2 and :'to'::date + 3
    and (not is_bot or :'bots'::boolean)
    and entry_path is not null
    and exit_path is not null
group by entry_path, exit_path
order by sessions desc, entry_page, exit_page;
