-- Which links to other sites are followed, and from which page?
--
-- Parameters:
--   site  text, required: site id
--   from  date, required: first day, in the site's time zone
--   to    date, required: last day, in the site's time zone
--   bots  boolean, default false: whether flagged traffic counts, too
-- Columns:
--   link      address of the link, without query and fragment
--   page      path it was clicked on
--   clicks    clicks of the period
--   visitors  distinct visitor ids that clicked
--   sessions  sessions with such a click
--   exits     clicks after which the session viewed no other page
-- Run:
--   psql -v site=example -v from=2026-03-02 -v to=2026-03-15 -f database/reports/outbound_links.sql
--   footfall report outbound_links --site example --from 2026-03-02 --to 2026-03-15

\if :{?site} \else \warn 'Which site and days? -v site=example -v from=2026-03-02 -v to=2026-03-15' \endif
\if :{?bots} \else \set bots false \endif

select
    regexp_replace(link_url, '[?#].*', '') as link,
    page_path as page,
    count(*) as clicks,
    count(distinct visitor_id) as visitors,
    count(distinct session_id) as sessions,
    count(*) filter (
        where not exists (
            select from pageviews as later
            where later.site_id = click.site_id
                and later.session_id = click.session_id
                and later.view_timestamp > event_timestamp
        )
    ) as exits
from user_events as click
join sites using (site_id)
where site_id = :'site'
    and (not is_bot or :'bots'::boolean)
    and (event_timestamp at time zone sites.timezone)::date between :'from'::date and :'to'::date
    -- Wide enough for every zone, so that the index is used; the line above decides.
    and event_timestamp between :'from'::date - 2 and :'to'::date + 3
    and is_outbound
group by link, page
order by clicks desc, link, page;
