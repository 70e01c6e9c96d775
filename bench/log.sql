-- A log of :events events of 90 days, made in the database and not collected: for figures of derivation alone.
--
-- Visits of six events (two pageviews, a scroll, a click, two page exits) by 4 sites in turn, each 5 to 100 s
-- long; every third one is by the visitor of one that came before, half an hour to 30 days ago, so half of the
-- visitors return. In the order of receipt, as a log is. $1: visits in all; $2: number of the day, from 0.

with asked as (
    select $1::bigint as visits, $2::int as day
),
visits as (
    select n, n % 4 as site,
        case when n / 4 % 3 = 2
            and n - 8 - (array[0, 1, 7, 30])[1 + n / 12 % 4]::bigint * visits / 90 / 12 * 12 >= 0
            then n - 8 - (array[0, 1, 7, 30])[1 + n / 12 % 4]::bigint * visits / 90 / 12 * 12
            else n
        end as visitor,
        timestamptz '2026-02-01 00:00Z' + make_interval(days => day)
            + (n - visits * day / 90) * (interval '1 day' / greatest(1, visits / 90)) as start_at, day
    from asked
    cross join generate_series(visits * day / 90, visits * (day + 1) / 90 - 1) as n
),
steps (step, event_type, page, after_ms, given) as (
    values
        (0, 'pageview', 0, 0, '{"navigationMethod": "initial_load"}'),
        (1, 'scroll_depth', 0, 2000, '{"milestone": 50, "scrollPercentage": 50}'),
        (2, 'click', 0, 3000, '{"tagName": "A", "id": "cta", "classes": ["button", "large"]}'),
        (3, 'page_exit', 0, 4000, '{"timeSpent": 4000, "engagedMs": 3000}'),
        (4, 'pageview', 1, 4500, '{"navigationMethod": "initial_load"}'),
        (5, 'page_exit', 1, 5000, '{"timeSpent": 30000, "engagedMs": 20000}')
),
events as (
    select v.*, s.*, 'https://site-' || site || '.example' as origin,
        start_at + make_interval(secs => after_ms / 1000.0 * (1 + n % 20)) as happened_at,
        (array['/', '/pricing', '/features', '/docs', '/blog/oak', '/blog/elm', '/search', '/contact'])
            [1 + (n / 4 + 3 * page) % 8] as path,
        (array[null, 'https://www.google.com/', null, 'https://news.example/today', 'https://www.facebook.com/'])
            [1 + n / 4 % 5] as came_from,
        n % 5 as browser
    from visits v
    cross join steps s
)
insert into events_log (
    event_id, event_type, session_id, visitor_id, site_id, timestamp, timestamp_source, received_at,
    received_date, url, path, user_agent, referrer, referrer_type, referrer_platform,
    utm_source, utm_medium, utm_campaign, raw_event_data, browser, browser_version, os, device_type,
    country, region, city, channel, is_not_found, is_bot, bot_score
)
select
    md5('event ' || n || ' ' || step)::uuid, event_type, 'session-' || md5('s' || n), 'visitor-' || md5('v' || visitor),
    'site-' || site, happened_at, 'client',
    least(happened_at, timestamptz '2026-02-01 23:59:59Z' + make_interval(days => day)),
    date '2026-02-01' + day,
    origin || path || case when page = 0 and n / 4 % 7 = 0 then '?utm_source=newsletter' else '' end,
    path,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 137 + browser,
    case when event_type = 'pageview' then case page when 0 then came_from else origin || '/' end end,
    case when event_type = 'pageview' then
        case page when 0 then (array['direct', 'search', 'direct', 'referral', 'social'])[1 + n / 4 % 5]
        else 'internal' end
    end,
    case when event_type = 'pageview' then
        case page when 0 then (array[null, 'google', null, 'news.example', 'facebook'])[1 + n / 4 % 5]
        else 'site-' || site || '.example' end
    end,
    case when event_type = 'pageview' and page = 0 and n / 4 % 7 = 0 then 'newsletter' end,
    case when event_type = 'pageview' and page = 0 and n / 4 % 7 = 0 then 'email' end,
    case when event_type = 'pageview' and page = 0 and n / 4 % 7 = 0 then 'spring' end,
    jsonb_build_object(
        'eventType', event_type, 'siteId', 'site-' || site, 'eventData', given::jsonb,
        'page', jsonb_build_object('title', 'Page ' || path, 'url', origin || path),
        'browser', jsonb_build_object('language', 'en-GB', 'screenWidth', 1440, 'screenHeight', 900)
    ),
    (array['Chrome', 'Firefox', 'Safari', 'Chrome', 'Edge'])[1 + browser],
    (array['141', '144', '18.1', '140', '141'])[1 + browser],
    (array['Windows', 'Linux', 'iOS', 'Android', 'Windows'])[1 + browser],
    (array['desktop', 'desktop', 'mobile', 'mobile', 'desktop'])[1 + browser],
    (array['DE', 'GB', 'US', 'NP'])[1 + site], null, null,
    case when event_type = 'pageview' then
        case when page = 1 then 'Direct' when n / 4 % 7 = 0 then 'Email'
        else (array['Direct', 'Organic Search', 'Direct', 'Referral', 'Organic Social'])[1 + n / 4 % 5] end
    end,
    false, false, 0
from events
order by happened_at, n, step
