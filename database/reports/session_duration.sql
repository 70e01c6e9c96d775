-- How long do visits last?
-- From a session's first event to its last; one of a single event lasts 0 s.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   duration           range, its end left out; every range
--   sessions           sessions of the period that lasted so long
--   session_share      0 to 1: their part of all sessions of the period; null without sessions
--   bounce_rate        0 to 1: share of those sessions that bounced; null without sessions
--   views_per_session  pageviews of those sessions, by their number; null without sessions
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/session_duration.sql
--   footfall report session_duration --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with ranges (duration, at_least, below) as (
    values
        ('0 s', 0, 1), ('1-10 s', 1, 10), ('10-30 s', 10, 30), ('30-60 s', 30, 60), ('1-3 min', 60, 180),
        ('3-10 min', 180, 600), ('10-30 min', 600, 1800), ('30 min and more', 1800, null)
),
visits as (
    select session_id, duration_seconds, bounce, pageview_count
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
)
select
    duration,
    count(session_id) as sessions,
    round(count(session_id) / nullif(sum(count(session_id)) over (), 0), 4) as session_share,
    round(avg(bounce::int), 4) as bounce_rate,
    round(avg(pageview_count), 2) as views_per_session
from sites
cross join ranges
left join visits on duration_seconds >= at_least and (duration_seconds < below or below is null)
where site_id = :'site'
group by duration, at_least
order by at_least;
