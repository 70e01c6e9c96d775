-- What do the numbers in your events add up to, such as the totals of orders?
--
-- Parameters:
--   site   text, required: site id
--   from   date, required: first day, in the site's time zone
--   to     date, required: last day, in the site's time zone
--   bots   boolean, default false: whether flagged traffic counts, too
--   event  text, default '': name of an event; every event of your own where it is empty
-- Columns:
--   event     its name
--   property  name of a property whose values are numbers
--   events    events of the period with such a number
--   sessions  sessions with such an event
--   sum       the numbers added up
--   mean      their mean
--   median    half are at most this
--   smallest  the least of them
--   largest   the greatest of them
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/event_numbers.sql
--   footfall report event_numbers --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif
\if :{?event} \else \set event '' \endif

select
    event_type as event,
    name as property,
    count(*) as events,
    count(distinct session_id) as sessions,
    round(sum(value_number), 2) as sum,
    round(avg(value_number), 2) as mean,
    round((percentile_cont(0.5) within group (order by value_number))::numeric, 2) as median,
    round(min(value_number), 2) as smallest,
    round(max(value_number), 2) as largest
from event_properties
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and event_timestamp between :'from'::date - 2 and :'to'::date + 3
    and (event_type = :'event' or :'event' = '')
    and value_number is not null
group by event_type, name
order by event, property;
