"""The index that Core Web Vitals are read by

Why: they are a few of a site's events, or none where its script does not measure them, and were found only
by reading all events of the period.

Revision ID: 0011
Revises: 0010
Created: 2026-11-24
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UPGRADE = """
create index ix_user_events_vitals on user_events (site_id, event_timestamp) where web_vital is not null;
"""

DOWNGRADE = "drop index ix_user_events_vitals"


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run(DOWNGRADE)
