"""The schema as SQLAlchemy MetaData: what Alembic's migrations are checked against.

Table and column names follow seed 003 (docs/database). Partitions, functions and the sequence behind
events_log live in the migrations only. Hot paths use SQL of their own over these names.
"""

from footfall.tables.accounts import api_keys, logins, sites, user_links, user_sites, users
from footfall.tables.derived import (
    DERIVED,
    daily_rollups,
    daily_site_metrics,
    form_submissions,
    hourly_rollups,
    last_events,
    midnight_links,
    pageviews,
    rollup_members,
    rollup_visitors,
    user_events,
    user_sessions,
    visitor_days,
)
from footfall.tables.log import (
    audit_log,
    consumer_offsets,
    dead_letters,
    erasures,
    events_log,
    ingest_ledger,
    log_counts,
    log_days,
    retention_floors,
    secrets,
    site_minutes,
    spool_positions,
    visitor_salts,
)
from footfall.tables.shape import metadata

__all__ = [
    "DERIVED",
    "api_keys",
    "audit_log",
    "consumer_offsets",
    "daily_rollups",
    "daily_site_metrics",
    "dead_letters",
    "erasures",
    "events_log",
    "form_submissions",
    "hourly_rollups",
    "ingest_ledger",
    "last_events",
    "log_counts",
    "log_days",
    "logins",
    "metadata",
    "midnight_links",
    "pageviews",
    "retention_floors",
    "rollup_members",
    "rollup_visitors",
    "secrets",
    "site_minutes",
    "sites",
    "spool_positions",
    "user_events",
    "user_links",
    "user_sessions",
    "user_sites",
    "users",
    "visitor_days",
    "visitor_salts",
]
