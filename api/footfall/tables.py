"""The schema as SQLAlchemy MetaData: what Alembic's migrations are checked against.

Table and column names follow seed 003 (docs/database). Partitions, functions and the sequence behind
events_log live in the migrations only. Hot paths use SQL of their own over these names.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION, INET, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _at(name: str, *, nullable: bool = False, **kwargs: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable, **kwargs)


def _utm() -> list[Column[Any]]:
    names = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
    return [Column(name, Text) for name in names]


def _agent() -> list[Column[Any]]:
    names = ("browser", "browser_version", "os", "os_version", "device_type")
    return [Column(name, Text) for name in names]


def _partial(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where))


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _text(*names: str, nullable: bool = True) -> list[Column[Any]]:
    return [Column(name, Text, nullable=nullable) for name in names]


def _count(name: str, type_: type[Integer] = Integer) -> Column[Any]:
    return Column(name, type_, nullable=False, server_default=text("0"))


sites = Table(
    "sites",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("registered_by", Text, nullable=False, server_default="operator"),
    _at("created_at", server_default=text("now()")),
    Column("allowed_domains", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    *_text("hmac_secret"),
    _at("updated_at", server_default=text("now()")),
    CheckConstraint("length(site_id) between 1 and 200", name="site_id"),
    CheckConstraint("registered_by in ('operator', 'event')", name="registered_by"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    *_text("name", "scope", nullable=False),
    *_text("site_id"),
    _at("created_at", server_default=text("now()")),
    _at("last_used_at", nullable=True),
    _at("revoked_at", nullable=True),
    CheckConstraint("scope in ('ingest', 'read', 'admin')", name="scope"),
    CheckConstraint("scope <> 'ingest' or site_id is not null", name="ingest_site"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", BigInteger, Identity(), primary_key=True),
    *_text("name", nullable=False),
    Column(
        "name_key",
        Text,
        nullable=False,
        unique=True,
        comment="The name as it is compared: without regard to case and form of Unicode.",
    ),
    Column(
        "password_hash",
        Text,
        comment="Argon2id with salt and parameters; null until a password is set.",
    ),
    _flag("is_admin"),
    _at("created_at", server_default=text("now()")),
    _at("disabled_at", nullable=True),
    _at("last_login_at", nullable=True),
)


def _user(**kwargs: Any) -> Column[Any]:
    return Column("user_id", BigInteger, ForeignKey("users.user_id", ondelete="CASCADE"), **kwargs)


user_sites = Table(
    "user_sites",
    metadata,
    _user(nullable=False),
    Column(
        "site_id",
        Text,
        ForeignKey("sites.site_id", ondelete="CASCADE", onupdate="CASCADE"),
        nullable=False,
    ),
    *_text("role", nullable=False),
    PrimaryKeyConstraint("user_id", "site_id"),
    CheckConstraint("role in ('viewer', 'editor', 'owner')", name="role"),
    Index(None, "site_id"),
)

logins = Table(
    "logins",
    metadata,
    Column(
        "login_hash",
        LargeBinary,
        primary_key=True,
        comment="SHA-256 of the cookie's value, which is kept nowhere.",
    ),
    _user(nullable=False, index=True),
    _at("created_at"),
    _at("last_used_at"),
    _at("expires_at"),
)

user_links = Table(
    "user_links",
    metadata,
    Column(
        "link_hash",
        LargeBinary,
        primary_key=True,
        comment="SHA-256 of the secret in the link, which is kept nowhere.",
    ),
    *_text("purpose", nullable=False),
    _user(index=True),
    _at("created_at"),
    _at("expires_at"),
    _at("used_at", nullable=True),
    CheckConstraint("purpose in ('setup', 'password')", name="purpose"),
    CheckConstraint("(purpose = 'setup') = (user_id is null)", name="user"),
)

events_log = Table(
    "events_log",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("event_type", Text, nullable=False),
    *_text("session_id"),
    *_text("visitor_id", "site_id", nullable=False),
    _at("timestamp"),
    *_text("url", "path", "user_agent"),
    Column(
        "ip_address",
        INET,
        comment="Always null: addresses are never stored. Kept for queries written for seed 003.",
    ),
    Column("raw_event_data", JSONB, nullable=False),
    _at("created_at", server_default=text("now()")),
    _at(
        "processed_at",
        nullable=True,
        comment="Always null: progress is in consumer_offsets. Kept for queries written for seed 003.",
    ),
    _at("received_at"),
    Column("received_date", Date, nullable=False),
    Column("timestamp_source", Text, nullable=False),
    *_text("referrer", "referrer_type", "referrer_platform"),
    *_utm(),
    *_agent(),
    *_text("language"),
    Column("country", Text, comment="ISO 3166-1 alpha-2, of the address that was not kept."),
    *_text("region", "city", "channel"),
    Column(
        "click_id",
        Text,
        comment="The name of the advertiser's click id in the landing URL, as gclid; its value is in"
        " raw_event_data.",
    ),
    *_text("search_term"),
    _flag("is_not_found"),
    _flag("is_bot"),
    Column("bot_score", SmallInteger, nullable=False, server_default=text("0")),
    Column("bot_reasons", ARRAY(Text)),
    Column(
        "bot_signals",
        JSONB,
        comment="What was seen of the request, by signal; bot_reasons are those that counted.",
    ),
    Column(
        "midnight_id",
        Text,
        comment="Of a visitor without ids near midnight UTC: a hash that is the same on both sides of it.",
    ),
    PrimaryKeyConstraint("id", "received_date"),
    UniqueConstraint("received_date", "site_id", "event_id"),
    CheckConstraint("ip_address is null", name="no_ip_address"),
    CheckConstraint("received_date = (received_at at time zone 'UTC')::date", name="received_date"),
    postgresql_partition_by="RANGE (received_date)",
)

ingest_ledger = Table(
    "ingest_ledger",
    metadata,
    *_text("site_id", nullable=False),
    _at("hour"),
    *_text("outcome", nullable=False),
    _count("event_count", BigInteger),
    PrimaryKeyConstraint("site_id", "hour", "outcome"),
    comment="Events by site, hour of receipt and what became of them."
    " Site (unknown): none that exists was named.",
)

spool_positions = Table(
    "spool_positions",
    metadata,
    Column("segment", Text, primary_key=True),
    Column("byte_position", BigInteger, nullable=False),
    _at("updated_at", server_default=text("now()")),
)

site_minutes = Table(
    "site_minutes",
    metadata,
    *_text("site_id", nullable=False),
    _at("minute"),
    Column("event_count", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "minute"),
    comment="Events of sites that have a limit, by minute, for all API processes together;"
    " of no use after it.",
    prefixes=["unlogged"],
)

log_counts = Table(
    "log_counts",
    metadata,
    Column("log", Text, primary_key=True),
    _count("row_count", BigInteger),
)

log_days = Table(
    "log_days",
    metadata,
    Column("received_date", Date, primary_key=True),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
)

retention_floors = Table(
    "retention_floors",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("floor_date", Date, nullable=False),
    _count("events_removed", BigInteger),
    _count("details_removed", BigInteger),
    _at("updated_at", server_default=text("now()")),
    Column("details_date", Date, nullable=False, server_default=text("'-infinity'")),
)

erasures = Table(
    "erasures",
    metadata,
    *_text("site_id", nullable=False),
    Column(
        "visitor_hash",
        LargeBinary,
        nullable=False,
        comment="SHA-256 of the site id, a unit separator (U+001F) and the visitor id.",
    ),
    _at("erased_before"),
    *_text("requested_by", nullable=False),
    _at("requested_at"),
    _at("finished_at", nullable=True),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("site_id", "visitor_hash"),
    comment="Tombstones: events of these visitors from before that time are not stored.",
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _at("at"),
    *_text("actor", "action", nullable=False),
    *_text("site", "target"),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    comment="Who changed what; rows are added and never changed.",
)

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("last_id", BigInteger, nullable=False, server_default=text("0")),
    _at("updated_at", server_default=text("now()")),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _at("received_at"),
    Column("stage", Text, nullable=False),
    *_text("site_id", "field"),
    *_text("reason", nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("log_id", BigInteger),
    Column(
        "context",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="What the request told besides the payload, so that it can be replayed: no address.",
    ),
    _at("resolved_at", nullable=True),
    UniqueConstraint("stage", "log_id"),
    CheckConstraint("stage in ('collect', 'derive')", name="stage"),
)

visitor_salts = Table(
    "visitor_salts",
    metadata,
    Column("salt_date", Date, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

user_sessions = Table(
    "user_sessions",
    metadata,
    *_text("session_id", "visitor_id", "site_id", nullable=False),
    _at("session_start"),
    _at("session_end"),
    Column("duration_seconds", Integer, nullable=False),
    _count("pageview_count"),
    _count("event_count"),
    Column("bounce", Boolean, nullable=False, server_default=text("true")),
    *_text("entry_url", "entry_path", "entry_title", "exit_url", "exit_path"),
    *_utm(),
    *_text("referrer_type", "referrer_platform", "original_referrer", "user_agent"),
    *_text("browser_language", "timezone"),
    Column("screen_width", Integer),
    Column("screen_height", Integer),
    Column("viewport_width", Integer),
    Column("viewport_height", Integer),
    Column("device_pixel_ratio", Numeric(6, 3)),
    _at("created_at"),
    _at("updated_at"),
    # What derive needs to fold later events in; see derive/sessions.py.
    *_text("session_key", nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start_date", Date, nullable=False),
    _count("interaction_count"),
    _count("engaged_ms", BigInteger),
    _at("entry_at"),
    Column("entry_event_id", Uuid, nullable=False),
    _at("exit_at"),
    Column("exit_event_id", Uuid, nullable=False),
    *_agent(),
    *_text("country", "region", "city", "channel", "click_id"),
    _flag("is_bot"),
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
    *_text("session_id", "visitor_id", "site_id", "url", "path", nullable=False),
    *_text("title", "query_params", "hash_fragment"),
    _at("view_timestamp"),
    Column("time_on_page_seconds", Integer),
    *_text("referrer"),
    Column("internal_referrer", Boolean, nullable=False, server_default=text("false")),
    *_utm(),
    _at("created_at"),
    Column("event_id", Uuid, nullable=False),
    _count("engaged_ms", BigInteger),
    _flag("is_bot"),
    _flag("is_not_found"),
    *_text("search_term"),
    Column("scroll_percentage", Integer),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id", "view_timestamp", "event_id"),
    Index(None, "site_id", "view_timestamp"),
    # For reports/occurrences.py, as those of user_events.
    _partial("ix_pageviews_not_found", "is_not_found", "site_id", "view_timestamp"),
    _partial("ix_pageviews_search", "search_term is not null", "site_id", "view_timestamp"),
)

user_events = Table(
    "user_events",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *_text("session_id", "visitor_id", "site_id", "event_type", nullable=False),
    _at("event_timestamp"),
    *_text("page_url", "page_path"),
    Column("event_data", JSONB),
    *_text("element_tag", "element_classes", "element_id"),
    Column("scroll_percentage", Integer),
    *_text("form_id"),
    _at("created_at"),
    Column("event_id", Uuid, nullable=False),
    Column("time_spent_ms", BigInteger),
    Column("engaged_ms", BigInteger),
    Column("page_inferred", Boolean, nullable=False, server_default=text("false")),
    _flag("is_bot"),
    *_text("link_url"),
    _flag("is_outbound"),
    _flag("is_download"),
    *_text("file_type", "web_vital"),
    Column("web_vital_value", DOUBLE_PRECISION),
    *_text("web_vital_rating", "web_vital_id"),
    _flag("url_inferred"),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id", "event_timestamp"),
    Index(None, "site_id", "event_timestamp"),
    # For derive/neighbours.py, which looks for the few whose page the session tells.
    Index(
        "ix_user_events_placeless",
        "site_id",
        "session_id",
        "event_timestamp",
        postgresql_where=text("page_inferred or url_inferred"),
    ),
    # For reports/vitals.py: they are a few of a site's events, or none at all.
    Index(
        "ix_user_events_vitals",
        "site_id",
        "event_timestamp",
        postgresql_where=text("web_vital is not null"),
    ),
    # For reports/occurrences.py, which reads only such events.
    _partial("ix_user_events_outbound", "is_outbound", "site_id", "event_timestamp"),
    _partial("ix_user_events_download", "is_download", "site_id", "event_timestamp"),
    _partial(
        "ix_user_events_form",
        "event_type in ('form_focus', 'form_submit')",
        "site_id",
        "event_timestamp",
    ),
    _partial(
        "ix_user_events_custom",
        "is_custom_event(event_type)",
        "site_id",
        "event_timestamp",
        "event_type",
    ),
    _partial(
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
    *_text("session_id", "visitor_id", "site_id", nullable=False),
    *_text("form_id", "form_action", "form_method", "page_url", "page_path"),
    _at("submit_timestamp"),
    Column("field_count", Integer, nullable=False),
    Column("form_data", JSONB),
    _at("created_at"),
    Column("event_id", Uuid, nullable=False),
    _flag("is_bot"),
    Column("field_names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("site_id", "id"),
    Index(None, "site_id", "session_id"),
    Index(None, "site_id", "submit_timestamp"),
)

daily_site_metrics = Table(
    "daily_site_metrics",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    *_text("site_id", nullable=False),
    Column("metric_date", Date, nullable=False),
    _count("unique_visitors"),
    _count("total_sessions"),
    _count("total_pageviews"),
    Column("bounce_rate", Numeric(5, 4)),
    Column("avg_session_duration_seconds", Integer),
    Column("avg_pages_per_session", Numeric(12, 2)),
    _count("total_events"),
    _count("direct_sessions"),
    _count("search_sessions"),
    _count("social_sessions"),
    _count("referral_sessions"),
    _at("created_at"),
    _at("updated_at"),
    # Sums behind the averages, so that one more event is one addition.
    _count("other_sessions"),
    _count("bounced_sessions"),
    _count("duration_seconds_sum", BigInteger),
    _count("session_pageviews_sum", BigInteger),
    # Flagged traffic, which is in none of the columns above.
    _count("bot_sessions"),
    _count("bot_pageviews"),
    _count("bot_events"),
    PrimaryKeyConstraint("site_id", "id"),
    UniqueConstraint("site_id", "metric_date"),
)

visitor_days = Table(
    "visitor_days",
    metadata,
    *_text("site_id", nullable=False),
    Column("visit_date", Date, nullable=False),
    *_text("visitor_id", nullable=False),
    PrimaryKeyConstraint("site_id", "visit_date", "visitor_id"),
)


def _rollup_key(*date_columns: Column[Any]) -> list[Column[Any]]:
    return [
        *_text("site_id", "dimension", nullable=False),
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
    return [*_text("value", nullable=False), *(_count(name, BigInteger) for name in names)]


def _rollup_times() -> list[Column[Any]]:
    return [
        _count("timed_pageviews", BigInteger),
        _count("time_on_page_seconds_sum", BigInteger),
    ]


daily_rollups = Table(
    "daily_rollups",
    metadata,
    *_rollup_key(Column("rollup_date", Date, nullable=False)),
    *_rollup_sums(),
    _count("visitors", BigInteger),
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
    *_text("value", nullable=False),
    _count("visitor_count"),
    PrimaryKeyConstraint("site_id", "dimension", "visit_date", "value_key", "previous_date"),
    comment="Visitors of a value and day by the day before it on which they were seen there;"
    " -infinity: never. Those of a range have a day in it and the day before outside.",
)

rollup_members = Table(
    "rollup_members",
    metadata,
    *_text("site_id", nullable=False),
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
    *_text("site_id", "session_key", "midnight_key", nullable=False),
    Column("key_date", Date, nullable=False),
    *_text("root_key", nullable=False),
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
    *_text("event_type", nullable=False),
    *_text("path"),
    _at("received_at"),
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
