"""A role for those who ask and change nothing

Why: reports, and tools such as Metabase, connected as the owner, who may change everything and reads the
secrets. The role is the whole cluster's, other databases may use it, so it may be there already, and going
back leaves it; a role that may not make roles goes on without. What it may read: footfall/reader.py.

Revision ID: 0008
Revises: 0007
Created: 2026-11-24
"""

import logging

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MAKE_ROLE = """
do $$
begin
    if to_regrole('footfall_reader') is null then
        create role footfall_reader nologin;
    end if;
exception
    when insufficient_privilege then
        raise notice 'footfall_reader is not made: % may not create roles', current_user;
    when duplicate_object or unique_violation then
        -- Another database of this cluster makes it at the same time.
        null;
end
$$
"""

TABLES = """
    user_sessions, pageviews, user_events, form_submissions, daily_site_metrics, visitor_days,
    daily_rollups, hourly_rollups, rollup_visitors, rollup_members, last_events,
    active_sessions, page_performance, traffic_sources, event_properties, form_attempts,
    events_log, log_counts, log_days, consumer_offsets, spool_positions, ingest_ledger, site_minutes,
    retention_floors, alembic_version
"""

GRANT = f"""
grant select on {TABLES} to footfall_reader;
grant select (site_id, timezone, registered_by, created_at, allowed_domains, settings, updated_at)
    on sites to footfall_reader;
grant select (id, received_at, stage, site_id, field, reason, log_id, resolved_at)
    on dead_letters to footfall_reader;
"""

REVOKE = f"""
revoke select on {TABLES}, sites, dead_letters from footfall_reader;
"""


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _is_there() -> bool:
    return bool(op.get_bind().scalar(text("select to_regrole('footfall_reader') is not null")))


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    if _is_there():
        _run(GRANT)
    else:
        logging.getLogger("footfall.migrate").warning(
            "Notice: this role may not create roles, so reports go on as the owner; see database/README.md."
        )


def downgrade() -> None:
    if _is_there():
        _run(REVOKE)
