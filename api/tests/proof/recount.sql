-- What the events of ninety_days.py come to, counted by DuckDB from the NDJSON alone.
--
-- Nothing here is taken from footfall: the rules are those of docs/glossary.md and database/README.md, and
-- facts about the world (clocks, browsers, sources) are written out by hand. Times are UTC, without a zone.
-- $deliveries is the NDJSON's path.

create table zones (site_id text, since timestamp, until timestamp, ahead interval);
insert into zones values
    ('shop', '2000-01-01', '2026-03-29 01:00', interval '60 minutes'),
    ('shop', '2026-03-29 01:00', '3000-01-01', interval '120 minutes'),
    ('blog', '2000-01-01', '2026-03-08 07:00', interval '-300 minutes'),
    ('blog', '2026-03-08 07:00', '3000-01-01', interval '-240 minutes'),
    ('docs', '2000-01-01', '3000-01-01', interval '345 minutes'),
    ('isle', '2000-01-01', '2026-04-04 15:00', interval '660 minutes'),
    ('isle', '2026-04-04 15:00', '3000-01-01', interval '630 minutes');

create table agents (name text, is_bot bool, browser text, browser_version text, os text, device_type text);
insert into agents values
    ('Chrome on Windows', false, 'Chrome', '141', 'Windows', 'desktop'),
    ('Firefox on Linux', false, 'Firefox', '140', 'Linux', 'desktop'),
    ('Safari on an iPhone', false, 'Safari', '18.1', 'iOS', 'mobile'),
    ('Chrome on Android', false, 'Chrome', '141', 'Android', 'mobile'),
    ('Googlebot', true, 'Googlebot', '2.1', null, null);

create table referrers (referrer text, referrer_type text, referrer_platform text, channel text);
insert into referrers values
    ('https://www.google.com/', 'search', 'google', 'Organic Search'),
    ('https://www.facebook.com/', 'social', 'facebook', 'Organic Social'),
    ('https://news.example/today', 'referral', 'news.example', 'Referral'),
    ('https://chatgpt.com/', 'referral', 'chatgpt', 'AI Assistants');

create table deliveries as
select row_number() over () as number, received_at::timestamp as received_at, browser as agent, event.*
from read_json(
    $deliveries,
    format = 'newline_delimited',
    columns = {
        received_at: 'varchar',
        browser: 'varchar',
        event: 'struct(
            eventType varchar, eventId varchar, siteId varchar, visitorId varchar, sessionId varchar,
            "timestamp" varchar, url varchar,
            page struct(title varchar, status int),
            browser struct("language" varchar, screenWidth int),
            attribution struct(referrer varchar),
            eventData struct(
                timeSpent bigint, engagedMs bigint, previousPath varchar, scrollPercentage int,
                tagName varchar, id varchar, classes varchar[], href varchar, isOutbound bool,
                formId varchar, formAction varchar, formMethod varchar, formData json
            )
        )'
    }
);

