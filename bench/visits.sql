-- A log of one busy site over 90 days, made in the database and not collected: for figures of queries alone.
--
-- Visits of one to six pages by visitors of whom about half come back, with 500 paths, 200 referrers, 60 countries, 4
-- browsers, 3 kinds of device and a few campaigns, each far more frequent than the next; also outbound links, downloads, forms, searches,
-- pages not found, events of the site's own and Core Web Vitals. About 5.3 events a visit. In the order of receipt. $1: visits
-- in all; $2: number of the day, from 0. Chance is a hash of the visit's number, so that it is the same every time.

with asked as (
    select $1::bigint as visits, $2::int as day
),
numbered as (
    select n, day, visits,
        -- Shares of one, each by another seed.
        (hashint8extended(n, 1) & 1048575) / 1048576.0 as pages_share,
        (hashint8extended(n, 2) & 1048575) / 1048576.0 as visitor_share,
        (hashint8extended(n, 3) & 1048575) / 1048576.0 as source_share,
        (hashint8extended(n, 4) & 1048575) / 1048576.0 as place_share,
        (hashint8extended(n, 5) & 1048575) / 1048576.0 as device_share,
        (hashint8extended(n, 6) & 1048575) / 1048576.0 as event_share
    from asked
    cross join generate_series(visits * day / 90, visits * (day + 1) / 90 - 1) as n
),
visits as (
    select *,
        case
            when pages_share < 0.45 then 1 when pages_share < 0.65 then 2 when pages_share < 0.80 then 3
            when pages_share < 0.90 then 4 when pages_share < 0.96 then 5 else 6
        end as pages,
        -- Somebody of up to a month ago, or somebody new.
        case when visitor_share < 0.5 then greatest(0, n - 1 - (visitor_share * 2 * visits / 3)::bigint) else n end as visitor,
        floor(60 * place_share ^ 3)::int as country_number,
        floor(200 * ((source_share - 0.6) / 0.4) ^ 2)::int as referrer_number,
        timestamptz '2026-02-01 00:00Z' + make_interval(days => day)
            + (n - visits * day / 90) * (interval '1 day' / greatest(1, visits / 90 + 1)) as start_at
    from numbered
),
views as (
    select v.*, page,
        floor(500 * ((hashint8extended(n, 10 + page) & 1048575) / 1048576.0) ^ 3)::int as path_number,
        start_at + make_interval(secs => page * (5 + n % 40)) as viewed_at
    from visits v
    cross join lateral generate_series(0, pages - 1) as page
),
happened as (
    select n, page, 0 as step, 'pageview' as event_type, viewed_at as happened_at, '{"navigationMethod": "initial_load"}' as given
    from views
    union all
    select n, page, 1, 'scroll_depth', viewed_at + interval '2 seconds', '{"milestone": 50, "scrollPercentage": 50}'
    from views where (n + page) % 3 = 0
    union all
    select n, page, 2,
        case
            when event_share < 0.04 then 'outbound_click' when event_share < 0.05 then 'file_download'
            when event_share < 0.07 then 'form_submit' when event_share < 0.10 then 'signup'
            when event_share < 0.16 then 'web_vital' else 'click'
        end,
        viewed_at + interval '3 seconds',
        case
            when event_share < 0.04 then '{"href": "https://partner-' || n % 40 || '.example/"}'
            when event_share < 0.05 then '{"href": "https://big.example/files/' || n % 20 || '.pdf"}'
            when event_share < 0.07 then '{"formId": "contact", "fieldCount": 3}'
            when event_share < 0.10 then '{"plan": "' || (array['free', 'pro', 'team'])[1 + n % 3] || '"}'
            when event_share < 0.16
                then '{"name": "LCP", "value": ' || 1200 + n % 3000 || ', "rating": "good", "id": "v' || n || '"}'
            else '{"tagName": "A", "id": "cta"}'
        end
    from views where page = 0 and event_share < 0.25
    union all
    select n, page, 3, 'page_exit', viewed_at + make_interval(secs => 4 + n % 30),
        '{"timeSpent": ' || 1000 * (4 + n % 30) || ', "engagedMs": ' || 700 * (4 + n % 30) || '}'
    from views
)
insert into events_log (
    event_id, event_type, session_id, visitor_id, site_id, timestamp, timestamp_source, received_at,
    received_date, url, path, user_agent, referrer, referrer_type, referrer_platform,
    utm_source, utm_medium, utm_campaign, raw_event_data, browser, browser_version, os, device_type,
    country, region, city, channel, is_not_found, search_term, is_bot, bot_score
)
select
    md5('event ' || n || ' ' || page || ' ' || step)::uuid, event_type, 'session-' || md5('s' || n),
    'visitor-' || md5('v' || visitor), 'big', happened_at, 'client',
    least(happened_at, timestamptz '2026-02-01 23:59:59Z' + make_interval(days => day)),
    date '2026-02-01' + day,
    'https://big.example' || path, path,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 137 + n % 5,
    case when is_first then came_from end,
    case when event_type = 'pageview' then
        case when page > 0 then 'internal' when came_from is null then 'direct' when source_share < 0.6 then 'search' else 'referral' end
    end,
    case when is_first then platform end,
    case when is_first and is_campaign then 'newsletter' end,
    case when is_first and is_campaign then 'email' end,
    case when is_first and is_campaign then 'spring-' || n % 8 end,
    jsonb_build_object(
        'eventType', event_type, 'siteId', 'big', 'eventData', given::jsonb,
        'page', jsonb_build_object('title', 'Page ' || path, 'url', 'https://big.example' || path),
        'browser', jsonb_build_object('language', 'en-GB', 'screenWidth', 1440, 'screenHeight', 900)
    ),
    (array['Chrome', 'Safari', 'Firefox', 'Edge'])[1 + floor(4 * device_share ^ 2)::int],
    (array['141', '18.1', '144', '141'])[1 + floor(4 * device_share ^ 2)::int],
    (array['Windows', 'iOS', 'Android', 'macOS', 'Linux'])[1 + floor(5 * device_share)::int],
    (array['desktop', 'mobile', 'tablet'])[1 + floor(3 * (device_share * 7 % 1) ^ 2)::int],
    chr(65 + country_number / 8) || chr(65 + country_number % 26), 'R' || country_number * 3 + n % 3,
    'City ' || country_number * 9 + n % 9,
    case when event_type = 'pageview' then
        case when is_campaign and page = 0 then 'Email' when page > 0 or came_from is null then 'Direct'
        when source_share < 0.6 then 'Organic Search' else 'Referral' end
    end,
    event_type = 'pageview' and n % 97 = 0, case when event_type = 'pageview' and n % 53 = 0 then 'word ' || n % 30 end,
    false, 0
from happened
join views using (n, page)
cross join lateral (
    select
        case when path_number = 0 then '/' else '/' || (array['docs', 'blog', 'shop'])[1 + path_number % 3] || '/page-' || path_number end as path,
        event_type = 'pageview' and page = 0 as is_first,
        source_share between 0.35 and 0.4 as is_campaign,
        case when source_share < 0.4 then null when source_share < 0.6 then 'https://www.google.com/'
            else 'https://site-' || referrer_number || '.example/' end as came_from,
        case when source_share < 0.4 then null when source_share < 0.6 then 'google'
            else 'site-' || referrer_number || '.example' end as platform
) as told
order by happened_at, n, page, step
