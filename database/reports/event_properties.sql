-- What do the properties of your events say?
-- Numbers add up in the report event_numbers.
--
-- Parameters:
--   site   text, required: site id
--   from   date, required: first day, in the site's time zone
--   to     date, required: last day, in the site's time zone
--   bots   boolean, default false: whether flagged traffic counts, too
--   event  text, default '': name of an event; every event of your own where it is empty
-- Columns:
--   event        its name
--   property     name of the property; of one inside another both, with a dot between
--   value        its value, as text
--   events       events of the period with it
--   visitors     distinct visitor ids of them
--   sessions     sessions with such an event
--   event_share  0 to 1: events by all of that event with that property
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -v event=order -f database/reports/event_properties.sql
--   footfall report event_properties --site example --from 2026-03-02 --to 2026-03-15 --set event=order

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif
\if :{?event} \else \set event '' \endif

select
    event_type as event,
    name as property,
    value_text as value,
    count(*) as events,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    round(count(*) / sum(count(*)) over (partition by event_type, name), 4) as event_share
from event_properties
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and event_timestamp between :'from'::date - 2 and :'to'::date + 3
    and (event_type = :'event' or :'event' = '')
group by event_type, name, value_text
order by event, property, events desc, value;