-- Of what was sent again the first counts; what has no id counts each time.
create table events as
with firsts as (
    select *
    from deliveries
    qualify eventId is null
        or row_number() over (partition by siteId, eventId order by received_at, number) = 1
),
read as (
    select number, received_at, agent, agents.is_bot, siteId as site_id, visitorId as visitor_id,
        case
            when agents.is_bot then coalesce(sessionId, visitorId) || '~bot'
            when coalesce(sessionId, visitorId) like '%~bot' then coalesce(sessionId, visitorId) || '~'
            else coalesce(sessionId, visitorId)
        end as session_key,
        eventType as event_type, eventType = 'pageview' as is_view, "timestamp"::timestamp as ts, url,
        nullif(regexp_extract(url, '^https://[^/]+([^?#]*)', 1), '') as path,
        nullif(regexp_extract(url, '[?]([^#]*)', 1), '') as query,
        nullif(regexp_extract(url, '#(.*)$', 1), '') as fragment,
        page.title as title, coalesce(page.status = 404, false) as is_not_found,
        events.browser."language" as browser_language, events.browser.screenWidth as screen_width,
        attribution.referrer as referrer, eventData as given
    from firsts as events
    join agents on agents.name = events.agent
)
select read.*, read.ts + zones.ahead as local,
    case
        when not is_view then null
        when read.referrer is null then 'direct'
        when starts_with(read.referrer, 'https://' || read.site_id || '.example/') then 'internal'
        else referrers.referrer_type
    end as referrer_type,
    case
        when starts_with(read.referrer, 'https://' || read.site_id || '.example/')
            then read.site_id || '.example'
        else referrers.referrer_platform
    end as referrer_platform,
    replace(nullif(regexp_extract(query, 'utm_source=([^&]*)', 1), ''), '+', ' ') as utm_source,
    replace(nullif(regexp_extract(query, 'utm_medium=([^&]*)', 1), ''), '+', ' ') as utm_medium,
    replace(nullif(regexp_extract(query, 'utm_campaign=([^&]*)', 1), ''), '+', ' ') as utm_campaign,
    replace(nullif(regexp_extract(query, 'utm_content=([^&]*)', 1), ''), '+', ' ') as utm_content,
    replace(nullif(regexp_extract(query, 'utm_term=([^&]*)', 1), ''), '+', ' ') as utm_term,
    case when query like '%gclid=%' then 'gclid' end as click_id,
    replace(nullif(regexp_extract(query, '(?:^|&)q=([^&]*)', 1), ''), '+', ' ') as search_term,
    case
        when not is_view then null
        when query like '%utm_source=newsletter%' then 'Email'
        when query like '%utm_medium=cpc%' or query like '%gclid=%' then 'Paid Search'
        else coalesce(referrers.channel, 'Direct')
    end as channel
from read
join zones on zones.site_id = read.site_id and read.ts >= zones.since and read.ts < zones.until
left join referrers on referrers.referrer = read.referrer and is_view;

-- A session: the events of one key with gaps of at most 30 minutes, numbered in the order of time.
create table owned as
with broken as (
    select *,
        coalesce(ts - lag(ts) over by_key > interval '30 minutes', true) as is_first
    from events
    window by_key as (partition by site_id, session_key order by ts, number)
),
counted as (
    select *,
        sum(is_first::int) over (
            partition by site_id, session_key order by ts, number rows unbounded preceding
        ) as ordinal
    from broken
)
select *,
    case
        when ordinal = 1 and not regexp_matches(session_key, '[.][0-9]+$') then session_key
        else session_key || '.' || ordinal::int
    end as session_id
from counted;

-- Until when a pageview is its session's open page, and until when its path is not opened again.
create table opened as
select *,
    lead(ts) over (partition by site_id, session_id order by ts, number) as next_at,
    lead(ts) over (partition by site_id, session_id, path order by ts, number) as again_at
from owned
where is_view;

create table others as
select o.*,
    case
        when o.event_type = 'page_exit' and o.given.previousPath <> o.path then o.given.previousPath
        else coalesce(o.path, p.path)
    end as page_path,
    case
        when o.event_type = 'page_exit' and o.given.previousPath <> o.path then left_page.url
        else coalesce(o.url, p.url)
    end as page_url,
    case when o.event_type = 'page_exit' then o.given.timeSpent end as spent_ms,
    coalesce(
        o.given.engagedMs,
        case when o.event_type = 'page_exit' then o.given.timeSpent end
    ) as told_engaged_ms
from owned o
left join opened p
    on o.path is null
    and p.site_id = o.site_id
    and p.session_id = o.session_id
    and p.ts <= o.ts
    and (p.next_at is null or o.ts < p.next_at)
left join opened left_page
    on o.given.previousPath = left_page.path
    and left_page.site_id = o.site_id
    and left_page.session_id = o.session_id
    and left_page.ts <= o.ts
    and (left_page.again_at is null or o.ts < left_page.again_at)
where not o.is_view;

