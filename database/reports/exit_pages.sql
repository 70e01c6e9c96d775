-- On which pages do visits end, and how often for those that got there?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page       path of the session's last pageview, else of its last event
--   exits      sessions of the period that ended there
--   sessions   sessions of the period that were there at all
--   exit_rate  0 to 1: exits by those sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/exit_pages.sql
--   footfall report exit_pages --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with ended as (
    select session_id, exit_path
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
        and exit_path is not null
),
been_there as (
    select session_id, path
    from ended
    join pageviews using (session_id)
    where site_id = :'site'
    union
    select session_id, exit_path
    from ended
)
select
    path as page,
    count(*) filter (where exit_path = path) as exits,
    count(*) as sessions,
    round(count(*) filter (where exit_path = path) / count(*)::numeric, 4) as exit_rate
from been_there
join ended using (session_id)
group by path
having count(*) filter (where exit_path = path) > 0
order by exits desc, page;
