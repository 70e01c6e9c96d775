-- How many visits go the way through these pages, in this order?
-- Other pages may lie between. A step that ends in * stands for every path that begins so.
--
-- Parameters:
--   site   text, required: site id
--   from   date, required: first day, in the site's time zone
--   to     date, required: last day, in the site's time zone
--   bots   boolean, default false: whether flagged traffic counts, too
--   steps  text, required: two or more paths in order, separated by blanks
-- Columns:
--   step               number of the step, from 1
--   page               its path
--   sessions           sessions of the period that viewed it after the steps before it
--   share_of_first     0 to 1: sessions by those of the first step; null where that has none
--   share_of_previous  0 to 1: sessions by those of the step before; null where that has none
--   median_s           seconds from the step before to this one: half took at most this long
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -v steps='/ /trees/oak /basket /thanks' -f database/reports/funnel_by_path.sql
--   footfall report funnel_by_path --site example --from 2026-03-02 --to 2026-03-15 --set steps='/ /trees/oak /basket /thanks'

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif
\if :{?steps} \else \warn 'steps is missing: -v steps="/ /trees/oak /basket /thanks"' \endif

with recursive steps as (
    select path, step
    from regexp_split_to_table(btrim(:'steps'), '\s+') with ordinality as listed (path, step)
),
visits as (
    select site_id, session_id
    from user_sessions
    where site_id = :'site'
        and start_date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and session_start between :'from'::date - 2 and :'to'::date + 3
        and (not is_bot or :'bots'::boolean)
),
-- Where each session is after each step: at its first view of that page since the step before.
reached as (
    select site_id, session_id, 0::bigint as step, '-infinity'::timestamptz as view_timestamp,
        '00000000-0000-0000-0000-000000000000'::uuid as event_id, null::double precision as seconds
    from visits
    union all
    select reached.site_id, reached.session_id, steps.step, viewed.view_timestamp, viewed.event_id,
        extract(epoch from viewed.view_timestamp - nullif(reached.view_timestamp, '-infinity'))
    from reached
    join steps on steps.step = reached.step + 1
    cross join lateral (
        select view_timestamp, event_id
        from pageviews
        where pageviews.site_id = reached.site_id
            and pageviews.session_id = reached.session_id
            and (pageviews.view_timestamp, pageviews.event_id) > (reached.view_timestamp, reached.event_id)
            and (
                pageviews.path = steps.path
                or right(steps.path, 1) = '*' and starts_with(pageviews.path, rtrim(steps.path, '*'))
            )
        order by view_timestamp, event_id
        limit 1
    ) as viewed
),
counted as (
    select step, path, count(session_id) as sessions,
        percentile_cont(0.5) within group (order by seconds) as median_s
    from sites
    cross join steps
    left join reached using (step)
    where sites.site_id = :'site'
    group by step, path
)
select
    step,
    path as page,
    sessions,
    round(sessions / nullif(first_value(sessions) over in_order, 0)::numeric, 4) as share_of_first,
    round(sessions / nullif(lag(sessions) over in_order, 0)::numeric, 4) as share_of_previous,
    round(median_s::numeric, 1) as median_s
from counted
window in_order as (order by step)
order by step;
