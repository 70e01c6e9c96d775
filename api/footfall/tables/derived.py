"""What the worker makes of the log; everything here can be derived anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, JSONB

from footfall.tables.shape import agent, at, count, flag, metadata, partial_index, text_columns, utm

user_sessions = Table(
    "user_sessions",
    metadata,
    *text_columns("session_id", "visitor_id", "site_id", nullable=False),
    at("session_start"),
    at("session_end"),
    Column("duration_seconds", Integer, nullable=False),
    count("pageview_count"),
    count("event_count"),
    Column("bounce", Boolean, nullable=False, server_default=text("true")),
    *text_columns("entry_url", "entry_path", "entry_title", "exit_url", "exit_path"),
    *utm(),
    *text_columns("referrer_type", "referrer_platform", "original_referrer", "user_agent"),
    *text_columns("browser_language", "timezone"),
    Column("screen_width", Integer),
    Column("screen_height", Integer),
    Column("viewport_width", Integer),
    Column("viewport_height", Integer),
    Column("device_pixel_ratio", Numeric(6, 3)),
    at("created_at"),
    at("updated_at"),
    # What derive needs to fold later events in; see derive/sessions.py.
    *text_columns("session_key", nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start_date", Date, nullable=False),
    count("interaction_count"),
    count("engaged_ms", BigInteger),
    at("entry_at"),
    Column("entry_event_id", Uuid, nullable=False),
    at("exit_at"),
    Column("exit_event_id", Uuid, nullable=False),
    *agent(),
    *text_columns("country", "region", "city", "channel", "click_id"),
    flag("is_bot"),
    PrimaryKeyConstraint("site_id", "session_id"),
    CheckConstraint("session_end >= session_start", name="ends_after_start"),
    Index(None, "site_id", "session_start"),
    Index(None, "site_id", "session_key", "session_start"),
    Index(None, "site_id", "visitor_id"),
)

pageviews = Table(
    "pageviews",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *text_columns("session_id", "visitor_id", "site_id", "url", "path", nullable=False),
    *text_columns("title", "query_params", "hash_fragment"),
    at("view_timestamp"),
    Column("time_on_page_seconds", Integer),
    *text_columns("referrer"),
    Column("internal_referrer", Boolean, nullable=False, server_default=text("false")),
    *utm(),
    at("created_at"),
    Column("event_id", Uuid, nullable=False),
    count("engaged_ms", BigInteger),
    flag("is_bot"),
    flag("is_not_found"),
    *text_columns("search_term"),
    Column("scroll_percentage", Integer),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id", "view_timestamp", "event_id"),
    Index(None, "site_id", "view_timestamp"),
    # For reports/occurrences.py, as those of user_events.
    partial_index("ix_pageviews_not_found", "is_not_found", "site_id", "view_timestamp"),
    partial_index("ix_pageviews_search", "search_term is not null", "site_id", "view_timestamp"),
)

user_events = Table(
    "user_events",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *text_columns("session_id", "visitor_id", "site_id", "event_type", nullable=False),
    at("event_timestamp"),
    *text_columns("page_url", "page_path"),
    Column("event_data", JSONB),
    *text_columns("element_tag", "element_classes", "element_id"),
    Column("scroll_percentage", Integer),
    *text_columns("form_id"),
    at("created_at"),
    Column("event_id", Uuid, nullable=False),
    Column("time_spent_ms", BigInteger),
    Column("engaged_ms", BigInteger),
    Column("page_inferred", Boolean, nullable=False, server_default=text("false")),
    flag("is_bot"),
    *text_columns("link_url"),
    flag("is_outbound"),
    flag("is_download"),
    *text_columns("file_type", "web_vital"),
    Column("web_vital_value", DOUBLE_PRECISION),
    *text_columns("web_vital_rating", "web_vital_id"),
    flag("url_inferred"),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id", "event_timestamp"),
    Index(None, "site_id", "event_timestamp"),
    # For derive/neighbours.py, which looks for the few whose page the session tells.
    partial_index(
        "ix_user_events_placeless",
        "page_inferred or url_inferred",
        *("site_id", "session_id", "event_timestamp"),
    ),
    # For reports/vitals.py: they are a few of a site's events, or none at all.
    partial_index("ix_user_events_vitals", "web_vital is not null", "site_id", "event_timestamp"),
    # For reports/occurrences.py, which reads only such events.
    partial_index("ix_user_events_outbound", "is_outbound", "site_id", "event_timestamp"),
    partial_index("ix_user_events_download", "is_download", "site_id", "event_timestamp"),
    partial_index(
        "ix_user_events_form",
        "event_type in ('form_focus', 'form_submit')",
        "site_id",
        "event_timestamp",
    ),
    partial_index(
        "ix_user_events_custom",
        "is_custom_event(event_type)",
        "site_id",
        "event_timestamp",
        "event_type",
    ),
    partial_index(
        "ix_user_events_told",
        "lower(event_type) in ('404', 'not_found', 'page_not_found', 'not-found', "
        "'search', 'site_search', 'view_search_results', 'site-search', 'sitesearch')",
        "site_id",
        "event_timestamp",
    ),
)

form_submissions = Table(
    "form_submissions",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *text_columns("session_id", "visitor_id", "site_id", nullable=False),
    *text_columns("form_id", "form_action", "form_method", "page_url", "page_path"),
    at("submit_timestamp"),
    Column("field_count", Integer, nullable=False),
    Column("form_data", JSONB),
    at("created_at"),
    Column("event_id", Uuid, nullable=False),
    flag("is_bot"),
    Column("field_names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id"),
    Index(None, "site_id", "submit_timestamp"),
)

daily_site_metrics = Table(
    "daily_site_metrics",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *text_columns("site_id", nullable=False),
    Column("metric_date", Date, nullable=False),
    count("unique_visitors"),
    count("total_sessions"),
    count("total_pageviews"),
    Column("bounce_rate", Numeric(5, 4)),
    Column("avg_session_duration_seconds", Integer),
    Column("avg_pages_per_session", Numeric(12, 2)),
    count("total_events"),
    count("direct_sessions"),
    count("search_sessions"),
    count("social_sessions"),
    count("referral_sessions"),
    at("created_at"),
    at("updated_at"),
    # Sums behind the averages, so that one more event is one addition.
    count("other_sessions"),
    count("bounced_sessions"),
    count("duration_seconds_sum", BigInteger),
    count("session_pageviews_sum", BigInteger),
    # Flagged traffic, which is in none of the columns above.
    count("bot_sessions"),
    count("bot_pageviews"),
    count("bot_events"),
    PrimaryKeyConstraint("site_id", "id"),
    UniqueConstraint("site_id", "metric_date"),
)

visitor_days = Table(
    "visitor_days",
    metadata,
    *text_columns("site_id", nullable=False),
    Column("visit_date", Date, nullable=False),
    *text_columns("visitor_id", nullable=False),
    PrimaryKeyConstraint("site_id", "visit_date", "visitor_id"),
)


def _rollup_key(*date_columns: Column[Any]) -> list[Column[Any]]:
    return [
        *text_columns("site_id", "dimension", nullable=False),
        *date_columns,
        Column(
            "value_key",
            LargeBinary,
            nullable=False,
            comment="md5 of value, since an index cannot hold a text of any length.",
        ),
    ]


def _rollup_sums() -> list[Column[Any]]:
    names = (
        "sessions",
        "bounced_sessions",
        "duration_seconds_sum",
        "session_pageviews_sum",
        "engaged_ms_sum",
        "pageviews",
        "events",
    )
    return [*text_columns("value", nullable=False), *(count(name, BigInteger) for name in names)]


def _rollup_times() -> list[Column[Any]]:
    return [
        count("timed_pageviews", BigInteger),
        count("time_on_page_seconds_sum", BigInteger),
    ]


daily_rollups = Table(
    "daily_rollups",
    metadata,
    *_rollup_key(Column("rollup_date", Date, nullable=False)),
    *_rollup_sums(),
    count("visitors", BigInteger),
    *_rollup_times(),
    PrimaryKeyConstraint("site_id", "dimension", "rollup_date", "value_key"),
)

hourly_rollups = Table(
    "hourly_rollups",
    metadata,
    *_rollup_key(
        Column("rollup_date", Date, nullable=False), Column("hour", SmallInteger, nullable=False)
    ),
    *_rollup_sums(),
    *_rollup_times(),
    PrimaryKeyConstraint("site_id", "dimension", "rollup_date", "hour", "value_key"),
)

rollup_visitors = Table(
    "rollup_visitors",
    metadata,
    *_rollup_key(Column("visit_date", Date, nullable=False)),
    Column("previous_date", Date, nullable=False),
    *text_columns("value", nullable=False),
    count("visitor_count"),
    PrimaryKeyConstraint("site_id", "dimension", "visit_date", "value_key", "previous_date"),
    comment="Visitors of a value and day by the day before it on which they were seen there;"
    " -infinity: never. Those of a range have a day in it and the day before outside.",
)

rollup_members = Table(
    "rollup_members",
    metadata,
    *text_columns("site_id", nullable=False),
    Column(
        "member_key",
        LargeBinary,
        nullable=False,
        comment="md5 of the dimension, the md5 of the value and the visitor id, one blank between.",
    ),
    Column("visit_date", Date, nullable=False),
    Column("holder_count", Integer, nullable=False),
    PrimaryKeyConstraint("site_id", "member_key", "visit_date"),
)

midnight_links = Table(
    "midnight_links",
    metadata,
    *text_columns("site_id", "session_key", "midnight_key", nullable=False),
    Column("key_date", Date, nullable=False),
    *text_columns("root_key", nullable=False),
    Column("root_date", Date, nullable=False),
    PrimaryKeyConstraint("site_id", "session_key", "midnight_key"),
    Index(None, "site_id", "midnight_key"),
    Index(None, "site_id", "root_key"),
    comment="Which session keys share a midnight id, and the key of the earliest day among all that are"
    " linked so, under which their sessions stand.",
)

last_events = Table(
    "last_events",
    metadata,
    Column("site_id", Text, primary_key=True),
    *text_columns("event_type", nullable=False),
    *text_columns("path"),
    at("received_at"),
    Column("log_id", BigInteger, nullable=False),
)

# What the worker fills from the log and `footfall rebuild` empties first.
DERIVED = (
    user_sessions,
    pageviews,
    user_events,
    form_submissions,
    daily_site_metrics,
    visitor_days,
    daily_rollups,
    hourly_rollups,
    rollup_visitors,
    rollup_members,
    midnight_links,
    last_events,
)
