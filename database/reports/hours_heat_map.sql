-- At which hours of the week do people read?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   hour       0 to 23, in the site's time zone; every hour of the day
--   monday     pageviews of the period in that hour of that weekday
--   tuesday    pageviews of the period in that hour of that weekday
--   wednesday  pageviews of the period in that hour of that weekday
--   thursday   pageviews of the period in that hour of that weekday
--   friday     pageviews of the period in that hour of that weekday
--   saturday   pageviews of the period in that hour of that weekday
--   sunday     pageviews of the period in that hour of that weekday
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/hours_heat_map.sql
--   footfall report hours_heat_map --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with views as (
    select view_timestamp at time zone sites.timezone as viewed_at
    from pageviews
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
)
select
    hour,
    count(*) filter (where extract(isodow from viewed_at) = 1) as monday,
    count(*) filter (where extract(isodow from viewed_at) = 2) as tuesday,
    count(*) filter (where extract(isodow from viewed_at) = 3) as wednesday,
    count(*) filter (where extract(isodow from viewed_at) = 4) as thursday,
    count(*) filter (where extract(isodow from viewed_at) = 5) as friday,
    count(*) filter (where extract(isodow from viewed_at) = 6) as saturday,
    count(*) filter (where extract(isodow from viewed_at) = 7) as sunday
from sites
cross join generate_series(0, 23) as hour
left join views on extract(hour from viewed_at) = hour
where site_id = :'site'
group by hour
order by hour;
