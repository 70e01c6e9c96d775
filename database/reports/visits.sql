-- What did single visits look like, the newest first?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
--   rows  integer, default 100: at most so many visits
-- Columns:
--   started     time of the first event, in the site's time zone
--   visitor     visitor id
--   source      utm_source, else the platform or host of a referrer elsewhere, else 'Direct / none'
--   country     ISO 3166-1 alpha-2
--   device      desktop, mobile, tablet, tv, console, headset; null for programs
--   duration_s  seconds from the first event to the last
--   events      events, pageviews included
--   pages       paths viewed, in order; null without a pageview
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/visits.sql
--   footfall report visits --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif
\if :{?rows} \else \set rows 100 \endif

with visits as (
    select *
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
    order by session_start desc, session_id
    limit :'rows'::int
)
select
    to_char(session_start at time zone sites.timezone, 'YYYY-MM-DD HH24:MI:SS') as started,
    visitor_id as visitor,
    coalesce(
        utm_source,
        case when referrer_type is distinct from 'internal' then referrer_platform end,
        'Direct / none'
    ) as source,
    country,
    device_type as device,
    duration_seconds as duration_s,
    event_count as events,
    (
        select string_agg(path, ' > ' order by view_timestamp, event_id)
        from pageviews
        where pageviews.site_id = visits.site_id and pageviews.session_id = visits.session_id
    ) as pages
from visits
join sites using (site_id)
order by session_start desc, session_id;
