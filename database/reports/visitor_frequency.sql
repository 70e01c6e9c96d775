-- How many visitors come once, and how many again and again?
-- A visitor whose browser keeps no id is another one each day, and so counts as one who came once.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   visits         sessions of one visitor in the period: 1, 2, 3-5, 6-9 or 10+
--   visitors       visitors with so many
--   visitor_share  0 to 1: their part of all visitors of the period
--   sessions       their sessions together
--   session_share  0 to 1: their part of all sessions of the period
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/visitor_frequency.sql
--   footfall report visitor_frequency --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with visitors as (
    select visitor_id, count(*) as sessions
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
    group by visitor_id
)
select
    case
        when sessions >= 10 then '10+'
        when sessions >= 6 then '6-9'
        when sessions >= 3 then '3-5'
        else sessions::text
    end as visits,
    count(*) as visitors,
    round(count(*) / sum(count(*)) over (), 4) as visitor_share,
    sum(sessions) as sessions,
    round(sum(sessions) / sum(sum(sessions)) over (), 4) as session_share
from visitors
group by visits
order by min(visitors.sessions);
