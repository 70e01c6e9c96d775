"""What was collected and what became of it: the log, its ledger, and what keeps and removes it."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Identity,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import INET, JSONB

from footfall.tables.shape import agent, at, count, flag, metadata, text_columns, utm

events_log = Table(
    "events_log",
    metadata,
    Column("id", BigInteger, Identity(), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("event_type", Text, nullable=False),
    *text_columns("session_id"),
    *text_columns("visitor_id", "site_id", nullable=False),
    at("timestamp"),
    *text_columns("url", "path", "user_agent"),
    Column(
        "ip_address",
        INET,
        comment="Always null: addresses are never stored. Kept for queries written for seed 003.",
    ),
    Column("raw_event_data", JSONB, nullable=False),
    at("created_at", server_default=text("now()")),
    at(
        "processed_at",
        nullable=True,
        comment="Always null: progress is in consumer_offsets. Kept for queries written for seed 003.",
    ),
    at("received_at"),
    Column("received_date", Date, nullable=False),
    Column("timestamp_source", Text, nullable=False),
    *text_columns("referrer", "referrer_type", "referrer_platform"),
    *utm(),
    *agent(),
    *text_columns("language"),
    Column("country", Text, comment="ISO 3166-1 alpha-2, of the address that was not kept."),
    *text_columns("region", "city", "channel"),
    Column(
        "click_id",
        Text,
        comment="The name of the advertiser's click id in the landing URL, as gclid; its value is in"
        " raw_event_data.",
    ),
    *text_columns("search_term"),
    flag("is_not_found"),
    flag("is_bot"),
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
    *text_columns("site_id", nullable=False),
    at("hour"),
    *text_columns("outcome", nullable=False),
    count("event_count", BigInteger),
    PrimaryKeyConstraint("site_id", "hour", "outcome"),
    comment="Events by site, hour of receipt and what became of them."
    " Site (unknown): none that exists was named.",
)

spool_positions = Table(
    "spool_positions",
    metadata,
    Column("segment", Text, primary_key=True),
    Column("byte_position", BigInteger, nullable=False),
    at("updated_at", server_default=text("now()")),
)

site_minutes = Table(
    "site_minutes",
    metadata,
    *text_columns("site_id", nullable=False),
    at("minute"),
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
    count("row_count", BigInteger),
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
    count("events_removed", BigInteger),
    count("details_removed", BigInteger),
    at("updated_at", server_default=text("now()")),
    Column("details_date", Date, nullable=False, server_default=text("'-infinity'")),
)

erasures = Table(
    "erasures",
    metadata,
    *text_columns("site_id", nullable=False),
    Column(
        "visitor_hash",
        LargeBinary,
        nullable=False,
        comment="SHA-256 of the site id, a unit separator (U+001F) and the visitor id.",
    ),
    at("erased_before"),
    *text_columns("requested_by", nullable=False),
    at("requested_at"),
    at("finished_at", nullable=True),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("site_id", "visitor_hash"),
    comment="Tombstones: events of these visitors from before that time are not stored.",
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    at("at"),
    *text_columns("actor", "action", nullable=False),
    *text_columns("site", "target"),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    comment="Who changed what; rows are added and never changed.",
)

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("last_id", BigInteger, nullable=False, server_default=text("0")),
    at("updated_at", server_default=text("now()")),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    at("received_at"),
    Column("stage", Text, nullable=False),
    *text_columns("site_id", "field"),
    *text_columns("reason", nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("log_id", BigInteger),
    Column(
        "context",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="What the request told besides the payload, so that it can be replayed: no address.",
    ),
    at("resolved_at", nullable=True),
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