create table views as
with told as (
    select p.number, max(o.spent_ms) as spent_ms, max(o.told_engaged_ms) as engaged_ms,
        max(o.given.scrollPercentage) as scroll_percentage
    from opened p
    join others o
        on o.site_id = p.site_id
        and o.session_id = p.session_id
        and o.page_path = p.path
        and o.ts >= p.ts
        and (p.again_at is null or o.ts < p.again_at)
    group by p.number
)
select p.*, coalesce(told.engaged_ms, 0) as engaged_ms, told.scroll_percentage,
    coalesce(told.spent_ms // 1000, datediff('millisecond', p.ts, p.next_at) // 1000) as time_on_page_s
from opened p
left join told using (number);

create table sessions as
with entries as (
    select distinct on (site_id, session_id) *
    from owned
    order by site_id, session_id, is_view desc, ts, number
),
exits as (
    select distinct on (site_id, session_id) site_id, session_id, url as exit_url, path as exit_path
    from owned
    order by site_id, session_id, is_view desc, ts desc, number desc
),
sums as (
    select site_id, session_id, min(ts) as start_at, max(ts) as end_at, arg_min(local, ts) as start_local,
        count(*) as event_count,
        count(*) filter (where is_view) as pageview_count,
        count(*) filter (where event_type not in ('pageview', 'page_exit', 'scroll_depth'))
            as interaction_count,
        min(received_at) as first_received_at, max(received_at) as last_received_at
    from owned
    group by site_id, session_id
),
engaged as (
    select site_id, session_id, sum(engaged_ms)::bigint as engaged_ms
    from views
    group by site_id, session_id
)
select s.*, coalesce(engaged.engaged_ms, 0) as engaged_ms,
    datediff('millisecond', s.start_at, s.end_at) // 1000 as duration_s,
    s.pageview_count = 1 and s.interaction_count = 0 and coalesce(engaged.engaged_ms, 0) < 10000 as bounce,
    s.start_local::date as start_date,
    e.* exclude (site_id, session_id, is_first), x.exit_url, x.exit_path,
    agents.browser, agents.browser_version, agents.os, agents.device_type
from sums s
join entries e using (site_id, session_id)
join exits x using (site_id, session_id)
join agents on agents.name = e.agent
left join engaged using (site_id, session_id);

-- A session's value in each dimension; none where it has none.
create table valued as
with given as (
    unpivot (
        select site_id, session_id, path as entry_page, exit_path as exit_page, channel,
            utm_source, utm_medium, utm_campaign, utm_content, utm_term, browser, os,
            device_type as device, coalesce(referrer_type, 'direct') as referrer_type,
            coalesce(
                utm_source,
                case when referrer_type <> 'internal' then referrer_platform end,
                'Direct / none'
            ) as source
        from sessions
        where not is_bot
    )
    on columns(* exclude (site_id, session_id))
    into name dimension value value
)
select dimension, value, s.*
from given
join sessions s using (site_id, session_id)
union all by name
select 'total' as dimension, '' as value, *
from sessions
where not is_bot;

create table happened as
select site_id, visitor_id, local, is_view, unnest([
    {dimension: 'total', value: ''},
    {dimension: if(is_view, 'page', 'event'), value: if(is_view, path, event_type)}
], recursive := true)
from owned
where not is_bot;

-- Who was seen where on which day, and how often that was said: once by all events, once by each session.
create table seen as
select site_id, dimension, value, visitor_id, local::date as day, 1 as holders
from happened
group by all
union all
select site_id, dimension, value, visitor_id, start_date, count(*)
from valued
where dimension <> 'total'
group by all;

create table rolled as
select site_id, dimension, value, start_date as day, hour(start_local) as hour,
    count(*) as sessions, count(*) filter (where bounce) as bounced_sessions,
    sum(duration_s) as duration_seconds_sum, sum(pageview_count) as session_pageviews_sum,
    sum(engaged_ms) as engaged_ms_sum, 0 as pageviews, 0 as events,
    0 as timed_pageviews, 0 as time_on_page_seconds_sum
from valued
group by all
union all
select site_id, dimension, value, local::date, hour(local), 0, 0, 0, 0, 0,
    count(*) filter (where is_view), count(*) filter (where not is_view), 0, 0
from happened
group by all
union all
select site_id, name, if(name = 'page', path, ''), local::date, hour(local), 0, 0, 0, 0, 0, 0, 0,
    count(time_on_page_s), coalesce(sum(time_on_page_s), 0)
from views
cross join (values ('total'), ('page')) as dimensions (name)
where not is_bot
group by all;
