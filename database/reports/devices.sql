-- On which devices and systems do people read, and how wide is their window?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   device              desktop, mobile, tablet, tv, console, headset; null for programs
--   os                  as in Windows, iOS, Android
--   sessions            sessions of the period
--   session_share       0 to 1: their part of all sessions of the period
--   visitors            distinct visitor ids of those sessions
--   bounce_rate         0 to 1: share of those sessions that bounced
--   session_duration_s  seconds: mean of those sessions
--   median_viewport_px  CSS pixels: half of the windows are at most this wide; null where none is known
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/devices.sql
--   footfall report devices --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    device_type as device,
    os,
    count(*) as sessions,
    round(count(*) / sum(count(*)) over (), 4) as session_share,
    count(distinct visitor_id) as visitors,
    round(count(*) filter (where bounce) / count(*)::numeric, 4) as bounce_rate,
    round(avg(duration_seconds), 1) as session_duration_s,
    round((percentile_cont(0.5) within group (order by viewport_width))::numeric) as median_viewport_px
from user_sessions
where site_id = :'site'
    and start_date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and session_start between :'from'::date - 2 and :'to'::date + 3
    and (not is_bot or :'bots'::boolean)
group by device_type, os
order by sessions desc, device, os;
