-- What do people search for on the site, and do they go on from there?
-- Searches are views of a page whose address holds the words, and events named search, site_search or
-- view_search_results; the log keeps the words of events, so those whose log has been removed are left out.
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   term               what was searched for, in lower case
--   searches           searches of the period
--   sessions           sessions with such a search
--   visitors           distinct visitor ids that searched
--   without_next_page  searches after which the session viewed no other page
--   exits              those of them after which nothing was clicked, sent or done either
--   exit_rate          0 to 1: exits by searches
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/on_site_searches.sql
--   footfall report on_site_searches --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with searches as (
    select site_id, session_id, visitor_id, view_timestamp as searched_at, event_id, lower(search_term) as term
    from pageviews
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
        and search_term is not null
    union all
    select user_events.site_id, user_events.session_id, user_events.visitor_id, event_timestamp,
        user_events.event_id, lower(search_term)
    from user_events
    join sites using (site_id)
    join events_log as logged
        on logged.id = user_events.id
        and logged.received_date = (user_events.created_at at time zone 'UTC')::date
    where user_events.site_id = :'site'
        and (not user_events.is_bot or :'bots'::boolean)
        and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and event_timestamp between :'from'::date - 2 and :'to'::date + 3
        and lower(user_events.event_type) in (
            'search', 'site_search', 'view_search_results', 'site-search', 'sitesearch'
        )
        and search_term is not null
),
followed as (
    select
        *,
        exists (
            select from pageviews as later
            where later.site_id = search.site_id
                and later.session_id = search.session_id
                and (later.view_timestamp, later.event_id) > (searched_at, search.event_id)
        ) as has_next_page,
        exists (
            select from user_events as later
            where later.site_id = search.site_id
                and later.session_id = search.session_id
                and (later.event_timestamp, later.event_id) > (searched_at, search.event_id)
                and (event_type in ('click', 'form_focus', 'form_submit') or is_custom_event(event_type))
        ) as has_next_act
    from searches as search
)
select
    term,
    count(*) as searches,
    count(distinct session_id) as sessions,
    count(distinct visitor_id) as visitors,
    count(*) filter (where not has_next_page) as without_next_page,
    count(*) filter (where not has_next_page and not has_next_act) as exits,
    round(count(*) filter (where not has_next_page and not has_next_act) / count(*)::numeric, 4) as exit_rate
from followed
group by term
order by searches desc, term;
