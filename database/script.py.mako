"""${message}

Why: ...

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Created: ${create_date}
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of stopping collection behind it.
    op.execute("set local lock_timeout = '5s'")
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    op.execute("set local lock_timeout = '5s'")
    ${downgrades if downgrades else "raise NotImplementedError"}
