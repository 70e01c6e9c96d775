"""The day up to which retention has removed details

Why: a site that removes only details had no floor of its own, so that `footfall verify` took what was removed
for missing. Where some were removed already, the site's choice of today tells up to which day at most.

Revision ID: 0010
Revises: 0009
Created: 2026-11-24
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UPGRADE = """
alter table retention_floors add column details_date date not null default '-infinity';
update retention_floors as f
set details_date = coalesce(
    (
        select current_date - (s.settings ->> 'keep_details_days')::int
        from sites as s
        where s.site_id = f.site_id
    ),
    current_date
)
where f.details_removed > 0;
"""

DOWNGRADE = "alter table retention_floors drop column details_date"


def _run(script: str) -> None:
    op.execute("set local lock_timeout = '5s'")
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run(DOWNGRADE)
