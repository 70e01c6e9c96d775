-- How does this period compare with the one before?
-- The period before has as many days and ends the day before the first. Take whole weeks, so that weekdays match.
-- No bots parameter: daily_site_metrics and visitor_days hold people only.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
-- Columns:
--   figure  visitors, sessions, pageviews, events; views_per_session; bounce_rate (0 to 1); session_duration_s (seconds)
--   now     in the period; null where there is nothing to divide by
--   before  in the period before it
--   change  now by before, less 1: 0.25 is a quarter more; null where there was nothing before
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/period_comparison.sql
--   footfall report period_comparison --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \if :bots \warn 'No bots parameter: daily_site_metrics and visitor_days hold people only.' \quit \endif \endif

with periods (period, first_date, last_date) as (
    values
        ('now', :'from'::date, :'to'::date),
        ('before', :'from'::date - (:'to'::date - :'from'::date + 1), :'from'::date - 1)
),
sums as (
    select
        period,
        coalesce(sum(total_sessions), 0)::numeric as sessions,
        coalesce(sum(total_pageviews), 0)::numeric as pageviews,
        coalesce(sum(total_events), 0)::numeric as events,
        sum(bounced_sessions)::numeric as bounced,
        sum(duration_seconds_sum) as duration_s,
        sum(session_pageviews_sum) as session_pageviews
    from periods
    left join daily_site_metrics on site_id = :'site' and metric_date between first_date and last_date
    group by period
),
seen as (
    select period, count(distinct visitor_id)::numeric as visitors
    from periods
    left join visitor_days on site_id = :'site' and visit_date between first_date and last_date
    group by period
),
figures as (
    select period, place, figure, value
    from sums
    join seen using (period)
    cross join lateral (
        values
            (1, 'visitors', visitors),
            (2, 'sessions', sessions),
            (3, 'pageviews', pageviews),
            (4, 'events', events),
            (5, 'views_per_session', round(session_pageviews / nullif(sessions, 0), 2)),
            (6, 'bounce_rate', round(bounced / nullif(sessions, 0), 4)),
            (7, 'session_duration_s', round(duration_s / nullif(sessions, 0), 1))
    ) as told (place, figure, value)
)
select
    figure,
    max(value) filter (where period = 'now') as now,
    max(value) filter (where period = 'before') as before,
    round(
        max(value) filter (where period = 'now') / nullif(max(value) filter (where period = 'before'), 0) - 1, 4
    ) as change
from figures
join sites on site_id = :'site'
group by place, figure
order by place;
