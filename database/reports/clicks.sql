-- What do people click on, page by page?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   page           path it was clicked on
--   element        its words, else # and its id, else its classes; null where it has none of them
--   tag            name of the element, as in a, button
--   clicks         clicks of the period
--   visitors       distinct visitor ids that clicked
--   sessions       sessions with such a click
--   session_share  0 to 1: sessions by those of the period that viewed the page
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/clicks.sql
--   footfall report clicks --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

with clicked as (
    select
        page_path,
        coalesce(nullif(event_data ->> 'text', ''), '#' || element_id, element_classes) as element,
        element_tag,
        visitor_id,
        session_id
    from user_events
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and event_timestamp between :'from'::date - 2 and :'to'::date + 3
        and event_type = 'click'
),
viewing as (
    select path, count(distinct session_id) as sessions
    from pageviews
    join sites using (site_id)
    where site_id = :'site'
        and (not is_bot or :'bots'::boolean)
        and (view_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
        -- Wide enough for every zone, so that the index is used; the line above decides.
        and view_timestamp between :'from'::date - 2 and :'to'::date + 3
    group by path
)
select
    page_path as page,
    element,
    element_tag as tag,
    count(*) as clicks,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    round(count(distinct session_id) / viewing.sessions::numeric, 4) as session_share
from clicked
left join viewing on viewing.path = page_path
group by page_path, element, element_tag, viewing.sessions
order by clicks desc, page, element, tag;
