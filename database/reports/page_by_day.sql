-- How does one page do from day to day?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
--   path  text, default /: path of the page
-- Columns:
--   day             date in the site's time zone; every day of the period
--   pageviews       pageviews of the page that day
--   visitors        distinct visitor ids that viewed it
--   entries         sessions that started that day and began on it
--   exits           sessions that started that day and ended on it
--   time_on_page_s  seconds: mean over its views whose end is known; null where none is
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -v path=/trees -f database/reports/page_by_day.sql
--   footfall report page_by_day --site example --from 2026-03-02 --to 2026-03-15 --set path=/trees

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif
\if :{?path} \else \set path / \endif

with views as (
    select
        (view_timestamp at time zone sites.timezone)::date as day,
        count(*) as pageviews,
        count(distinct visitor_id) as visitors,
        round(avg(time_on_page_seconds), 1) as time_on_page_s
    from pageviews
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
        and path = :'path'
    group by 1
),
visits as (
    select
        start_date as day,
        count(*) filter (where entry_path = :'path') as entries,
        count(*) filter (where exit_path = :'path') as exits
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
        and :'path' in (entry_path, exit_path)
    group by start_date
)
select
    day,
    coalesce(pageviews, 0) as pageviews,
    coalesce(visitors, 0) as visitors,
    coalesce(entries, 0) as entries,
    coalesce(exits, 0) as exits,
    time_on_page_s
from (
    select :'from'::date + n as day
    from sites
    cross join generate_series(0, :'to'::date - :'from'::date) as n
    where site_id = :'site'
) as days
left join views using (day)
left join visits using (day)
order by day;
