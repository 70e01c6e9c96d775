-- How good is the data of these days: what came late, without a time, twice, or was not kept?
-- Days are those of receipt. The first part counts what is in the log, the second is the ledger of everything received.
-- No bots parameter: it counts all events, flagged ones too.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   finding      what is counted; every one, also where there is none
--   events       events of which it holds
--   event_share  0 to 1: events by those in the log, for the second part by those received; null where there are none
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/data_quality.sql
--   footfall report data_quality --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: it counts all events, flagged ones too.' \quit \endif \endif

with logged as (
    select
        count(*) as in_log,
        count(*) filter (where timestamp_source = 'missing') as no_time,
        count(*) filter (where timestamp_source = 'future') as future_time,
        count(*) filter (where timestamp_source = 'too_old') as too_old,
        count(*) filter (where received_at - timestamp > interval '1 minute') as minute_late,
        count(*) filter (where received_at - timestamp > interval '1 hour') as hour_late,
        count(*) filter (where session_id is null) as no_session,
        count(*) filter (where path is null) as no_page,
        count(*) filter (where is_bot) as flagged
    from events_log
    join sites using (site_id)
    where site_id = :'site'
        and (received_at at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that other days' partitions are left alone; the line above decides.
        and received_date between :'from'::date - 1 and :'to'::date + 1
),
taken as (
    select
        coalesce(sum(event_count) filter (where outcome = 'received'), 0) as received,
        coalesce(sum(event_count) filter (where outcome = 'duplicate'), 0) as duplicates,
        coalesce(sum(event_count) filter (where starts_with(outcome, 'dropped_')), 0) as dropped,
        coalesce(sum(event_count) filter (where outcome = 'dead_letter'), 0) as set_aside
    from ingest_ledger
    join sites using (site_id)
    where site_id = :'site'
        and (hour at time zone sites.timezone)::date between :'from'::date and :'to'::date
        and hour between :'from'::date - 2 and :'to'::date + 3
)
select
    finding,
    events,
    round(events / nullif(of_events, 0)::numeric, 4) as event_share
from sites
cross join logged
cross join taken
cross join lateral (
    values
        (1, 'in the log', in_log, in_log),
        (2, 'without a time of their own', no_time, in_log),
        (3, 'with a time in the future, put right', future_time, in_log),
        (4, 'with a time too long ago, put right', too_old, in_log),
        (5, 'received over a minute after they happened', minute_late, in_log),
        (6, 'received over an hour after they happened', hour_late, in_log),
        (7, 'without a session id', no_session, in_log),
        (8, 'without a page', no_page, in_log),
        (9, 'flagged as no person''s', flagged, in_log),
        (10, 'received', received, received),
        (11, 'received again, counted once', duplicates, received),
        (12, 'dropped by a rule', dropped, received),
        (13, 'set aside as dead letters', set_aside, received)
) as findings (place, finding, events, of_events)
where site_id = :'site'
order by place;
