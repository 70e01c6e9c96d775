-- Which pages elsewhere link here, and who follows them?
-- Most sites let browsers tell their host only; then the address ends in /.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   referrer            address of the page elsewhere, without query and fragment
--   referrer_type       search, social, referral or unknown
--   sessions            sessions of the period that came from it
--   visitors            distinct visitor ids of those sessions
--   landing_pages       distinct paths they began on
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/top_referrers.sql
--   footfall report top_referrers --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    regexp_replace(original_referrer, '[?#].*', '') as referrer,
    referrer_type,
    count(*) as sessions,
    count(distinct visitor_id) as visitors,
    count(distinct entry_path) as landing_pages,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    round(avg(duration_seconds), 1) as session_duration_s
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and session_start between :'from'::date - 2 and :'to'::date + 3
    and (not is_bot or :'bots'::boolean)
    and referrer_type not in ('direct', 'internal')
group by referrer, referrer_type
order by sessions desc, referrer, referrer_type;
