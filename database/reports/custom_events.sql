-- Which events of your own happen, and in what part of the visits?
-- Those that the tracking script sends by itself are left out.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   event          its name
--   events         events in sessions of the period
--   visitors       distinct visitor ids of them
--   sessions       sessions of the period with it
--   session_share  0 to 1: sessions by all sessions of the period
--   pages          distinct paths it happened on
--   last_event     time of the newest, in the site's time zone
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/custom_events.sql
--   footfall report custom_events --site example --from 2026-03-02 --to 2026-03-15

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
)
select
    event_type as event,
    count(*) as events,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    round(count(distinct session_id) / (select count(*) from visits)::numeric, 4) as session_share,
    count(distinct page_path) as pages,
    to_char(max(event_timestamp at time zone sites.timezone), 'YYYY-MM-DD HH24:MI:SS') as last_event
from visits
join user_events using (site_id, session_id)
join sites using (site_id)
where is_custom_event(event_type)
group by event_type
order by events desc, event;
