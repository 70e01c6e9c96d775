-- Which robots come, and what gives them away?
-- Of a site that drops them (footfall site set ID --setting bots=drop) there are none; GET /api/ledger counts those.
-- No bots parameter: every row is flagged traffic, and people are in none.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   reason     what weighed most, as docs/decisions/0007 explains; null where the log has been removed
--   name       who it says it is, where a list knows; null where none does
--   kind       what the list calls it, as in search-engine
--   visitors   distinct visitor ids of them
--   pageviews  pageviews of the period
--   events     other events of the period
--   days       distinct days in the site's time zone
--   last_seen  time of the newest, in the site's time zone
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/bots.sql
--   footfall report bots --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: every row is flagged traffic, and people are in none.' \quit \endif \endif

with flagged as (
    select site_id, id, created_at, visitor_id, view_timestamp as happened_at, 1 as pageviews, 0 as events
    from pageviews
    where site_id = :'site'
        and is_bot
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
    union all
    select site_id, id, created_at, visitor_id, event_timestamp, 0, 1
    from user_events
    where site_id = :'site'
        and is_bot
        and event_timestamp between :'from'::date - 2 and :'to'::date + 3
)
select
    bot_reasons[1] as reason,
    bot_signals ->> 'name' as name,
    bot_signals ->> 'kind' as kind,
    count(distinct flagged.visitor_id) as visitors,
    sum(flagged.pageviews) as pageviews,
    sum(flagged.events) as events,
    count(distinct (happened_at at time zone sites.timezone)::date) as days,
    to_char(max(happened_at at time zone sites.timezone), 'YYYY-MM-DD HH24:MI:SS') as last_seen
from flagged
join sites using (site_id)
left join events_log as logged
    on logged.id = flagged.id
    and logged.received_date = (flagged.created_at at time zone 'UTC')::date
where (happened_at at time zone sites.timezone)::date between :'from'::date and :'to'::date
group by reason, name, kind
order by sum(flagged.pageviews) + sum(flagged.events) desc, reason, name, kind;
